// What is typed in a form goes to the server as it is typed, and is said to be there or not.
// Without this script there is the button „Запази за после“. Nothing is kept in the browser.

const PAUSE = 800; // ms without typing before it is sent
const LONGEST_TYPING = 4000; // ms: who types without a pause is kept too
const PATIENCE = 10000; // ms for an answer
const LONGEST_WAIT = 30000; // ms between two tries without a network
const TRIES_BEFORE_SUBMIT = [0, 500, 1500]; // ms: a server that is only being started again
const LARGEST_KEEPALIVE = 60000; // bytes: browsers refuse more from a page that is being left
const OWN = (name) => name === "csrfmiddlewaretoken" || name.startsWith("draft_");

const WORDS = {
  saving: "записва…",
  offline: "няма връзка, ще опитам пак",
  signedOut: "сесията изтече: влезте, за да се запише",
  foreign: "не се записва: в браузъра е влязъл друг човек или друга община",
  refused: "черновата не може да бъде записана",
  tooLarge: "написаното е твърде дълго за чернова; запишете го или го съкратете",
  recorded: "вече е записано от друго място; тук не се пази",
  closed: "черновата е изтрита; тук не се пази",
};

class Keeper {
  constructor(form, place) {
    this.form = form;
    this.place = place;
    this.shown = place.querySelector("[data-draft-state]");
    this.said = place.querySelector("[data-draft-said]");
    this.problem = form.querySelector("[data-draft-problem]");
    this.sequence = Number(place.dataset.sequence);
    this.isKept = place.hasAttribute("data-kept"); // there is something of this page on the server
    this.written = new Set(); // fields a script fills by itself, in which a person has written
    this.kept = this.snapshot();
    this.failures = 0;
    this.timer = 0;
    this.waitsSince = 0;
    this.sending = null; // what aborts the sending that is under way
    this.sent = ""; // and what it carries
    this.isOver = false; // nothing of this page is a draft any more
    this.isLeaving = false; // the form is on its way
    this.isPassing = false;
    this.shown.setAttribute("aria-hidden", "true");
    this.said.textContent = this.shown.textContent;
    if (this.isKept) this.name();
    this.listen();
  }

  // The state of the form as text: equal texts need no sending.
  snapshot() {
    const runsByItself = this.form.hasAttribute("data-timer") ? ["duration_minutes"] : [];
    for (const field of this.form.querySelectorAll("[data-draft-unwatched]")) runsByItself.push(field.name);
    const isSkipped = (name) => OWN(name) || (runsByItself.includes(name) && !this.written.has(name));
    return JSON.stringify([...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && !isSkipped(name)));
  }

  get isDirty() {
    return !this.isOver && this.snapshot() !== this.kept;
  }

  listen() {
    const typed = (event) => {
      if (event.isTrusted && event.type === "input" && event.target.name) this.written.add(event.target.name);
      this.schedule();
    };
    for (const type of ["input", "change", "click", "keyup"]) this.form.addEventListener(type, typed);
    // In the capture phase, before whoever counts how often the form is sent.
    window.addEventListener("submit", (event) => this.onSubmit(event), true);
    document.addEventListener("visibilitychange", () => document.hidden && this.leave());
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("pageshow", (event) => event.persisted && this.comeBack());
    window.addEventListener("online", () => this.failures && this.save());
    document.addEventListener("session:ok", () => this.isSignedOut && this.save());
    window.addEventListener("beforeunload", (event) => {
      if (!this.isLeaving && this.isDirty) event.preventDefault();
    });
  }

  say(words, { quietly = false } = {}) {
    this.shown.textContent = words;
    this.place.toggleAttribute("data-trouble", this.failures > 0 || this.isOver || this.isRefused);
    // Read aloud when something changes, not after every word that is typed.
    const kind = words.replace(/\d\d:\d\d/, "");
    if (!quietly && kind !== this.saidKind) {
      this.said.textContent = words;
      this.saidKind = kind;
    }
  }

  complain(words) {
    this.problem.hidden = !words;
    this.problem.textContent = words || "";
  }

  schedule(after = PAUSE) {
    if (this.isOver || this.isLeaving) return;
    clearTimeout(this.timer);
    this.waitsSince ||= Date.now();
    const longest = after === PAUSE ? this.waitsSince + LONGEST_TYPING - Date.now() : after;
    this.timer = setTimeout(() => this.save(), Math.max(0, Math.min(after, longest)));
  }

  async save() {
    clearTimeout(this.timer);
    this.waitsSince = 0;
    if (this.isLeaving || !this.isDirty) return;
    if (this.sending) return void (this.isWanted = true);
    this.say(WORDS.saving, { quietly: true });
    const outcome = await this.send();
    if (this.isLeaving || this.isOver) return;
    if (outcome === "failed") this.tryAgain();
    else if (this.isWanted || this.isDirty) this.schedule(this.isWanted ? 0 : PAUSE);
    this.isWanted = false;
  }

  tryAgain() {
    this.schedule(Math.min(LONGEST_WAIT, 1000 * 2 ** Math.max(0, this.failures - 1)));
  }

