// The widget itself: the buttons in the corner, and the chat that they open.

import { Api } from "./api.js";
import { choicesOf } from "./answers.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { DATA } from "./data.js";
import { Display } from "./display.js";
import { button, h, icon, ICONS } from "./dom.js";
import { allLines, careCard, linesFor } from "./help_lines.js";
import { goElsewhere, onEscapes } from "./leave.js";
import { Log } from "./log.js";
import { spoken } from "./rich_text.js";
import { keep, recall } from "./storage.js";
import { WORDS } from "./words.js";

const SMALL = "(max-width: 40em), (max-height: 30em)"; // here the chat takes the whole screen
const SLOW = 5000; // milliseconds after which waiting is told

export class FoyerChat extends HTMLElement {
  // `base` is the address of the server, `service` the page's service or null, `elsewhere` where
  // "Leave quickly" goes.
  setUp({ base, service, elsewhere }) {
    this.elsewhere = elsewhere;
    this.service = service;
    this.api = new Api(base);
    this.conversation = new Conversation(this.api, service);
    this.tabs = []; // that this one has opened: they close when it is left
    const tools = {
      base, api: this.api, say: (text, tapped) => this._say(text, tapped), tell: (words) => this._tell(words),
      takeBack: (message) => this._takeBack(message),
      openTab: () => this._openTab(),
    };
    this.log = new Log(this.conversation, tools);
    this.composer = new Composer((text) => this._say(text, false));
    this._build();
    this.display = new Display(this.root, this);
    this.conversation.addEventListener("change", ({ detail }) => this._draw(detail));
    this.conversation.addEventListener("left", () => this._leave(false));
    onEscapes(() => this.dialog.open, () => this._leave());
    for (const event of ["resize", "scroll"]) window.visualViewport?.addEventListener(event, () => this._fit());
    addEventListener("offline", () => this._draw({ heard: [] }));
    addEventListener("online", () => this._draw({ heard: [] }));
    addEventListener("pageshow", ({ persisted }) => persisted && this._comeBack());
    matchMedia(SMALL).addEventListener("change", () => this._reopen());
  }

  connectedCallback() {
    if (this.showPopover) { // to the top layer, where nothing that is done to the page reaches it
      this.popover = "manual";
      this.showPopover();
    }
    this.display.apply();
    if (recall("open", false)) this.open({ focus: false });
  }

  // Opens the chat; `view` is "chat", "urgent" or "display", `opener` what was used to open it.
  open({ view = "chat", focus = true, opener = this.opening } = {}) {
    if (!this.dialog.open) {
      this.opener = opener;
      const before = document.activeElement;
      const modal = this._showDialog();
      if (!focus && !modal) before.focus(); // the dialog has taken it by itself
      this.launcher.hidden = true;
      keep("open", true);
    }
    this._show(view, focus);
  }

  close() {
    if (this.dialog.close) this.dialog.close(); // its event does the rest
    else {
      this.dialog.removeAttribute("open");
      this._closed();
    }
  }

  // Whether it is modal: where it takes the whole screen.
  _showDialog() {
    const modal = Boolean(this.dialog.showModal) && matchMedia(SMALL).matches;
    if (modal) this.dialog.showModal();
    else if (this.dialog.show) this.dialog.show();
    else this.dialog.setAttribute("open", "");
    return modal;
  }

  // Whoever closed it: a phone's "back" does so without asking us.
  _closed() {
    if (this.dialog.open) return; // it was only opened in another way
    keep("open", false);
    this.launcher.hidden = false;
    this.leaving.hidden = false;
    this.opener.focus();
  }

  // Opens it in the way that fits the screen, which has changed.
  _reopen() {
    if (!this.dialog.open || !this.dialog.close) return;
    this.dialog.close();
    this._showDialog();
  }

  // "Back" has brought up this page as it was. The chat may have been left since.
  _comeBack() {
    if (this.dialog.open && !recall("open", false)) this.close();
    this.conversation.reopen(this.dialog.open);
  }

  _build() {
    this.root = h("div", { class: "root", lang: "en-GB" });
    this.opening = button([icon(...ICONS.chat), WORDS.open], () => this.open(), { class: "launch", "aria-label": WORDS.openLong });
    this.leaving = button(WORDS.leave, () => this._leave(), { class: "launch-leave", hidden: recall("open") === null });
    this.launcher = h("div", { class: "launcher" }, this.leaving,
      button(WORDS.urgent, () => this.open({ view: "urgent" }), { class: "launch-urgent" }), this.opening);
    this.dialog = h("dialog", { class: "panel", "aria-labelledby": "title",
      on: { cancel: (event) => this._back(event), close: () => this._closed(), keydown: (event) => this._key(event) } },
      this._header(), this._safety(), this._progress(), this._views());
    this.live = h("div", { class: "unseen", role: "status" });
    this.dialog.append(this.live);
    this.root.append(this.launcher, this.dialog);
    const shadow = this.attachShadow({ mode: "open" });
    addStyles(shadow);
    shadow.append(this.root);
  }

