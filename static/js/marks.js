// Sheets and lists of boxes: „всички“ ticks a column at once, arrows go from box to box. Without
// this the same button sends the form and the server ticks them.

function boxesOf(form, column) {
  return [...form.querySelectorAll(`input[data-column="${CSS.escape(column)}"]:not(:disabled)`)];
}

for (const form of document.querySelectorAll("form[data-marks]")) {
  for (const button of form.querySelectorAll("button[data-all]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const boxes = boxesOf(form, button.dataset.all);
      const tick = !boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = tick;
      if (boxes.length) button.setAttribute("aria-pressed", String(tick));
    });
  }
  const grid = form.querySelector("[data-grid]");
  grid?.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!box.matches?.("tbody input[type=checkbox]")) return;
    const row = box.closest("tr");
    const place = [...row.querySelectorAll("input[type=checkbox]")].indexOf(box);
    const rows = [...row.parentElement.rows];
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    const there = rows[rows.indexOf(row) + step[0]]?.querySelectorAll("input[type=checkbox]")[place + step[1]];
    event.preventDefault();
    there?.focus();
  });
  const ticks = form.querySelector("fieldset.ticks");
  if (ticks) {
    const all = document.createElement("button");
    all.type = "button";
    all.className = "button quiet slim";
    all.textContent = "Отбележи всички";
    all.addEventListener("click", () => {
      const boxes = [...ticks.querySelectorAll("input[type=checkbox]")];
      const tick = !boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = tick;
      all.textContent = tick ? "Махни отметките" : "Отбележи всички";
    });
    ticks.querySelector("legend").after(all);
  }
}
