// data-confirm="Restart nginx on web-1?" asks before a form is sent or a button acts; data-confirm-verb names the button.
import { delegate, word } from "./core.js";

const dialog = document.getElementById("confirm");

/** Ask in the page's own dialog; resolves to whether the answer was yes. */
export function ask(question, { verb = word("confirm"), danger = false, detail = "" } = {}) {
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector("h2").textContent = question;
  const more = dialog.querySelector("p");
  more.textContent = detail;
  more.hidden = !detail;
  const yes = dialog.querySelector("[value=yes]");
  yes.textContent = verb;
  yes.classList.toggle("button-danger", danger);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function question(element) {
  const { confirm, confirmVerb, confirmDetail } = element.dataset;
  return ask(confirm, { verb: confirmVerb, detail: confirmDetail, danger: "confirmDanger" in element.dataset });
}

const agreed = new WeakSet();
delegate("submit", "form", async (event, form) => {
  const asking = event.submitter?.closest("[data-confirm]") ?? form.closest("[data-confirm]");
  if (!asking || agreed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await question(asking)) {
    agreed.add(form);
    form.requestSubmit(event.submitter);
  }
}, true);

document.addEventListener("htmx:confirm", async (event) => {
  const asking = event.detail.elt;
  if (asking.matches("form") || !asking.matches("[data-confirm]") || asking.matches("[type=submit]")) return;
  event.preventDefault();
  if (await question(asking)) event.detail.issueRequest(true);
});