  _header() {
    this.heading = h("h2", { id: "title", tabindex: "-1" }, WORDS.name);
    return h("header", { class: "header" },
      h("div", { class: "names" }, this.heading, h("p", {}, DATA.services[this.service] || WORDS.what)),
      button(icon(...ICONS.display), () => this._show(this.view === "display" ? "chat" : "display"), { class: "tool", "aria-label": WORDS.display }),
      button(icon(...ICONS.close), () => this.close(), { class: "tool", "aria-label": WORDS.close }));
  }

  _safety() {
    return h("div", { class: "safety" },
      button([icon(...ICONS.phone), WORDS.urgent], () => this._show("urgent"), { class: "urgent" }),
      button([WORDS.leave, icon(...ICONS.leave)], () => this._leave(), { class: "leave", title: WORDS.leaveHint }));
  }

  _progress() {
    this.bar = h("div", { class: "bar", role: "progressbar", "aria-label": WORDS.progress }, h("div", { class: "done-part" }));
    this.step = h("p", {});
    return (this.progress = h("div", { class: "progress", hidden: true }, this.step, this.bar));
  }

  _views() {
    this.banner = h("div", { class: "banner", role: "status" });
    const back = () => button([icon(...ICONS.back), WORDS.back], () => this._show("chat"), { class: "back" });
    this.views = {
      chat: h("div", { class: "view chat" }, this.log.outer, this.banner, this.composer.node),
      urgent: h("div", { class: "view sheet", hidden: true }),
      display: h("div", { class: "view sheet", hidden: true }),
    };
    this.fill = {
      urgent: () => [back(), h("h3", { tabindex: "-1" }, WORDS.urgentTitle), h("p", {}, WORDS.urgentIntro),
        ...allLines(this.conversation.service), h("h4", {}, WORDS.leaveTitle), h("p", {}, WORDS.leaveNote)],
      display: () => [back(), h("h3", { tabindex: "-1" }, WORDS.display), ...this.display.controls()],
    };
    return h("div", { class: "views" }, Object.values(this.views));
  }

  _show(view, focus = true) {
    this.view = view;
    for (const [name, node] of Object.entries(this.views)) node.hidden = name !== view;
    if (this.fill[view]) this.views[view].replaceChildren(...this.fill[view]().filter(Boolean));
    this._drawProgress();
    if (view === "chat") {
      this.conversation.start();
      this.log.toLatest();
    }
    if (focus) (this.fill[view] ? this.views[view].querySelector("h3") : this.heading).focus();
  }

  _say(text, tapped) {
    this.keyboard = this.root.querySelector(":focus-visible") !== null;
    if (!tapped && this._typing()) this.composer.focus();
    this.conversation.send(text, tapped);
    clearTimeout(this.slow);
    this.slow = setTimeout(() => this.conversation.waiting && this._tell(WORDS.stillWriting), SLOW);
  }

  _draw({ heard = [], first = false, refused = null }) {
    const last = this.conversation.last;
    const focused = this.shadowRoot.activeElement;
    this.log.draw({ heard, first });
    const asked = last && last.custom && last.custom.type === "question" ? last.custom.kind : null;
    if (last) this.composer.fit(asked);
    this._drawProgress();
    this._drawBanner();
    this._drawNotice();
    this.composer.node.hidden = this.conversation.state === "gone";
    this._keepFocus(focused);
    if (refused) this._tell(`${WORDS.notSent}. ${refused.problem}`);
    if (heard.length) this._announce(heard);
    if (heard.length && last) this._moveFocus(last, asked);
  }

  // With a keyboard, to where the answer is typed; on a touch screen, away from there when there is
  // something to tap, so that the screen's keyboard doesn't cover it.
  _moveFocus(last, asked) {
    if (!this.shadowRoot.activeElement) return; // the person is elsewhere on the page by now
    const taps = choicesOf(last).length > 0 || asked === "date_of_birth";
    if (this.keyboard && !taps) this.composer.focus();
    if (taps && this._typing() && matchMedia("(pointer: coarse)").matches) {
      this.log.answers.focus({ preventScroll: true });
    }
  }

  // What had the focus may be gone. Whoever can't see the screen would start at the top of the page.
  _keepFocus(focused) {
    if (!focused || (focused.isConnected && !focused.closest("[hidden]"))) return;
    const { answers, notice, node } = this.log;
    const next = answers.childElementCount ? answers : notice.querySelector("button") || node;
    next.focus({ preventScroll: true });
  }

