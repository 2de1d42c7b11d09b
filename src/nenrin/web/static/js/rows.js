// <table data-rows>: j and k move, Enter opens the row's first link, x selects, Shift selects all between.
// Boxes named in the bulk bar's form show the bar with their count.
import { mayUseSingleKeys, onArrival } from "./keys.js";

const rowsOf = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);
const boxOf = (row) => row.querySelector("td.tick-cell input[type=checkbox], th.tick-cell input[type=checkbox]");
let last = null;

document.addEventListener("keydown", (event) => {
  const table = document.querySelector("table[data-rows]");
  if (!table || !mayUseSingleKeys(event)) return;
  const rows = rowsOf(table);
  const at = rows.findIndex((row) => row.classList.contains("is-here"));
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    go(rows, Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), rows.length - 1));
    event.preventDefault();
  } else if (key === "x" && at >= 0) {
    toggle(table, boxOf(rows[at]), event.shiftKey);
  } else if (event.key === "Enter" && at >= 0 && !event.target.closest("a, button, input, summary")) {
    rows[at].querySelector("th a, td a")?.click();
  }
});

document.addEventListener("click", (event) => {
  const box = event.target.closest("table[data-rows] :is(td, th).tick-cell input[type=checkbox]");
  if (!box) return;
  const table = box.closest("table");
  if (box.closest("thead")) setAll(table, box.checked);
  else if (event.shiftKey) spread(table, box);
  else last = box;
  show(table);
});

onArrival("[data-bulk]", (bar) => {
  const form = document.getElementById(bar.dataset.bulk);
  const table = form?.querySelector("table[data-rows]") ?? document.querySelector("table[data-rows]");
  bar.querySelector("[data-bulk-clear]")?.addEventListener("click", () => {
    setAll(table, false);
    show(table);
  });
  if (table) show(table);
});

function go(rows, to) {
  rows.forEach((row, n) => row.classList.toggle("is-here", n === to));
  const row = rows[to];
  row?.scrollIntoView({ block: "nearest" });
  (row?.querySelector("th a") ?? row?.querySelector("a, input"))?.focus({ preventScroll: true });
}

function toggle(table, box, isRange) {
  if (!box) return;
  box.checked = !box.checked;
  if (isRange) spread(table, box);
  else last = box;
  show(table);
}

function spread(table, box) {
  const boxes = rowsOf(table).map(boxOf).filter(Boolean);
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) boxes.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
  last = box;
}

function setAll(table, isOn) {
  rowsOf(table).map(boxOf).filter(Boolean).forEach((box) => (box.checked = isOn));
}

function show(table) {
  const boxes = rowsOf(table).map(boxOf).filter(Boolean);
  const count = boxes.filter((box) => box.checked).length;
  boxes.forEach((box) => box.closest("tr").classList.toggle("is-selected", box.checked));
  const all = table.tHead?.querySelector(".tick-cell input");
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
  for (const bar of document.querySelectorAll("[data-bulk]")) {
    bar.hidden = count === 0;
    const counter = bar.querySelector("[data-bulk-count]");
    if (counter) counter.textContent = count.toLocaleString();
  }
}
