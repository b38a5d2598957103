// <div class="chart" data-chart="/checks/7/series?range=24h">: a curve by uPlot. The address answers with
// {unit, from, to, times: [seconds], series: [{label, values: [number|null], area?}], thresholds: [{value, label, state}],
//  bands: [{from, to, label, state}], ticks: [{time, label, state}], zero: bool}.
import uPlot from "uplot";
import { delegate, locale, whenPresent, word } from "./behaviours/core.js";

const shared = uPlot.sync("drifta");
const palette = ["--accent", "--maintenance-fill", "--warning-fill", "--unknown-fill", "--good-fill", "--bad-fill"];
const charts = new Set();

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const stateColour = (state) => token(`--${["good", "warning", "bad", "unknown", "maintenance"].includes(state) ? state : "text-quiet"}`);

function faint(colour, percent) {
  return `color-mix(in srgb, ${colour} ${percent}%, transparent)`;
}

const sizes = {
  B: [1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]],
  "B/s": [1024, ["B/s", "KiB/s", "MiB/s", "GiB/s"]],
  s: null,
};

/** A number with its unit, short enough for an axis. */
function quantity(value, unit) {
  if (value === null || value === undefined) return "–";
  const format = (number, digits = 2) => new Intl.NumberFormat(locale(),
    { maximumSignificantDigits: Math.abs(number) >= 100 ? 4 : digits + 1 }).format(number);
  if (unit === "s") return Math.abs(value) < 1 && value !== 0 ? `${format(value * 1000)} ms` : `${format(value)} s`;
  const scale = sizes[unit];
  if (!scale) return unit ? `${format(value)} ${unit}` : format(value);
  const step = value ? Math.min(scale[1].length - 1, Math.floor(Math.log(Math.abs(value)) / Math.log(scale[0]))) : 0;
  return `${format(value / scale[0] ** Math.max(0, step))} ${scale[1][Math.max(0, step)]}`;
}

function vertical(plot, from, to, colour) {
  const { ctx, bbox } = plot;
  const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
  const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, "x", true));
  ctx.fillStyle = colour;
  if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
}

function behind(plot, data) {
  for (const band of data.bands ?? []) vertical(plot, band.from, band.to, faint(stateColour(band.state ?? "maintenance"), 12));
}

function before(plot, data) {
  const { ctx, bbox } = plot;
  const dot = devicePixelRatio;
  ctx.save();
  for (const line of data.thresholds ?? []) {
    const y = plot.valToPos(line.value, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = stateColour(line.state ?? "warning");
    ctx.setLineDash([4 * dot, 3 * dot]);
    ctx.lineWidth = dot;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  for (const tick of data.ticks ?? []) {
    const x = plot.valToPos(tick.time, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.fillStyle = stateColour(tick.state ?? "bad");
    ctx.beginPath();
    ctx.moveTo(x - 4 * dot, bbox.top);
    ctx.lineTo(x + 4 * dot, bbox.top);
    ctx.lineTo(x, bbox.top + 6 * dot);
    ctx.fill();
  }
  ctx.restore();
}

function options(place, data, zoom) {
  const axis = { stroke: token("--text-quiet"), font: `12px ${token("--font")}`, grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false } };
  const highest = Math.max(...(data.thresholds ?? []).map((line) => line.value), 0);
  const language = locale();
  const clock = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" });
  return {
    width: place.clientWidth,
    height: Number(place.dataset.height ?? 200),
    cursor: { sync: { key: shared.key, setSeries: false }, drag: { x: true, y: false, uni: 20 }, points: { size: 6 } },
    scales: {
      x: { min: zoom?.[0] ?? data.from, max: zoom?.[1] ?? data.to },
      y: { range: (_, low, high) => (data.zero === false
        ? uPlot.rangeNum(low ?? 0, high ?? 1, 0.1, true)
        : [Math.min(0, low ?? 0), Math.max(high ?? 0, highest, 1e-9) * 1.08]) },
    },
    axes: [
      { ...axis, size: 30, values: (_, times, __, ___, step) => times.map((time) => new Intl.DateTimeFormat(language, step >= 86400
        ? { day: "numeric", month: "short" } : { hour: "2-digit", minute: "2-digit" }).format(time * 1000)) },
      { ...axis, size: 72, values: (_, values) => values.map((value) => quantity(value, data.unit)) },
    ],
    series: [
      { label: word("time"), value: (_, time) => (time ? clock.format(time * 1000) : "–") },
      ...data.series.map((series, index) => {
        const colour = token(palette[index % palette.length]);
        return { label: series.label, stroke: colour, width: 1.5, spanGaps: false, points: { show: false },
          fill: data.series.length === 1 ? faint(colour, 10) : undefined, value: (_, value) => quantity(value, data.unit) };
      }),
    ],
    hooks: {
      drawClear: [(plot) => behind(plot, data)],
      draw: [(plot) => before(plot, data)],
      setSelect: [(plot) => zoomed(place, plot)],
    },
  };
}

/** A drag chooses a range: the data is fetched again at its own resolution. */
function zoomed(place, plot) {
  if (plot.select.width < 8) return;
  const from = plot.posToVal(plot.select.left, "x");
  const to = plot.posToVal(plot.select.left + plot.select.width, "x");
  for (const other of charts) if (other.isConnected) draw(other, [from, to]);
}

function describe(place, data) {
  const parts = data.series.map((series) => {
    const known = series.values.filter((value) => value !== null);
    const last = known.at(-1) ?? null;
    const highest = known.reduce((most, value) => Math.max(most, value), -Infinity);
    return word("chart-summary", { label: series.label, last: quantity(last, data.unit), highest: known.length ? quantity(highest, data.unit) : "–" });
  });
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", [place.dataset.title, ...parts].filter(Boolean).join(". "));
}

function failed(place) {
  place.textContent = word("chart-failed");
  place.classList.add("quiet");
}

async function draw(place, zoom = null) {
  const url = new URL(place.dataset.chart, location.href);
  url.searchParams.set("width", String(Math.max(100, place.clientWidth)));
  if (zoom) {
    url.searchParams.set("from", String(Math.floor(zoom[0])));
    url.searchParams.set("to", String(Math.ceil(zoom[1])));
  }
  const response = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok) return failed(place);
  const data = await response.json();
  place.plot?.destroy();
  place.textContent = "";
  place.classList.remove("quiet");
  describe(place, data);
  place.data = data;
  place.zoom = zoom;
  place.plot = new uPlot(options(place, data, zoom), [data.times, ...data.series.map((series) => series.values)], place);
  shared.sub(place.plot);
}

whenPresent("[data-chart]", (place) => {
  charts.add(place);
  draw(place);
  place.addEventListener("live", () => draw(place, place.zoom));
  place.addEventListener("dblclick", () => { for (const other of charts) if (other.isConnected) draw(other); });
  new ResizeObserver(() => place.plot?.setSize({ width: place.clientWidth, height: place.plot.height })).observe(place);
});
delegate("click", "[data-chart-reset]", () => { for (const other of charts) if (other.isConnected) draw(other); });
new MutationObserver(() => {
  for (const place of charts) if (place.isConnected && place.data) draw(place, place.zoom);
}).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
