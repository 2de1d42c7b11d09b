// <button data-print hidden>: prints the page; shown only where this runs.
import { onArrival } from "./keys.js";

onArrival("[data-print]", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
