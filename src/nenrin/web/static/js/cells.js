// Cells that are edited in place. Enter or a click on the pencil opens the form; Enter saves, Tab saves and moves on,
// Esc leaves the cell as it was. "e" opens the first cell of the row that j and k stand on.
import { mayUseSingleKeys } from "./keys.js";

const shown = new WeakMap();
const PENCIL = "a[data-cell-edit]";
const FIELD = "select, input:not([type=hidden])";
const asFragment = { "HX-Request": "true" };

document.addEventListener("click", (event) => {
  const pencil = event.target.closest(PENCIL);
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (pencil && isPlain) {
    event.preventDefault();
    open(pencil);
  } else if (event.target.closest("td [data-cell-close]")) {
    event.preventDefault();
    close(event.target.closest("td"));
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("td form[data-cell-form]")) return;
  event.preventDefault();
  save(event.target);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("td form[data-cell-form]");
  if (form && !event.isComposing && event.keyCode !== 229) inForm(event, form);
  else if (event.key.toLowerCase() === "e" && mayUseSingleKeys(event)) {
    const pencil = document.querySelector(`tr.is-here ${PENCIL}`);
    if (pencil) {
      event.preventDefault();
      open(pencil);
    }
  }
});

function inForm(event, form) {
  const fields = [...form.querySelectorAll(FIELD)];
  const isEdge = event.target === (event.shiftKey ? fields[0] : fields.at(-1));
  if (event.key === "Escape") {
    event.preventDefault();
    close(form.closest("td"));
  } else if (event.key === "Tab" && isEdge) {
    event.preventDefault();
    save(form, event.shiftKey ? -1 : 1);
  } else if (event.key === "Enter" && event.target.matches("select")) {
    event.preventDefault();
    save(form);
  }
}

async function open(pencil) {
  const cell = pencil.closest("td");
  const answer = await fetch(pencil.href, { headers: asFragment });
  if (!answer.ok) return location.assign(pencil.href);
  shown.set(cell, cell.innerHTML);
  cell.innerHTML = await answer.text();
  cell.classList.add("is-edited");
  cell.querySelector(FIELD)?.focus();
}

function close(cell) {
  cell.innerHTML = shown.get(cell);
  cell.classList.remove("is-edited");
  cell.querySelector(PENCIL)?.focus();
}

async function save(form, step = 0) {
  const cell = form.closest("td");
  const following = step ? neighbour(cell, step) : null;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: asFragment });
  if (![200, 409, 422].includes(answer.status)) return form.submit(); // the page says what happened
  cell.innerHTML = await answer.text();
  if (!answer.ok) return cell.querySelector(FIELD)?.focus();
  cell.classList.remove("is-edited");
  announce(cell);
  if (following) open(following);
  else cell.querySelector(PENCIL)?.focus();
}

function neighbour(cell, step) {
  const cells = [...cell.closest("table").querySelectorAll("td[data-cell]")];
  return cells[cells.indexOf(cell) + step]?.querySelector(PENCIL) ?? null;
}

function announce(cell) {
  const brought = cell.querySelector("template[data-toast-new]");
  const toasts = document.getElementById("toasts");
  if (!brought || !toasts) return;
  toasts.append(brought.content);
  brought.remove();
  toasts.lastElementChild.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: toasts.lastElementChild } }));
}
