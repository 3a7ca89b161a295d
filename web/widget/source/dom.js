// Makes elements. Text always goes in as text nodes, so that nothing a person writes can be markup.

import { WORDS } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

// An element: `on` holds listeners by event, other names are attributes; true and null mean with and
// without. Children are nodes or text; null is left out.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// A button of a form that never submits.
export function button(label, listener, attributes = {}) {
  return h("button", { type: "button", on: { click: listener }, ...attributes }, label);
}

// A link that leaves this page open.
export function outside(href, words) {
  return h("a", { href, target: "_blank", rel: "noopener" }, words, unseen(` (${WORDS.newTab})`));
}

// A picture beside words that say the same: not there for screen readers.
export function icon(...paths) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({
    viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false",
  })) svg.setAttribute(name, value);
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export const ICONS = {
  chat: ["M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z"],
  close: ["M5 5l14 14M19 5L5 19"],
  back: ["M14 5l-7 7 7 7"],
  down: ["M12 5v14M6 13l6 6 6-6"],
  send: ["M4 12h14M12 5l7 7-7 7"],
  phone: ["M6 3h4l2 5-3 2a11 11 0 0 0 5 5l2-3 5 2v4a2 2 0 0 1-2 2A17 17 0 0 1 4 5a2 2 0 0 1 2-2z"],
  text: ["M4 4h16v13H9l-5 4z", "M8 9h8M8 13h5"],
  leave: ["M10 4H4v16h6", "M9 12h12M16 7l5 5-5 5"],
  display: ["M3 19L8.5 5 14 19M5 14.5h7", "M15.500 19l3-7.500 3 7.500M16.500 16.500h4"],
};

// Words for screen readers only.
export function unseen(words) {
  return h("span", { class: "unseen" }, words);
}

// The text with its first letter as a capital.
export function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
