// Pages of the desk by keyboard. Everything here also works without it, by mouse or Tab.
import { inDialog, isTyping, lettersOn, pressed } from "./letters.js";

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

document.addEventListener("keydown", shortcuts);
