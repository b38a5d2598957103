// Builds the browser side into src/drifta/ui/static/ui/dist: `node build.mjs`, or `node build.mjs --watch`.
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "src", "drifta", "ui", "static", "ui", "dist");
const watching = process.argv.includes("--watch");
// A build is made beside the old one and takes its place when it is whole: a running server never sees half of it.
const out = watching ? dist : `${dist}.new-${process.pid}`;
const tabler = join(here, "node_modules", "@tabler", "icons", "icons");

/** The drawing of one icon: ours first, then Tabler's; a trailing "-filled" asks for the filled drawing. */
async function drawing(name) {
  const own = join(here, "icons", `${name}.svg`);
  if (existsSync(own)) return readFile(own, "utf8");
  const filled = name.endsWith("-filled");
  return readFile(join(tabler, filled ? "filled" : "outline", `${name.replace(/-filled$/, "")}.svg`), "utf8");
}

/** One <symbol> of the sprite, without Tabler's invisible bounding path. */
async function symbol(name) {
  const source = await drawing(name);
  const view = /viewBox="([^"]+)"/.exec(source)[1];
  const solid = /<svg[^>]*fill="currentColor"/.test(source);
  const paint = solid ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="1.75" '
    + 'stroke-linecap="round" stroke-linejoin="round"';
  const body = source.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/g, "").replace(/\s+/g, " ");
  return `<symbol id="${name}" viewBox="${view}" ${paint}>${body}</symbol>`;
}

async function sprite() {
  const names = JSON.parse(await readFile(join(here, "icons.json"), "utf8"));
  const symbols = await Promise.all([...new Set(names)].sort().map(symbol));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
  await writeFile(join(out, "icons.svg"), svg);
}

const options = {
  absWorkingDir: here,
  entryPoints: [
    { in: "app.js", out: "app" },
    { in: "chart.js", out: "chart" },
    { in: "theme.js", out: "theme" },
    { in: "css/app.css", out: "app" },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  loader: { ".woff2": "file", ".svg": "dataurl" },
  assetNames: "fonts/[name]",
  entryNames: "[name]",
  legalComments: "linked",
  logLevel: "warning",
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await sprite();
if (watching) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
  const old = `${dist}.old-${process.pid}`;
  await rename(dist, old).catch(() => {}); // there may be none yet
  await rename(out, dist);
  await rm(old, { recursive: true, force: true });
}
