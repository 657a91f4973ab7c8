// Presets; settings that a preset does not name keep their defaults.

const PLAIN = {
    method: "ordered", target: "levels", levels: 2, gray: false, paletteName: null, panel: null, colors: ["#000000", "#ffffff"], intent: "perceptual",
    light: "linear", matrix: "blue-64x64", strength: 1, mixtureSize: null,
    order: "rows", kernel: "floyd-steinberg", serpentine: true, amount: 1, noise: 0, seed: 0, modulation: null, modulationStrength: 0.5, clamp: "none",
    undithered: "nothing", rotate: 0, width: null, height: null, fit: "contain", scale: 1, alpha: "keep", background: null,
    autoContrast: null, exposure: 0, shadows: 0, highlights: 0, gamma: 1, brightness: 1, contrast: 1, saturation: 1,
};

const LOOKS = [
    { title: "One bit", levels: 2, gray: true },
    { title: "Eight colours", levels: 2, matrix: "blue-64x64-rgb" },
    { title: "PICO-8", target: "palette", paletteName: "pico-8", saturation: 1.25 },
    { title: "Game Boy", target: "palette", paletteName: "game-boy", matrix: "bayer-4x4", width: 160, scale: 4, contrast: 1.2, light: "encoded" },
    { title: "Macintosh", method: "diffuse", gray: true, kernel: "atkinson", light: "encoded", width: 512, scale: 2 },
    { title: "Commodore 64", target: "palette", paletteName: "c64", matrix: "bayer-8x8", width: 320, scale: 3, saturation: 1.3, light: "encoded" },
    { title: "CGA", target: "palette", paletteName: "cga-1-high", matrix: "bayer-2x2", width: 320, scale: 3, light: "encoded", strength: 0.8 },
    { title: "E-ink, 16 greys", levels: 16, gray: true },
    { title: "E-ink, 6 inks", target: "palette", panel: "spectra-6-7.3" },
    { title: "Newsprint", levels: 2, gray: true, matrix: "dots-8x8" },
    { title: "PlayStation", levels: 32, matrix: "playstation-4x4", light: "encoded", width: 320, scale: 3 },
];
