// What every keyboard behaviour asks first: is a person writing, or choosing characters?

const WRITES = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

export const isWriting = (event) =>
  event.isComposing || event.keyCode === 229 || Boolean(event.target.closest?.(WRITES));

export const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;

// Single keys can be switched off by the reader (WCAG 2.1.4), and wait while a dialog is open.
export const mayUseSingleKeys = (event) =>
  isPlain(event) &&
  !isWriting(event) &&
  document.body.dataset.shortcuts === "on" &&
  !document.querySelector("dialog[open]");

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

export const isCommand = (event) => (isMac ? event.metaKey : event.ctrlKey);

// Run for what is there now and for whatever a fragment brings later.
export function onArrival(selector, attach) {
  const search = (root) => {
    if (root.matches?.(selector)) attach(root);
    root.querySelectorAll?.(selector).forEach(attach);
  };
  search(document);
  document.addEventListener("htmx:load", (event) => search(event.detail.elt));
}
