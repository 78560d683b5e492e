/* The wallboard: follows the topic `board`, and counts seconds by the server's clock. */

import { line, listen, merge } from "../seatline/stream.js";
import { acts } from "./act.js";
import { fill, mmss, percent, seconds, totals, worst } from "./figures.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const settings = read("board-settings"), words = read("board-words");
const $ = (id) => document.getElementById(id);
const all = settings.topic.startsWith("all/");
const number = new Intl.NumberFormat(settings.language);
let sections = null, ahead = 0, heardAt = null; // ahead: ms by which the server's clock is ahead of ours
let act = () => {};

const now = () => Date.now() + ahead;
const since = (instant) => (now() - Date.parse(instant)) / 1000;
const named = (row) => (settings.chinese && row.name_zh) || row.name;

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function level(element, value) {
  if (value) element.dataset.level = value;
  else delete element.dataset.level;
}

/* Rows of a table keep their elements: what has the focus keeps it. Gives them by id. */
function rows(body, wanted, make, empty) {
  const there = new Map([...body.children].map((row) => [row.dataset.id, row])), shown = new Map();
  wanted.forEach(([id, row], place) => {
    let element = there.get(id);
    if (!element) {
      element = make(id, row);
      element.dataset.id = id;
    }
    there.delete(id);
    shown.set(id, element);
    if (body.children[place] !== element) body.insertBefore(element, body.children[place] ?? null);
  });
  for (const [id, element] of there) if (id !== "empty" || wanted.length) element.remove();
  if (!wanted.length && !body.children.length) {
    const element = body.insertRow();
    element.dataset.id = "empty";
    element.insertCell().textContent = empty;
    element.cells[0].colSpan = 8;
    element.cells[0].className = "faint";
  }
  return shown;
}

function cells(...kinds) {
  const row = document.createElement("tr");
  for (const kind of kinds) {
    const cell = row.insertCell();
    if (kind) cell.className = kind;
  }
  return row;
}

function tile(name, value, made, alarm) {
  const element = document.querySelector(`[data-tile="${name}"]`);
  put(element.querySelector(".value"), value);
  put(element.querySelector(".made"), made);
  level(element, alarm);
}

function showTiles() {
  const sum = totals(sections), { levels, count, level: worstLevel } = worst(sections);
  const of = ([a, b]) => fill(words.of, { a: number.format(Math.round(a)), b: number.format(Math.round(b)) });
  const calls = ([, b]) => fill(words.calls, { a: number.format(b) });
  tile("waiting", number.format(sum.waiting), "", levels.waiting);
  tile("longest", sum.oldest ? mmss(since(sum.oldest)) : "–", "", levels.longest);
  tile("service", percent(sum.service), of(sum.service), levels.service);
  tile("abandoned", percent(sum.abandoned), of(sum.abandoned), levels.abandoned);
  tile("answer", seconds(sum.answer), calls(sum.answer));
  tile("handling", seconds(sum.handling), calls(sum.handling));
  tile("occupancy", percent(sum.occupancy), `${mmss(sum.occupancy[0])} / ${mmss(sum.occupancy[1])}`);
  document.body.dataset.level = worstLevel;
  const state = [words.calm, words.attention, words.action][worstLevel];
  put(document.querySelector(".alarms"), count ? `${state} · ${fill(words.alarms, { n: count })}` : state);
}

const tenantOf = (row) => named(sections.tenants?.[row.tenant] ?? { name: "" });

function showQueues() {
  const wanted = Object.entries(sections.queues ?? {});
  const order = (row) => `${sections.tenants?.[row.tenant]?.code} ${row.code}`;
  wanted.sort(([, a], [, b]) => order(a).localeCompare(order(b)));
  const shown = rows($("queues"), wanted, () => cells("name", ...(all ? [""] : []), "n", "n", "n", "n", "n", "n"), words.no_queue);
  for (const [id, queue] of wanted) {
    const cell = [...shown.get(id).cells];
    const day = sections.day?.[id], alarms = sections.alarms?.[id] ?? {};
    put(cell.shift(), named(queue));
    if (all) put(cell.shift(), tenantOf(queue));
    const show = (text, figure) => {
      const one = cell.shift();
      put(one, text);
      level(one, alarms[figure]);
    };
    show(number.format(queue.waiting), "waiting");
    show(queue.oldest ? mmss(since(queue.oldest)) : "–", "longest");
    show(number.format(queue.ready), "ready");
    show(day ? percent(day.service) : "–", "service");
    show(day ? percent(day.abandoned) : "–", "abandoned");
    show(day ? number.format(day.answered) : "0");
  }
}

function agents() {
  const text = ($("filter")?.value ?? "").trim().toLowerCase();
  const fits = (row) =>
    !text || `${row.number} ${row.name} ${row.name_zh} ${words.states[row.state]} ${tenantOf(row)}`.toLowerCase().includes(text);
  return Object.entries(sections.agents ?? {})
    .filter(([, row]) => fits(row))
    .sort(([, a], [, b]) => a.number.localeCompare(b.number));
}

