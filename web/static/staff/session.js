// Warns before someone is signed out, and takes what is shown away once they are.
"use strict";

(() => {
  const PATIENCE = 10_000; // milliseconds for an answer
  const AGAIN = 20; // seconds until asking again while it matters, or where there was no answer
  const box = document.getElementById("session");
  const said = box.querySelector("p");
  const stay = box.querySelector("button");
  const signIn = box.querySelector("a");
  const { url, out, csrf } = box.dataset;
  const warn = Number(box.dataset.minutes) * 60;
  let timer;

  const say = (text) => {
    if (said.textContent !== text) said.textContent = text; // only then, so that it is read once
    box.hidden = false;
  };

  const ask = (method) =>
    fetch(url, {
      method,
      body: method === "POST" ? new URLSearchParams({ csrf }) : undefined,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });

  // One after the other, so that an old answer never hides a new one.
  let checked = Promise.resolve();
  const check = () => {
    checked = checked.then(async () => {
      clearTimeout(timer);
      const seconds = await look();
      if (seconds) timer = setTimeout(check, seconds * 1000);
    });
  };

  // Shows how things are; gives after how many seconds to look again.
  const look = async () => {
    try {
      const answer = await ask("GET");
      if (answer.status === 401) return over();
      if (!answer.ok) return AGAIN;
      const { seconds, last } = await answer.json();
      box.hidden = seconds > warn;
      if (seconds > warn) return seconds - warn + 1;
      const minutes = Math.ceil(seconds / 60);
      const soon = minutes > 1 ? `in ${minutes} minutes` : "within a minute";
      say(last ? `You will be signed out ${soon}, as always after some hours. Save what you are writing.` : `You will be signed out ${soon}.`);
      stay.hidden = last;
      signIn.hidden = true;
      return Math.min(AGAIN, seconds + 1);
    } catch {
      return AGAIN;
    }
  };

  // Nobody else should read what is left on the screen, but nothing that was written may be lost.
  const over = () => {
    const written = [...document.querySelectorAll("main textarea")];
    if (written.every((each) => each.value === each.defaultValue)) return location.replace(out);
    say("You are signed out. What you wrote is still here: copy it before you sign in again.");
    stay.hidden = true;
    signIn.hidden = false;
  };

  // What was done is said once, not again whenever the page is loaded.
  const here = new URL(location.href);
  if (here.searchParams.has("done")) {
    here.searchParams.delete("done");
    history.replaceState(null, "", here);
  }

  stay.addEventListener("click", async () => {
    await ask("POST").catch(() => {}); // what follows says how it stands
    check();
  });
  document.addEventListener("visibilitychange", () => document.hidden || check());
  check();
})();
