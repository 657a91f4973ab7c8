// Looks that a person saves: kept by the browser for this page, or until it is closed where that is not allowed.

const SAVED_KEY = "dither-studio-looks";
let savedLooks = readSaved();

function readSaved() {
    try {
        const found = JSON.parse(localStorage.getItem(SAVED_KEY) ?? "[]");
        return Array.isArray(found) ? found.filter(({ title, state }) => typeof title === "string" && state) : [];
    } catch {
        return [];
    }
}

function writeSaved(looks) {
    savedLooks = looks;
    try {
        localStorage.setItem(SAVED_KEY, JSON.stringify(looks));
    } catch {
        $("status").textContent = "This browser keeps looks only until the page is closed.";
    }
    showSaved();
}

function saveLook() {
    const title = $("look-name").value.trim() || `Look ${savedLooks.length + 1}`;
    writeSaved([...savedLooks.filter((look) => look.title !== title), { title, state: stateOf(choices) }]);
    $("look-name").value = "";
}

function showSaved() {
    const chips = savedLooks.map(({ title, state }) => {
        const whole = document.createElement("span");
        whole.className = "saved";
        const remove = chip("×", title, () => writeSaved(savedLooks.filter((look) => look.title !== title)));
        remove.setAttribute("aria-label", `Delete the look ${title}`);
        whole.append(chip(title, title, () => attempt(() => choose(choicesOfState(state)))), remove);
        return whole;
    });
    $("saved-looks").replaceChildren(...chips);
    $("saved-looks").hidden = chips.length === 0;
}

function listenToSaved() {
    $("save-look").addEventListener("click", saveLook);
    $("look-name").addEventListener("keydown", (event) => event.key === "Enter" && saveLook());
    showSaved();
}
