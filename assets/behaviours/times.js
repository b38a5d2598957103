// <time data-ago datetime="...">: "4 min ago", kept true while the page is open; the server wrote the first text.
import { word } from "./core.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const units = [[HOUR, MINUTE, "minute"], [DAY, HOUR, "hour"], [30 * DAY, DAY, "day"], [365 * DAY, 30 * DAY, "month"],
  [Infinity, 365 * DAY, "year"]];

function relative(seconds) {
  const span = Math.abs(seconds);
  if (span < MINUTE) return word("time-now");
  const [, size, unit] = units.find(([limit]) => span < limit);
  const count = Math.floor(span / size);
  const text = word(`time-${unit}${count === 1 ? "" : "s"}`, { count });
  return word(seconds > 0 ? "time-ago" : "time-in", { span: text });
}

function tick() {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const text = relative((Date.now() - new Date(element.dateTime).getTime()) / 1000);
    if (element.textContent !== text) element.textContent = text;
  }
}

tick();
setInterval(tick, 15000);
document.addEventListener("htmx:afterSettle", tick);
