// Puts the widget on the page that the script is on.

import { FoyerChat } from "./element.js";

const script = document.currentScript;

function begin() {
  if (document.querySelector("foyer-chat")) return;
  customElements.define("foyer-chat", FoyerChat);
  const chat = document.createElement("foyer-chat");
  chat.setUp({
    base: new URL(script.src).origin,
    service: script.dataset.service || null,
    elsewhere: script.dataset.leaveTo || null,
  });
  document.body.append(chat);
  for (const instead of document.querySelectorAll("[data-without-foyer]")) instead.hidden = true;
  // Any link to #foyer opens the chat; without scripts it leads to what stands there instead.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest('a[href$="#foyer"]');
    if (!link) return;
    event.preventDefault();
    chat.open({ opener: link });
  });
  if (location.hash === "#foyer") chat.open();
}

if (document.body) begin();
else addEventListener("DOMContentLoaded", begin);
