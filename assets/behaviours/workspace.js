// The workspace of tickets: the list marks what is open, each conversation keeps its place, the composer has three
// forms of which one shows, and the layout of an HTML mail is loaded into its frame when somebody wants to see it.
import { delegate, whenPresent } from "./core.js";

const places = new Map();

function composerOf(element) {
  return element.closest("[data-composer]");
}

function show(composer, mode) {
  composer.dataset.composer = mode;
  composer.querySelectorAll("[data-compose]").forEach((button) => {
    button.setAttribute("aria-checked", String(button.dataset.compose === mode));
  });
  composer.querySelectorAll("[data-compose-for]").forEach((part) => { part.hidden = part.dataset.composeFor !== mode; });
  composer.querySelector(`form[data-compose-for="${mode}"] textarea`)?.focus();
}

delegate("click", "[data-compose]", (_, button) => show(composerOf(button), button.dataset.compose));
delegate("click", "[data-show-cc]", (_, button) => {
  const copies = button.form.querySelector(".compose-cc");
  copies.hidden = false;
  copies.querySelector("input:not([type=hidden])")?.focus();
});
delegate("click", "[data-toggle-details]", (_, button) => button.closest(".workspace").classList.toggle("with-details"));

// A conversation opens at its newest message, or where it was left; new messages keep the end in sight.
whenPresent("[data-keep-scroll]", (scroller) => {
  const key = scroller.dataset.keepScroll;
  const toEnd = () => { scroller.scrollTop = scroller.scrollHeight; };
  if (places.has(key)) scroller.scrollTop = places.get(key);
  else toEnd();
  scroller.addEventListener("scroll", () => {
    const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
    if (atEnd) places.delete(key);
    else places.set(key, scroller.scrollTop);
  }, { passive: true });
  new MutationObserver(() => { if (!places.has(key)) toEnd(); }).observe(scroller, { childList: true, subtree: true });
});

// The list marks the ticket that is open, also after the list itself was fetched anew.
function mark() {
  const open = document.getElementById("ticket-main")?.dataset.ticket;
  document.querySelectorAll("[data-ticket][data-row]").forEach((item) => {
    if (item.dataset.ticket === open) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  });
}
whenPresent("#ticket-items", mark);
whenPresent("#ticket-main", (main) => {
  const page = document.getElementById("main");
  if (page) page.dataset.subject = main.dataset.subject;
  mark();
});

function frame(address) {
  const view = document.createElement("iframe");
  view.className = "message-frame";
  view.setAttribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
  view.referrerPolicy = "no-referrer";
  view.addEventListener("load", () => {
    view.height = String(Math.min(view.contentDocument.documentElement.scrollHeight + 4, 2000));
  });
  view.src = address;
  return view;
}

document.addEventListener("toggle", (event) => {
  const place = event.target;
  if (place.matches?.("[data-html-view]") && place.open && !place.querySelector("iframe")) place.append(frame(place.dataset.htmlView));
}, true);
delegate("click", "[data-load-images]", (_, button) => {
  const place = button.closest("[data-html-view]");
  place.querySelector("iframe")?.remove();
  place.append(frame(`${place.dataset.htmlView}?images=1`));
  button.closest(".notice").remove();
});
