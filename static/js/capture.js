// A consultation by keyboard. Everything here also works without it, by mouse or Tab.
import { showDiscussed } from "./discussed.js";
import { inDialog, isTyping, lettersOn, pressed, setLetters } from "./letters.js";
import { templatesIn } from "./note.js";
import { makeTypeahead } from "./typeahead.js";

const MINUTE = 60000;
const LONGEST = 480;

const answersOf = (form, name) => [...form.querySelectorAll(`[name="${name}"]`)];

// The first answer; pressed again, the next one.
function nextAnswer(form, name) {
  const answers = answersOf(form, name);
  const next = answers[(answers.findIndex((one) => one.checked) + 1) % answers.length];
  next?.focus();
  next?.click();
}

function openPerson(form) {
  const details = form.querySelector("details[data-person]");
  details.open = true;
  details.querySelector("[name=person_query]").focus();
}

function openTopics(form) {
  const details = form.querySelector("[data-more-topics]");
  details.open = true;
  details.querySelector("input")?.focus();
}

// As if „/“ was typed at the end of the note.
function askForTemplate(note) {
  const gap = note.value && !/\s$/.test(note.value) ? " " : "";
  note.focus();
  note.setRangeText(`${gap}/`, note.value.length, note.value.length, "end");
  note.dispatchEvent(new Event("input", { bubbles: true }));
}

const JUMPS = {
  k: (form) => nextAnswer(form, "channel"),
  z: (form) => nextAnswer(form, "subject"),
  i: (form) => nextAnswer(form, "outcome"),
  u: (form) => form.querySelector("#id_services_box")?.focus(),
  b: (form) => form.elements.note.focus(),
  l: openPerson,
  p: (form) => form.querySelector("[data-repeat]")?.click(),
};

function jump(form, event) {
  const key = pressed(event).find((one) => JUMPS[one]);
  if (!key) return false;
  event.preventDefault();
  JUMPS[key](form);
  return true;
}

// The first control of the next question that can take the focus; a chosen answer before the rest.
function nextQuestion(form, from) {
  const questions = [...form.querySelectorAll(".field")];
  for (const question of questions.slice(questions.indexOf(from.closest(".field")) + 1)) {
    const controls = [...question.querySelectorAll("input, select, textarea")].filter(
      (control) => control.tabIndex >= 0 && control.getClientRects().length
    );
    if (controls.length) return controls.find((control) => control.checked) || controls[0];
  }
}

// The button whose keys these are, as it says itself; a correction has none of those with Alt.
function send(form, event) {
  const held = [event.ctrlKey && "Control", event.altKey && "Alt", event.shiftKey && "Shift"];
  const keys = [...held, "Enter"].filter(Boolean).join("+");
  const button = form.querySelector(`button[aria-keyshortcuts="${keys}"]`);
  if (!button && event.altKey) return;
  event.preventDefault();
  form.requestSubmit(button || form.querySelector("[data-save]"));
}

function captureKeys(form) {
  document.addEventListener("keydown", (event) => {
    if (inDialog() || event.metaKey || event.isComposing) return;
    if (event.key === "Enter" && event.ctrlKey !== event.altKey) return send(form, event);
    if (event.altKey && !event.ctrlKey && !event.shiftKey) return void jump(form, event);
    if (event.ctrlKey || event.altKey || isTyping(event.target)) return;
    // By itself Enter would send a form that is not yet filled in.
    if (event.key === "Enter" && form.contains(event.target) && event.target.matches("input")) {
      const next = nextQuestion(form, event.target);
      if (next) {
        event.preventDefault();
        next.focus();
      }
      return;
    }
    if (!lettersOn()) return;
    const topic = /^\d$/.test(event.key) && form.querySelector(`[data-key="${event.key}"]`);
    if (topic) {
      event.preventDefault();
      topic.click();
      topic.focus();
    } else if (event.key === "0") {
      event.preventDefault();
      openTopics(form);
    } else if (event.key === "/") {
      event.preventDefault();
      askForTemplate(form.elements.note);
    } else if (!event.shiftKey) jump(form, event);
  });
}

