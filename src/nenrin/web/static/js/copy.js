// <button data-copy="text" data-copied="Copied">: to the clipboard, said aloud by the button's own words.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const words = button.querySelector("span") ?? button;
  const before = words.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    words.textContent = button.dataset.copied;
    words.setAttribute("aria-live", "polite");
    setTimeout(() => (words.textContent = before), 2000);
  } catch {
    selectText(button.parentElement.querySelector("code"));
  }
});

// Where the clipboard is closed to us, at least the text stands selected.
function selectText(element) {
  if (element) getSelection().selectAllChildren(element);
}