function agentRow(id) {
  const row = cells("name", ...(all ? [""] : []), "", "n", "");
  const state = row.cells[all ? 2 : 1];
  state.append(Object.assign(document.createElement("span"), { className: "state" }), " ");
  state.append(Object.assign(document.createElement("span"), { className: "pausing" }));
  if (settings.actions.length) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "⋯";
    button.addEventListener("click", () => act(id, sections.agents[id]));
    row.insertCell().append(button);
  }
  return row;
}

function showAgents() {
  const wanted = agents(), counts = {};
  for (const row of Object.values(sections.agents ?? {})) counts[row.state] = (counts[row.state] ?? 0) + 1;
  const shown = rows($("agents"), wanted, agentRow, words.nobody);
  for (const [id, agent] of wanted) {
    const row = shown.get(id), cell = [...row.cells];
    put(cell.shift(), `${agent.number} ${named(agent)}`);
    if (all) put(cell.shift(), tenantOf(agent));
    const state = cell.shift();
    put(state.firstChild, words.states[agent.state] ?? agent.state);
    state.firstChild.dataset.state = agent.state;
    const reason = settings.reasons.find(([digit]) => digit === agent.reason)?.[1] ?? "";
    put(state.lastChild, agent.pausing ? words.pausing : agent.state === "paused" ? reason : "");
    put(cell.shift(), mmss(since(agent.since)));
    put(cell.shift(), agent.phone);
    row.querySelector("button")?.setAttribute("aria-label", `${agent.number} ${named(agent)}`);
  }
  put($("count"), number.format(Object.keys(sections.agents ?? {}).length));
  const states = Object.entries(words.states).filter(([state]) => counts[state]);
  const counted = rows($("states"), states.map(([state, label]) => [state, label]), (state, label) => {
    const item = document.createElement("li"), name = document.createElement("span");
    Object.assign(name, { className: "state", textContent: label });
    name.dataset.state = state;
    item.append(name, " ", document.createElement("b"));
    return item;
  });
  for (const [state] of states) put(counted.get(state).querySelector("b"), number.format(counts[state]));
}

function showRoom() {
  const room = $("room");
  if (!room) return;
  const at = new Map(Object.values(sections.agents ?? {}).map((agent) => [agent.seat, agent]));
  if (!room.children.length) {
    for (const [seat] of settings.seats) room.append(Object.assign(document.createElement("li"), { id: `seat-${seat}` }));
  }
  for (const [seat, label, inService] of settings.seats) {
    const item = $(`seat-${seat}`), agent = at.get(seat);
    const says = agent
      ? `${agent.number} ${named(agent)}, ${words.states[agent.state]}, ${tenantOf(agent)}`
      : inService ? words.free : words.out;
    const text = agent ? agent.number : "";
    if (item.dataset.says === says) continue;
    item.dataset.says = says;
    item.title = `${label || fill(words.seat, { n: seat })}: ${says}`;
    item.classList.toggle("out", !inService);
    if (agent) item.dataset.state = agent.state;
    else delete item.dataset.state;
    item.replaceChildren(String(seat).padStart(3, "0"), Object.assign(document.createElement("b"), { textContent: text }));
  }
  put($("taken"), fill(words.of, { a: number.format([...at.keys()].filter(Boolean).length), b: number.format(settings.seats.length) }));
}

function show() {
  if (!sections) return;
  showTiles();
  showQueues();
  showAgents();
  showRoom();
}

let planned = false;
function soon() {
  if (planned) return;
  planned = true;
  // Hidden pages get no frames; a screen on the wall is never hidden, a tab may be.
  const run = () => {
    planned = false;
    show();
  };
  if (document.hidden) setTimeout(run, 250);
  else requestAnimationFrame(run);
}

listen(settings.topic, (news) => {
  if (news.kind === "denied") return location.reload();
  if (news.at) heardAt = news.at;
  sections = merge(sections, news);
  soon();
}, { kiosk: settings.kiosk });

line((state, at) => {
  document.body.dataset.line = state;
  if (at) {
    ahead = Date.parse(at) - Date.now();
    heardAt = at;
  }
  const stale = document.querySelector(".stale"), cut = state === "cut" && heardAt !== null;
  stale.hidden = !cut;
  if (cut) put(stale, fill(words.cut, { at: new Date(heardAt).toLocaleTimeString(settings.language) }));
  put(document.querySelector(".line"), state === "open" ? words.live : "");
});

setInterval(() => {
  put(document.querySelector(".clock"), new Date(now()).toLocaleTimeString(settings.language));
  if (sections && document.body.dataset.line === "open") soon();
}, 1000);

const theme = localStorage.getItem("board-theme");
if (theme) document.documentElement.dataset.theme = theme;
$("theme")?.addEventListener("click", () => {
  const dark = getComputedStyle(document.documentElement).getPropertyValue("--ground").trim() === "#0b111b";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("board-theme", dark ? "light" : "dark");
});
for (const dot of document.querySelectorAll("[data-colour]")) dot.style.background = dot.dataset.colour;
$("filter")?.addEventListener("input", soon);
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || /INPUT|SELECT/.test(document.activeElement?.tagName)) return;
  event.preventDefault();
  $("filter")?.focus();
});
if (settings.actions.length) act = acts(settings, words, named, () => sections);
