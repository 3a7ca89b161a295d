// The answers that can be given just now: choices, times by day, a date in three fields.

import { button, h, unseen } from "./dom.js";
import { saidId } from "./message.js";
import { WORDS } from "./words.js";

// What belongs under the last of the messages; `say(text, tapped)` sends.
export function answersTo(messages, say) {
  const message = messages[messages.length - 1];
  const data = message.custom || {};
  const buttons = message.buttons || [];
  const tap = ({ payload }) => say(payload, true);
  const parts = [];
  if (data.type === "question" && data.kind === "date_of_birth") parts.push(dateFields(say, refused(messages)));
  const slots = data.type === "slots" ? data.slots || [] : [];
  if (slots.length) parts.push(slotsByDay(slots, buttons, tap));
  const taken = new Set(slots.map(({ title }) => title));
  const rest = buttons.filter(({ title }) => !taken.has(title));
  const quiet = new Set(data.quiet || []);
  const loud = rest.filter(({ title }) => !quiet.has(title));
  if (loud.length) parts.push(choices(loud, tap, data.type === "check"));
  const soft = rest.filter(({ title }) => quiet.has(title));
  if (soft.length) {
    parts.push(h("div", { class: "choices" }, soft.map((each) => button(each.title, () => tap(each), { class: "choice soft" }))));
  }
  const commands = data.commands || [];
  if (commands.length) {
    parts.push(
      h("div", { class: "steering", role: "group", "aria-label": WORDS.otherAnswers },
        commands.map((words) => button(words, () => say(words, false), { class: "quiet" }))),
    );
  }
  return parts;
}

// What the choices are, for the announcement.
export function choicesOf(message) {
  return (message.buttons || []).map(({ title }) => title);
}

function choices(buttons, tap, first_is_the_way_on) {
  return h("div", { class: "choices" },
    buttons.map((each, index) =>
      button(each.title, () => tap(each), {
        class: first_is_the_way_on && index === 0 ? "choice onward" : "choice",
      })));
}

function slotsByDay(slots, buttons, tap) {
  const days = new Map();
  for (const slot of slots) days.set(slot.day, [...(days.get(slot.day) || []), slot]);
  return h("div", { class: "days" },
    [...days].map(([day, times]) =>
      h("section", { class: "slot-day", "aria-label": day },
        h("h3", {}, day),
        h("div", { class: "times" },
          times.map((slot) => {
            const offered = buttons.find(({ title }) => title === slot.title);
            return offered
              ? button([h("strong", {}, slot.time), slot.way ? h("span", { class: "small" }, slot.way) : null,
                  unseen(`, ${day}`)], () => tap(offered), { class: "choice time" })
              : null;
          })))));
}

// A date that was given and not taken, with the id of the message that says why.
function refused(messages) {
  const last = messages[messages.length - 1];
  const at = messages.map(({ from }) => from).lastIndexOf("person");
  const before = at > 0 && messages[at - 1].custom;
  if (!before || before.question !== last.custom.question) return null;
  const parts = messages[at].text.match(/^(\d{1,2}) (\d{1,2}) (\d{1,4})$/);
  return parts && { parts: parts.slice(1), why: messages[at + 1].id };
}

// Three fields; with what was refused in them, to be put right.
function dateFields(say, old) {
  const problem = h("p", { class: "problem", id: "date-problem", role: "alert" });
  const fields = [
    field(WORDS.day, 2, "bday-day"), field(WORDS.month, 2, "bday-month"), field(WORDS.year, 4, "bday-year"),
  ];
  const inputs = fields.map((each) => each.querySelector("input"));
  const mark = (input, wrong, reason) => {
    input.setAttribute("aria-invalid", String(wrong));
    if (wrong) input.setAttribute("aria-describedby", reason);
    else input.removeAttribute("aria-describedby");
  };
  if (old) {
    inputs.forEach((input, index) => {
      input.value = old.parts[index];
      mark(input, true, saidId(old.why));
    });
  }
  const submit = (event) => {
    event.preventDefault();
    const empty = inputs.filter((input) => !input.value.trim());
    for (const input of inputs) mark(input, empty.includes(input), problem.id);
    problem.textContent = empty.length ? WORDS.dateMissing : "";
    if (empty.length) empty[0].focus();
    else say(inputs.map((input) => input.value.trim()).join(" "), false);
  };
  return h("form", { class: "date", novalidate: true, on: { submit } },
    h("fieldset", {}, h("legend", { class: "unseen" }, WORDS.dateLegend), problem, h("div", { class: "date-fields" }, fields)),
    h("button", { type: "submit", class: "choice onward" }, WORDS.carryOn));
}

function field(label, length, autocomplete) {
  return h("label", { class: `date-field date-${length}` }, label,
    h("input", { inputmode: "numeric", maxlength: length, autocomplete, pattern: "[0-9]*" }));
}
