// Names for controls that Django's admin scripts make without any.
const nameBoxes = (root) => {
  for (const select of root.querySelectorAll("select.admin-autocomplete")) {
    const label = root.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    if (!label || !box) continue;
    label.id ||= `${select.id}_label`;
    const shown = box.querySelector(".select2-selection__rendered");
    if (shown) {
      shown.id ||= `${select.id}_shown`;
      shown.setAttribute("aria-labelledby", label.id);
    }
    box.setAttribute("aria-labelledby", shown ? `${label.id} ${shown.id}` : label.id);
    box.querySelector(".select2-search__field")?.setAttribute("aria-labelledby", label.id); // of many
  }
};
const later = (root) => setTimeout(() => nameBoxes(root));
if (document.readyState === "complete") later(document);
else window.addEventListener("load", () => later(document));
document.addEventListener("formset:added", (event) => later(event.target));

// Django writes yes and no in lists as pictures with English names.
const words = { True: "да", False: "не", None: "не е известно" };
for (const image of document.querySelectorAll("#result_list img, .readonly img")) {
  if (image.alt in words) image.alt = words[image.alt];
}

// The note over a form with errors lists them, each a link that puts the focus into its field.
const note = document.querySelector("#content .errornote");
const errors = note ? document.querySelectorAll("#content-main ul.errorlist:not(.nonfield) > li") : [];
if (errors.length) {
  const list = document.createElement("ul");
  for (const error of errors) {
    const place = error.closest("td, .form-row");
    const field = place?.querySelector("input:not([type=hidden]), select, textarea");
    if (!field) {
      list.append(document.createElement("li"));
      list.lastChild.textContent = error.textContent;
      continue;
    }
    const label = place.querySelector(`label[for="${CSS.escape(field.id)}"], legend, label`);
    const link = document.createElement("a");
    const name = label ? label.textContent.trim().replace(/:$/, "") : "";
    link.href = `#${field.id}`;
    link.textContent = name ? `${name}: ${error.textContent}` : error.textContent;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const target = field.nextElementSibling?.querySelector?.(".select2-selection") ?? field;
      target.focus();
      target.scrollIntoView({ block: "center" });
    });
    list.append(document.createElement("li"));
    list.lastChild.append(link);
  }
  note.append(list);
  note.tabIndex = -1;
  window.addEventListener("load", () => setTimeout(() => note.focus()));
}

// An open filter of a list closes when people go elsewhere.
const closeFilters = (event) => {
  for (const filter of document.querySelectorAll("#changelist-filter details[open]")) {
    if (event.type === "keydown" ? event.key !== "Escape" : filter.contains(event.target)) continue;
    filter.open = false;
    if (event.type === "keydown") filter.querySelector("summary").focus();
  }
};
document.addEventListener("click", closeFilters);
document.addEventListener("keydown", closeFilters);

// A table wider than its place is scrolled by keyboard as well, and says what it is.
const reachTables = () => {
  for (const wrap of document.querySelectorAll(".own .tablewrap:not([tabindex])")) {
    const name = wrap.querySelector("caption")?.textContent.trim();
    if (wrap.scrollWidth <= wrap.clientWidth || !name) continue;
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "region");
    wrap.setAttribute("aria-label", name);
  }
};
reachTables();
window.addEventListener("resize", reachTables);
