/* What a supervisor does about an agent: asked of the API, in the person's session; the answer is shown in words. */

import { fill } from "./figures.js";

const TALKS = ["listen", "whisper", "barge", "take_over", "stop_listening"];
const HEARD = ["barge", "take_over"];
const ANSWERED_WITHIN = 9000, LOOK_EVERY = 600; // ms

/* Which of the actions that one may take fit what the agent does now. */
export function fitting(actions, agent) {
  const paused = agent.state === "paused" || agent.pausing;
  const fits = { pause: !paused, unpause: paused, log_out: true };
  const talks = agent.call !== null && (agent.state === "talking" || agent.state === "hold");
  return actions.filter((name) => (TALKS.includes(name) ? talks : fits[name]));
}

export function acts(settings, words, named) {
  const dialog = document.getElementById("act"), said = document.querySelector(".said");
  const phone = document.getElementById("phone"), reason = document.getElementById("reason");
  phone.value = localStorage.getItem("board-phone") ?? "";
  for (const [digit, name] of settings.reasons) reason.append(new Option(name, digit));

  async function ask(method, path, body) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": settings.csrf, "Accept-Language": settings.language };
    if (settings.tenant_code) headers["Seatline-Tenant"] = settings.tenant_code;
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), credentials: "same-origin" });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.detail ?? told.title ?? String(answer.status));
    return told;
  }

  /* The switch answers within seconds; a request that it has not answered by then counts as refused. */
  async function answered(request) {
    const end = Date.now() + ANSWERED_WITHIN;
    while (request.state === "open" && Date.now() < end) {
      await new Promise((done) => setTimeout(done, LOOK_EVERY));
      request = await ask("GET", `/api/v1/call-requests/${request.id}`);
    }
    if (request.state !== "done") throw new Error(request.reason === "no_answer" || request.state === "open" ? words.no_answer : request.reason);
  }

  async function run(name, id, agent) {
    const who = `${agent.number} ${named(agent)}`, what = words.actions[name];
    if (TALKS.includes(name) && name !== "stop_listening" && !phone.value.trim()) {
      phone.focus();
      said.textContent = words.no_phone;
      return;
    }
    if (name === "log_out" && !confirm(fill(words.sure, { who }))) return;
    dialog.close();
    said.textContent = fill(words.asked, { what, who });
    try {
      if (TALKS.includes(name)) {
        localStorage.setItem("board-phone", phone.value.trim());
        const own = name === "stop_listening" ? {} : { phone: phone.value.trim(), agent_id: id };
        await answered(await ask("POST", "/api/v1/call-requests", { call_id: agent.call, kind: name, ...own }));
      } else {
        const path = `/api/v1/presence/${agent.session}/${name.replace("_", "-")}`;
        await ask("POST", path, name === "pause" ? { reason: reason.value } : {});
      }
      said.textContent = fill(words.done, { what, who });
    } catch (error) {
      said.textContent = fill(words.refused, { what, who, why: error.message });
    }
  }

  return (id, agent) => {
    const offered = fitting(settings.actions, agent);
    document.getElementById("act-title").textContent = `${agent.number} ${named(agent)} · ${words.states[agent.state]}`;
    const talks = offered.some((name) => TALKS.includes(name));
    dialog.querySelector(".phone").hidden = !talks;
    dialog.querySelector(".heard").hidden = !offered.some((name) => HEARD.includes(name));
    dialog.querySelector(".reason").hidden = !offered.includes("pause");
    dialog.querySelector(".buttons").replaceChildren(
      ...offered.map((name) => {
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.testid = `act-${name}`;
        button.textContent = words.actions[name];
        button.addEventListener("click", () => run(name, id, agent));
        return button;
      }),
    );
    dialog.showModal();
  };
}
