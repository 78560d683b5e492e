/* The browser's phone: SIP over the desk's own line, sound straight to Asterisk and encrypted.

   One phone a browser: the tab that holds the lock has it, the others ask that tab. Nothing about calls is decided here:
   the phone rings, is answered, and ends; who is on hold or in a conference is the switch's. */

import { UA, WebSocketInterface } from "./vendor/jssip.js";

const LINE = "/desk/line/";
const CANDIDATES_WITHIN = 300; // ms: hosts are found in a tenth of it, and there is nothing else to be found
const AGAIN_AFTER = 400; // ms between tries to register while the account is on its way to Asterisk
const TRIES = 40;

export class Phone extends EventTarget {
  constructor(speaker) {
    super();
    this.speaker = speaker;
    this.microphone = null;
    this.ua = null;
    this.call = null;
    this.registered = false;
    this.muted = false;
    this.expected = 0; // until when a call is taken at once: the agent has asked for it
  }

  get ringing() {
    return Boolean(this.call) && !this.call.isEstablished() && !this.call.isEnded();
  }

  get talking() {
    return Boolean(this.call) && this.call.isEstablished();
  }

  get standing() {
    const { registered, ringing, talking, muted } = this;
    const from = ringing ? this.call.remote_identity.uri.user : "";
    return { registered, ringing, talking, muted, from, name: ringing ? this.call.remote_identity.display_name : "" };
  }

  async listen() {
    const wanted = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
    this.microphone ??= await navigator.mediaDevices.getUserMedia(wanted);
    return this.microphone;
  }

  /* Register with this account; resolves when Asterisk has it. */
  connect({ endpoint, password }) {
    this.stop();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocketInterface(`${scheme}://${location.host}${LINE}`);
    this.ua = new UA({
      sockets: [socket], uri: `sip:${endpoint}@seatline`, password, realm: "seatline", register: true,
      register_expires: 600, session_timers: false, connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 4, user_agent: "Seatline desk",
    });
    this.ua.on("newRTCSession", ({ originator, session }) => this.rings(originator, session));
    this.ua.on("unregistered", () => this.becomes(false));
    this.ua.on("disconnected", () => this.becomes(false));
    return new Promise((done, failed) => {
      let tries = 0;
      this.ua.on("registered", () => { this.becomes(true); done(); });
      this.ua.on("registrationFailed", ({ cause }) => {
        this.becomes(false);
        if (++tries > TRIES) failed(new Error(cause));
        else setTimeout(() => this.ua?.isConnected() && this.ua.register(), AGAIN_AFTER);
      });
      this.ua.start();
    });
  }

  becomes(registered) {
    this.registered = registered;
    this.tell();
  }

  rings(originator, session) {
    if (originator !== "remote" || this.talking) return session.terminate({ status_code: 486 });
    this.call = session;
    this.muted = false;
    const over = () => { if (this.call === session) this.call = null; this.tell("over"); };
    session.on("ended", over);
    session.on("failed", over);
    session.on("confirmed", () => this.tell());
    session.on("accepted", () => this.tell());
    let waits = 0;
    session.on("icecandidate", ({ ready }) => { waits ||= setTimeout(ready, CANDIDATES_WITHIN); });
    session.on("peerconnection", ({ peerconnection }) => {
      peerconnection.addEventListener("track", ({ track, streams }) => {
        this.speaker.srcObject = streams[0] ?? new MediaStream([track]);
        this.speaker.play().catch(() => {});
      });
    });
    this.tell("rings");
    if (Date.now() < this.expected) this.answer();
  }

  expect(ms) {
    this.expected = Date.now() + ms;
  }

  async answer() {
    if (!this.ringing || this.answering === this.call) return;
    this.answering = this.call;
    this.expected = 0;
    const mediaStream = await this.listen();
    this.call?.answer({ mediaStream, pcConfig: { iceServers: [] }, mediaConstraints: { audio: true, video: false } });
  }

  hangUp() {
    if (this.call && !this.call.isEnded()) this.call.terminate();
  }

  mute(yes) {
    if (!this.talking) return;
    this.call[yes ? "mute" : "unmute"]({ audio: true });
    this.muted = yes;
    this.tell();
  }

  key(digit) {
    if (this.talking) this.call.sendDTMF(digit, { transportType: "RFC2833", duration: 120, interToneGap: 70 });
  }

  stop() {
    this.ua?.removeAllListeners();
    this.ua?.stop();
    this.ua = null;
    this.becomes(false);
  }

  tell(what = "changed") {
    this.dispatchEvent(new CustomEvent("phone", { detail: { what, ...this.standing } }));
  }
}

/* How loud the microphone is, 0 to 1, as often as the page is drawn; gives a function that ends it. */
export function meter(stream, draw) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let on = true;
  const look = () => {
    if (!on) return;
    analyser.getFloatTimeDomainData(samples);
    draw(Math.min(1, 4 * Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length)));
    requestAnimationFrame(look);
  };
  look();
  return () => { on = false; context.close(); };
}

/* The one tab that has the phone. `mine` is called in it, once and for as long as it lives; others go on without. */
export function elect(mine) {
  navigator.locks.request("seatline-phone", () => new Promise(() => mine()));
}
