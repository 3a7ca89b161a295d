// What a message's data is shown as, beside its text: the protocol's `custom` types.

import { button, capital, h, outside, unseen } from "./dom.js";
import { careCard } from "./help_lines.js";
import { WORDS } from "./words.js";

const CARDS = { answer, appointment, check, crisis, paused, phone, sent, summary, "help-lines": helpLines };

// The text that is left to show, and a card under it.
export function card(message, tools, open) {
  const data = message.custom || {};
  const make = Object.prototype.hasOwnProperty.call(CARDS, data.type) ? CARDS[data.type] : () => ({});
  const text = message.text || "";
  const made = { text, extra: null, ...make(data, text, tools, open) };
  return { ...made, text: emboldened(made.text, data.bold || []) };
}

// The text with those of its lines in bold that the data names.
function emboldened(text, lines) {
  return text.split("\n").map((line) => (lines.includes(line) ? `**${line}**` : line)).join("\n");
}

// Sources stand in small under the answer, not in it.
function answer({ sources = [] }, text, { base }) {
  const lines = sources.map(({ line }) => line).join("\n");
  if (!lines || !text.endsWith(lines)) return {};
  const links = sources.map(({ service, line }) =>
    h("li", {}, outside(`${base}/services/${encodeURIComponent(service)}#source`, line)),
  );
  return { text: text.slice(0, -lines.length).trimEnd(), extra: h("ul", { class: "sources small" }, links) };
}

// The answers as a list, each with its own link to change it.
function check({ groups = [], lead }, text, { say }, open) {
  const sections = groups.map(({ title, rows }) =>
    h("section", { class: "summary-group" },
      h("h3", {}, title),
      h("dl", { class: "summary" }, rows.map((row) => summaryRow(row, say, open))),
    ),
  );
  return { text: lead || text, extra: h("div", { class: "card wide" }, sections) };
}

function summaryRow({ label, answer: said, change }, say, open) {
  const link = open
    ? h("dd", { class: "change" },
        button([WORDS.change, unseen(` ${label}`)], () => say(change, false), { class: "link" }))
    : null;
  return h("div", { class: "row" }, h("dt", {}, label), h("dd", {}, said), link);
}

function crisis({ tier, help_lines: lines = [] }, text) {
  if (!lines.length) return {};
  if (lines.every(({ name }) => text.includes(`${name}:`))) return helpLines({ help_lines: lines }, text);
  return tier === "alert"
    ? { extra: careCard(WORDS.careNow, lines.slice(0, 3), "now") }
    : { extra: careCard(WORDS.careHere, lines.slice(0, 3)) };
}

function helpLines({ help_lines: lines = [] }, text) {
  if (!lines.length) return {};
  return { text: text.split("\n")[0], extra: careCard(WORDS.careMore, lines, "now") };
}

function paused({ code }) {
  const copied = h("span", { role: "status" });
  const copy = navigator.clipboard
    ? button(WORDS.copy, () =>
        navigator.clipboard.writeText(code).then(() => (copied.textContent = WORDS.copied), () => {}),
        { class: "link" })
    : null;
  return {
    extra: h("div", { class: "card" },
      h("p", { class: "small" }, WORDS.code),
      h("p", { class: "code" }, code),
      h("p", {}, copy, " ", copied)),
  };
}

function phone({ phone: number }) {
  if (!number) return {};
  const tel = number.replace(/[^\d+]/g, "");
  return { extra: h("p", {}, h("a", { class: "call", href: `tel:${tel}` }, WORDS.phone(number))) };
}

function sent({ reference }, _text, tools) {
  return { extra: h("div", { class: "card done" }, referenceLine(reference), summaryLink(tools)) };
}

function summary(_data, _text, tools) {
  return { extra: h("div", { class: "card" }, summaryLink(tools)) };
}

function appointment(data, _text, tools) {
  const booked = data.state === "booked";
  const path = data.appointment ? `/chat/calendar/${encodeURIComponent(data.appointment)}.ics` : null;
  return {
    extra: h("div", { class: `card ${booked ? "done" : ""}` },
      h("h3", {}, booked ? WORDS.appointment : WORDS.cancelled),
      data.when ? h("p", { class: "when" }, data.when) : null,
      data.way ? h("p", {}, capital(data.way)) : null,
      referenceLine(data.reference),
      data.demonstration ? h("p", { class: "tag" }, WORDS.demonstration) : null,
      path ? fileLink(booked ? WORDS.calendar : WORDS.calendarOff, path, tools, "appointment.ics") : null),
  };
}

function referenceLine(reference) {
  return reference
    ? h("p", {}, h("span", { class: "small" }, `${WORDS.reference} `), h("strong", { class: "reference" }, reference))
    : null;
}

function summaryLink(tools) {
  return fileLink(WORDS.summary, "/chat/summary", tools);
}

// A link to a page or file of this conversation; on another site, where there is no cookie, a way to it
// is fetched when it's asked for.
function fileLink(words, path, { api, tell, openTab }, download = null) {
  const note = download ? null : unseen(` (${WORDS.newTab})`);
  const target = download ? null : "_blank";
  if (!api.embedded) {
    return h("p", {}, h("a", { href: api.base + path, target, rel: "noopener", class: "keep" }, words, note));
  }
  const fetched = async () => {
    const tab = download ? null : openTab(); // now: after a wait it would be blocked
    try {
      const href = await (download ? api.copy(path) : api.page(path));
      if (tab) tab.location = href;
      else h("a", { href, download }).click();
    } catch {
      if (tab) tab.close();
      tell(WORDS.downloadFailed);
    }
  };
  return h("p", {}, button([words, note], fetched, { class: "keep" }));
}
