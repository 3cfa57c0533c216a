// „/“ in the note offers the desk's texts. Without it they are listed under the note, to copy.
const LOOKED_FOR = /(^|\s)\/([^\s/]*)$/;

export function templatesIn(form) {
  const source = form.querySelector("[data-note-templates]");
  const note = form.elements.note;
  if (!source) return;
  const templates = [...source.querySelectorAll("dt")].map((word) => ({
    word: word.textContent.slice(1),
    text: word.nextElementSibling.querySelector("template").content.textContent,
    place: word.nextElementSibling,
  }));
  const list = document.createElement("ul");
  const said = document.createElement("p");
  let active = -1;

  list.id = "note-templates";
  list.className = "suggest";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Шаблони");
  list.hidden = true;
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  note.setAttribute("aria-autocomplete", "list");
  note.setAttribute("aria-controls", list.id);
  note.after(list, said);

  const options = () => [...list.children];
  const before = () => note.value.slice(0, note.selectionEnd).match(LOOKED_FOR);

  function mark(index) {
    active = index;
    options().forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
    const item = options()[index];
    if (item) {
      note.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else note.removeAttribute("aria-activedescendant");
  }

  function close() {
    list.hidden = true;
    list.replaceChildren();
    mark(-1);
  }

  function put(text, from, to) {
    note.setRangeText(text, from, to, "end");
    note.focus();
    note.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function choose(template) {
    const typed = before();
    const end = note.selectionEnd;
    close();
    put(template.text, typed ? end - typed[2].length - 1 : end, end);
    said.textContent = `Вмъкнат шаблон: ${template.word}`;
  }

  function suggest() {
    const typed = before();
    if (!typed) return close();
    const wanted = typed[2].toLowerCase();
    const named = (template) => template.word.toLowerCase().startsWith(wanted);
    const found = templates
      .filter((one) => `${one.word} ${one.text}`.toLowerCase().includes(wanted))
      .sort((one, other) => named(other) - named(one))
      .slice(0, 8);
    list.replaceChildren(
      ...found.map((template, i) => {
        const item = document.createElement("li");
        const word = document.createElement("strong");
        item.id = `${list.id}_${i}`;
        item.setAttribute("role", "option");
        word.textContent = `/${template.word}`;
        item.append(word, ` ${template.text.length > 90 ? `${template.text.slice(0, 90)}…` : template.text}`);
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(template);
        });
        item.template = template;
        return item;
      })
    );
    list.hidden = !found.length;
    said.textContent = found.length ? `${found.length} шаблона` : "";
    mark(found.length ? 0 : -1);
  }

  note.addEventListener("input", suggest);
  note.addEventListener("blur", close);
  note.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.altKey) return;
    const count = options().length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark((active + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      choose(options()[active].template);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  });

  // By mouse or on a phone: a button at each text.
  for (const template of templates) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet small";
    button.textContent = "Вмъкни";
    button.setAttribute("aria-label", `Вмъкни /${template.word}`);
    button.addEventListener("click", () => {
      const end = note.selectionEnd;
      const gap = end && !/\s$/.test(note.value.slice(0, end)) ? " " : "";
      put(gap + template.text, end, end);
    });
    template.place.append(" ", button);
  }
}
