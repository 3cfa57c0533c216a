// People: found from inside the capture screen, and a shown identifier that hides again.
// Both also work without it: the form comes back with what was found, and „Скрий“ is a link.

function findInside(details) {
  const form = details.closest("form");
  const box = details.querySelector("[name=person_query]");
  const choices = details.querySelector("[data-choices]");
  const hint = document.getElementById("id_note_helptext");
  const summary = details.querySelector("summary").firstChild;
  const nobody = "Добави лице (сега е анонимна) ";
  let last = 0;

  const chosen = () => choices.querySelector("[name=person]:checked");

  function told() {
    const person = chosen()?.value ? chosen().closest("label").textContent.trim() : "";
    summary.nodeValue = person ? `Лице: ${person} ` : nobody;
    if (hint) hint.textContent = person ? details.dataset.hintPerson : details.dataset.hintAnonymous;
  }

  // Of the whole form only what is about the person.
  function typed(button) {
    const body = new FormData();
    for (const [name, value] of new FormData(form)) {
      if (/^(csrfmiddlewaretoken|person.*|new-.*)$/.test(name)) body.append(name, value);
    }
    body.append(button.name, button.value);
    return body;
  }

  async function ask(button) {
    const mine = ++last;
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(details.dataset.find, { method: "POST", body: typed(button), redirect: "error" });
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
      const part = await answer.text();
      if (mine !== last) return;
      choices.innerHTML = part;
      told();
      const wrong = choices.querySelector("[aria-invalid=true]");
      const nobodyFound = choices.querySelector("details[data-new-person][open] input:not([type=hidden])");
      (wrong || chosen()?.value && chosen() || choices.querySelector("[name=person]:not([value=''])") || nobodyFound || chosen())?.focus();
    } catch {
      // Signed out or no network. Sending the form instead could lose what is typed in it.
      const said = document.createElement("p");
      said.className = "error";
      said.setAttribute("role", "alert");
      said.textContent = "Не стана: няма връзка или сесията изтече. Опитайте отново.";
      choices.querySelector("p.error")?.remove();
      choices.prepend(said);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  const isFor = (target) => target.closest("[data-new-person]") ? "write_down" : "find";
  const buttonOf = (name) => details.querySelector(`button[name=${name}]`);

  details.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=find], button[name=write_down]");
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-busy")) return;
    if (button.name === "write_down" || box.value.trim()) ask(button);
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.altKey) return;
    if (!event.target.matches("input:not([type=radio])")) return;
    event.preventDefault();
    buttonOf(isFor(event.target)).click();
  });
  details.addEventListener("toggle", (event) => {
    if (event.target === details && details.open && !chosen()?.value) box.focus();
  });
  choices.addEventListener("change", told);
}

// The number leaves the page, not only the sight.
const SHOWN_FOR = 30000;
function hideAgain(place) {
  const hide = () => (place.textContent = "Номерът е скрит отново.");
  setTimeout(hide, SHOWN_FOR);
  // A page that the browser kept must not show it when one comes back.
  window.addEventListener("pageshow", (event) => event.persisted && hide());
}

document.querySelectorAll("details[data-person]").forEach(findInside);
document.querySelectorAll("[data-reveal]").forEach(hideAgain);
