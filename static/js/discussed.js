// Beside the form: the chosen services with their free places and the order of use, while one
// talks. Without it the page shows them when it comes back, or by its button.
export function showDiscussed(form) {
  const place = document.querySelector("[data-discussed]");
  const select = form.elements.services;
  const home = place.parentElement;
  const narrow = matchMedia("(max-width: 64rem)"); // where the form and what is beside it are one column
  let last = 0;

  // On a phone „beside“ would be below everything: there it stands under the chosen services.
  function stand() {
    if (narrow.matches) select.closest(".field").after(place);
    else home.querySelector("noscript").after(place);
  }

  async function show() {
    const mine = ++last;
    const ids = [...select.selectedOptions].map((option) => ["u", option.value]);
    if (!ids.length) return place.replaceChildren();
    try {
      const answer = await fetch(`${place.dataset.discussed}?${new URLSearchParams(ids)}`, { redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const part = await answer.text();
      if (mine === last) place.innerHTML = part;
    } catch {
      // Signed out or no network: what would be shown may no longer be true.
      if (mine === last) place.replaceChildren();
    }
  }

  select.addEventListener("change", show);
  narrow.addEventListener("change", stand);
  stand();
}
