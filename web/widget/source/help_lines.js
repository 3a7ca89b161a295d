// Help lines as care cards. They are inside the script, so that they are there without a connection.

import { DATA } from "./data.js";
import { capital, h, icon, ICONS } from "./dom.js";
import { WORDS } from "./words.js";

const FIRST = 4; // shown before the others

// The lines for people of a service; one for other services only is left out.
export function linesFor(service) {
  return DATA.helpLines.filter(({ services }) => !services || services.includes(service));
}

// A card with lines under a title; `kind` is "now" (life at risk) or "calm".
export function careCard(title, lines, kind = "calm", level = "h3") {
  return h(
    "section",
    { class: `care care-${kind}`, "aria-label": title },
    h(level, { class: "care-title" }, title),
    h("ul", { class: "lines" }, lines.map(helpLine)),
  );
}

// All lines for a service, the first ones apart.
export function allLines(service) {
  const lines = linesFor(service);
  return [
    careCard(WORDS.careNow, lines.slice(0, FIRST), "now"),
    lines.length > FIRST ? careCard(WORDS.moreHelp, lines.slice(FIRST)) : null,
  ];
}

function helpLine(line) {
  const label = line.tel
    ? [icon(...ICONS.phone), WORDS.phone(line.number.match(/^[\d ]*\d/)[0])]
    : [icon(...ICONS.text), WORDS.textTo(line.text, line.text_to)];
  const href = line.tel ? `tel:${line.tel}` : `sms:${line.text_to}?&body=${encodeURIComponent(line.text)}`;
  const more = line.number.replace(/^[\d ]*\d,? ?/, "");
  const choose = line.tel && more ? `${capital(more)}. ` : "";
  return h(
    "li",
    { class: "line" },
    h("strong", { class: "line-name" }, line.name),
    h("a", { class: "call", href }, label),
    h("p", { class: "small" }, `${choose}${capital(line.hours)}, ${line.who}.`),
  );
}
