// Shows the parameters of the kind of price that is chosen. Without it all kinds' fields are on the page.
"use strict";

function showKind(select) {
  const block = document.querySelector(`[data-params="${select.name.replace(/kind$/, "params")}"]`);
  if (!block) return;
  for (const fields of block.querySelectorAll("fieldset[data-kind]")) {
    fields.hidden = fields.dataset.kind !== select.value;
  }
}

function showAll() {
  document.querySelectorAll("select[name$='-kind']").forEach(showKind);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("select[name$='-kind']")) showKind(event.target);
});
document.addEventListener("formset:added", showAll);
document.addEventListener("DOMContentLoaded", showAll);
