// <form data-keep-text>: what was typed survives a reload, a lost session or a fault, in this browser tab only.
// Passwords and files are never kept. Once the server has accepted the form, the copy is dropped.
import { onArrival } from "./keys.js";

const KEPT = "textarea, input:is([type=text], [type=search], [type=email], [type=url], [type=number], [type=date], :not([type]))";
const store = sessionStorage;

settle();

onArrival("form[data-keep-text]", (form) => {
  const key = `kept:${location.pathname}:${form.getAttribute("action") ?? ""}`;
  const fields = () => [...form.querySelectorAll(KEPT)].filter((field) => field.name && field.name !== "next");
  restore(key, fields());
  form.addEventListener("input", () => {
    const typed = Object.fromEntries(fields().map((field) => [field.name, field.value]));
    store.setItem(key, JSON.stringify(typed));
  });
  form.addEventListener("submit", () => store.setItem("sent", key));
  form.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status < 400 && !detail.xhr.responseText.includes('aria-invalid="true"')) store.removeItem(key);
  });
});

// The page after a form was sent: signing in again means it was lost, errors or a fault mean it was refused;
// anything else means it was accepted.
function settle() {
  const key = store.getItem("sent");
  if (!key) return;
  if (location.pathname.startsWith("/sign-in")) return store.setItem("lost", "1");
  const isRefused = document.querySelector("[aria-invalid=true], main .banner--error, body[data-fault]");
  if (!isRefused && !store.getItem("lost")) store.removeItem(key);
  store.removeItem("sent");
  store.removeItem("lost");
}

function restore(key, fields) {
  const kept = JSON.parse(store.getItem(key) ?? "null");
  for (const field of fields) {
    if (kept?.[field.name] && !field.value) field.value = kept[field.name];
  }
}
