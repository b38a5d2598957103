// data-draft="desk.ticket:42:reply" on a text area: what is typed is kept in this browser at once and, with
// data-draft-url, on the server a moment later. A draft is put back into an empty field, and forgotten when sent.
import { csrfToken, forget, locale, recall, remember, whenPresent, word } from "./core.js";

whenPresent("textarea[data-draft]", (field) => {
  const key = `draft.${field.dataset.draft}`;
  const form = field.form;
  const status = form?.querySelector("[data-draft-status]");
  let timer = 0;

  function says(text) {
    if (status) status.textContent = text;
  }

  async function store() {
    const { draftUrl } = field.dataset;
    if (draftUrl) {
      const body = new URLSearchParams({ key: field.dataset.draft, text: field.value });
      const answer = await fetch(draftUrl, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } }).catch(() => null);
      if (!answer?.ok) return says(word("draft-kept-here"));
    }
    const time = new Date().toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
    says(word("draft-saved", { time }));
  }

  const kept = recall(key);
  if (kept && !field.value) {
    field.value = kept;
    says(word("draft-restored"));
  }
  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (field.value) remember(key, field.value);
    else forget(key);
    timer = setTimeout(store, 800);
  });
  form?.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!event.defaultPrevented && !form.matches("[hx-post]")) forget(key);
  });
  // Before the answer is put into the page: an empty field that comes with it must not get the sent text back.
  form?.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.elt === form && event.detail.xhr.status < 300) {
      forget(key);
      clearTimeout(timer);
    }
  });
});
