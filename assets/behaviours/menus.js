// Menus are native popovers; this places them beside their button and moves through them with the arrow keys.
import { delegate } from "./core.js";

function place(menu) {
  const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]:not([hidden])`);
  if (!button) return;
  const at = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const room = window.innerWidth - size.width - 8;
  const left = menu.dataset.align === "end" ? at.right - size.width : at.left;
  const below = at.bottom + 4;
  const above = at.top - size.height - 4;
  const fits = below + size.height < window.innerHeight - 8 || above < 8;
  menu.style.left = `${Math.max(8, Math.min(left, room))}px`;
  menu.style.top = `${Math.max(8, fits ? Math.min(below, window.innerHeight - size.height - 8) : above)}px`;
}

function items(menu) {
  return [...menu.querySelectorAll(".menu-item:not(:disabled):not([hidden])")];
}

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.("[popover].menu") || event.newState !== "open") return;
  place(menu);
  (menu.querySelector("[autofocus], input:not([type=hidden])") ?? items(menu)[0])?.focus({ preventScroll: true });
}, true);

delegate("keydown", "[popover].menu", (event, menu) => {
  const list = items(menu);
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.target.matches("input, select, textarea") || !list.length) return;
  const at = list.indexOf(document.activeElement);
  let next = null;
  if (move) next = list[(at + move + list.length) % list.length];
  if (event.key === "Home") next = list[0];
  if (event.key === "End") next = list.at(-1);
  if (next) {
    event.preventDefault();
    next.focus();
  }
});
delegate("click", "[popover].menu .menu-item", (_, item) => {
  if (!item.matches("[data-stay], label")) item.closest("[popover]").hidePopover();
});
window.addEventListener("scroll", (event) => {
  const inside = event.target instanceof Element && event.target.closest("[popover]");
  if (!inside) document.querySelectorAll("[popover].menu:popover-open").forEach(place);
}, { capture: true, passive: true });
