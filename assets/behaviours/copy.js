// data-copy="text" on a button puts the text on the clipboard.
import { delegate, toast, word } from "./core.js";

delegate("click", "[data-copy]", async (_, button) => {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(word("copied"), { kind: "good", seconds: 3 });
  } catch {
    toast(word("copy-failed"), { kind: "warning" });
  }
});
