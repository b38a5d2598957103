// htmx: its settings, the CSRF token, addresses without empty parameters, and what errors look like.
import htmx from "htmx.org";
import { csrfToken, delegate, toast, whenPresent, word } from "./core.js";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
// Copying style attributes from the old element to the new one is what the content policy forbids.
htmx.config.attributesToSettle = ["class"];
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;
htmx.config.scrollIntoViewOnBoost = false;
htmx.config.defaultSwapDelay = 0;
htmx.config.defaultSettleDelay = 0;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];
window.htmx = htmx;

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, headers, formData } = event.detail;
  if (verb !== "get") {
    headers["X-CSRFToken"] = csrfToken();
    return;
  }
  // form[data-join="columns"]: many boxes of one name become one parameter.
  const joined = event.detail.elt.dataset?.join;
  if (joined) {
    const values = formData.getAll(joined);
    formData.delete(joined);
    formData.append(joined, values.join(",") || "-");
  }
  for (const name of new Set(formData.keys())) {
    const filled = formData.getAll(name).filter((value) => value !== "");
    formData.delete(name);
    filled.forEach((value) => formData.append(name, value));
  }
});

const messages = { 401: "signed-out", 403: "forbidden", 404: "gone", 409: "conflict", 413: "too-large", 429: "too-many" };

document.addEventListener("htmx:beforeSwap", (event) => {
  // A conflict page that the server addresses to a place of its own is shown there.
  if (event.detail.xhr.status === 409 && event.detail.xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  const action = status === 401
    ? { label: word("sign-in"), run: () => location.reload() }
    : status === 409 ? { label: word("reload"), run: () => location.reload() } : null;
  toast(word(messages[status] ?? "server-error"), { kind: "bad", action });
});
document.addEventListener("htmx:sendError", () => toast(word("unreachable"), { kind: "bad" }));
document.addEventListener("htmx:timeout", () => toast(word("unreachable"), { kind: "bad" }));

// The server may say something with the header HX-Trigger: {"toast": {"text": "...", "kind": "good"}}.
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, { kind: event.detail.kind }));

// Filter forms without htmx leave empty fields out of the address too.
delegate("submit", "form[method=get]", (_, form) => {
  const empty = [...form.elements].filter((field) => field.name && field.value === "" && !field.disabled);
  empty.forEach((field) => { field.disabled = true; });
  setTimeout(() => empty.forEach((field) => { field.disabled = false; }));
});

// Toasts that came with the page leave like those made here; errors stay until they are dismissed.
whenPresent("[data-toast]:not(.bad)", (line) => setTimeout(() => line.remove(), 6000));
delegate("click", "[data-dismiss]", (_, button) => button.closest("[data-toast]").remove());
