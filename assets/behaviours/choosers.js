// select[data-chooser]: a field one types in; with data-url the choices come from the server: [{value, text, hint}].
import TomSelect from "tom-select/dist/esm/tom-select.complete.js";
import { whenPresent, word } from "./core.js";

function remote(url) {
  return (query, done) => {
    fetch(`${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(query)}`)
      .then((response) => (response.ok ? response.json() : []))
      .then((found) => done(found.results ?? found), () => done());
  };
}

function line(data, escape) {
  const hint = data.hint ? ` <span class="quiet small">${escape(data.hint)}</span>` : "";
  return `<div>${escape(data.text)}${hint}</div>`;
}

whenPresent("select[data-chooser]", (select) => {
  const { url } = select.dataset;
  const chooser = new TomSelect(select, {
    plugins: select.multiple ? { remove_button: { title: word("remove") } } : {},
    create: "create" in select.dataset,
    maxOptions: 200,
    closeAfterSelect: !select.multiple,
    refreshThrottle: url ? 300 : 0,
    placeholder: select.getAttribute("placeholder") ?? undefined,
    ...(url ? { load: remote(url), shouldLoad: (query) => query.length > 0, searchField: [], sortField: [{ field: "$order" }] } : {}),
    render: { option: line, item: line, no_results: () => `<div class="no-results">${word("no-results")}</div>`,
      option_create: (data, escape) => `<div class="create">${word("add-value", { value: escape(data.input) })}</div>` },
  });
  const label = select.labels?.[0]?.textContent.trim() ?? select.getAttribute("aria-label");
  if (label) chooser.control_input.setAttribute("aria-label", label);
  // The field one types in stands for the list it was made of.
  select.setAttribute("aria-hidden", "true");
  const described = select.getAttribute("aria-describedby");
  if (described) chooser.control_input.setAttribute("aria-describedby", described);
});
