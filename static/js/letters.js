// Keys of one letter or digit can be switched off, for whoever speaks to the computer or presses
// them by mistake (WCAG 2.1.4). Only this choice is kept in the browser.
const NAME = "desk-letters";

export const lettersOn = () => {
  try {
    return localStorage.getItem(NAME) !== "off";
  } catch {
    return true;
  }
};

export function setLetters(on) {
  try {
    if (on) localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, "off");
  } catch {
    // a browser that keeps nothing
  }
}

export const isTyping = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable ||
    element.tagName === "TEXTAREA" ||
    element.tagName === "SELECT" ||
    (element.tagName === "INPUT" && !["radio", "checkbox", "button", "submit"].includes(element.type)));

// A key, and where it lies: on a Bulgarian layout the key N writes „х“.
export const pressed = (event) => [event.key.toLowerCase(), event.code.replace("Key", "").toLowerCase()];

export const inDialog = () => Boolean(document.querySelector("dialog[open]"));
