// Brings the state of a long work by itself; without it the page has a link that does the same.
// The part is replaced whole, as the server drew it, and the page is opened anew at the end.

const EVERY = 2000;

async function look() {
  const shown = document.querySelector("[data-progress]");
  if (!shown) return;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-progress]");
    if (!fresh) {
      location.reload();
      return;
    }
    if (!shown.contains(document.activeElement)) shown.replaceWith(document.adoptNode(fresh));
  } catch {
    // The line was away; the next look may find it.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
