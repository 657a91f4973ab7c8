// The settings as text, to keep and to send: only those that differ from the defaults, as JSON or in a link.

const STATE_MARK = "dither-studio";

function stateOf(chosen) {
    const changed = Object.entries(chosen).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(PLAIN[name]));
    return { [STATE_MARK]: 1, ...Object.fromEntries(changed) };
}

// Return whole choices, or throw a sentence that names what is wrong.
function choicesOfState(state) {
    if (state[STATE_MARK] !== 1) throw new Error("These settings are of another version of the studio.");
    const made = { ...PLAIN };
    for (const name of Object.keys(PLAIN)) {
        if (!(name in state)) continue;
        if (!isAllowed(name, state[name])) throw new Error(`The settings hold ${name}: ${JSON.stringify(state[name])?.slice(0, 40)}, which this page does not have.`);
        made[name] = state[name];
    }
    made.colors = checkedColors(made.colors);
    return agreeing(made);
}

const KEPT_KEY = "dither-studio-session";

// Keep the choices for when the page is loaded again in the same tab.
function keepChoices() {
    try {
        sessionStorage.setItem(KEPT_KEY, JSON.stringify(stateOf(choices)));
    } catch {
        // This browser keeps nothing for a page from disk.
    }
}

// Return the kept choices without those of opened files, or null.
function keptChoices() {
    try {
        const state = JSON.parse(sessionStorage.getItem(KEPT_KEY));
        return state && choicesOfState(Object.fromEntries(Object.entries(state).filter(([name, value]) => !Object.hasOwn(PLAIN, name) || isAllowed(name, value))));
    } catch {
        return null;
    }
}

// Return whether parsed JSON holds settings, not a palette or others.
function isState(fields) {
    return fields !== null && typeof fields === "object" && STATE_MARK in fields;
}

function isAllowed(name, value) {
    const isWhole = (least, most) => Number.isInteger(value) && value >= least && value <= most;
    if (SLIDERS[name]) {
        const { low, high, least = low, most = high } = SLIDERS[name];
        return (value === null && PLAIN[name] === null) || (Number.isFinite(value) && value >= least && value <= most);
    }
    if (RADIOS.includes(name)) return [...document.querySelectorAll(`input[name="${name}"]`)].some((input) => input.value === value);
    if (typeof PLAIN[name] === "boolean") return typeof value === "boolean";
    if (name === "levels") return isWhole(2, 256) || Object.hasOwn(RGB_LEVELS, value);
    if (name === "width" || name === "height") return value === null || isWhole(1, 8192);
    if (name === "mixtureSize") return value === null || isWhole(1, 64);
    if (name === "seed") return isWhole(0, 2 ** 32 - 1);
    if (name === "colors") return Array.isArray(value) && value.every((color) => /^#[0-9a-f]{6}$/.test(color));
    if (name === "background") return value === null || /^#[0-9a-f]{6}$/.test(value);
    if (name === "paletteName") return value === null || Object.hasOwn(PALETTES, value);
    if (name === "panel") return value === null || Object.hasOwn(PANELS, value);
    if (name === "clamp") return value === "none" || value === "range";
    if (name === "modulation" && value === null) return true;
    // A mask belongs to one picture.
    if (name === "undithered" && value === "mask") return opened.mask !== null;
    return [...$(name).options].some((option) => option.value === String(value));
}

// Text in base64 without characters that links reserve.
function linkOf(chosen) {
    const bytes = new TextEncoder().encode(JSON.stringify(stateOf(chosen)));
    const text = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return `${location.href.split("#")[0]}#${text}`;
}

function choicesOfLink(hash) {
    let state;
    try {
        const bytes = Uint8Array.from(atob(hash.slice(1).replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
        state = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
        throw new Error("The end of this link is damaged.");
    }
    if (!isState(state)) throw new Error("This link has no settings of the studio.");
    return choicesOfState(state);
}

// Take the settings of the page's address, if it has any, and remove them from it, so that loading the page again keeps later
// changes.
function takeLink() {
    if (location.hash.length < 2) return;
    attempt(() => {
        choose(choicesOfLink(location.hash));
        removeLink();
    });
}

function removeLink() {
    try {
        history.replaceState(null, "", location.href.split("#")[0]);
    } catch {
        // This browser changes no address of a page from disk.
    }
}

function listenToState() {
    $("copy-link").addEventListener("click", () => copyText(linkOf(choices), $("copy-link"), "Link"));
    $("save-state").addEventListener("click", () => save(new Blob([JSON.stringify(stateOf(choices), null, 1)], { type: "application/json" }), "dither-settings.json"));
    addEventListener("hashchange", takeLink);
}
