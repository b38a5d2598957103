// Lists: j and k move, enter opens, x selects; selected rows bring the bar with what can be done to them all.
import { delegate, floating, isTyping, word } from "./core.js";

const rowsOf = (list) => [...list.querySelectorAll("[data-row]")];

function activeList() {
  const lists = [...document.querySelectorAll("[data-list]")].filter((list) => list.getClientRects().length);
  return lists.find((list) => list.contains(document.activeElement)) ?? lists[0];
}

function move(list, step) {
  const rows = rowsOf(list);
  const led = rows.findIndex((row) => row.classList.contains("current"));
  const at = led >= 0 ? led : rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
  if (!next) return;
  rows.forEach((row) => row.classList.toggle("current", row === next));
  (next.querySelector("a[href]") ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

export function count(list) {
  const chosen = list.querySelectorAll(".select-row:checked").length;
  const all = list.querySelectorAll(".select-row").length;
  const bar = list.querySelector(".bulk-bar");
  const every = list.querySelector(".select-all");
  if (bar) {
    bar.hidden = chosen === 0;
    bar.querySelector("[data-selected-count]").textContent = word("selected", { count: chosen });
  }
  if (every) {
    every.checked = chosen > 0 && chosen === all;
    every.indeterminate = chosen > 0 && chosen < all;
  }
}

function select(list) {
  const box = rowsOf(list).find((row) => row.classList.contains("current"))?.querySelector(".select-row");
  if (box) {
    box.checked = !box.checked;
    count(list);
  }
}

document.addEventListener("keydown", (event) => {
  const list = activeList();
  if (!list || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey
    || document.documentElement.dataset.keys === "off" || floating()) return;
  if (event.key === "j") move(list, 1);
  if (event.key === "k") move(list, -1);
  if (event.key === "x") select(list);
});
delegate("change", ".select-row", (_, box) => count(box.closest("[data-list]")));
delegate("change", ".select-all", (_, box) => {
  const list = box.closest("[data-list]");
  list.querySelectorAll(".select-row").forEach((row) => { row.checked = box.checked; });
  count(list);
});
delegate("click", "[data-clear-selection]", (_, button) => {
  const list = button.closest("[data-list]");
  list.querySelectorAll(".select-row:checked").forEach((row) => { row.checked = false; });
  count(list);
});
delegate("focusin", "[data-row]", (_, row) => {
  rowsOf(row.closest("[data-list]")).forEach((other) => other.classList.toggle("current", other === row));
});

// A bulk button fetches the action's dialog first; the server answers with a form when something must be asked.
delegate("click", "[data-bulk]", (event, button) => {
  if (!button.dataset.asks) return;
  event.preventDefault();
  const values = new URLSearchParams(new FormData(button.form));
  values.delete("csrfmiddlewaretoken");
  values.set("action", button.value);
  window.htmx.ajax("GET", `${button.dataset.bulk}?${values}`, { target: "body", swap: "beforeend" });
});
