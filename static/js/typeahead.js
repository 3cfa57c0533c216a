// A select as a box to type in, with the chosen as removable buttons (ARIA combobox). Of a select
// of one answer the option without a value is „nothing chosen“. The select is what is sent.

const folded = (text) => text.toLowerCase().normalize("NFC");

export function makeTypeahead(select) {
  const field = select.closest(".field");
  const label = field.querySelector(`label[for="${select.id}"]`);
  const box = document.createElement("input");
  const list = document.createElement("ul");
  const chosen = document.createElement("ul");
  const said = document.createElement("p");
  let active = -1;

  box.type = "text";
  box.className = "input";
  box.id = `${select.id}_box`;
  box.autocomplete = "off";
  for (const [name, value] of [
    ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"],
    ["aria-controls", `${select.id}_list`],
  ]) box.setAttribute(name, value);
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) box.setAttribute(name, select.getAttribute(name));
  }
  list.id = `${select.id}_list`;
  list.className = "suggest";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label.textContent.trim());
  list.hidden = true;
  chosen.className = "chosen";
  chosen.setAttribute("role", "list");
  chosen.setAttribute("aria-label", "Избрани");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  label.htmlFor = box.id;
  select.hidden = true;
  select.after(chosen, box, list, said);

  const options = () => [...list.children];
  const picked = () => [...select.selectedOptions].filter((option) => option.value);

  function mark(index) {
    active = index;
    options().forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
    const item = options()[index];
    if (item) {
      box.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  }

  function close() {
    list.hidden = true;
    list.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function suggest() {
    const words = folded(box.value).split(/\s+/).filter(Boolean);
    const found = [...select.options]
      .filter((o) => o.value && !o.selected && words.every((word) => folded(o.label).includes(word)))
      .slice(0, 8);
    list.replaceChildren(
      ...found.map((option, i) => {
        const item = document.createElement("li");
        item.id = `${list.id}_${i}`;
        item.setAttribute("role", "option");
        item.textContent = option.label;
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(option);
        });
        item.option = option;
        return item;
      })
    );
    list.hidden = !found.length;
    box.setAttribute("aria-expanded", String(found.length > 0));
    said.textContent = words.length ? (found.length ? `${found.length} предложения` : select.dataset.none || (select.multiple ? "Няма такава услуга" : "Няма такова място")) : "";
    mark(found.length && words.length ? 0 : -1);
  }

  function draw() {
    chosen.replaceChildren(
      ...picked().map((option) => {
        const item = document.createElement("li");
        const remove = document.createElement("button");
        remove.type = "button";
        remove.textContent = option.label;
        remove.setAttribute("aria-label", `Махни ${option.label}`);
        remove.addEventListener("click", () => {
          change(option, false);
          box.focus();
        });
        item.append(remove);
        return item;
      })
    );
    chosen.hidden = !picked().length;
  }

  // Whoever else looks at the select is told, as if it was changed by hand.
  function change(option, selected) {
    option.selected = selected;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function choose(option) {
    box.value = "";
    said.textContent = `${select.multiple ? "Добавена" : "Избрано"}: ${option.label}`;
    change(option, true);
    close();
  }

  box.addEventListener("input", suggest);
  box.addEventListener("blur", () => {
    // One answer, and only one that may be meant: it is that one.
    if (!select.multiple && box.value.trim() && options().length === 1) choose(options()[0].option);
    else close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) suggest();
      const count = options().length;
      if (count) mark((active + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      if (options()[active]) choose(options()[active].option);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && !box.value && picked().length) {
      change(picked().at(-1), false);
    }
  });
  select.addEventListener("change", draw);
  draw();
}
