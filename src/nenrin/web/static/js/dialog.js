// data-open-dialog="id" opens a dialog, data-close-dialog closes it; ? shows the shortcuts.
// Clicking beside an open pick (a details menu) or pressing Escape closes it.
import { mayUseSingleKeys } from "./keys.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    document.getElementById(opener.dataset.openDialog)?.showModal();
  }
  event.target.closest("[data-close-dialog]")?.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
  closePicks(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closePicks(null);
  if (event.key === "?" && mayUseSingleKeys(event)) document.getElementById("shortcuts")?.showModal();
});

function closePicks(target) {
  for (const pick of document.querySelectorAll("details.pick[open]")) {
    if (!target || !pick.contains(target)) {
      if (!target) pick.querySelector("summary").focus();
      pick.open = false;
    }
  }
}
