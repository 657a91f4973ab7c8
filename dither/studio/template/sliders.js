// Sliders, each with a field for its number. A percentage is shown as such; `most` and `least` are the command's limits.

const SLIDERS = {
    strength: { title: "Strength", low: 0, high: 1, step: 0.05, percent: true },
    amount: { title: "Diffusion", hint: "Share of each error that is passed on", low: 0, high: 1, step: 0.05, percent: true },
    noise: { title: "Noise", hint: "White noise added to the threshold, against worms", low: 0, high: 1, step: 0.05, percent: true },
    modulationStrength: { title: "Matrix effect", hint: "How strongly the matrix moves the threshold", low: 0, high: 1, step: 0.05, percent: true },
    scale: { title: "Pixel scale", low: 1, high: 16, step: 1, most: 64 },
    autoContrast: { title: "Auto contrast", hint: "Share of the pixels that becomes black, and as many white", low: 0, high: 5, step: 0.1, most: 49, unit: "%" },
    exposure: { title: "Exposure", hint: "Stops of linear light", low: -3, high: 3, step: 0.25, least: -5, most: 5, unit: "EV" },
    shadows: { title: "Shadows", low: -1, high: 1, step: 0.05, percent: true },
    highlights: { title: "Highlights", low: -1, high: 1, step: 0.05, percent: true },
    gamma: { title: "Gamma", low: 0.5, high: 2, step: 0.05, least: 0.1, most: 10 },
    brightness: { title: "Brightness", low: 0.5, high: 2, step: 0.05, least: 0, most: 10, percent: true },
    contrast: { title: "Contrast", low: 0.5, high: 2, step: 0.05, least: 0, most: 10, percent: true },
    saturation: { title: "Saturation", low: 0, high: 2, step: 0.05, most: 10, percent: true },
};

// Automatic contrast is off at 0.
function sliderValue(id) {
    return choices[id] ?? 0;
}

function chooseBySlider(id, value) {
    choose({ [id]: id === "autoContrast" && value === 0 ? null : value }, id);
}

function fillSliders() {
    for (const row of document.querySelectorAll("[data-slider]")) {
        const id = row.dataset.slider;
        const { title, hint, low, high, step, least = low, most = high, percent, unit = percent ? "%" : "" } = SLIDERS[id];
        const factor = percent ? 100 : 1;
        const label = Object.assign(document.createElement("label"), { htmlFor: id, textContent: title, title: hint ?? "" });
        const range = Object.assign(document.createElement("input"), { type: "range", id, min: low, max: high, step });
        const number = Object.assign(document.createElement("input"), { type: "number", id: `${id}-number`, min: least * factor, max: most * factor, step: "any", required: true });
        number.setAttribute("aria-label", unit ? `${title} in ${unit}` : `${title} as a number`);
        const field = Object.assign(document.createElement("span"), { className: "unit" });
        field.dataset.unit = unit;
        field.append(number);
        row.replaceChildren(label, range, field);
        range.addEventListener("input", () => chooseBySlider(id, range.valueAsNumber));
        listenToNumber(number, (value) => chooseBySlider(id, value / factor));
    }
}

function showSliders() {
    for (const id of Object.keys(SLIDERS)) {
        const value = sliderValue(id);
        $(id).value = value;
        if (document.activeElement !== $(`${id}-number`)) $(`${id}-number`).value = Number((value * (SLIDERS[id].percent ? 100 : 1)).toPrecision(8));
    }
    $("saturation").disabled = $("saturation-number").disabled = choices.gray && choices.target === "levels";
}
