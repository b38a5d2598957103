// A file field inside .dropzone takes files that are dropped or pasted, lists them, and shows the progress of sending.
import { delegate, icon, locale, whenPresent, word } from "./core.js";

function size(bytes) {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(locale(), { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}

function list(zone, field) {
  const place = zone.querySelector(".dropzone-files");
  place.replaceChildren();
  [...field.files].forEach((file, index) => {
    const line = document.createElement("li");
    const name = document.createElement("span");
    const how = document.createElement("span");
    const remove = document.createElement("button");
    name.className = "truncate";
    name.textContent = file.name;
    how.className = "quiet small nowrap";
    how.textContent = size(file.size);
    remove.type = "button";
    remove.className = "button button-quiet button-icon button-small push";
    remove.setAttribute("aria-label", word("remove-file", { name: file.name }));
    remove.append(icon("x"));
    remove.addEventListener("click", () => set(zone, field, [...field.files].filter((_, other) => other !== index)));
    line.append(icon("paperclip"), name, how, remove);
    place.append(line);
  });
}

function set(zone, field, files) {
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  field.files = transfer.files;
  list(zone, field);
}

whenPresent(".dropzone", (zone) => {
  const field = zone.querySelector("input[type=file]");
  const add = (files) => set(zone, field, field.multiple ? [...field.files, ...files] : [...files].slice(0, 1));
  field.addEventListener("change", () => list(zone, field));
  for (const type of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(type, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", type === "dragover");
      if (type === "drop") add(event.dataTransfer.files);
    });
  }
  field.form?.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) {
      event.preventDefault();
      add(event.clipboardData.files);
    }
  });
  field.form?.addEventListener("htmx:xhr:progress", (event) => {
    const bar = zone.querySelector("progress");
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = event.detail.loaded >= event.detail.total;
    bar.value = event.detail.loaded / event.detail.total;
  });
});
delegate("click", "[data-choose-files]", (_, button) => button.closest(".dropzone").querySelector("input[type=file]").click());
