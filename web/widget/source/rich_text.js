// Turns a message's text into paragraphs, lists and bold words; the numbers of help lines into links.

import { DATA } from "./data.js";
import { h } from "./dom.js";

const BULLET = /^\s*[•*-]\s+/;
const NUMBERED = /^\s*\d{1,2}[.)]\s+/;
const RUN = /(\d[\d \u00a0]*\d)/; // a run of digits, as phone numbers are written
const NUMBERS = new Map(
  DATA.helpLines
    .filter((line) => line.tel)
    .map((line) => [digits(line.number.match(/^[\d ]*/)[0]), line.tel]),
);

// The nodes of an assistant's message.
export function richText(text) {
  const nodes = [];
  for (const block of text.split(/\n{2,}/)) {
    let list = null;
    let paragraph = null;
    for (const line of block.split("\n")) {
      const kind = BULLET.test(line) ? "ul" : NUMBERED.test(line) ? "ol" : null;
      if (kind) {
        if (!list || list.localName !== kind) nodes.push((list = h(kind)));
        list.append(h("li", {}, inline(line.replace(BULLET, "").replace(NUMBERED, ""))));
        paragraph = null;
      } else if (line.trim()) {
        if (paragraph) paragraph.append(h("br"), ...inline(line));
        else nodes.push((paragraph = h("p", {}, inline(line))));
        list = null;
      }
    }
  }
  return nodes;
}

// A person's own words, as they wrote them.
export function plainText(text) {
  return [h("p", { class: "as-written" }, text)];
}

function inline(line) {
  return line.split(/\*\*(.+?)\*\*/).flatMap((part, index) =>
    index % 2 ? [h("strong", {}, linked(part))] : linked(part),
  );
}

// A run of digits that is the whole of a help line's number can be tapped.
function linked(text) {
  const parts = text.split(RUN);
  return parts
    .map((part, index) => {
      const tel = index % 2 && NUMBERS.get(digits(part));
      const alone = !/[\w-]$/.test(parts[index - 1] || "") && !/^[\w-]/.test(parts[index + 1] || "");
      return tel && alone ? h("a", { href: `tel:${tel}`, class: "number" }, part) : part;
    })
    .filter((part) => part !== "");
}

function digits(text) {
  return text.replace(/\D/g, "");
}
