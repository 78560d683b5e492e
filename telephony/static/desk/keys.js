/* Everything by keys too; `?` shows them. */

const $ = (selector) => document.querySelector(selector);
const ALT = {
  KeyA: "answer", KeyX: "hang_up", KeyM: "mute", KeyK: "keys", KeyT: "transfer", Digit3: "add", KeyR: "ready",
};

export function keyboard(act, state) {
  document.addEventListener("keydown", (event) => {
    const { shift, call } = state();
    const typing = event.target.matches("input:not([type=radio]), textarea, select");
    if (event.altKey && !event.ctrlKey && !event.metaKey) {
      const what = ALT[event.code]
        ?? (event.code === "KeyH" && (shift?.state === "hold" ? "resume" : "hold"))
        ?? null;
      const pause = event.code === "KeyP" && (call?.recording_paused ? "recording_resume" : "recording_pause");
      const done = what || pause;
      if (done) act(done);
      else if (event.code === "KeyB") $("#break").focus();
      else if (event.code === "KeyN") $("#note").focus();
      else return;
      event.preventDefault();
    } else if (event.ctrlKey && event.key === "Enter" && !$("#wrap").hidden) {
      event.preventDefault();
      $("#wrap").requestSubmit();
    } else if (!typing && event.key === "?") {
      event.preventDefault();
      act("help");
    } else if (!typing && event.key === "/") {
      event.preventDefault();
      $("[data-desk-search]")?.focus();
    } else if (!typing && /^[1-9]$/.test(event.key) && !$("#wrap").hidden) {
      $("#dispositions").children[Number(event.key) - 1]?.querySelector("input").click();
    }
  });
}
