// Titles for the names that the commands use.

const MATRIX_TITLES = {
    "blue-64x64": "Blue noise 64×64", "blue-128x128": "Blue noise 128×128", "blue-256x256": "Blue noise 256×256",
    "blue-32x32": "Blue noise 32×32", "blue-16x16": "Blue noise 16×16", "blue-60x68": "Blue noise 60×68",
    "blue-64x64-rgb": "Blue noise per channel", "blue-64x64-levels-4": "Blue noise for 4 levels", "blue-64x64-levels-16": "Blue noise for 16 levels",
    "bayer-2x2": "Bayer 2×2", "bayer-4x4": "Bayer 4×4", "bayer-8x8": "Bayer 8×8", "bayer-16x16": "Bayer 16×16",
    "dots-6x6": "Halftone dots 6×6", "dots-8x8": "Halftone dots 8×8", "dots-12x12": "Halftone dots 12×12", "playstation-4x4": "PlayStation 4×4",
    "gradient-noise-128x128": "Gradient noise", "r2-128x128": "R2 sequence", "white-64x64": "White noise",
};
const KERNEL_TITLES = {
    "floyd-steinberg": "Floyd–Steinberg", "false-floyd-steinberg": "False Floyd–Steinberg", "jarvis-judice-ninke": "Jarvis, Judice, Ninke",
    stucki: "Stucki", burkes: "Burkes", sierra: "Sierra", "sierra-two-row": "Sierra, two rows", "sierra-lite": "Sierra lite", atkinson: "Atkinson",
    "simple-2d": "Simple", "stevenson-arce": "Stevenson, Arce", ostromoukhov: "Ostromoukhov",
};
const PALETTE_TITLES = {
    "game-boy": "Game Boy", "game-boy-pocket": "Game Boy Pocket", c64: "Commodore 64", "cga-0-low": "CGA 0, dark", "cga-0-high": "CGA 0, bright",
    "cga-1-low": "CGA 1, dark", "cga-1-high": "CGA 1, bright", "cga-16": "CGA", "zx-spectrum": "ZX Spectrum", nes: "NES", "pico-8": "PICO-8",
    "ansi-16": "Terminal", "web-safe": "Web-safe", "gray-4": "Greys", "gray-8": "Greys", "gray-16": "Greys", "black-white": "Black, white",
    "black-white-red": "Black, white, red", "black-white-yellow": "Black, white, yellow", "black-white-yellow-red": "Black, white, yellow, red",
    "spectra-6": "Spectra 6", "acep-7": "ACeP", "inky-spectra-6": "Inky Spectra 6, as it looks", "inky-acep-7": "Inky ACeP 7, as it looks",
    playdate: "Playdate", "sharp-memory": "Sharp Memory LCD", "jdi-memory-8": "JDI Memory LCD", "inky-impression": "Inky Impression",
    "gray-8-inkplate-10": "Inkplate 10, greys",
};

// Return what distinguishes a method from others.
function titleOfMethod({ method, order, matrix, kernel }) {
    if (method === "ordered") return MATRIX_TITLES[matrix] ?? matrix;
    return { curve: "Riemersma curve", dots: "Dot diffusion" }[order] ?? KERNEL_TITLES[kernel] ?? kernel;
}
