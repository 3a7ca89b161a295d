// "Leave quickly": the chat goes from this device at once, and a harmless page comes up in its place.

const PAGE = "https://www.bbc.co.uk/weather";
const PRESSES = 3;
const MILLISECONDS = 1500;

// Goes there in place of this page, so that "back" doesn't lead to it.
export function goElsewhere(page) {
  location.replace(page || PAGE);
}

// Calls `leave` when Escape is pressed three times, the first time while `watching()` says so.
export function onEscapes(watching, leave) {
  let presses = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    presses = presses.filter((at) => event.timeStamp - at < MILLISECONDS);
    if (!presses.length && !watching()) return;
    presses.push(event.timeStamp);
    if (presses.length >= PRESSES) leave();
  }, true);
}
