// Keeps an open queue up to date: a new flag is said and sounded within seconds, then shown, and so
// is what colleagues and people change. Waiting times are shown anew each minute.
"use strict";

(() => {
  const PATIENCE = 10_000; // milliseconds for a fresh copy of the list
  const STILL = 2_000; // milliseconds without moving before rows may shift under the pointer
  const FRESH = 60_000; // milliseconds for which waiting times may stand
  const bar = document.getElementById("live");
  const state = document.getElementById("live-state");
  const soundButton = document.getElementById("sound");
  const holdButton = document.getElementById("hold");
  const news = document.getElementById("news");
  const plainTitle = document.title.replace(/^\(\d+\) /, "");
  const inQueue = "list" in bar.dataset; // else these are the results of a search
  // The results of a search stay as they are: what changes in the queue changes nothing there.
  const look = ({ mark, ...counts }) => JSON.stringify(inQueue ? { mark, ...counts } : counts);
  const query = inQueue ? location.search : "";
  const first = JSON.parse(bar.dataset.state);
  let known = new Set(first.flags); // of those that were announced, or here from the start
  let shown = look(first); // what the list on the page was made from
  let shownAt = Date.now();
  let fetching = false;
  let held = false;
  let movedAt = 0;
  let audio;
  let wanted = localStorage.getItem("foyer-sound") !== "off";

  const say = (text, broken = false) => {
    if (state.textContent !== text) state.textContent = text; // only then, so that it is read once
    state.classList.toggle("late", broken);
  };

  const sayWell = () => {
    if (held) say("The list is held still. New flags are still announced.");
    else if (inQueue) say("This list keeps itself up to date.");
    else say("New flags are announced here. The search isn't repeated by itself.");
  };

  const showSound = () => {
    const on = wanted && audio.state === "running";
    soundButton.textContent = on ? "Sound is on" : wanted ? "Silent: turn the sound on" : "Sound is off";
  };

  const chime = () => {
    if (!wanted || !audio) return;
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

  // A browser may keep a page silent until someone has touched it: then the button says so.
  const beginSound = () => {
    audio = new AudioContext();
    audio.addEventListener("statechange", showSound);
    for (const touch of ["pointerdown", "keydown"]) {
      document.addEventListener(touch, ({ target }) => target !== soundButton && audio.resume());
    }
    soundButton.addEventListener("click", async () => {
      wanted = !(wanted && audio.state === "running");
      localStorage.setItem("foyer-sound", wanted ? "on" : "off");
      if (wanted) {
        await audio.resume();
        chime();
      }
      showSound();
    });
    showSound();
    soundButton.hidden = false;
  };

  const announce = (now) => {
    const time = new Date().toLocaleTimeString("en-GB");
    news.textContent = `${time}: someone needs human contact. ${now.unacknowledged} not acknowledged.`;
    chime();
  };

  // Puts parts of a fresh copy of the page in place; gives false where it couldn't be had.
  const refresh = async () => {
    try {
      const answer = await fetch(bar.dataset.fresh + query, {
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (!answer.ok) return false;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of inQueue ? ["waiting", "list", "pages"] : ["waiting"]) {
        const old = document.getElementById(id);
        if (old.isEqualNode(fresh.getElementById(id))) continue; // whoever reads it isn't disturbed
        const focused = old.contains(document.activeElement) && document.activeElement.href;
        old.replaceWith(document.importNode(fresh.getElementById(id), true));
        if (focused) {
          [...document.querySelectorAll(`#${id} a`)].find((a) => a.href === focused)?.focus();
        }
      }
      return true;
    } catch {
      return false;
    }
  };

  const hear = async ({ data }) => {
    const now = data.state;
    if (!now) {
      if (data.signedOut) {
        say("You are signed out: new flags aren't shown or announced here. Sign in again.", true);
        document.title = `Signed out: ${plainTitle}`;
      } else say("This list can't be kept up to date at the moment. Trying again.", true);
      return;
    }
    document.title = (now.unacknowledged ? `(${now.unacknowledged}) ` : "") + plainTitle;
    // First of all: whatever fails below, a new flag was announced.
    if (now.flags.some((flag) => !known.has(flag))) announce(now);
    known = new Set(now.flags);
    const old = inQueue && !document.hidden && Date.now() - shownAt > FRESH;
    if (look(now) === shown && !old) return sayWell();
    // What is left out now is still missing at the next answer, and shown then.
    if (held || fetching || Date.now() - movedAt < STILL) return sayWell();
    fetching = true;
    if (await refresh()) {
      shown = look(now);
      shownAt = Date.now();
      sayWell();
    } else say("This list can't be brought up to date at the moment. Trying again.", true);
    fetching = false;
  };

  holdButton.addEventListener("click", () => {
    held = !held;
    holdButton.textContent = held ? "Let the list move again" : "Hold the list still";
    sayWell();
  });
  document.addEventListener("pointermove", ({ target }) => {
    if (target.closest("#list")) movedAt = Date.now();
  });

  sayWell();
  holdButton.hidden = !inQueue;
  bar.hidden = false;
  const worker = new Worker(bar.dataset.worker);
  worker.onmessage = hear;
  worker.onerror = () => say("This list can't be kept up to date. Load this page again.", true);
  worker.postMessage({ url: bar.dataset.url + query, seconds: Number(bar.dataset.seconds) });
  beginSound(); // last: a machine that can't make any still shows the list
})();
