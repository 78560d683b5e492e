/* Parts of the page that other rooms fill: customer, work and knowledge. Forms and links in them stay in them. */

import { fragment } from "./api.js";

const SAVED_AFTER = 400; // ms without a key

function region(name) {
  return document.querySelector(`[data-desk-region="${name}"]`);
}

let shown = 0;

/* Fill the regions for a call, or for nobody. A later one overtakes an earlier one that is still on its way. */
export async function fill(call, tenant) {
  const turn = ++shown;
  const about = new URLSearchParams({ tenant: call?.tenant.id ?? tenant });
  if (call) about.append("number", call.caller), about.append("call", call.id);
  const parts = call ? [["customer", "customer"], ["work", "contact"], ["knowledge", "knowledge"]] : [["knowledge", "knowledge"]];
  if (!call) region("customer").replaceChildren(), region("work").replaceChildren();
  await Promise.all(parts.map(async ([name, path]) => {
    const html = await fragment(`/desk/work/${path}/?${about}`).catch(() => null);
    if (turn === shown) region(name).innerHTML = html ?? "";
  }));
}

async function put(name, path, form) {
  const html = await fragment(path, form);
  if (html !== null && region(name)) region(name).innerHTML = html;
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-desk-target]");
  if (!form) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const path = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  if (form.method === "post") put(form.dataset.deskTarget, path, data);
  else put(form.dataset.deskTarget, `${path}?${new URLSearchParams(data)}`, null);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-desk-target]");
  if (!link) return;
  event.preventDefault();
  put(link.dataset.deskTarget, link.getAttribute("href"), null);
});

const saves = new Map();
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-desk-save]");
  if (!field) return;
  clearTimeout(saves.get(field));
  saves.set(field, setTimeout(() => {
    const form = new FormData();
    form.append(field.name, field.type === "checkbox" ? String(field.checked) : field.value);
    const told = field.form?.querySelector("[data-desk-saved]"); // that it is kept, or who was faster
    fragment(field.dataset.deskSave, form).then((html) => told && (told.innerHTML = html ?? "")).catch(() => {});
  }, SAVED_AFTER));
});
