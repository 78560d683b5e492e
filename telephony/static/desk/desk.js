/* The desk. It shows what the server says, reads it anew on news, and asks for what the agent wants. */

import { listen, line } from "../seatline/stream.js";
import { get, post } from "./api.js";
import { clocks, render, say, trouble, word } from "./face.js";
import { elect, meter, Phone } from "./phone.js";
import { fill } from "./regions.js";
import { keyboard } from "./keys.js";

const { agent, tenant, tenants } = document.body.dataset;
const clients = JSON.parse(document.querySelector("#clients").textContent);
const $ = (selector) => document.querySelector(selector);
const tabs = new BroadcastChannel("seatline-desk");
const phone = new Phone($("#speaker"));
const asked = new Map(); // wishes that wait for the switch's answer: id -> tenant
const AGAIN = 1500; // ms between two tries to be rung back
const RINGS_WITHIN = 8000; // ms from the wish to call somebody to the own phone's ringing
const NO_NEWS = 9000; // ms after which a wish's answer is looked for without any news of it

let state = { shift: null, call: null };
let mine = false; // this tab has the phone
let remote = null; // what the tab says that has it
let focus = ""; // the call that the regions are filled for
let quiet = () => {}; // ends the meter
let reading = null, again = false;

/* ---- what the server says */

async function refresh() {
  if (reading) { again = true; return reading; }
  reading = get("/desk/state/").then(take).catch((error) => trouble(error.message)).finally(() => {
    reading = null;
    if (again) { again = false; refresh(); }
  });
  return reading;
}

function take(next) {
  state = { ...next, offset: Date.parse(next.at) - Date.now() };
  show();
  const call = next.call && !(next.call.ended && next.shift?.state === "ready") ? next.call : null;
  if ((call?.id ?? "none") !== focus) {
    focus = call?.id ?? "none";
    fill(call, tenant);
    document.dispatchEvent(new CustomEvent(call ? "desk:call" : "desk:over", { detail: call && { call: call.id, tenant: call.tenant.id, number: call.caller, state: next.shift?.state } }));
  }
  if (mine && phone.ua && !next.shift?.browser && !starting) phone.stop();
  if (mine && !phone.ua && next.shift?.browser && !starting) comeBack();
}

function standing() {
  return mine ? { ...phone.standing, mine } : { registered: false, ringing: false, talking: false, muted: false, ...remote, mine };
}

function show() {
  render(early(), standing());
}

/* ---- the phone */

phone.addEventListener("phone", ({ detail }) => {
  tabs.postMessage({ phone: phone.standing });
  show();
  if (detail.what === "rings") notify();
});

/* The phone rings before the server's news are here: number and client are in the ringing itself. */
function early() {
  const { ringing, from, name } = phone.standing;
  if (!ringing || !state.shift || state.call?.caller === from || ["talking", "hold"].includes(state.shift.state)) return state;
  const whose = clients.find((one) => one.names.includes(name)) ?? clients[0];
  const call = {
    id: "", tenant: whose, caller: from, dialled: "", direction: "inbound", queue: { code: "", name: "…" }, path: [],
    verified: false, waiting_since: null, connected_at: null, ended: false, away: false, talk: "", parties: [],
    recording_paused: false, do_not_call: false,
  };
  return { ...state, call, shift: { ...state.shift, state: "ringing", name: word("incoming"), since: new Date().toISOString() } };
}
tabs.onmessage = ({ data }) => {
  if (data.phone && !mine) { remote = data.phone; show(); }
  if (data.hello && mine) tabs.postMessage({ phone: phone.standing });
  if (data.act && mine) act(data.act, data.detail);
};

function notify() {
  if (document.hidden && window.Notification?.permission === "granted") new Notification(word("incoming"), { tag: "seatline-call" });
}

async function ready() {
  await phone.connect(await post("/desk/phone/"));
}

/* The page was loaded again in the middle of a shift: the phone registers anew, and a caller is had back. */
let returning = false;
async function comeBack() {
  if (returning) return;
  returning = true;
  try {
    await phone.listen();
    await ready();
    for (let tries = 0; tries < 10 && lost() && !phone.call; tries++) {
      phone.expect(AGAIN + 500);
      await wish("come_back").catch(() => {});
      await new Promise((done) => setTimeout(done, AGAIN));
      await refresh();
    }
  } catch (error) {
    trouble(error.name === "NotAllowedError" ? word("no_microphone") : word("no_phone"));
  } finally {
    returning = false;
  }
}

function lost() {
  const { shift, call } = state;
  return Boolean(shift?.browser && call && !call.ended && (call.away || ["talking", "hold"].includes(shift.state)));
}

addEventListener("pagehide", () => {
  const { call, shift } = state;
  if (mine && phone.talking && call && shift?.browser) {
    const wanted = { id: crypto.randomUUID(), tenant: call.tenant.id, kind: "step_away" };
    post(`/desk/calls/${call.id}/ask/`, wanted, { keepalive: true }).catch(() => {});
  }
});

