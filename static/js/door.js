// Counting at the door without waiting for each press. Each press has a key of its own, by which the
// portal counts it once, so that one that got no answer is sent again. Without it each press is a page.
const part = { "HX-Request": "true" };
const every = 10_000;
const again = 3_000;
const pending = [];
let isSending = false;
let timer;

const counts = () => document.getElementById("counts");
const said = document.querySelector("[data-door-said]");
const waits = document.querySelector("[data-door-waits]");

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What the page shows until the portal answers.
function show(press) {
  const [group, change] = press.split(":");
  const shown = counts().querySelector(`[data-count="${CSS.escape(group)}"]`);
  const total = counts().querySelector("[data-total-shown]");
  shown.textContent = Math.max(0, Number(shown.textContent) + Number(change));
  total.textContent = Math.max(0, Number(total.textContent) + Number(change));
}

function put(html, isLast) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("counts");
  if (!fresh) return false;
  const press = document.activeElement?.value;
  const hadFocus = counts().contains(document.activeElement);
  counts().replaceWith(fresh);
  if (hadFocus && press) fresh.querySelector(`button[value="${CSS.escape(press)}"]`)?.focus({ preventScroll: true });
  if (isLast) said.textContent = `Дошли общо: ${fresh.dataset.total}`;
  return true;
}

async function send() {
  if (isSending || !pending.length) return;
  isSending = true;
  clearTimeout(timer);
  const { url, body } = pending[0];
  try {
    const answer = await fetch(url, { method: "POST", body, headers: part, redirect: "manual" });
    if (answer.status === 200 || answer.status === 422) {
      pending.shift();
      waits.hidden = true;
      const html = await answer.text();
      if (!pending.length) put(html, true);
      isSending = false;
      send();
      return;
    }
    if (answer.type === "opaqueredirect" || answer.status < 500) {
      pending.length = 0;
      location.reload(); // signed out, or the event is gone: the page says so
      return;
    }
  } catch {
    // No connection: the same press is sent again, with the same key.
  }
  waits.hidden = false;
  isSending = false;
  timer = setTimeout(send, again);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-door]")) return;
  event.preventDefault();
  const button = event.submitter;
  if (button?.getAttribute("aria-disabled") === "true" && !pending.length) return;
  const body = new FormData(form, button);
  if (button?.name === "press") {
    body.set("form_key", newKey());
    show(button.value);
  }
  pending.push({ url: form.action, body });
  send();
});

// Others count too.
setInterval(async () => {
  if (pending.length || isSending || document.hidden) return;
  try {
    const answer = await fetch(location.pathname, { headers: part, redirect: "manual" });
    if (answer.status === 200 && !pending.length && !isSending) put(await answer.text(), false);
  } catch {
    // The next time.
  }
}, every);

window.addEventListener("beforeunload", (event) => {
  if (pending.length) event.preventDefault();
});
