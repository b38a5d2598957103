// The palette (Ctrl-K): pages, objects and the actions allowed on the object of this page. Combobox with a listbox.
import { delegate } from "./core.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("[role=combobox]");
const list = dialog?.querySelector("[role=listbox]");
let asked = 0;
let timer = 0;
let about = "";

const options = () => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];

function select(option) {
  options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
  input.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
}

async function search() {
  const number = ++asked;
  const subject = document.querySelector("[data-subject]")?.dataset.subject ?? "";
  const query = new URLSearchParams({ q: input.value, subject: about || subject, next: location.pathname + location.search });
  const response = await fetch(`${dialog.dataset.url}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (number !== asked || !response?.ok) return;
  list.innerHTML = await response.text();
  window.htmx.process(list);
  select(options()[0]);
}

// With a subject (the key of a list's row) the palette is about that object instead of the page's own.
export function openPalette(subject = "") {
  if (!dialog || dialog.open) return;
  about = subject;
  input.value = "";
  list.replaceChildren();
  dialog.showModal();
  search();
}

function run(option) {
  if (!option) return;
  dialog.close();
  if (option.dataset.href) {
    location.assign(option.dataset.href);
  } else {
    document.getElementById(option.dataset.click)?.click();
  }
}

if (dialog) {
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 60);
  });
  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && all.length) select(all[(at + move + all.length) % all.length]);
    if (event.key === "Enter") run(all[at]);
    if (move || event.key === "Enter") event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]:not([aria-disabled])");
    if (option && !event.target.closest("button")) run(option);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      openPalette();
    }
  });
  delegate("click", "[data-palette]", (event, button) => {
    event.preventDefault();
    openPalette(button.dataset.palette);
  });
}
