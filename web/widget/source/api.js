// Speaks with the server: docs/decisions/0006-edge-protocol.md.

import { keep, recall } from "./storage.js";

const SECONDS = 25; // longer than the server itself may take
const MARK = "foyer_left=1; path=/; samesite=lax";

// The server said no. `code` is its reason, `text` what to show, `wait` is in seconds, and `urgent`
// a message of the assistant with urgent help: the crisis reply, where one is due.
export class Refused extends Error {
  constructor(status, code, { text = "", wait = 0, urgent = null } = {}) {
    super(code);
    Object.assign(this, { status, code, text, wait, urgent });
  }

  // Whether the same message may be sent again.
  get passing() {
    return this.status === 429 || this.status >= 500;
  }
}

export class Api {
  constructor(base) {
    this.base = base;
    this.embedded = new URL(base).origin !== location.origin;
  }

  // Goes on with the conversation of this browser, or begins one.
  start(service) {
    return this._told("POST", "/chat/start", { service });
  }

  conversation() {
    return this._told("GET", "/chat/messages");
  }

  send(message) {
    return this._told("POST", "/chat/messages", message);
  }

  // Shuts the conversation; sent even while the page goes away. If it doesn't arrive, the mark tells
  // of it: scripts can't take the cookie away, and whoever uses this device next has it.
  leave() {
    if (!this.embedded) document.cookie = MARK + (location.protocol === "https:" ? "; secure" : "");
    return fetch(this.base + "/chat/leave", {
      ...this._options("POST", {}), keepalive: true,
    }).catch(() => {});
  }

  // Where a page of this conversation can be opened for a moment, from another website.
  async page(path) {
    const { path: signed } = await this._call("GET", `${path}/link`);
    return this.base + signed;
  }

  // A fetched copy of a file of this conversation, for a download on another website.
  async copy(path) {
    const response = await fetch(this.base + path, this._options("GET"));
    if (!response.ok) throw new Refused(response.status, "missing");
    return URL.createObjectURL(await response.blob());
  }

  // What was said. A proxy's own page, or half an answer, is none.
  async _told(method, path, body) {
    const told = await this._call(method, path, body);
    if (!Array.isArray(told.messages)) throw new TypeError("This is no answer of the chat.");
    return told;
  }

  async _call(method, path, body) {
    const late = new AbortController();
    const clock = setTimeout(() => late.abort(), SECONDS * 1000);
    try {
      const response = await fetch(this.base + path, {
        ...this._options(method, body), signal: late.signal,
      });
      const said = (await response.json().catch(() => null)) || {};
      if (said.token) keep("token", said.token); // a new one in place of one that ages
      if (response.ok) return said;
      const { code = "unavailable", text } = said.error || {};
      const wait = Number(response.headers.get("Retry-After")) || 0;
      throw new Refused(response.status, code, { text, wait, urgent: said.urgent });
    } finally {
      clearTimeout(clock);
    }
  }

  _options(method, body) {
    const headers = { Accept: "application/json" };
    const token = this.embedded && recall("token");
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    return {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: this.embedded ? "omit" : "same-origin",
    };
  }
}
