/* Puts what is so on the page. Words stand in the page already, in the agent's language; numbers and names come here. */

const $ = (selector) => document.querySelector(selector);
const all = (selector) => document.querySelectorAll(selector);

export function word(name) {
  return $(`#words [data-word="${name}"]`)?.textContent ?? name;
}

export function trouble(sentence) {
  $("#trouble").textContent = sentence;
  $("#trouble").hidden = !sentence;
}

export function say(button, busy) {
  button.disabled = busy;
}

function put(name, text) {
  for (const one of all(`[data-show="${name}"]`)) one.textContent = text;
}

function only(name, yes) {
  for (const one of all(`[data-show="${name}"]`)) one.hidden = !yes;
}

function length(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

const IN_CALL = ["talking", "hold"];

export function render(state, phone) {
  const { shift, call } = state;
  const what = shift?.state ?? "away";
  document.body.dataset.state = what;
  put("state", shift ? [shift.name, what === "paused" ? shift.reason_name : ""].filter(Boolean).join(" · ") : word("away"));
  only("pending", shift?.break_after_call);
  put("calls", state.today?.calls ?? 0);
  put("missed", state.today?.missed ?? 0);
  put("handling", state.today?.handling == null ? "–" : length(state.today.handling));
  $(".at-work").hidden = !shift;
  $('.at-work [data-do="ready"]').hidden = what !== "paused" && what !== "wrap_up" && !shift?.break_after_call;
  $("#start").hidden = Boolean(shift);
  $("#leave").hidden = Boolean(shift?.browser); // the phone would go with the page: the shift ends first
  $("#missed").hidden = !shift?.missed;
  const which = !shift ? (phone.registered ? "on" : "off") : !shift.browser ? "seat" : phone.registered ? "on" : "off";
  const shown = which === "on" && !phone.mine ? "elsewhere" : which;
  for (const one of all("[data-phone]")) one.hidden = one.dataset.phone !== shown;
  reasons(state.reasons ?? []);
  hand(state, phone, what);
  buttons(state, phone, what);
}

function reasons(list) {
  const menu = $("#break");
  const first = menu.options[0];
  if (menu.options.length === list.length + 1 || (!list.length && menu.options.length === 2)) return;
  const choices = list.length ? list : [{ code: "none", name: first.textContent.replace("…", "") }];
  menu.replaceChildren(first, ...choices.map((one) => new Option(one.name, one.code)));
}

function hand({ call, dispositions, disposed, shift }, phone, what) {
  const there = Boolean(call) && what !== "ready" && what !== "paused" && what !== "away";
  $("#call").hidden = !there;
  $("#idle").hidden = there || what === "away";
  $("#wrap").hidden = !(there && (what === "wrap_up" || IN_CALL.includes(what)));
  if (!there) return;
  $("#call").dataset.call = call.id;
  $("#call").style.setProperty("--tenant", call.tenant.colour);
  $("#call").classList.toggle("rings", what === "ringing");
  put("tenant", call.tenant.name);
  const outgoing = call.direction === "outbound";
  const how = call.away ? "coming_back" : what === "ringing" ? (outgoing ? "outgoing" : "incoming") : what === "wrap_up" ? "wrap_up" : call.talk || what;
  put("what", word(how));
  put("caller", call.caller || word("withheld"));
  put("queue", call.queue.name);
  put("dialled", call.dialled);
  put("path", call.path.join(" › ") || "–");
  only("dnc", call.do_not_call);
  only("verified", call.verified);
  const since = Date.parse(call.waiting_since), until = call.connected_at ? Date.parse(call.connected_at) : Date.now();
  put("waited", Number.isNaN(since) ? "–" : length((until - since) / 1000));
  const list = $('[data-show="parties"]');
  list.replaceChildren(...call.parties.map((one) => Object.assign(document.createElement("li"), { textContent: one.me ? `${one.who} (${word("me")})` : one.who })));
  list.hidden = call.parties.length < 2;
  choose(dispositions, disposed, call);
}

let chosenFor = "";

function choose(list, disposed, call) {
  const key = call.id + list.map((one) => one.id).join();
  if (key === chosenFor) return;
  if (!chosenFor.startsWith(call.id)) { $("#note").value = disposed?.note ?? ""; $("#saved").hidden = true; }
  chosenFor = key;
  $("#dispositions").replaceChildren(...list.map((one, place) => {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "disposition", value: one.id, checked: disposed?.disposition === one.id });
    label.append(radio, place < 9 ? ` ${place + 1} ` : " ", one.name);
    return label;
  }));
}

function buttons({ shift, call }, phone, what) {
  const browser = Boolean(shift?.browser);
  const talking = IN_CALL.includes(what) && !call?.away;
  const plain = talking && !call?.talk;
  const shown = {
    answer: what === "ringing" && browser && phone.ringing,
    hold: plain && what === "talking",
    resume: plain && what === "hold",
    mute: talking && browser && phone.talking,
    keys: talking && browser && phone.talking,
    transfer: plain,
    complete: ["calling", "consulting"].includes(call?.talk) && talking,
    toggle: call?.talk === "consulting" && talking,
    add: call?.talk === "consulting" && talking,
    cancel: ["calling", "consulting"].includes(call?.talk) && talking,
    leave: ["together", "third"].includes(call?.talk) && talking,
    recording_pause: plain && !call?.recording_paused,
    recording_resume: plain && Boolean(call?.recording_paused),
    hang_up: talking || (phone.mine && phone.talking),
  };
  for (const [name, yes] of Object.entries(shown)) for (const one of all(`.dock [data-do="${name}"]`)) one.hidden = !yes;
  $('.dock [data-do="mute"]').setAttribute("aria-pressed", String(phone.muted));
  if (!shown.transfer) $("#target").hidden = true;
  if (!shown.keys) $("#keypad").hidden = true;
}

/* Clocks that run by the page; what they count from is the server's. */
export function clocks(state) {
  const tick = () => {
    const { shift, call, offset } = state();
    const now = Date.now() + (offset ?? 0); // the server's clock
    const put = (name, text) => { for (const one of all(`[data-clock="${name}"]`)) if (one.textContent !== text) one.textContent = text; };
    put("since", shift ? length((now - Date.parse(shift.since)) / 1000) : "");
    put("call", call?.connected_at && !call.ended ? length((now - Date.parse(call.connected_at)) / 1000) : "");
    put("wrap", shift?.wrap_up_until ? length((Date.parse(shift.wrap_up_until) - now) / 1000) : "");
  };
  tick();
  setInterval(tick, 500);
}
