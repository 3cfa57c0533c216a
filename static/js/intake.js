// Taking an application: people are found, questions follow the kind, without leaving the screen.
// Everything here also works without it: the same form is sent and comes back with more on it.
import { makeTypeahead } from "./typeahead.js";

const ASKING = ["find", "look"];
const DATED = ["paper", "post", "email", "ssev"];
// What may differ after each answer; the part in which one types is never taken away.
const AFTER = {
  find: ["person", "overlaps", "relatives", "known", "beside"],
  kind: ["overlaps", "questions", "office", "beside"],
  on_behalf: ["questions", "known"],
  person: ["overlaps", "relatives", "known", "beside"],
  relative: ["questions", "known"],
  service: ["overlaps", "beside"],
  phones: ["overlaps"],
};

const valueOf = (form, name) => form.querySelector(`[name="${name}"]:checked`)?.value ?? "";

function intake(form) {
  const part = (name, root = document) => root.querySelector(`[data-part="${name}"]`);
  const box = form.querySelector("[name=person_query]");
  let last = 0;

  // What belongs to one way of coming or of applying is out of sight in the others.
  function show() {
    const channel = valueOf(form, "channel");
    const behalf = valueOf(form, "on_behalf");
    for (const [name, isShown] of [
      ["data-dated", DATED.includes(channel)], ["data-ssev", channel === "ssev"], ["data-applicant", behalf !== "self"],
    ]) {
      const place = form.querySelector(`[${name}]`);
      if (place && (channel || behalf)) place.hidden = !isShown;
    }
  }

  // A kind that asks for no service has no box for it.
  function followService(page) {
    const here = form.querySelector("[data-service]");
    const there = page.querySelector("[data-service]");
    if (!here || !there) return;
    if (!here.querySelector("select") && there.querySelector("select")) {
      here.replaceChildren(...there.childNodes);
      here.querySelectorAll("select[data-typeahead]").forEach(makeTypeahead);
    }
    here.hidden = there.hidden;
  }

  function complain(words) {
    form.querySelector("[data-part-problem]")?.remove();
    if (!words) return;
    const said = document.createElement("p");
    said.className = "error";
    said.dataset.partProblem = "";
    said.setAttribute("role", "alert");
    said.textContent = words;
    (box?.closest("fieldset") || form).append(said);
  }

  async function refresh(why) {
    const mine = ++last;
    const body = new FormData(form);
    for (const name of [...ASKING, "save"]) body.delete(name);
    body.append(why === "find" ? "find" : "look", "1");
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "error", headers: { "X-Background": "1" } });
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== last) return;
      complain("");
      for (const name of AFTER[why]) {
        const here = part(name);
        const there = part(name, page);
        if (here && there) here.replaceChildren(...there.childNodes);
      }
      if (why === "kind") followService(page);
      if (why === "find") focusFound();
    } catch {
      // Signed out or no network. What is typed stays as it is.
      if (mine === last) complain("Не стана: няма връзка или сесията изтече. Опитайте отново.");
    } finally {
      if (mine === last) form.removeAttribute("aria-busy");
    }
  }

  function focusFound() {
    const place = part("person");
    const known = place.querySelector("[name=person]:checked:not([value=''])") || place.querySelector("[name=person]:not([value=''])");
    const fresh = place.querySelector("details[open] input:not([type=hidden])");
    (known || fresh || place.querySelector("[name=person]"))?.focus();
  }

  // Only what is empty, and only what the relative has.
  function takeOver(radio) {
    if (!radio.value) return;
    for (const [name, value] of [
      ["applicant_name", radio.dataset.name], ["applicant_right", radio.dataset.right],
      ["phones", radio.dataset.phones], ["email", radio.dataset.email],
    ]) {
      const field = form.elements[name];
      if (field && !field.value.trim() && value) field.value = value;
    }
    const behalf = form.querySelector(`[name="on_behalf"][value="${radio.dataset.behalf}"]`);
    if (behalf && valueOf(form, "on_behalf") === "self") behalf.checked = true;
    show();
  }

  form.addEventListener("change", (event) => {
    const { name } = event.target;
    if (name === "channel" || name === "on_behalf") show();
    if (name === "relative") takeOver(event.target);
    if (name === "person" && !event.target.value) {
      const fresh = form.querySelector("details[data-new-person]");
      if (fresh) fresh.open = true;
    }
    if (AFTER[name]) refresh(name);
  });
  // Before whoever counts how often the form is sent.
  window.addEventListener("submit", (event) => {
    if (event.target !== form || !ASKING.includes(event.submitter?.name)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.submitter.name === "find" && box.value.trim()) refresh("find");
  }, true);
  box?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    if (box.value.trim()) refresh("find");
  });
  show();
}

document.querySelectorAll("form[data-intake]").forEach(intake);
