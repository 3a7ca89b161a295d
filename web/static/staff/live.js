// Keeps an open queue up to date: a new flag is shown, said and sounded within seconds.
"use strict";

(() => {
  const bar = document.getElementById("live");
  const state = document.getElementById("live-state");
  const button = document.getElementById("sound");
  const news = document.getElementById("news");
  const plainTitle = document.title.replace(/^\(\d+\) /, "");
  let sound = localStorage.getItem("foyer-sound") !== "off";
  let audio = null;
  let before = JSON.parse(bar.dataset.state);

  const showSound = () => {
    button.textContent = sound ? "Sound is on" : "Sound is off";
    button.setAttribute("aria-pressed", String(sound));
  };

  // Browsers let a page sound only after someone has touched it.
  const wake = () => {
    audio ??= new AudioContext();
    audio.resume();
  };

  const chime = () => {
    if (!sound || !audio) return;
    [660, 880].forEach((pitch, number) => {
      const start = audio.currentTime + number * 0.18;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(0.15, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.35);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.4);
    });
  };

  // Puts the parts of a fresh copy of this page in place, unless someone is in the middle of one.
  const refresh = async () => {
    if (location.pathname !== "/staff/") return;
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["waiting", "list"]) {
      const old = document.getElementById(id);
      const focused = old.contains(document.activeElement) && document.activeElement.href;
      old.replaceWith(document.importNode(fresh.getElementById(id), true));
      if (focused) {
        [...document.querySelectorAll(`#${id} a`)].find((a) => a.href === focused)?.focus();
      }
    }
  };

  const hear = async ({ data }) => {
    if (!data.state) {
      state.textContent = data.signedOut
        ? "You are signed out: load this page again."
        : "This list can't be kept up to date at the moment. Trying again.";
      return;
    }
    state.textContent = "This list keeps itself up to date.";
    const now = data.state;
    document.title = (now.unacknowledged ? `(${now.unacknowledged}) ` : "") + plainTitle;
    const changed = JSON.stringify(now) !== JSON.stringify(before);
    const flagged = now.newest && (!before.newest || now.newest > before.newest);
    before = now;
    if (!changed) return;
    await refresh();
    if (flagged) {
      news.textContent = `Someone needs human contact. ${now.unacknowledged} not acknowledged.`;
      chime();
    }
  };

  button.addEventListener("click", () => {
    sound = !sound;
    localStorage.setItem("foyer-sound", sound ? "on" : "off");
    showSound();
    if (sound) {
      wake();
      chime();
    }
  });
  document.addEventListener("pointerdown", wake, { once: true });
  document.addEventListener("keydown", wake, { once: true });

  showSound();
  bar.hidden = false;
  const worker = new Worker(bar.dataset.worker);
  worker.onmessage = hear;
  worker.postMessage({ url: bar.dataset.url, seconds: Number(bar.dataset.seconds) });
})();
