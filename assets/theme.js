// Runs before the first paint, so that theme, density and a folded sidebar never flash.
const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
// Where lists would not fit beside the words of the sidebar, it is folded until somebody unfolds it.
const narrow = window.matchMedia("(max-width: 1100px)");

function stored(name, otherwise) {
  try {
    return localStorage.getItem(`drifta.${name}`) ?? otherwise;
  } catch {
    return otherwise; // storage may be forbidden; the page works without it
  }
}

function apply() {
  const theme = stored("theme", "auto");
  root.dataset.themeChoice = theme;
  root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
  root.dataset.density = stored("density", "normal");
  root.dataset.sidebar = stored("sidebar", narrow.matches ? "folded" : "open");
  root.dataset.keys = stored("keys", "on");
}

apply();
dark.addEventListener("change", apply);
narrow.addEventListener("change", apply);
window.addEventListener("storage", apply);
document.addEventListener("drifta:preference", apply);
