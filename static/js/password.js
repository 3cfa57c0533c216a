// A password may be shown while it is written: a button beside each password field.
for (const field of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  const label = field.labels?.[0]?.textContent.trim() || "Парола";
  button.type = "button";
  button.className = "linkbutton small";
  button.setAttribute("aria-controls", field.id);
  const draw = () => {
    const shown = field.type === "text";
    button.textContent = shown ? "Скрий" : "Покажи";
    button.setAttribute("aria-label", `${button.textContent}: ${label}`);
  };
  button.addEventListener("click", () => {
    field.type = field.type === "text" ? "password" : "text";
    draw();
  });
  // Sent as a password, whatever it looked like, so that the browser offers to keep it.
  field.form?.addEventListener("submit", () => (field.type = "password"));
  draw();
  field.after(button);
}
