// data-undo-send="8" on a form: sending waits that many seconds behind a toast with "Undo". Whoever leaves the page, or
// opens another ticket meanwhile, has it sent at once.
import { csrfToken, delegate, forget, toast, word } from "./core.js";

const released = new WeakSet();
const held = new Map();

function letGo(form) {
  const { timer, dismiss, submitter } = held.get(form);
  clearTimeout(timer);
  dismiss();
  held.delete(form);
  form.removeAttribute("aria-busy");
  return submitter;
}

function release(form) {
  const submitter = letGo(form);
  released.add(form);
  form.requestSubmit(submitter);
}

delegate("submit", "form[data-undo-send]", (event, form) => {
  if (released.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (held.has(form)) return;
  const { submitter } = event;
  const cancel = () => {
    letGo(form);
    form.querySelector("textarea")?.focus();
  };
  const dismiss = toast(word("sending"), { action: { label: word("undo"), run: cancel }, seconds: 0 });
  form.setAttribute("aria-busy", "true");
  held.set(form, { submitter, dismiss, timer: setTimeout(() => release(form), Number(form.dataset.undoSend) * 1000) });
}, true);

const address = (form) => form.getAttribute("hx-post") ?? form.action;

window.addEventListener("pagehide", () => {
  for (const [form, { submitter }] of held) navigator.sendBeacon(address(form), new FormData(form, submitter));
});

// The form leaves the page: a form that is nowhere cannot be submitted any more, so its content is sent without it.
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  const form = event.detail.elt;
  if (!held.has(form)) return;
  const body = new FormData(form, letGo(form));
  const kept = form.querySelector("textarea[data-draft]")?.dataset.draft;
  fetch(address(form), { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } }).then((answer) => {
    if (answer.ok) forget(`draft.${kept}`);
    else toast(word("conflict"), { kind: "bad" });
  }, () => toast(word("unreachable"), { kind: "bad" }));
});
