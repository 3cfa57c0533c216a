// Days one press away, beside the field that takes any day. They appear only where they can work.
for (const group of document.querySelectorAll("[data-quick]")) {
  const field = group.closest("form").querySelector("[name=due_on]");
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    field.value = button.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
