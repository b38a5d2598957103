// Theme, density, folded sidebar and single-key shortcuts: kept in this browser, applied by theme.js.
import { delegate, recall, remember } from "./core.js";

function show() {
  for (const choice of document.querySelectorAll("[data-preference][data-value]")) {
    const { preference, value } = choice.dataset;
    const standard = { theme: "auto", density: "normal", keys: "on" }[preference];
    choice.setAttribute("aria-pressed", String((recall(preference) ?? standard) === value));
  }
}

delegate("click", "[data-preference]", (_, choice) => {
  const { preference, value } = choice.dataset;
  const toggled = document.documentElement.dataset.sidebar === "folded" ? "open" : "folded";
  remember(preference, value ?? toggled);
  document.dispatchEvent(new CustomEvent("drifta:preference"));
  show();
});
show();
