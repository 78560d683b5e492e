// The editor of flows works without this: it brings the chosen step into sight, adds empty rows, guards what is typed,
// and lets arrow keys go from card to card.
(() => {
  // Whoever works at a large flow wants to see it so on the next page, too.
  const whole = document.querySelector("[data-whole]");
  if (whole) {
    whole.checked = sessionStorage.getItem("flow-half-size") === "yes";
    whole.addEventListener("change", () => sessionStorage.setItem("flow-half-size", whole.checked ? "yes" : "no"));
  }

  const drawing = document.getElementById("drawing");
  const cards = drawing ? [...drawing.querySelectorAll(".fe-card")] : [];
  const chosen = cards.find((card) => card.classList.contains("fe-chosen"));
  if (chosen) chosen.scrollIntoView({ block: "nearest", inline: "center" });

  const middle = (card) => ({ x: card.offsetLeft + card.offsetWidth / 2, y: card.offsetTop + card.offsetHeight / 2 });
  const ways = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  drawing?.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    const here = event.target.closest?.(".fe-card");
    if (!way || !here || event.altKey || event.ctrlKey || event.metaKey) return;
    const from = middle(here);
    let best = null;
    for (const card of cards) {
      const to = middle(card);
      const along = (to.x - from.x) * way[0] + (to.y - from.y) * way[1];
      const aside = Math.abs((to.x - from.x) * way[1]) + Math.abs((to.y - from.y) * way[0]);
      if (along > 10 && (!best || along + 2 * aside < best.far)) best = { card, far: along + 2 * aside };
    }
    if (best) { event.preventDefault(); best.card.focus(); best.card.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  });

  for (const button of document.querySelectorAll("[data-another]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const rows = document.querySelector(`[data-rows="${button.dataset.another}"]`);
      const last = rows.lastElementChild;
      const row = last.cloneNode(true);
      const number = Math.max(...[...rows.querySelectorAll("[name]")].map((one) => Number(one.name.slice(button.dataset.another.length + 1).split(".")[0]))) + 1;
      for (const one of row.querySelectorAll("[name], [id], [for]")) {
        for (const name of ["name", "id", "for"]) {
          const value = one.getAttribute(name);
          if (value) one.setAttribute(name, value.replace(new RegExp(`(${button.dataset.another.replace(/\./g, "\\.")})\\.\\d+\\.`), `$1.${number}.`));
        }
        if (one.type === "checkbox") one.checked = false; else if ("value" in one && one.tagName !== "LABEL") one.value = "";
      }
      rows.append(row);
      row.querySelector("select, input")?.focus();
    });
  }

  const form = document.getElementById("step-form");
  if (form) {
    const before = new URLSearchParams(new FormData(form)).toString();
    let sent = false;
    form.addEventListener("submit", () => { sent = true; });
    addEventListener("beforeunload", (event) => {
      if (!sent && new URLSearchParams(new FormData(form)).toString() !== before) event.preventDefault();
    });
  }
})();
