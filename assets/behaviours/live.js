// data-live="desk.ticket:42": when the stream names the subject, the element gets the event "live" and htmx fetches it
// again (hx-trigger="live"). One stream per page; what changed since the page was asked for is told when it opens; when
// it is cut, the page says so and fetches everything again afterwards.
import { word } from "./core.js";

const waiting = new Map();
/** Elements whose content is on its way, and the subjects that changed meanwhile, by the elements' ids. */
const coming = new WeakSet();
const late = new Map();
let source = null;
let listening = "";
let staleTimer = 0;
/** When what the page shows was asked for, in milliseconds since it was opened. */
let asked = 0;
/** When somebody changed something here; the answer has brought that already, so other pages may come first. */
let changed = -Infinity;
let cut = false;

function wanted() {
  const names = [...document.querySelectorAll("[data-live]")].flatMap((element) => element.dataset.live.split(/[\s,]+/));
  return [...new Set(names.filter(Boolean))].sort();
}

function concerns(element, subject) {
  const kind = subject.split(":")[0];
  return element.dataset.live.split(/[\s,]+/).some((name) => name === subject || name === kind);
}

/** Whether somebody is in the middle of something in an element, or in what comes with it (data-live-with). */
function isBusy(element) {
  const others = element.dataset.liveWith ? [...document.querySelectorAll(element.dataset.liveWith)] : [];
  return [element, ...others].some(isUsed);
}

/** Whether somebody types there, chooses in a menu, or selects rows. */
function isUsed(element) {
  const active = document.activeElement;
  const typing = element.contains(active) && active.matches("input:not([type=checkbox]), textarea, select");
  return typing || element.querySelector(":popover-open, .select-row:checked") !== null;
}

function refresh(element, subject, again = false) {
  if (waiting.has(element)) return;
  // What changes in a burst is fetched once; what stands at the side (data-live-later) after what people read.
  const mayWait = "liveLater" in element.dataset || performance.now() - changed < 1000;
  const pause = again ? 1000 : mayWait ? 400 : 5;
  waiting.set(element, setTimeout(() => {
    waiting.delete(element);
    if (!element.isConnected) {
      // What has taken its place meanwhile was asked for before this change, and may not have it.
      const present = element.id && document.getElementById(element.id);
      if (present) refresh(present, subject);
      return;
    }
    if (isBusy(element)) refresh(element, subject, true);
    else if (coming.has(element)) late.set(element.id, subject); // what comes may be older than this change
    else window.htmx.trigger(element, "live", { subject });
  }, pause));
}

function refreshAll() {
  document.querySelectorAll("[data-live]").forEach((element) => refresh(element, element.dataset.live));
}

function stale(is) {
  clearTimeout(staleTimer);
  const badge = document.getElementById("stale");
  if (badge && !is) badge.hidden = true;
  document.querySelector(".wall")?.classList.toggle("is-stale", is);
  if (badge && is) {
    badge.hidden = false;
    badge.querySelector("span").textContent = word("stale");
  }
}

function open() {
  const names = wanted();
  const url = document.body.dataset.liveUrl;
  if (!url || names.join() === listening) return;
  listening = names.join();
  source?.close();
  source = null;
  if (!names.length) return;
  const age = ((performance.now() - asked) / 1000).toFixed(2);
  source = new EventSource(`${url}?subjects=${encodeURIComponent(listening)}&age=${age}`);
  source.addEventListener("open", () => {
    stale(false);
    if (cut) refreshAll();
    cut = false;
  });
  source.addEventListener("error", () => { cut = true; clearTimeout(staleTimer); staleTimer = setTimeout(() => stale(true), 5000); });
  source.addEventListener("change", (event) => {
    stale(false);
    document.querySelectorAll("[data-live]").forEach((element) => {
      if (concerns(element, event.data)) refresh(element, event.data);
    });
  });
  source.addEventListener("reload", () => location.reload());
}

open();
document.addEventListener("htmx:beforeRequest", (event) => {
  coming.add(event.detail.requestConfig.elt);
  asked = performance.now();
  if (event.detail.requestConfig.verb !== "get") changed = asked;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt } = event.detail.requestConfig; // the event comes from elsewhere when the element was replaced
  coming.delete(elt);
  const subject = late.get(elt.id);
  const present = document.getElementById(elt.id);
  if (subject !== undefined && present) refresh(present, subject);
  late.delete(elt.id);
});
document.addEventListener("htmx:afterSettle", open);
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => { if (event.persisted) { listening = ""; open(); refreshAll(); } });
