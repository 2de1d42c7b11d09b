// Toasts with an undo leave after their seconds; pointing at or focusing one holds it. Others stay until dismissed.
import { onArrival } from "./keys.js";

onArrival("[data-toast]", (toast) => {
  const leave = () => toast.remove();
  toast.querySelector("[data-toast-close]")?.addEventListener("click", leave);
  const seconds = Number(toast.dataset.toastSeconds || 0);
  if (!seconds) return;
  let timer = setTimeout(leave, seconds * 1000);
  const hold = () => clearTimeout(timer);
  const resume = () => (timer = setTimeout(leave, 4000));
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", resume);
  toast.addEventListener("focusout", resume);
});

// What came with the page is put in once more: a live region is read out only when something changes in it.
const region = document.getElementById("toasts");
const arrived = region ? [...region.children] : [];
if (arrived.length) {
  region.replaceChildren();
  setTimeout(() => region.append(...arrived), 150);
}
