// data-key="r" on a button, link or field: the key presses (or focuses) it. "?" lists all keys that the page has.
import { delegate, floating, isTyping } from "./core.js";
import { openPalette } from "./palette.js";

const named = { Escape: "Esc", " ": "Space" };
let prefix = "";
let prefixTimer = 0;

function usable(element) {
  return !element.disabled && element.getClientRects().length > 0;
}

function label(element) {
  const said = element.dataset.keyLabel ?? element.getAttribute("aria-label");
  if (said) return said;
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd, .count").forEach((part) => part.remove());
  return copy.textContent.trim().replace(/\s+/g, " ");
}

function showKeys() {
  const dialog = document.getElementById("keys");
  const list = dialog?.querySelector("[data-keys-of-page]");
  if (!list || dialog.open) return;
  const seen = new Set();
  list.replaceChildren();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen.has(element.dataset.key) || (!usable(element) && !element.hasAttribute("data-key-label"))) continue;
    seen.add(element.dataset.key);
    const pair = document.createElement("div");
    const term = document.createElement("dt");
    const keys = document.createElement("dd");
    term.textContent = label(element);
    for (const key of element.dataset.key.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = named[key] ?? key;
      keys.append(cap, " ");
    }
    pair.append(term, keys);
    list.append(pair);
  }
  dialog.showModal();
}

function press(element) {
  if (element.matches("input:not([type=checkbox]):not([type=submit]), textarea, select")) element.focus();
  else element.click();
}

function sendForm(event) {
  const form = event.target.closest?.("form");
  const primary = form?.querySelector("[data-primary], [type=submit]");
  if (!primary) return;
  event.preventDefault();
  primary.click();
}

// Back from a field to the keys of the page; what floats above it is closed first.
function leaveField(event) {
  if (!floating() && !event.defaultPrevented && isTyping(event.target)) event.target.blur();
}

// In a list "." is about the row where j and k have led; elsewhere about the page's own object.
function openPaletteHere() {
  openPalette(document.querySelector("tr.current [data-palette]")?.dataset.palette);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) sendForm(event);
  if (event.key === "Escape") leaveField(event);
  const off = document.documentElement.dataset.keys === "off";
  if (off || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)
    || document.querySelector("dialog[open]")) return;
  const own = { "?": showKeys, ".": openPaletteHere }[event.key];
  if (own) {
    event.preventDefault();
    own();
    return;
  }
  const pressed = prefix ? `${prefix} ${event.key}` : event.key;
  prefix = "";
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(pressed)}"]`)].find(usable);
  if (element) {
    event.preventDefault();
    press(element);
  } else if (event.key === "g") {
    prefix = "g";
    clearTimeout(prefixTimer);
    prefixTimer = setTimeout(() => { prefix = ""; }, 1500);
  }
});
delegate("click", "[data-show-keys]", showKeys);