  _drawProgress() {
    const asked = [...this.conversation.messages].reverse().find(({ from }) => from === "assistant");
    const { progress, step } = (asked && asked.custom) || {};
    this.progress.hidden = !progress || this.view !== "chat";
    if (!progress) return;
    const of = progress.items ? `. ${WORDS.item(progress.item, progress.items)}` : "";
    this.step.textContent = WORDS.step(progress.step, progress.steps, step) + of;
    const part = progress.items ? (progress.item - 1) / progress.items : 0;
    const percent = (100 * (progress.step - 1 + part)) / progress.steps;
    this.bar.setAttribute("aria-valuenow", Math.round(percent));
    this.bar.firstChild.style.inlineSize = `${percent}%`;
  }

  _drawBanner() {
    const { state, problem, outbox } = this.conversation;
    const trouble = state === "trouble" || (navigator.onLine === false && state !== "gone");
    const was = this.banner.childElementCount > 0;
    if (!trouble) {
      this.banner.replaceChildren();
      if (was) this._tell(WORDS.backAgain);
      return;
    }
    const title = navigator.onLine === false ? WORDS.offlineTitle : WORDS.troubleTitle;
    const words = navigator.onLine === false ? WORDS.offline : problem || WORDS.trouble;
    const key = title + words + outbox.length;
    if (this.bannered === key && was) return;
    this.bannered = key;
    this.banner.replaceChildren(
      h("p", {}, h("strong", {}, `${title}. `), words),
      h("p", {},
        button(WORDS.again, () => this.conversation.retry(), { class: "link" }),
        button(WORDS.urgent, () => this._show("urgent"), { class: "link" })));
  }

  // What stands in the log in place of answers: that the chat can't be reached, or has ended.
  _drawNotice() {
    const { state, problem, outbox } = this.conversation;
    const stuck = navigator.onLine !== false && outbox.some((each) => each.state === "waiting");
    const key = `${state} ${problem} ${stuck}`;
    if (key === this.noticed) return;
    this.noticed = key;
    const lines = () => careCard(WORDS.careNow, linesFor(this.conversation.service).slice(0, 4), "now");
    const notice = {
      failed: () => [h("p", {}, problem || WORDS.cannotStart),
        button(WORDS.again, () => this.conversation.retry(), { class: "choice" }), lines()],
      gone: () => [h("p", {}, WORDS.ended),
        button(WORDS.startNew, () => this.conversation.startAgain(), { class: "choice onward" })],
      trouble: () => (stuck ? [lines()] : []),
    }[state];
    this.log.notice.replaceChildren(...(notice ? notice() : []));
    if (state === "failed") this._tell(problem || WORDS.cannotStart);
    if (state === "gone") this._tell(WORDS.ended);
    if (notice) this.log.toNotice();
  }

  // One announcement for all that was said at once, with what can be tapped.
  _announce(heard) {
    const open = this.conversation.last;
    const titles = open ? choicesOf(open) : [];
    const said = heard.map(({ text }) => spoken(text)).join("\n");
    this._tell(titles.length ? `${said}\n${WORDS.choices(titles)}` : said);
  }

  _tell(words) {
    this.live.replaceChildren(h("p", {}, words));
  }

  // A message that wasn't sent goes back to where it can be put right.
  _takeBack(message) {
    this.conversation.drop(message.id);
    if (!message.tapped) this.composer.put(message.text);
  }

  _typing() {
    return this.composer.node.contains(this.shadowRoot.activeElement);
  }

  _key(event) {
    if (event.key === "Escape" && !event.defaultPrevented) this._back(event);
  }

  _back(event) {
    event.preventDefault();
    if (this.view !== "chat") this._show("chat");
    else this.close();
  }

  // Keeps the whole chat above a phone's keyboard.
  _fit() {
    const { height, offsetTop, scale } = visualViewport;
    const covered = matchMedia(SMALL).matches && scale === 1 && innerHeight - height > 80;
    this.dialog.style.blockSize = covered ? `${height}px` : "";
    this.dialog.style.insetBlockStart = covered ? `${offsetTop}px` : "";
  }

  _openTab() {
    const tab = window.open("", "_blank");
    if (tab) this.tabs.push(tab);
    return tab;
  }

  _leave(tell = true) {
    this.root.replaceChildren();
    this.hidden = true;
    for (const tab of this.tabs) tab.close();
    if (tell) this.conversation.leave();
    goElsewhere(this.elsewhere);
  }
}

// A constructed stylesheet needs no allowance under a content security policy; older browsers have
// none, and take an element.
function addStyles(shadow) {
  if (!("adoptedStyleSheets" in Document.prototype)) {
    shadow.append(h("style", {}, DATA.styles));
    return;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(DATA.styles);
  shadow.adoptedStyleSheets = [sheet];
}
