// The session's end without losing what is typed: a warning, and signing in again in place.
// Without this script the server keeps a form that arrives too late (municipalities/signin).
const page = document.querySelector("[data-session]");
const warning = document.getElementById("session-warning");
const ended = document.getElementById("session-ended");

const seconds = (name) => Number(page.dataset[name]);
const now = () => Date.now() / 1000;
let deadline = now() + seconds("left");
let lastAction = now();
let timer = 0;

function wait(after, what) {
  clearTimeout(timer);
  timer = setTimeout(what, Math.max(0, after) * 1000);
}

// The page's own requests say so, and do not count as the person's.
async function ask(url, { body = null, background = false } = {}) {
  const headers = { Accept: "application/json", "X-Who": page.dataset.who };
  if (background) headers["X-Background"] = "1";
  if (body) headers["X-CSRFToken"] = token();
  const response = await fetch(url, { method: body ? "POST" : "GET", headers, body, credentials: "same-origin" });
  const isAnswer = (response.headers.get("Content-Type") || "").includes("json");
  return { status: response.status, answer: isAnswer ? await response.json() : {} };
}

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

// Signing in changes the token that every form of the page carries.
function refresh(answer) {
  if (!answer.csrf) return;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = answer.csrf;
}

function goOn(left) {
  deadline = now() + left;
  lastAction = now();
  if (warning.open) warning.close();
  if (ended.open) ended.close();
  // Whoever could not send without a session may try again (drafts.js).
  document.dispatchEvent(new Event("session:ok"));
  wait(left - Math.min(seconds("warning"), left / 2), check);
}

function tell(dialog, words) {
  const problem = dialog.querySelector("[data-problem]");
  problem.hidden = !words;
  problem.textContent = words || "";
}

// Other windows may have kept the session alive, or ended it: the server knows.
async function check() {
  let state;
  try {
    state = (await ask(page.dataset.state, { background: true })).answer;
  } catch {
    wait(15, check); // no connection now; nothing can be sent either
    return;
  }
  refresh(state);
  if (!state.signed_in) return showEnded();
  if (!state.same) return showEnded("В този браузър вече е влязъл друг човек. Излезте оттам, за да продължите тук.");
  if (ended.open || state.left > seconds("warning") + 1) return goOn(state.left);
  deadline = now() + state.left;
  if (state.left <= 0) return showEnded();
  if (!warning.open) {
    tell(warning, "");
    warning.showModal();
    warning.querySelector("[data-stay-button]").focus();
  }
  count();
}

function inWords(left) {
  const whole = Math.max(0, Math.ceil(left));
  if (whole >= 90) return `${Math.round(whole / 60)} минути`;
  return whole === 1 ? "1 секунда" : `${whole} секунди`;
}

function count() {
  if (!warning.open) return;
  const left = deadline - now();
  warning.querySelector("[data-countdown]").textContent = inWords(left);
  if (left <= 0) wait(0.5, check);
  else wait(Math.min(left, 1), count);
}

function showEnded(words = "") {
  clearTimeout(timer);
  if (warning.open) warning.close();
  tell(ended, words);
  if (ended.open) return;
  ended.showModal();
  ended.querySelector("[name=password]").focus();
}

async function stay() {
  try {
    const { status, answer } = await ask(page.dataset.stay, { body: new FormData() });
    if (status === 200) {
      refresh(answer);
      goOn(answer.left);
    } else await check();
  } catch {
    if (warning.open) tell(warning, "Няма връзка. Опитайте пак.");
  }
}

async function signIn(event) {
  event.preventDefault();
  const form = ended.querySelector("form");
  const button = form.querySelector("[type=submit]");
  const password = form.elements.password;
  const code = form.elements.code;
  button.disabled = true;
  try {
    refresh((await ask(page.dataset.state, { background: true })).answer);
    const body = new FormData();
    body.set("password", password.value);
    body.set("code", code.value);
    const { status, answer } = await ask(page.dataset.again, { body });
    if (status === 200 && answer.signed_in) {
      refresh(answer);
      form.reset();
      tell(ended, "");
      goOn(answer.left);
      return;
    }
    tell(ended, answer.error || "Твърде много опити. Изчакайте няколко минути.");
    if (answer.needs_code) form.querySelector("[data-code]").hidden = false;
    (answer.needs_code ? code : password).select();
  } catch {
    tell(ended, "Няма връзка. Написаното е тук; опитайте пак.");
  } finally {
    button.disabled = false;
  }
}

// Whoever writes a long note is not idle, though nothing is sent until the end.
function act() {
  if (warning.open || ended.open) return;
  if (now() >= deadline) return void check();
  if (now() - lastAction < seconds("idle") / 6) return;
  lastAction = now();
  stay();
}

if (page && warning && ended && window.HTMLDialogElement) {
  warning.querySelector("[data-stay-button]").addEventListener("click", stay);
  warning.addEventListener("cancel", (event) => {
    event.preventDefault(); // Escape says that somebody is here
    stay();
  });
  ended.addEventListener("cancel", (event) => event.preventDefault());
  ended.querySelector("form").addEventListener("submit", signIn);
  document.addEventListener("input", act);
  document.addEventListener("session:check", check);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && (ended.open || warning.open || now() >= deadline)) check();
  });
  window.addEventListener("focus", () => {
    if (ended.open) check();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) check();
  });
  goOn(seconds("left"));
}
