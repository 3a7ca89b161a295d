// The conversation as this tab knows it: what was said, and what is still to be sent.
//
// Nothing typed is lost: a message stays in the outbox, kept over a reload, until the server has
// answered it. It keeps its id, so that the server handles it once however often it is sent.

import { forgetAll, keep, recall } from "./storage.js";
import { Refused } from "./api.js";

const PAUSES = [1, 2, 4, 8, 15]; // seconds before trying again, then the last one over and over

// Tells of "change" (with `heard`: the new replies), and of "gone".
export class Conversation extends EventTarget {
  constructor(api, service) {
    super();
    this.api = api;
    this.service = service;
    this.messages = [];
    this.outbox = recall("outbox", []);
    this.state = "new"; // new, starting, ready, trouble, failed (could not start), gone
    this.problem = ""; // the server's own words for what is wrong
    this.busy = false;
    this.tries = 0;
    this.others = typeof BroadcastChannel === "function" ? new BroadcastChannel("foyer") : null;
    this.others?.addEventListener("message", ({ data }) => this._heardFromTab(data));
    addEventListener("online", () => this.retry());
    addEventListener("focus", () => this.refresh());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.refresh();
    });
  }

  // What is waited for: an answer to the first message of the outbox.
  get waiting() {
    return this.busy && this.outbox.length > 0;
  }

  // The message whose choices are open.
  get last() {
    const last = this.messages[this.messages.length - 1];
    const sending = this.outbox.some(({ state }) => state !== "refused");
    return !sending && last && last.from === "assistant" ? last : null;
  }

  async start() {
    if (this.state === "starting" || this.state === "ready") return;
    this._become("starting");
    try {
      this._take(await this.api.start(this.service));
      this.tries = 0;
      this._become("ready");
      this._drain();
    } catch (error) {
      this._become("failed", error.text || "");
      this._later(() => this.state === "failed" && this.start());
    }
  }

  // Starts anew after the old conversation has ended.
  async startAgain() {
    this.messages = [];
    this.state = "new";
    await this.start();
  }

  send(text, tapped = false) {
    const state = this.state === "ready" ? "sending" : "waiting";
    this.outbox.push({ id: newId(), text, tapped, at: new Date().toISOString(), state });
    this._keepOutbox();
    this._changed();
    return this._drain();
  }

  // Tries at once what is tried again anyway.
  retry() {
    clearTimeout(this.clock);
    if (this.state === "failed") return this.start();
    if (this.state === "gone") return this.startAgain();
    if (this.outbox.length) return this._drain();
    return this.refresh();
  }

  // Takes away a message that the server will not take.
  drop(id) {
    this.outbox = this.outbox.filter((message) => message.id !== id);
    this._keepOutbox();
    this._changed();
  }

  // Fetches what was said elsewhere: in another tab, or while there was no connection.
  async refresh() {
    if (this.busy || !["ready", "trouble"].includes(this.state)) return;
    try {
      this._take(await this.api.conversation());
      this._recovered();
      this._drain();
    } catch (error) {
      this._failed(error);
    }
  }

  // Forgets everything on this device, in every tab.
  leave() {
    this.others?.postMessage("leave");
    this.api.leave(); // while the token is still known
    this._forget();
  }

  async _drain() {
    if (this.busy || !["ready", "trouble"].includes(this.state)) return;
    this.busy = true;
    clearTimeout(this.clock);
    try {
      let message;
      while ((message = this.outbox.find(({ state }) => state !== "refused"))) {
        message.state = "sending";
        this._changed();
        const { id, text, tapped, at } = message;
        const { messages } = await this.api.send({ id, text, tapped });
        this.outbox = this.outbox.filter((each) => each !== message);
        this._keepOutbox();
        const known = new Set(this.messages.map((each) => each.id));
        if (!known.has(id)) this.messages.push({ id, from: "person", at, text, buttons: [], custom: null });
        const heard = messages.filter((each) => !known.has(each.id));
        this.messages.push(...heard);
        this._recovered();
        this._changed(heard);
        this.others?.postMessage("changed");
      }
    } catch (error) {
      this._failed(error);
    } finally {
      this.busy = false;
      this._changed();
    }
  }

  _failed(error) {
    const message = this.outbox.find(({ state }) => state === "sending");
    const urgent = error instanceof Refused && error.urgent;
    if (message && urgent && urgent.custom && urgent.custom.type === "crisis") {
      this._heardInstead(message, urgent);
      if (error.status !== 401) return;
    }
    if (error instanceof Refused && error.status === 401) {
      if (message) message.state = "waiting"; // it goes to the new chat, if one is started
      this._become("gone", error.text);
      return;
    }
    if (error instanceof Refused && !error.passing) {
      if (message) {
        message.state = "refused";
        message.problem = error.text;
        this._keepOutbox();
      }
      if (error.code === "not-offered") this._later(() => this.refresh());
      return;
    }
    if (message) message.state = "waiting";
    this._become("trouble", error.text || "");
    this._later(() => this.retry(), error.wait);
  }

  // A crisis reply that came in place of an answer. It stands in the conversation like any other.
  _heardInstead({ id, text, at }, urgent) {
    this.outbox = this.outbox.filter((each) => each.id !== id);
    this._keepOutbox();
    const reply = { ...urgent, id: `${id}.urgent`, buttons: [] };
    this.messages.push({ id, from: "person", at, text, buttons: [], custom: null }, reply);
    this._changed([reply]);
  }

  _recovered() {
    this.tries = 0;
    if (this.state === "trouble") this._become("ready");
  }

  _later(then, seconds = 0) {
    clearTimeout(this.clock);
    const pause = seconds || PAUSES[Math.min(this.tries, PAUSES.length - 1)];
    this.tries += 1;
    this.clock = setTimeout(then, pause * 1000);
  }

  // The server's history replaces ours; what it has of the outbox needs no sending any more.
  _take({ messages, service }) {
    const known = new Set(this.messages.map((each) => each.id));
    const answered = new Set(messages.map((each) => each.id));
    const first = this.messages.length === 0;
    this.service = service || this.service;
    this.messages = messages;
    this.outbox = this.outbox.filter((each) => !answered.has(each.id));
    this._keepOutbox();
    const heard = messages.filter((each) => each.from === "assistant" && !known.has(each.id));
    this._changed(first ? heard.slice(-1) : heard, first);
  }

  _heardFromTab(what) {
    if (what === "changed") this.refresh();
    if (what === "leave") {
      this._forget();
      this.dispatchEvent(new Event("left"));
    }
  }

  _forget() {
    clearTimeout(this.clock);
    this.messages = [];
    this.outbox = [];
    this.state = "gone";
    forgetAll();
  }

  _keepOutbox() {
    keep("outbox", this.outbox);
  }

  _become(state, problem = "") {
    this.state = state;
    this.problem = problem;
    this._changed();
  }

  _changed(heard = [], first = false) {
    this.dispatchEvent(new CustomEvent("change", { detail: { heard, first } }));
  }
}

// randomUUID is there only on secure pages.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
