// form[data-unsaved]: leaving the page with changes asks first.
import { delegate } from "./core.js";

const changed = new Set();
delegate("input", "form[data-unsaved]", (_, form) => changed.add(form));
delegate("submit", "form[data-unsaved]", (_, form) => changed.delete(form));
window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
