// <ul data-board>: a card dragged to another column, or moved by Alt with an arrow, sends its own form. Plain arrows go
// from card to card. <dialog data-ask> opens when an answer with a question has come into it.
let held = null;

const lanesOf = (board) => [...board.querySelectorAll("[data-lane]")];

function send(card, stage) {
  const form = card.querySelector("[data-move-form]");
  if (!form || !stage || stage === card.dataset.stage) return;
  form.elements.stage.value = stage;
  if (form.elements.stage.value === stage) form.requestSubmit();
}

function light(lane) {
  for (const one of document.querySelectorAll("[data-lane].is-over")) if (one !== lane) one.classList.remove("is-over");
  lane?.classList.add("is-over");
}

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card?.draggable) return;
  held = card;
  card.classList.add("is-held");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.id);
});

document.addEventListener("dragover", (event) => {
  const lane = held && event.target.closest?.("[data-lane]");
  if (lane) event.preventDefault();
  if (held) light(lane);
});

document.addEventListener("drop", (event) => {
  const lane = held && event.target.closest?.("[data-lane]");
  if (!lane) return;
  event.preventDefault();
  send(held, lane.dataset.lane);
});

document.addEventListener("dragend", () => {
  held?.classList.remove("is-held");
  held = null;
  light(null);
});

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-card]");
  const board = card?.closest("[data-board]");
  if (!board || event.target.closest("select, input, textarea") || !event.key.startsWith("Arrow")) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const lanes = lanesOf(board);
  const at = lanes.indexOf(card.closest("[data-lane]"));
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.altKey && !step) return;
  event.preventDefault();
  if (event.altKey) return void (lanes[at + step] && send(card, lanes[at + step].dataset.lane));
  go(lanes, at, card, step, event.key === "ArrowUp" ? -1 : 1);
});

function go(lanes, at, card, sideways, along) {
  const cards = [...lanes[at].querySelectorAll("[data-card]")];
  const place = cards.indexOf(card);
  if (!sideways) return cards[place + along]?.querySelector("a")?.focus();
  for (let lane = at + sideways; lanes[lane]; lane += sideways) {
    const there = [...lanes[lane].querySelectorAll("[data-card]")];
    if (there.length) return there[Math.min(place, there.length - 1)].querySelector("a")?.focus();
  }
}

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target;
  if (!dialog.matches?.("dialog[data-ask]") || !dialog.childElementCount) return;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("textarea")?.focus();
});

// What a page says on arrival is read out only if it comes after the page: the words of the move are put in anew.
const moved = new URLSearchParams(location.search).get("moved");
const said = moved && document.querySelector("#toasts [data-toast] > span");
if (said) setTimeout(() => (said.textContent = `${said.textContent}`), 400);
