// What a reader has unfolded stays so when a change brings the part around it again.
import { whenPresent } from "./core.js";

const unfolded = new Set();

/** The name of a fold: what it stands in, and which of the folds there it is. */
function name(fold) {
  const place = fold.parentElement?.closest("[id]");
  return place && `${place.id} ${[...place.querySelectorAll("details")].indexOf(fold)}`;
}

document.addEventListener("toggle", ({ target }) => {
  if (!target.matches?.("details")) return;
  if (target.open) unfolded.add(name(target));
  else unfolded.delete(name(target));
}, true);
whenPresent("details", (fold) => { if (unfolded.has(name(fold))) fold.open = true; });
