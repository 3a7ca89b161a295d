// What is kept on this device until the tab is closed: nothing is left for the next person to find.

const PREFIX = "foyer.";
const memory = new Map(); // where the browser allows no storage
let sealed = false; // once all is forgotten, what still happens on this page leaves nothing

export function recall(name, otherwise = null) {
  try {
    const kept = sessionStorage.getItem(PREFIX + name);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return memory.has(name) ? memory.get(name) : otherwise;
  }
}

export function keep(name, value) {
  if (sealed) return;
  memory.set(name, value);
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // it stays in memory
  }
}

// For a page that is being left: nothing can be kept on it any more.
export function forgetAll() {
  sealed = true;
  memory.clear();
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
    }
  } catch {
    // there was none
  }
}
