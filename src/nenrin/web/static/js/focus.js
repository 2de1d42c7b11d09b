// Where attention goes: an error summary first; after a swap, whatever asks for it; the command key's own name.
import { isMac, onArrival } from "./keys.js";

onArrival("[data-focus-first]", (element) => element.focus());

onArrival("[data-command-key]", (key) => {
  if (isMac) key.textContent = key.textContent.replace("Ctrl ", "⌘");
});
