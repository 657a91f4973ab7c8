"use strict";

// Slider: pictures with several planes hold them one below the other and show one.
const slider = document.getElementById("plane");
function show(plane) {
  for (const picture of document.querySelectorAll("[data-planes]")) {
    const planes = Number(picture.dataset.planes);
    if (planes < 2) continue;
    const y = `${(100 * (plane % planes)) / (planes - 1)}%`;
    if (picture.localName === "img") picture.style.objectPosition = `50% ${y}`;
    else picture.style.backgroundPositionY = y;
  }
  slider.value = plane + 1;
  document.getElementById("plane-number").textContent = plane + 1;
}
if (slider) {
  const play = document.getElementById("play");
  let timer = 0;
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  }
  slider.addEventListener("input", () => { stop(); show(slider.value - 1); });
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = "Stop";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => show(slider.value % slider.max), 100);
  });
}

// Charts: the menu of views, and the values under the pointer or selected with the arrow keys.
const choices = [...document.querySelectorAll(".choice")];
for (const choice of choices) {
  choice.addEventListener("change", () => {
    for (const other of choices) {
      other.selectedIndex = choice.selectedIndex;
      const plots = other.closest(".chart").querySelectorAll(".plot");
      plots.forEach((plot, index) => { plot.hidden = index !== choice.selectedIndex; });
    }
  });
}

for (const plot of document.querySelectorAll(".plot")) {
  const drawing = plot.querySelector(".drawing");
  const cross = drawing.querySelector(".cross");
  const outputs = [...plot.querySelectorAll(".legend output")];
  const at = outputs.pop();
  const [left, top, width, height] = drawing.dataset.area.split(" ").map(Number);
  const [x0, x1] = drawing.dataset.x.split(" ").map(Number);
  const [y0, y1] = drawing.dataset.y.split(" ").map(Number);
  const logarithmic = "logarithmic" in drawing.dataset;
  const curves = outputs.map((output) =>
    drawing.querySelector(`.curve-${output.dataset.curve} path`).getAttribute("d")
      .slice(1).split("L").map((point) => point.split(" ").map(Number)));
  let place = left + width / 2;

  function value(y) {
    const share = 1 - (y - top) / height;
    return logarithmic ? y0 * (y1 / y0) ** share : y0 + (y1 - y0) * share;
  }
  function written(number) {
    return Math.abs(number) >= 100 ? number.toFixed(0) : number.toPrecision(Math.abs(number) < 1 ? 2 : 3);
  }
  function point(x) {
    place = Math.min(left + width, Math.max(left, x));
    cross.setAttribute("transform", `translate(${place.toFixed(1)} 0)`);
    cross.removeAttribute("hidden");
    outputs.forEach((output, index) => {
      const near = curves[index].reduce((best, each) => Math.abs(each[0] - place) < Math.abs(best[0] - place) ? each : best);
      output.textContent = written(value(near[1])).replace("-", "−");
    });
    at.textContent = `at ${(x0 + ((x1 - x0) * (place - left)) / width).toFixed(2)}`;
  }
  function leave() {
    cross.setAttribute("hidden", "");
    for (const output of [...outputs, at]) output.textContent = "";
  }
  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    point(((event.clientX - box.left) * drawing.viewBox.baseVal.width) / box.width);
  });
  drawing.addEventListener("pointerleave", leave);
  drawing.addEventListener("blur", leave);
  drawing.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    point(place + (step * width) / 64);
  });
}