// The minutes run by themselves until somebody writes their own, also after a form came back.
function measure(form) {
  const field = form.elements.duration_minutes;
  const clock = form.elements.clock;
  field.addEventListener("input", (event) => {
    if (event.isTrusted) clock.value = "own";
  });
  const write = () => {
    if (clock.value === "own") return;
    const started = Number(clock.value);
    const minutes = Math.round((Date.now() - started) / MINUTE);
    if (started && minutes <= LONGEST) field.value = Math.max(1, minutes);
  };
  if (!clock.value) clock.value = String(Date.now());
  // A draft goes on from the minutes it had: the time it lay there is no talk.
  else if (form.hasAttribute("data-resumed") && clock.value !== "own") {
    clock.value = String(Date.now() - Number(field.value) * MINUTE);
  }
  write();
  setInterval(write, 15000);
}

// As in the last consultation, without leaving what is already typed.
function repeatLast(form, link) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const last = JSON.parse(link.dataset.repeat);
    for (const name of ["channel", "subject", "outcome"]) {
      const answer = answersOf(form, name).find((one) => one.value === last[name]);
      if (answer) answer.checked = true;
    }
    for (const box of answersOf(form, "topics")) {
      box.checked = last.topics.includes(Number(box.value));
      if (box.checked && box.closest("details")) box.closest("details").open = true;
    }
    for (const option of form.elements.services.options) {
      option.selected = last.services.includes(Number(option.value));
    }
    form.elements.settlement.value = last.settlement || "";
    form.elements.missing_kind.value = last.missing_kind || "";
    for (const name of ["services", "settlement"]) {
      form.elements[name].dispatchEvent(new Event("change", { bubbles: true }));
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    answersOf(form, "channel").find((one) => one.checked)?.focus();
  });
}

// The topics that have no key, narrowed by what is typed.
function filterTopics(form) {
  const place = form.querySelector("[data-topic-filter]");
  const box = place?.querySelector("input");
  const labels = [...form.querySelectorAll("[data-more-topics] .choice")];
  if (!labels.length) return form.querySelector("[data-more-topics]")?.remove();
  place.hidden = false;
  const narrow = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const label of labels) {
      label.hidden = !words.every((word) => label.textContent.toLowerCase().includes(word));
    }
  };
  box.addEventListener("input", (event) => {
    event.stopPropagation(); // what is looked for is no part of the consultation
    narrow();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    const found = box.value.trim() && labels.find((label) => !label.hidden);
    if (!found) return;
    box.value = "";
    narrow();
    const topic = found.querySelector("input");
    if (!topic.checked) topic.click();
    topic.focus();
  });
}

// A second click while the page is still sending does nothing; the server would refuse it too.
function sendOnce(form) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => (sent = false));
}

function keysDialog() {
  const dialog = document.getElementById("keys");
  const button = document.querySelector("[data-keys]");
  const off = dialog.querySelector("[data-letters-off]");
  off.checked = !lettersOn();
  off.addEventListener("change", () => setLetters(!off.checked));
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (inDialog() || isTyping(event.target) || !lettersOn()) return;
    event.preventDefault();
    dialog.showModal();
  });
}

document.querySelectorAll("select[data-typeahead]").forEach(makeTypeahead);
document.querySelectorAll("form[data-capture]").forEach((form) => {
  templatesIn(form);
  showDiscussed(form);
  captureKeys(form);
  filterTopics(form);
  sendOnce(form);
  keysDialog();
  if (form.hasAttribute("data-timer")) measure(form);
  form.querySelectorAll("[data-repeat]").forEach((link) => repeatLast(form, link));
  if (!form.querySelector("[data-focus], [autofocus]")) form.querySelector("input[type=radio]:checked, input[type=radio]")?.focus();
});
