// People: found from inside the capture screen, and a shown identifier that hides again.
// Both also work without it: the form comes back with what was found, and „Скрий“ is a link.

function findInside(details) {
  const form = details.closest("form");
  const box = details.querySelector("[name=person_query]");
  const choices = details.querySelector("[data-choices]");
  const button = details.querySelector("button[name=find]");
  const hint = document.getElementById("id_note_helptext");
  let last = 0;

  const chosen = () => choices.querySelector("[name=person]:checked");

  async function find() {
    const mine = ++last;
    const body = new FormData();
    for (const [name, value] of [
      ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value],
      ["person_query", box.value],
      ["person", chosen()?.value || ""],
    ]) body.append(name, value);
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(details.dataset.find, { method: "POST", body, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const part = await answer.text();
      if (mine !== last) return;
      choices.innerHTML = part;
      choices.querySelector("[name=person]")?.focus();
    } catch {
      // Signed out or no network. Sending the form instead could lose what is typed in it.
      const said = document.createElement("p");
      said.className = "error";
      said.setAttribute("role", "alert");
      said.textContent = "Търсенето не стана. Опитайте отново.";
      choices.querySelector(".error")?.remove();
      choices.prepend(said);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (box.value.trim()) find();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey) return;
    event.preventDefault();
    if (box.value.trim()) find();
  });
  details.addEventListener("toggle", () => details.open && !chosen() && box.focus());
  choices.addEventListener("change", () => {
    if (hint) hint.textContent = chosen()?.value ? details.dataset.hintPerson : details.dataset.hintAnonymous;
  });
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
