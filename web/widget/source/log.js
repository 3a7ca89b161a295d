// The list of messages with what belongs under it: the answers to tap and the sign that Foyer writes.

import { answersTo } from "./answers.js";
import { button, h, icon, ICONS, unseen } from "./dom.js";
import { dayItem, dayOf, messageItem, outgoingItem } from "./message.js";
import { WORDS } from "./words.js";

const NEAR_END = 80; // pixels
const DOUBLE_TAP = 400; // milliseconds

export class Log {
  constructor(conversation, tools) {
    this.conversation = conversation;
    this.tools = tools;
    this.items = new Map(); // what is drawn, by what it depends on
    this.list = h("ol", { class: "messages", role: "list" });
    this.writing = h("div", { class: "writing", hidden: true },
      h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), unseen(WORDS.writing));
    this.notice = h("div", { class: "notice" });
    this.answers = h("div", { class: "answers", role: "group", "aria-label": WORDS.answers, tabindex: "-1" });
    this.answers.addEventListener("click", (event) => this._guard(event), true);
    this.below = button(icon(...ICONS.down), () => this._scroll(this.node.scrollHeight),
      { class: "below", hidden: true, "aria-label": WORDS.moreBelow, tabindex: "-1" });
    this.inner = h("div", { class: "inner" }, this.list, this.writing, this.notice, this.answers);
    this.node = h("section", { class: "log", "aria-label": WORDS.conversation, tabindex: "0",
      on: { scroll: () => this._mark() } }, this.inner);
    this.outer = h("div", { class: "log-outer" }, this.node, this.below);
  }

  // Draws what has changed. `first` is when the conversation is shown for the first time.
  draw({ heard, first }) {
    const { conversation } = this;
    const shown = this.drawn();
    const last = conversation.last;
    const nodes = [];
    const items = new Map();
    let day = "";
    const add = (key, make) => {
      const node = this.items.get(key) || make();
      items.set(key, node);
      nodes.push(node);
    };
    const newDay = (at) => {
      if (dayOf(at) === day) return;
      day = dayOf(at);
      const name = day;
      add(`day ${name}`, () => dayItem(name));
    };
    const sent = conversation.outbox.length ? null : conversation.messages.filter(({ from }) => from === "person").pop();
    for (const message of conversation.messages) {
      newDay(message.at);
      const place = { open: message === last, newest: message === sent };
      add(`${message.id} ${place.open} ${place.newest}`, () => messageItem(message, this.tools, place));
    }
    for (const message of conversation.outbox) {
      newDay(message.at);
      const actions = { retry: () => conversation.retry(), takeBack: this.tools.takeBack };
      add(`${message.id} ${message.state}`, () => outgoingItem(message, actions));
    }
    this.items = items;
    replace(this.list, nodes);
    this.writing.hidden = !conversation.waiting && conversation.state !== "starting";
    this._drawAnswers(last);
    if (first || !shown) this.toLatest();
    else if (heard.length) this._reveal(heard[0].id);
    else if (conversation.outbox.length > this.sending) this._scroll(this.node.scrollHeight);
    this.sending = conversation.outbox.length;
    this._mark();
  }

  drawn() {
    return this.list.childElementCount > 0;
  }

  // To what was said last.
  toLatest() {
    const messages = this.conversation.messages;
    let first = messages.length - 1;
    while (first > 0 && messages[first - 1].from === "assistant") first -= 1;
    if (first >= 0) this._reveal(messages[first].id, "instant");
  }

  // To what stands in place of answers.
  toNotice() {
    this._scroll(this.notice.offsetTop - 140, "instant");
  }

  _drawAnswers(last) {
    const key = last ? last.id : "";
    if (key === this.answered) return;
    this.answered = key;
    this.answers.replaceChildren(...(last ? answersTo(this.conversation.messages, this.tools.say) : []));
  }

  // The second half of a double tap would answer the next question, which stands in the same place.
  _guard(event) {
    if (event.detail > 0 && event.timeStamp - this.tappedAt < DOUBLE_TAP) {
      event.preventDefault();
      event.stopPropagation();
    } else this.tappedAt = event.timeStamp;
  }

  // To the end, or, when the answer is longer than the screen, to where it begins.
  _reveal(id, behavior) {
    const node = [...this.list.children].find((each) => each.dataset.id === id);
    const top = node ? node.offsetTop - 12 : 0;
    const end = this.node.scrollHeight - this.node.clientHeight;
    this._scroll(node ? Math.min(top, end) : end, behavior);
  }

  _scroll(top, behavior) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.node.scrollTo({ top, behavior: behavior || (still ? "instant" : "smooth") });
  }

  _mark() {
    const { scrollHeight, scrollTop, clientHeight } = this.node;
    this.below.hidden = scrollHeight - scrollTop - clientHeight < NEAR_END;
  }
}

// Makes `nodes` the children of `parent` and leaves alone what is in its place already, so that
// focus and selection stay.
function replace(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] || null);
  });
}
