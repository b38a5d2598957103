// What a reader has unfolded (a details with an id) stays so when a change brings the part around it again.
import { whenPresent } from "./core.js";

const unfolded = new Set();

whenPresent("details[id]", (fold) => {
  if (unfolded.has(fold.id)) fold.open = true;
  fold.addEventListener("toggle", () => {
    if (fold.open) unfolded.add(fold.id);
    else unfolded.delete(fold.id);
  });
});
