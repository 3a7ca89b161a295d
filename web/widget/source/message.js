// Draws one message: a bubble, and beside its text what its data is best shown as.

import { h, unseen } from "./dom.js";
import { card } from "./cards.js";
import { plainText, richText } from "./rich_text.js";
import { WORDS } from "./words.js";

// A message of the conversation as a list item. `tools` is what its cards may do; `open` whether
// its choices are still open, `newest` whether it is the last that the person said.
export function messageItem(message, tools, { open, newest }) {
  if (message.from === "person") {
    return item("person", message, WORDS.you, plainText(message.text), null, newest ? WORDS.sent : "");
  }
  const { text, extra } = card(message, tools, open);
  return item("assistant", message, WORDS.assistant, richText(text, tools.base), extra);
}

// A message that is on its way, or waits, or was refused.
export function outgoingItem(message, { retry, takeBack }) {
  const state = h("p", { class: `state state-${message.state}` });
  if (message.state === "sending") state.append(WORDS.sending);
  if (message.state === "waiting") {
    state.append(`${WORDS.waiting}. `, link(WORDS.again, retry));
  }
  if (message.state === "refused") {
    const words = message.tapped ? WORDS.takeAway : WORDS.takeBack;
    state.append(`${WORDS.notSent}. ${message.problem} `, link(words, () => takeBack(message)));
  }
  const shown = item("person", message, WORDS.you, plainText(message.text));
  shown.append(state);
  return shown;
}

// The line between days.
export function dayItem(day) {
  return h("li", { class: "day" }, h("span", {}, day));
}

export function dayOf(iso) {
  const day = new Date(iso);
  const days = Math.round((midnight(new Date()) - midnight(day)) / 86400000);
  if (days === 0) return WORDS.today;
  if (days === 1) return WORDS.yesterday;
  return day.toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
}

// The id of the element with a message's words.
export function saidId(id) {
  return `said-${id}`;
}

function item(from, message, said, body, extra = null, state = "") {
  const time = new Date(message.at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const bubble = h("div", { class: "bubble", id: saidId(message.id) }, unseen(`${said}: `), body);
  return h(
    "li",
    { class: `message ${from}`, "data-id": message.id },
    body.length ? bubble : null,
    extra,
    h("p", { class: "meta" }, h("time", { datetime: message.at }, time), state && ` · ${state}`),
  );
}

function midnight(day) {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate());
}

function link(words, listener) {
  return h("button", { type: "button", class: "link", on: { click: listener } }, words);
}
