// What all behaviours share: words in the page's language, event delegation, set-up of new elements, toasts.
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/** The language for numbers and times; English here means the one with 24 hours and day before month. */
export function locale() {
  const { lang } = document.documentElement;
  return !lang || lang === "en" ? "en-GB" : lang;
}

/** A text in the language of the page; `%(name)s` is replaced from `values`. */
export function word(key, values = {}) {
  return (words[key] ?? key).replace(/%\((\w+)\)[sd]/g, (_, name) => String(values[name] ?? ""));
}

/** Listen once for all elements that match, also those that come later. */
export function delegate(type, selector, handler, options) {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest(selector) : null;
    if (element) handler(event, element);
  }, options);
}

/** Run `prepare` for every matching element, now and in everything that htmx brings later. */
export function whenPresent(selector, prepare) {
  const done = new WeakSet();
  const visit = (scope) => {
    for (const element of [...(scope.matches?.(selector) ? [scope] : []), ...scope.querySelectorAll(selector)]) {
      if (!done.has(element)) {
        done.add(element);
        prepare(element);
      }
    }
  };
  visit(document);
  document.addEventListener("htmx:load", (event) => visit(event.detail.elt));
}

/** Whether keys typed now belong to a field, not to the page; in a dialog that was just closed they do no more. */
export function isTyping(target) {
  return target instanceof Element && target.getClientRects().length > 0
    && (target.isContentEditable || target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, .ts-control"));
}

/** What floats above the page and takes keys first: an open dialog or menu. */
export function floating() {
  return document.querySelector("dialog[open], :popover-open");
}

export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

export function remember(name, value) {
  try {
    localStorage.setItem(`drifta.${name}`, value);
  } catch {
    // Storage may be full or forbidden; nothing depends on it.
  }
}

export function recall(name) {
  try {
    return localStorage.getItem(`drifta.${name}`);
  } catch {
    return null;
  }
}

export function forget(name) {
  try {
    localStorage.removeItem(`drifta.${name}`);
  } catch {
    // As above.
  }
}

const toastIcons = { good: "circle-check", bad: "alert-circle", warning: "alert-triangle", information: "info-circle" };

/** Show a line at the corner; it leaves after some seconds unless it is an error. Returns a function that removes it. */
export function toast(text, { kind = "information", action = null, seconds = kind === "bad" ? 0 : 6 } = {}) {
  const place = document.getElementById("toasts");
  const line = document.createElement("div");
  line.className = `toast-line ${kind}`;
  const says = document.createElement("span");
  says.textContent = text;
  line.append(icon(toastIcons[kind] ?? "info-circle"), says);
  const remove = () => line.remove();
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = action.label;
    button.addEventListener("click", () => { remove(); action.run(); });
    line.append(button);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-quiet button-icon button-small";
  close.setAttribute("aria-label", word("dismiss"));
  close.append(icon("x"));
  close.addEventListener("click", remove);
  line.append(close);
  place?.append(line);
  if (seconds) setTimeout(remove, seconds * 1000);
  return remove;
}
