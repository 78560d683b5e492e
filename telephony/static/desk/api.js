/* What the desk asks of the server. Every answer is JSON; a refusal is thrown as its sentence. */

const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

export class Refused extends Error {
  constructor(code, sentence, status) {
    super(sentence);
    this.code = code;
    this.status = status;
  }
}

async function read(answer) {
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 401) location.reload(); // the session is over: to the login
  if (!answer.ok) throw new Refused(said.code ?? "", said.sentence ?? answer.statusText, answer.status);
  return said;
}

export async function get(path) {
  return read(await fetch(path, { headers: { Accept: "application/json" }, cache: "no-store" }));
}

export async function post(path, body = {}, { keepalive = false } = {}) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token };
  return read(await fetch(path, { method: "POST", headers, body: JSON.stringify(body), keepalive }));
}

/* A part of the page: HTML of ours. Gives null where there is none. */
export async function fragment(path, form = null) {
  const headers = { "Desk-Fragment": "1", ...(form ? { "X-CSRFToken": token } : {}) };
  const answer = await fetch(path, { method: form ? "POST" : "GET", headers, body: form, cache: "no-store" });
  if (answer.status === 401) location.reload();
  return answer.status === 404 ? null : answer.text();
}
