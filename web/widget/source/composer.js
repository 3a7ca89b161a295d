// Where a message is typed: it grows, Enter sends, Shift and Enter begin a new line.

import { DATA } from "./data.js";
import { h, icon, ICONS } from "./dom.js";
import { keep, recall } from "./storage.js";
import { WORDS } from "./words.js";

const NEAR = 200; // letters left at which the limit is told
const PAUSE = 600; // milliseconds
const FIELDS = {
  name: { autocomplete: "name", autocapitalize: "words" },
  phone: { autocomplete: "tel" },
  email: { autocomplete: "email", inputmode: "email", type: "email", autocapitalize: "none" },
  postcode: { autocomplete: "postal-code", autocapitalize: "characters" },
  nhs_number: { autocomplete: "off" },
}; // no keys for numbers alone: whoever has something else to say must be able to

export class Composer {
  // `send` is called with the text.
  constructor(send) {
    this.send = send;
    this.kind = null;
    this.limit = h("p", { class: "limit small", id: "limit", role: "status" });
    this.slot = h("div", { class: "field" });
    this.node = h("form", { class: "composer", novalidate: true, on: { submit: (event) => this._submit(event) } },
      h("label", { class: "unseen", for: "message" }, WORDS.message),
      this.slot,
      h("button", { type: "submit", class: "send" }, icon(...ICONS.send), h("span", {}, WORDS.send)),
      this.limit);
    this.fit(null);
    this.field.value = recall("draft", "");
    this._grow();
  }

  // Fits the field to the kind of answer that is asked for, so that phones show the right keys.
  fit(kind) {
    const wanted = Object.prototype.hasOwnProperty.call(FIELDS, kind) ? kind : null;
    if (this.field && wanted === this.kind) return;
    const typed = this.field ? this.field.value : "";
    const focused = this.field && this.field.getRootNode().activeElement === this.field;
    const shared = {
      id: "message", placeholder: WORDS.placeholder, "aria-describedby": "limit",
      on: { input: () => this._typed(), keydown: (event) => this._key(event) },
    };
    this.kind = wanted;
    this.field = wanted
      ? h("input", { type: "text", ...FIELDS[wanted], ...shared })
      : h("textarea", { rows: 1, autocomplete: "off", enterkeyhint: "send", ...shared });
    this.field.value = typed;
    this.slot.replaceChildren(this.field);
    if (focused) this.field.focus();
    this._grow();
  }

  focus() {
    this.field.focus();
  }

  // Puts a text back in, unless another has been begun.
  put(text) {
    if (!this.field.value.trim()) this._fill(text);
    this.field.focus();
  }

  _fill(text) {
    this.field.value = text;
    this._typed();
  }

  _submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text || this._over() > 0) return;
    this._fill("");
    this.send(text);
  }

  _key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    this._submit(event);
  }

  _typed() {
    keep("draft", this.field.value);
    const over = this._over();
    clearTimeout(this.telling); // once they pause: it is read out
    this.telling = setTimeout(() => this._tellLimit(over), PAUSE);
    this.field.setAttribute("aria-invalid", String(over > 0));
    this._grow();
  }

  _tellLimit(over) {
    this.limit.textContent = over > 0 ? WORDS.over(over) : over > -NEAR ? WORDS.left(-over) : "";
  }

  _over() {
    return this.field.value.trim().length - DATA.limit;
  }

  _grow() {
    if (this.kind) return;
    this.field.style.height = "auto";
    if (this.field.scrollHeight) this.field.style.height = `${this.field.scrollHeight + 4}px`;
  }
}
