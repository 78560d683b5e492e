/* News in a page:

     import { listen, line } from "./stream.js";
     const stop = listen("TENANT/board", (news) => …, { kiosk: "token" });
     line((state, at) => …);      // "open", with the server's clock every five seconds, or "cut"

   `news` is { topic, kind, ids, data?, at? }. Kind "reset": read anew, something may have been missed; it comes first.
   Fed topics come as "snapshot", then as "delta": `merge(snapshot, news)` follows both. */

const handlers = new Map(); // topic -> Set of functions
const watchers = new Set();
let port = null, state = "cut";

function connect() {
  if (port) return port;
  const script = new URL("stream-worker.js", import.meta.url);
  script.searchParams.set("stream", "/stream/");
  if (window.SharedWorker) port = new SharedWorker(script, { name: "seatline-stream" }).port;
  else port = inPage(script);
  port.onmessage = (message) => take(message.data);
  // A page that is put aside and shown again comes back with all it listened to.
  addEventListener("pagehide", () => port.postMessage({ bye: true }));
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  return port;
}

function inPage(script) {
  const channel = new MessageChannel();
  const tag = document.createElement("script");
  tag.src = script;
  tag.onload = () => {
    const station = new globalThis.SeatlineStation("/stream/");
    station.join(channel.port2);
    channel.port2.onmessage = (message) => station.told(channel.port2, message.data);
  };
  document.head.append(tag);
  return channel.port1;
}

function take({ news, line: now, at, denied }) {
  if (news) for (const handler of handlers.get(news.topic) ?? []) handler(news);
  if (denied) for (const handler of handlers.get(denied) ?? []) handler({ topic: denied, kind: "denied", ids: [] });
  if (now) {
    state = now;
    for (const watcher of watchers) watcher(state, at);
  }
}

export function listen(topic, handler, { kiosk = "" } = {}) {
  const own = handlers.get(topic) ?? new Set();
  handlers.set(topic, own.add(handler));
  connect().postMessage({ listen: topic, kiosk });
  return () => {
    own.delete(handler);
    if (own.size === 0) connect().postMessage({ forget: topic });
  };
}

export function line(watcher) {
  watchers.add(watcher);
  watcher(state);
  connect();
}

/* A snapshot is { section: { id: row } }; what differs has null for rows that are gone. Gives the new snapshot. */
export function merge(sections, news) {
  if (news.kind === "snapshot") return news.data;
  if (news.kind !== "delta" || !sections) return sections;
  for (const [name, rows] of Object.entries(news.data)) {
    const own = (sections[name] ??= {});
    for (const [id, row] of Object.entries(rows)) {
      if (row === null) delete own[id];
      else own[id] = row;
    }
  }
  return sections;
}