elect(() => {
  mine = true;
  remote = null;
  refresh();
});

/* ---- what the agent wants */

async function wish(kind, target = "") {
  const { call } = state;
  if (!call) return;
  const id = crypto.randomUUID();
  asked.set(id, call.tenant.id);
  told(await post(`/desk/calls/${call.id}/ask/`, { id, tenant: call.tenant.id, kind, target }), id);
  setTimeout(() => asked.has(id) && look(id), NO_NEWS);
}

async function look(id) {
  const whose = asked.get(id);
  if (whose) told(await get(`/desk/requests/${id}/?tenant=${whose}`), id);
}

function told({ state: how, sentence }, id) {
  if (how === "open") return;
  asked.delete(id);
  if (how === "refused") trouble(sentence);
  refresh();
}

let starting = false;
async function start(form) {
  const seat = Number.parseInt(form.seat.value, 10) || null;
  const browser = form.where.value === "browser";
  starting = true;
  say($("#start button.primary"), true);
  try {
    if (browser) {
      await phone.listen().catch(() => { throw new Error(word("no_microphone")); });
      window.Notification?.requestPermission?.();
      await ready().catch(() => { throw new Error(word("no_phone")); });
    }
    await post("/desk/shift/", { browser, seat });
    quiet();
  } catch (error) {
    phone.stop();
    trouble(error.message);
  } finally {
    starting = false;
    say($("#start button.primary"), false);
    await refresh();
  }
}

async function save() {
  const chosen = $("#dispositions input:checked");
  if (!chosen || !state.call) return;
  const body = { tenant: state.call.tenant.id, disposition: chosen.value, note: $("#note").value };
  await post(`/desk/calls/${state.call.id}/disposition/`, body);
  $("#saved").hidden = false;
}

async function pop() {
  const { call } = state;
  const found = await post(`/desk/calls/${call.id}/pop/`, { tenant: call.tenant.id });
  if (found.open) window.open(found.open, "_blank", "noopener");
}

const OF_PHONE = new Set(["answer", "mute", "key", "expect"]);
const acts = {
  answer: () => phone.answer(),
  mute: () => phone.mute(!phone.muted),
  key: (digit) => phone.key(digit),
  expect: (ms) => phone.expect(ms),
  hang_up: () => (mine && phone.talking && !state.call?.talk ? phone.hangUp() : wish("hang_up")),
  ready: () => post("/desk/ready/"),
  break: (reason) => post("/desk/break/", { reason }),
  "end-shift": () => post("/desk/shift/end/"),
  try: async () => { quiet(); quiet = meter(await phone.listen(), (level) => { $("#level").value = level; }); },
  help: () => $("#help").showModal(),
  keys: () => turn("#keypad", "keys"),
  transfer: () => turn("#target", "transfer") && $("#to").focus(),
  save,
  pop,
};
for (const kind of ["hold", "resume", "complete", "toggle", "add", "cancel", "leave", "recording_pause", "recording_resume"]) acts[kind] = () => wish(kind);

function turn(selector, button) {
  const open = $(selector).hidden;
  $(selector).hidden = !open;
  $(`.dock [data-do="${button}"]`).setAttribute("aria-expanded", String(open));
  return open;
}

async function act(what, detail) {
  trouble("");
  if (OF_PHONE.has(what) && !mine) return tabs.postMessage({ act: what, detail });
  try {
    await acts[what]?.(detail);
  } catch (error) {
    trouble(error.message);
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-do], [data-key]");
  if (button) act(button.dataset.do ?? "key", button.dataset.key);
});
$("#break").addEventListener("change", ({ target }) => {
  if (target.value) act("break", target.value === "none" ? "" : target.value);
  target.value = "";
});
$("#start").addEventListener("submit", (event) => { event.preventDefault(); start(event.target); });
$("#wrap").addEventListener("submit", async (event) => { event.preventDefault(); await act("save"); await act("ready"); });
$("#target").addEventListener("submit", async (event) => {
  event.preventDefault();
  const kind = event.submitter?.value ?? "blind_transfer";
  $("#target").hidden = true;
  await wish(kind, $("#to").value.trim()).catch((error) => trouble(error.message));
  $("#to").value = "";
});
$("#dial").addEventListener("submit", async (event) => {
  event.preventDefault();
  const id = crypto.randomUUID();
  asked.set(id, tenant);
  act("expect", RINGS_WITHIN); // whichever tab has the phone takes the call by itself
  await post("/desk/dial/", { id, number: $("#number").value.trim() }).then((standing) => told(standing, id)).catch((error) => trouble(error.message));
});
keyboard(act, () => state);

/* ---- news */

for (const one of tenants.trim().split(" ")) {
  listen(`${one}/agent/${agent}`, (news) => {
    if (news.kind === "answer") for (const id of news.ids) look(id);
    else refresh();
  });
}
line((how) => { $("#cut").hidden = how === "open"; });
clocks(() => state);
tabs.postMessage({ hello: true });
refresh();
