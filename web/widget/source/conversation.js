// The conversation as this tab knows it: what was said, and what is still to be sent.
//
// Nothing typed is lost: a message stays in the outbox, kept over a reload, until the server has
// answered it. It keeps its id, so that the server handles it once however often it is sent.

import { forgetAll, keep, recall } from "./storage.js";
import { Refused } from "./api.js";

const URGENT = ".urgent";
const TABS_MILLISECONDS = 150;
const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds before trying again, then the last one over and over

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
    this.asked = new Set(); // the messages that were sent ahead of their turn
    this.busy = false;
    this.stale = false; // whether something was said elsewhere while this tab was busy
    this.tries = 0;
    this.turns = 0; // that were answered here
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

  // What is to be sent first.
  get next() {
    return this.outbox.find(({ state }) => state !== "refused");
  }

  // The message whose choices are open. Those of a crisis reply are, whatever waits.
  get last() {
    const last = this.messages[this.messages.length - 1];
    if (!last || last.from !== "assistant" || this.state === "gone") return null;
    return this.next && !is(last, "crisis") ? null : last;
  }

  async start() {
    if (!["new", "failed"].includes(this.state)) return;
    this._become("starting");
    try {
      await this._inherit();
      this._take(await this.api.start(this.service));
      this.tries = 0;
      this._become("ready");
      this._drain();
    } catch (error) {
      this._become("failed", error.text || "");
      this._later(() => this.state === "failed" && this.start(), error.wait);
    }
  }

  // Starts anew after the old conversation has ended.
  async startAgain() {
    this.messages = [];
    this.state = "new";
    await this.start();
  }

  // Begins again with what the server has, where the page stood still for a while.
  reopen(shown) {
    clearTimeout(this.clock);
    this.messages = [];
    this.outbox = recall("outbox", []);
    this._become("new");
    if (shown) this.start();
  }

  send(text, tapped = false) {
    const state = this.state === "ready" ? "sending" : "waiting";
    this.outbox.push({ id: newId(), text, tapped, at: new Date().toISOString(), state });
    this._keepOutbox();
    this._changed();
    this._askAhead();
    return this._drain();
  }

  // Tries at once what is tried again anyway.
  retry() {
    clearTimeout(this.clock);
    if (this.state === "failed") return this.start();
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
    if (!["ready", "trouble"].includes(this.state)) return;
    this.stale = this.busy;
    if (this.busy) return;
    const { turns } = this;
    try {
      const told = await this.api.conversation();
      if (this.turns !== turns) { // it was asked for before the last answer came
        this.stale = this.busy;
        return this.busy ? undefined : this.refresh();
      }
      // There is nothing where the greeting could not be made: it is asked for again.
      this._take(told.messages.length ? told : await this.api.start(this.service));
      if (!this.next) this._recovered();
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
      while ((message = this.next)) {
        message.state = "sending";
        this._changed();
        const { id, text, tapped } = message;
        const { messages } = await this.api.send({ id, text, tapped });
        this._recovered();
        this._answered(message, messages);
      }
    } catch (error) {
      this._failed(error);
    } finally {
      this.busy = false;
      this._changed();
    }
    if (this.stale && !this.next) this.refresh();
  }

  // What is said while an earlier message waits takes its turn, but a crisis reply does not.
  _askAhead() {
    for (const message of this.outbox) {
      const { id, text, tapped, state } = message;
      if (message === this.next || state === "refused" || this.asked.has(id)) continue;
      this.asked.add(id);
      this.api.send({ id, text, tapped, ahead: true }).then(
        ({ messages }) => messages.length && this._answered(message, messages),
        (error) => this._heardInstead(message, error) || this.asked.delete(id));
    }
  }

  _answered(message, replies) {
    this._stands(message, replies);
    this.others?.postMessage("changed");
  }

  // A message goes from the outbox into the conversation, with its replies after it.
  _stands({ id, text, at }, replies) {
    this.outbox = this.outbox.filter((each) => each.id !== id);
    this._keepOutbox();
    this.turns += 1;
    this.messages = this.messages.filter((each) => each.id !== urgentId(id));
    const known = new Set(this.messages.map((each) => each.id));
    if (!known.has(id)) this.messages.push({ id, from: "person", at, text, buttons: [], custom: null });
    const heard = replies.filter((each) => !known.has(each.id));
    this.messages.push(...heard);
    this._changed(heard);
  }

  _failed(error) {
    const message = this.outbox.find(({ state }) => state === "sending");
    if (message && this._heardInstead(message, error) && error.status !== 401) return;
    if (error instanceof Refused && error.status === 401) {
      this._wait(this.outbox.filter(({ tapped }) => !tapped)); // it goes to the new chat, if one is started
      this.messages = this.messages.filter(isUrgent);
      this._become("gone", error.text);
      return;
    }
    if (error instanceof Refused && !error.passing) {
      if (message) {
        message.state = "refused";
        message.problem = error.text;
        this._keepOutbox();
        this._changed([], { refused: message });
      }
      if (error.code === "not-offered") this._later(() => this.refresh());
      return;
    }
    this._wait(this.outbox);
    this._become("trouble", error.text || "");
    this._later(() => this.retry(), error.wait);
    if (error instanceof Refused) this._askAhead();
  }

  _wait(outbox) {
    for (const message of outbox) if (message.state === "sending") message.state = "waiting";
    this.outbox = outbox;
    this._keepOutbox();
  }

  // A crisis reply may come in place of an answer. It stands in the conversation like any other.
  _heardInstead(message, { urgent }) {
    if (!urgent || !is(urgent, "crisis")) return false;
    const reply = { ...urgent, id: urgentId(message.id), buttons: [] };
    if (["ready", "trouble"].includes(this.state)) this._stands(message, [reply]);
    else { // there is no chat yet that would keep it: it is sent again as soon as there is
      this.messages = [...this.messages.filter(({ id }) => id !== reply.id), reply];
      this._changed([reply]);
    }
    return true;
  }

  _recovered() {
    this.tries = 0;
    if (this.state === "trouble") this._become("ready");
  }

  // `seconds` is how long the server would have us wait at least.
  _later(then, seconds = 0) {
    clearTimeout(this.clock);
    const pause = Math.max(seconds, PAUSES[Math.min(this.tries, PAUSES.length - 1)]);
    this.tries += 1;
    this.clock = setTimeout(then, pause * (1000 + 250 * Math.random())); // not all tabs at once
  }

  // The server's history replaces ours. What it has answered needs no sending any more; what failed
  // or is still in hand there is asked for again, and stands in the outbox only.
  _take({ messages, service }) {
    const known = new Set(this.messages.map((each) => each.id));
    const first = this.messages.every(isUrgent);
    this.service = service || this.service;
    this.outbox = this.outbox.filter(({ id }) => !isAnswered(messages.filter((each) => isReply(each, id))));
    this._keepOutbox();
    const waits = (message) => this.outbox.some(({ id }) => message.id === id || isReply(message, id));
    const meanwhile = this.messages.filter((message) => isUrgent(message) && waits(message));
    this.messages = [...messages.filter((message) => !waits(message)), ...meanwhile];
    const heard = this.messages.filter((each) => each.from === "assistant" && !known.has(each.id));
    this._changed(first ? heard.slice(-1) : heard, { first });
    // A greeting that was late is there a moment later.
    if (this.messages.length && this.messages.every((each) => is(each, "failure"))) this._later(() => this.refresh());
  }

  // On another website the chat is known by a token, which another of its tabs may have.
  async _inherit() {
    if (!this.others || !this.api.embedded || recall("token")) return;
    this.others.postMessage("token?");
    await new Promise((told) => {
      this.inherited = told;
      setTimeout(told, TABS_MILLISECONDS);
    });
  }

  _heardFromTab(what) {
    if (what === "token?" && recall("token")) this.others.postMessage({ token: recall("token") });
    if (what.token && this.inherited) {
      keep("token", what.token);
      this.inherited();
    }
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

  _changed(heard = [], more = {}) {
    this.dispatchEvent(new CustomEvent("change", { detail: { heard, ...more } }));
  }
}

function is(message, type) {
  return Boolean(message.custom) && message.custom.type === type;
}

// A crisis reply that came without a turn of the chat.
function isUrgent({ id }) {
  return id.endsWith(URGENT);
}

function urgentId(id) {
  return id + URGENT;
}

function isReply(message, id) {
  return message.id.startsWith(`${id}.`);
}

// Whether these replies to a message are its answer: a turn that failed can be tried again.
function isAnswered(replies) {
  return replies.some((each) => is(each, "crisis")) ||
    (replies.length > 0 && !replies.some((each) => is(each, "failure")));
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
