/* One stream for all pages of this browser: HTTP/1.1 has six connections, and the seventh page would never load.
   Pages say what they listen to; the worker opens one EventSource for all of it, and again from where it was when that
   changes. Runs as a SharedWorker, or within the page where there is none (stream.js). */
"use strict";

class Station {
  constructor(address) {
    this.address = address;
    this.pages = new Map(); // port -> Map(topic -> kiosk token or "")
    this.fresh = []; // [port, topic] that have asked since the stream was last opened
    this.source = null;
    this.opened = ""; // the query of the open stream
    this.after = "";
    this.state = "cut";
    this.patience = 1000; // ms until the next try
    this.timer = 0;
    this.lastHeard = 0;
    setInterval(() => this.look(), 2000);
  }

  join(port) {
    this.pages.set(port, new Map());
    port.postMessage({ line: this.state });
  }

  leave(port) {
    this.pages.delete(port);
    this.later();
  }

  listen(port, topic, kiosk) {
    const topics = this.pages.get(port);
    if (!topics) return;
    topics.set(topic, kiosk);
    this.fresh.push([port, topic]);
    // Also where another page has this topic: its snapshot is kept nowhere here, and comes with a stream that begins.
    this.opened = "";
    this.later();
  }

  forget(port, topic) {
    this.pages.get(port)?.delete(topic);
    this.later();
  }

  // Pages ask for several topics in one go: open when they have all asked.
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), 30);
  }

  query() {
    const topics = new Set(), kiosks = new Set();
    for (const page of this.pages.values()) {
      for (const [topic, kiosk] of page) {
        topics.add(topic);
        if (kiosk) kiosks.add(kiosk);
      }
    }
    const query = new URLSearchParams();
    for (const topic of [...topics].sort()) query.append("topic", topic);
    for (const kiosk of [...kiosks].sort()) query.append("kiosk", kiosk);
    return query.toString();
  }

  open() {
    const query = this.query();
    if (query === this.opened && this.source) return;
    this.source?.close();
    this.source = null;
    this.opened = query;
    if (!query) return this.say("cut");
    const after = this.after ? `&after=${encodeURIComponent(this.after)}` : "";
    const source = new EventSource(`${this.address}?${query}${after}`);
    this.source = source;
    source.onmessage = (event) => this.hear(event);
    source.addEventListener("alive", (event) => this.alive(event));
    source.addEventListener("denied", (event) => this.denied(JSON.parse(event.data)));
    source.onerror = () => this.cut(source);
  }

  alive(event) {
    this.lastHeard = Date.now();
    this.patience = 1000;
    this.say("open", JSON.parse(event.data));
    // What happened between a page's making and now may have gone by: it reads anew.
    for (const [port, topic] of this.fresh.splice(0)) port.postMessage({ news: { topic, kind: "reset", ids: [] } });
  }

  hear(event) {
    this.lastHeard = Date.now();
    if (event.lastEventId) this.after = event.lastEventId;
    const news = JSON.parse(event.data);
    for (const [port, topics] of this.pages) if (topics.has(news.topic)) port.postMessage({ news });
  }

  denied(topics) {
    for (const [port, own] of this.pages) {
      for (const topic of topics) if (own.has(topic)) port.postMessage({ denied: topic });
    }
  }

  // The browser tries again by itself after a broken line, but not after an answer that was no stream.
  cut(source) {
    if (source !== this.source) return;
    this.say("cut");
    source.close();
    this.source = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), this.patience * (0.75 + Math.random() / 2));
    this.patience = Math.min(this.patience * 2, 15000);
  }

  // A line can die without a word: every five seconds something must come.
  look() {
    if (this.source && this.state === "open" && Date.now() - this.lastHeard > 10000) this.cut(this.source);
  }

  say(state, at) {
    this.state = state;
    for (const port of this.pages.keys()) port.postMessage({ line: state, at });
  }

  told(port, said) {
    if (said.listen) this.listen(port, said.listen, said.kiosk || "");
    else if (said.forget) this.forget(port, said.forget);
    else if (said.bye) this.leave(port);
  }
}

if (typeof SharedWorkerGlobalScope !== "undefined" && self instanceof SharedWorkerGlobalScope) {
  const station = new Station(new URL(self.location.href).searchParams.get("stream"));
  self.onconnect = (event) => {
    const port = event.ports[0];
    station.join(port);
    port.onmessage = (message) => station.told(port, message.data);
  };
} else {
  globalThis.SeatlineStation = Station;
}
