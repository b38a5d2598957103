// After a form came back with errors the focus goes to their summary; panels and dialogs that arrive are opened; and
// data-focus="#field" on a label or button leads on to the field that what it chooses is about.
import { delegate, whenPresent } from "./core.js";

whenPresent(".error-summary", (summary) => summary.focus());
whenPresent("dialog[data-open]", (dialog) => {
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.remove());
});
delegate("click", "dialog [data-close]", (_, button) => button.closest("dialog").close());
delegate("click", ".error-summary a[href^='#']", (event, link) => {
  const field = document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  (field.tomselect ?? field).focus();
});
delegate("click", "[data-focus]", (_, element) => {
  requestAnimationFrame(() => document.querySelector(element.dataset.focus)?.focus());
});
