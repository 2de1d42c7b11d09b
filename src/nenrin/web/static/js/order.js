// <ol data-order>: Alt with an arrow moves the step that holds the focus, by the same button that its menu has.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  const step = event.target.closest("[data-order] > [data-step]");
  const button = step?.querySelector(`[data-move="${event.key === "ArrowUp" ? "up" : "down"}"]`);
  if (!button) return;
  event.preventDefault();
  button.form.requestSubmit(button);
});
