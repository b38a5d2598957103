// <time data-ago datetime="...">: "4 min ago", kept true while the page is open; the server wrote the first text.
const steps = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600], [86400 * 30, "day", 86400],
  [86400 * 365, "month", 86400 * 30], [Infinity, "year", 86400 * 365]];
const language = document.documentElement.lang || "en";
const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });

function tick() {
  const now = Date.now();
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const seconds = (new Date(element.dateTime).getTime() - now) / 1000;
    const [, unit, size] = steps.find(([limit]) => Math.abs(seconds) < limit);
    const text = unit === "second" ? format.format(0, "second") : format.format(Math.trunc(seconds / size), unit);
    if (element.textContent !== text) element.textContent = text;
  }
}

tick();
setInterval(tick, 15000);
document.addEventListener("htmx:afterSettle", tick);
