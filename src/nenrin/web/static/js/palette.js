// The palette: Ctrl/Cmd+K anywhere, / outside fields. Suggestions are a fragment of options from the server.
import { recent } from "./recent.js";
import { isCommand, isWriting, mayUseSingleKeys } from "./keys.js";

const PAUSE = 120;
const dialog = document.getElementById("palette");
const address = document.body.dataset.palette;

if (dialog && address) {
  const input = dialog.querySelector("input");
  const found = dialog.querySelector("[role=listbox]");
  const none = dialog.querySelector(".palette__none");
  let timer;
  let asked = 0;

  const options = () => [...found.querySelectorAll("[role=option]")];
  const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

  const choose = (index) => {
    const all = options();
    all.forEach((option, n) => {
      option.id ||= `palette-option-${n}`;
      option.setAttribute("aria-selected", String(n === index));
    });
    const option = all[index];
    option ? input.setAttribute("aria-activedescendant", option.id) : input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };

  const ask = async () => {
    const turn = ++asked;
    const answer = await fetch(`${address}?q=${encodeURIComponent(input.value.trim())}&recent=${recent().join()}`, {
      headers: { "HX-Request": "true" },
    });
    if (turn !== asked || !answer.ok) return; // an older answer must not replace a newer one
    found.innerHTML = await answer.text();
    none.hidden = options().length > 0 || !input.value.trim();
    input.setAttribute("aria-expanded", String(options().length > 0));
    choose(options().length ? 0 : -1);
  };

  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    ask();
  };

  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("compositionend", ask);

  const step = { ArrowDown: 1, ArrowUp: -1 };
  dialog.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const count = options().length;
    if (event.key in step && count) {
      event.preventDefault();
      choose((chosen() + step[event.key] + count) % count);
    } else if (event.key === "Enter" && count) {
      event.preventDefault();
      options()[Math.max(chosen(), 0)].click();
    }
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-open-palette]")) return;
    event.preventDefault();
    open();
  });

  document.addEventListener("keydown", (event) => {
    const isPaletteKey = event.key.toLowerCase() === "k" && isCommand(event) && !event.shiftKey && !event.altKey;
    if (isPaletteKey && !event.isComposing) {
      event.preventDefault();
      open();
    } else if (event.key === "/" && mayUseSingleKeys(event) && !isWriting(event)) {
      event.preventDefault();
      const field = document.querySelector("main [type=search]");
      field ? field.focus() : open();
    }
  });
}
