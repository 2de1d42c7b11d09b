// <ol data-queue>: j and k move through its rows, and a key named by data-queue-do does what that element does.
import { mayUseSingleKeys } from "./keys.js";

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-queue]") || !mayUseSingleKeys(event)) return;
  const rows = [...document.querySelectorAll("[data-queue] > [data-queue-row]")];
  const at = rows.findIndex((row) => row.classList.contains("is-here"));
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    go(rows, Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), rows.length - 1));
    event.preventDefault();
  } else if (at >= 0) {
    const deed = rows[at].querySelector(`[data-queue-do="${CSS.escape(key)}"]`);
    if (deed) {
      event.preventDefault();
      deed.click();
    }
  }
});

function go(rows, to) {
  rows.forEach((row, n) => row.classList.toggle("is-here", n === to));
  rows[to]?.scrollIntoView({ block: "nearest" });
  rows[to]?.querySelector("a")?.focus({ preventScroll: true });
}
