// <div data-drop> around a file input: dropping is the same as choosing, and the name is said.
import { onArrival } from "./keys.js";

onArrival("[data-drop]", (zone) => {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-drop-name]");
  const mark = (isOver) => (event) => {
    event.preventDefault();
    zone.classList.toggle("is-over", isOver);
  };
  const tell = () => {
    if (name) name.textContent = [...input.files].map((file) => file.name).join(", ");
  };
  zone.addEventListener("dragover", mark(true));
  zone.addEventListener("dragleave", mark(false));
  zone.addEventListener("drop", (event) => {
    mark(false)(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", tell);
});