  // Sends the form as it stands; returns "kept", "failed" (worth another try), "refused" or "closed".
  async send({ isLast = false } = {}) {
    const taken = this.snapshot();
    const body = new FormData(this.form);
    for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name);
    body.set("draft_sequence", String(++this.sequence));
    const control = new AbortController();
    const limit = setTimeout(() => control.abort(), PATIENCE);
    this.sending = control;
    this.sent = taken;
    try {
      const response = await fetch(this.place.dataset.save, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-Background": "1" },
        keepalive: isLast && taken.length * 2 < LARGEST_KEEPALIVE,
        redirect: "error",
        signal: control.signal,
      });
      const isAnswer = (response.headers.get("Content-Type") || "").includes("json");
      return this.hear(response.status, isAnswer ? await response.json() : {}, taken);
    } catch {
      if (this.sending === control) this.fail(WORDS.offline);
      return "failed";
    } finally {
      clearTimeout(limit);
      if (this.sending === control) this.sending = null;
    }
  }

  hear(status, answer, taken) {
    if (status === 200) {
      this.kept = taken;
      this.isKept = true;
      this.failures = 0;
      this.isSignedOut = this.isRefused = false;
      this.complain("");
      this.move(answer);
      this.name();
      this.say(this.isDirty ? WORDS.saving : `записано ${answer.at}`, { quietly: this.isDirty });
      return "kept";
    }
    if (status === 409 && answer.state === "closed") {
      this.isOver = true;
      this.isRecorded = answer.recorded;
      this.say(answer.recorded ? WORDS.recorded : WORDS.closed);
      return "closed";
    }
    if (status === 413 || status === 422) {
      this.kept = taken; // the same again would be refused again
      this.isRefused = true;
      this.say(status === 413 ? WORDS.tooLarge : WORDS.refused);
      return "refused";
    }
    this.fail(status === 401 ? WORDS.signedOut : status === 409 ? WORDS.foreign : WORDS.offline);
    // 403: the page's token is of an earlier session. Asked once, or the two would ask each other.
    this.isSignedOut = status === 401 || (status === 403 && this.failures === 1);
    const isForeign = status === 409 && this.failures === 1;
    const dialog = document.getElementById("session-ended");
    if ((this.isSignedOut || isForeign) && !dialog?.open) document.dispatchEvent(new Event("session:check"));
    return "failed";
  }

  fail(words) {
    this.failures += 1;
    this.trouble = words;
    this.say(words);
  }

  // The text of this page is kept apart from that of another page with the same draft.
  move(answer) {
    const fields = this.form.elements;
    if (!answer.tab || answer.tab === fields.draft_tab.value) return;
    this.place.dataset.resume = this.place.dataset.resume.replace(fields.draft_tab.value, answer.tab);
    fields.draft_tab.value = answer.tab;
    if (answer.form_key && fields.form_key) {
      fields.form_key.value = answer.form_key;
      this.kept = this.snapshot();
    }
  }

  // From now on this address opens what was typed here: after a reload, after going back to it.
  name() {
    const resume = this.place.dataset.resume;
    if (location.pathname + location.search !== resume) history.replaceState(history.state, "", resume);
  }

  leave() {
    if (this.isLeaving || !this.isDirty || (this.isLast && this.sending && this.sent === this.snapshot())) return;
    this.sending?.abort();
    this.isLast = true;
    this.send({ isLast: true }).then((outcome) => {
      this.isLast = false;
      if (outcome === "failed") this.tryAgain();
    });
  }

  comeBack() {
    this.isLeaving = false;
    this.schedule(0);
  }

  onSubmit(event) {
    if (event.target !== this.form || this.isPassing) return;
    // What opens in a tab of its own (a preview) leaves this page, and its text, where they are.
    if (event.submitter?.formTarget === "_blank") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!this.isLeaving) this.submit(event.submitter);
  }

  // Only a server that has just answered is given the form: the page of an error would replace it.
  async submit(submitter) {
    if (this.isOver && this.isRecorded) return this.complain(`Не е изпратено: ${WORDS.recorded}.`);
    this.isLeaving = true;
    clearTimeout(this.timer);
    this.sending?.abort();
    this.complain("");
    // A form cannot be sent again while its own submit event is still being told, and after a click
    // a promise alone would go on before that is over.
    await new Promise((resolve) => setTimeout(resolve));
    const outcome = this.isOver || !(this.isKept || this.isDirty) ? "nothing" : await this.sendSurely();
    if (outcome === "failed" || (outcome === "closed" && this.isRecorded)) {
      this.isLeaving = false;
      this.complain(
        outcome === "closed"
          ? `Не е изпратено: ${WORDS.recorded}.`
          : `Не е изпратено: ${this.trouble}. Написаното е тук; после натиснете бутона пак.`
      );
      if (outcome === "failed") this.tryAgain();
      return;
    }
    this.pass(submitter);
  }

  async sendSurely() {
    let outcome = "failed";
    for (const pause of TRIES_BEFORE_SUBMIT) {
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
      this.say(WORDS.saving, { quietly: true });
      outcome = await this.send();
      // Somebody has to sign in first, then send.
      if (outcome !== "failed" || this.trouble !== WORDS.offline) break;
    }
    return outcome;
  }

  pass(submitter) {
    let isSent = false;
    const seen = (event) => {
      if (event.target === this.form) isSent = !event.defaultPrevented;
    };
    window.addEventListener("submit", seen);
    this.isPassing = true;
    try {
      this.form.requestSubmit(submitter?.form === this.form ? submitter : null);
    } finally {
      this.isPassing = false;
      window.removeEventListener("submit", seen);
    }
    if (!isSent) this.isLeaving = false; // another script, or a field that is not right, held it
  }
}

for (const place of document.querySelectorAll("form [data-draft]")) new Keeper(place.closest("form"), place);
