// Says that a record is open, and shows who else has it open or has changed it.
"use strict";

(() => {
  const box = document.getElementById("presence");
  const { url, seconds, version } = box.dataset;
  let shown = box.textContent.trim();

  const line = (text) => {
    const paragraph = document.createElement("p");
    paragraph.className = "presence";
    paragraph.textContent = text;
    return paragraph;
  };

  const worker = new Worker(box.dataset.worker);
  worker.onmessage = ({ data }) => {
    if (!data.state) return;
    const lines = data.state.here.map((name) => line(`${name} has this record open now.`));
    if (String(data.state.version) !== version) {
      lines.push(line("This record has changed since you opened it. Load the page again to see it."));
    }
    const text = lines.map((each) => each.textContent).join("\n");
    if (text !== shown) box.replaceChildren(...lines); // only then, so that it is read out once
    shown = text;
  };
  worker.postMessage({ url, seconds: Number(seconds) });
})();
