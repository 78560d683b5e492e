// The waveform goes with the player: a click goes to that place, and a line shows where the sound is. Without this
// script the browser's own player plays all the same.
for (const figure of document.querySelectorAll("[data-player]")) {
  const audio = figure.querySelector("audio");
  const svg = figure.querySelector("svg");
  const line = svg.querySelector("line.at");
  const width = svg.viewBox.baseVal.width;
  figure.dataset.live = "";
  const draw = () => {
    const at = audio.duration ? (audio.currentTime / audio.duration) * width : 0;
    line.setAttribute("x1", at);
    line.setAttribute("x2", at);
  };
  for (const kind of ["timeupdate", "seeked", "loadedmetadata"]) audio.addEventListener(kind, draw);
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const go = () => {
      audio.currentTime = share * audio.duration;
      audio.play();
    };
    if (audio.readyState >= 1) go();
    else {
      audio.addEventListener("loadedmetadata", go, { once: true });
      audio.load();
      audio.preload = "metadata";
    }
  });
}
