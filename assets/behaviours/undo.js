// data-undo-send="8" on a form: sending waits that many seconds behind a toast with "Undo". Whoever leaves the page
// meanwhile has it sent at once.
import { delegate, toast, word } from "./core.js";

const released = new WeakSet();
const held = new Map();

delegate("submit", "form[data-undo-send]", (event, form) => {
  if (released.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (held.has(form)) return;
  const { submitter } = event;
  const seconds = Number(form.dataset.undoSend);
  const release = () => {
    clearTimeout(held.get(form));
    held.delete(form);
    dismiss();
    released.add(form);
    form.removeAttribute("aria-busy");
    form.requestSubmit(submitter);
  };
  const cancel = () => {
    clearTimeout(held.get(form));
    held.delete(form);
    form.removeAttribute("aria-busy");
    form.querySelector("textarea")?.focus();
  };
  const dismiss = toast(word("sending"), { action: { label: word("undo"), run: cancel }, seconds: 0 });
  form.setAttribute("aria-busy", "true");
  held.set(form, setTimeout(release, seconds * 1000));
}, true);

window.addEventListener("pagehide", () => {
  for (const form of held.keys()) navigator.sendBeacon(form.getAttribute("hx-post") ?? form.action, new FormData(form));
});
