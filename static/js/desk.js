// The desk by keyboard. Everything here also works without it, by mouse or Tab.
import { makeTypeahead } from "./typeahead.js";

const isTyping = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable ||
    element.tagName === "TEXTAREA" ||
    element.tagName === "SELECT" ||
    (element.tagName === "INPUT" && !["radio", "checkbox", "button", "submit"].includes(element.type)));

function shortcuts(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  // The physical key too: on a Bulgarian layout the key N writes „х“.
  const pressed = [event.key.toLowerCase(), event.code.replace("Key", "").toLowerCase()];
  const link = [...document.querySelectorAll("[data-shortcut]")].find((a) =>
    pressed.includes(a.dataset.shortcut)
  );
  if (link) {
    event.preventDefault();
    link.click();
  }
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

function captureKeys(form) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      const next = event.shiftKey && form.querySelector("button[name=next]");
      form.requestSubmit(next || form.querySelector("button[type=submit]"));
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    // By itself Enter would send a form that is not yet filled in.
    if (event.key === "Enter" && form.contains(event.target) && event.target.matches("input")) {
      const next = nextQuestion(form, event.target);
      if (next) {
        event.preventDefault();
        next.focus();
      }
      return;
    }
    const topic = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (topic) {
      event.preventDefault();
      topic.click();
      topic.focus();
    }
  });
}

// The minutes run by themselves until somebody writes their own.
function measure(form) {
  const field = form.querySelector("[name=duration_minutes]");
  if (!field || form.querySelector("[aria-invalid=true]")) return;
  const started = Date.now();
  let own = false;
  field.addEventListener("input", () => (own = true));
  const write = () => {
    if (!own) field.value = Math.max(1, Math.round((Date.now() - started) / 60000));
  };
  write();
  setInterval(write, 15000);
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

document.addEventListener("keydown", shortcuts);
document.querySelectorAll("select[data-typeahead]").forEach(makeTypeahead);
document.querySelectorAll("form[data-capture]").forEach((form) => {
  captureKeys(form);
  sendOnce(form);
  if (form.hasAttribute("data-timer")) measure(form);
  if (!form.querySelector("[data-focus], [autofocus]")) form.querySelector("input[type=radio]:checked, input[type=radio]")?.focus();
});
