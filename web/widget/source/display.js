// Text size and colours, by the device's own settings unless the person chooses.

import { h } from "./dom.js";
import { keep, recall } from "./storage.js";
import { WORDS } from "./words.js";

const SIZES = { normal: 1, large: 1.25, largest: 1.5 };
const DARK = "(prefers-color-scheme: dark)";
const CONTRAST = "(prefers-contrast: more)";

export class Display {
  // `root` is what the styles hang on; `host` is the element whose text size is the browser's own.
  constructor(root, host) {
    this.root = root;
    this.host = host;
    this.size = recall("size", "normal");
    this.theme = recall("theme", "auto");
    for (const query of [DARK, CONTRAST]) {
      matchMedia(query).addEventListener("change", () => this.apply());
    }
  }

  apply() {
    const medium = parseFloat(getComputedStyle(this.host).fontSize) || 16;
    this.root.style.setProperty("--px", `${(medium / 16) * SIZES[this.size]}px`);
    const device = this.theme === "auto";
    const dark = device ? matchMedia(DARK).matches : this.theme !== "light";
    const more = device ? matchMedia(CONTRAST).matches : this.theme === "contrast";
    this.root.dataset.theme = dark ? "dark" : "light";
    this.root.dataset.contrast = more ? "more" : "usual";
  }

  // The choices, as two groups of radio buttons.
  controls() {
    return [
      this._group(WORDS.textSize, "size", WORDS.sizes),
      this._group(WORDS.colours, "theme", WORDS.themes),
      h("p", { class: "small" }, WORDS.displayNote),
    ];
  }

  _group(legend, name, titles) {
    const choose = (value) => {
      this[name] = value;
      keep(name, value);
      this.apply();
    };
    return h("fieldset", { class: "radios" }, h("legend", {}, legend),
      Object.entries(titles).map(([value, title]) =>
        h("label", { class: "radio" },
          h("input", { type: "radio", name, value, checked: this[name] === value, on: { change: () => choose(value) } }),
          h("span", {}, title))));
  }
}
