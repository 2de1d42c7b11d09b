// <form data-autosubmit>: a changed choice sends the form; typing waits for a pause and for the end of composition.
import { onArrival } from "./keys.js";

const PAUSE = 350;

onArrival("form[data-autosubmit]", (form) => {
  let timer;
  const send = () => form.requestSubmit();
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  };
  form.querySelectorAll("[data-autosubmit-button]").forEach((button) => (button.hidden = true));
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=checkbox], [type=radio], [type=date]")) send();
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches("[type=search]") && !event.isComposing) later();
  });
  form.addEventListener("compositionend", later);
});
