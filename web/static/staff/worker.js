// Asks for what waits. A worker's timer keeps its pace when the tab is in the background.
"use strict";

onmessage = ({ data: { url, seconds } }) => {
  const ask = async () => {
    try {
      const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
      postMessage(answer.ok ? { state: await answer.json() } : { signedOut: answer.status === 401 });
    } catch {
      postMessage({ signedOut: false });
    }
    setTimeout(ask, seconds * 1000);
  };
  ask();
};
