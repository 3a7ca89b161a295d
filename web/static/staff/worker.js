// Asks for what waits. A worker's timer keeps its pace when the tab is in the background.
"use strict";

const PATIENCE = 10_000; // milliseconds: an answer that never comes must not stop the asking

onmessage = ({ data: { url, seconds } }) => {
  const ask = async () => {
    try {
      const answer = await fetch(url, {
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
      postMessage(answer.ok ? { state: await answer.json() } : { signedOut: answer.status === 401 });
    } catch {
      postMessage({ signedOut: false });
    }
    setTimeout(ask, seconds * 1000);
  };
  ask();
};
