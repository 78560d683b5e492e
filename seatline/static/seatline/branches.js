// Shows the fields of a form that its answers ask for. Without this script all are shown, and what belongs to a branch
// that was not taken is dropped when the form is sent. Works for forms that come into the page later, too.

function answer(form, name) {
  const field = form.elements.namedItem(name);
  return field ? field.value : "";
}

function follow(form) {
  const asked = new Set();
  for (const part of form.querySelectorAll(".field")) {
    const { when, among } = part.dataset;
    const open = !when || (asked.has(when) && among.split(" ").includes(answer(form, when)));
    part.hidden = !open;
    const input = part.querySelector("input, select, textarea");
    if (open && input) asked.add(input.name);
  }
}

function followAll(root) {
  for (const form of root.querySelectorAll("form")) if (form.querySelector(".field[data-when]")) follow(form);
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form && form.querySelector(".field[data-when]")) follow(form);
});
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.querySelectorAll) followAll(node);
}).observe(document.body, { childList: true, subtree: true });
followAll(document);
