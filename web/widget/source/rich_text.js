// Turns a message's text into paragraphs, lists and bold words; the numbers of help lines, and the
// address of a person's own page, into links.

import { DATA } from "./data.js";
import { h, outside } from "./dom.js";
import { WORDS } from "./words.js";

const BULLET = /^\s*[•*-]\s+/;
const NUMBERED = /^\s*\d{1,2}[.)]\s+/;
const OWN_PAGE = /(https?:\/\/[^\s/]+\/visit\/[\w.-]+)/;
const RUN = /(\d[\d \u00a0]*\d)/; // a run of digits, as phone numbers are written
const NUMBERS = new Map(
  DATA.helpLines
    .filter((line) => line.tel)
    .map((line) => [digits(line.number.match(/^[\d ]*/)[0]), line.tel]),
);

// The nodes of an assistant's message; `base` is the address of the server.
export function richText(text, base) {
  const nodes = [];
  for (const block of text.split(/\n{2,}/)) {
    let list = null;
    let paragraph = null;
    for (const line of block.split("\n")) {
      const kind = BULLET.test(line) ? "ul" : NUMBERED.test(line) ? "ol" : null;
      if (kind) {
        if (!list || list.localName !== kind) nodes.push((list = h(kind)));
        list.append(h("li", {}, inline(line.replace(BULLET, "").replace(NUMBERED, ""), base)));
        paragraph = null;
      } else if (line.trim()) {
        if (paragraph) paragraph.append(h("br"), ...inline(line, base));
        else nodes.push((paragraph = h("p", {}, inline(line, base))));
        list = null;
      }
    }
  }
  return nodes;
}

// The text as it is read out: without marks, nor the letters of an address.
export function spoken(text) {
  return text.replace(/\*\*|•/g, "").replace(OWN_PAGE, WORDS.ownPage);
}

// A person's own words, as they wrote them.
export function plainText(text) {
  return [h("p", { class: "as-written" }, text)];
}

function inline(line, base) {
  return line.split(OWN_PAGE).flatMap((part, index) =>
    index % 2 && part.startsWith(`${base}/`) ? [outside(part, WORDS.ownPage)] : marked(part),
  );
}

function marked(line) {
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
