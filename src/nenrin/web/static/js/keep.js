// <form data-keep-text>: what was typed survives a lost session, a fault or a closed tab, in this browser tab only.
// Passwords and files are never kept; the form's own sending clears it.
import { onArrival } from "./keys.js";

const KEPT = "textarea, input:is([type=text], [type=search], [type=email], [type=url], [type=number], [type=date], :not([type]))";

onArrival("form[data-keep-text]", (form) => {
  const key = `kept:${location.pathname}:${form.getAttribute("action") ?? ""}`;
  const fields = () => [...form.querySelectorAll(KEPT)].filter((field) => field.name);
  restore(key, fields());
  form.addEventListener("input", () => {
    const typed = Object.fromEntries(fields().map((field) => [field.name, field.value]));
    sessionStorage.setItem(key, JSON.stringify(typed));
  });
  form.addEventListener("submit", () => sessionStorage.setItem("sent", key));
});

// A form was sent and another page came back without errors: it may be forgotten.
const sent = sessionStorage.getItem("sent");
if (sent && !document.querySelector("[aria-invalid=true], [data-focus-first]") && !sent.startsWith(`kept:${location.pathname}:`)) {
  if (!location.pathname.startsWith("/sign-in")) {
    sessionStorage.removeItem(sent);
    sessionStorage.removeItem("sent");
  }
}

function restore(key, fields) {
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  for (const field of fields) {
    const isUntouched = field.value === field.defaultValue && !field.value;
    if (kept?.[field.name] && isUntouched) field.value = kept[field.name];
  }
}
