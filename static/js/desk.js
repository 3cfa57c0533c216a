// Pages of the desk by keyboard. Everything here also works without it, by mouse or Tab.
import { inDialog, isTyping, lettersOn, pressed } from "./letters.js";
import { makeTypeahead } from "./typeahead.js";

function shortcuts(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  if (!lettersOn() || inDialog()) return;
  const keys = pressed(event);
  const link = [...document.querySelectorAll("[data-shortcut]")].find((a) => keys.includes(a.dataset.shortcut));
  if (link) {
    event.preventDefault();
    link.click();
  }
}

// The form of one record: Ctrl+Enter sends it, once. The capture screen has keys of its own.
function formKeys(form) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey || event.altKey || event.shiftKey || inDialog()) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector('[aria-keyshortcuts="Control+Enter"]'));
  });
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formTarget === "_blank") return; // a preview, which leaves the form here
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => (sent = false));
  if (!form.querySelector("[data-focus], [autofocus]")) form.querySelector("input[type=radio]:checked, input[type=radio]")?.focus();
}

document.addEventListener("keydown", shortcuts);
document.querySelectorAll("form:not(.capture) select[data-typeahead]").forEach(makeTypeahead);
document.querySelectorAll("form[data-capture]:not(.capture)").forEach(formKeys);
