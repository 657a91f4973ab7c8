// Palette colours as swatches; the selected one can be changed or removed.

class PaletteEditor {
    #swatches;
    #color;
    #hex;
    #remove;
    #colors = [];
    #chosen = 0;
    #changed;

    // Call `changed` with the new colours.
    constructor({ swatches, color, hex, remove }, changed) {
        [this.#swatches, this.#color, this.#hex, this.#remove, this.#changed] = [swatches, color, hex, remove, changed];
        swatches.addEventListener("click", (event) => this.#click(event.target.closest("button")));
        swatches.addEventListener("keydown", (event) => {
            if (event.key === "Delete" || event.key === "Backspace") this.#removeChosen();
        });
        color.addEventListener("input", () => this.#replace(color.value));
        hex.addEventListener("input", () => {
            const given = `#${hex.value.trim().replace("#", "").toLowerCase()}`;
            if (/^#[0-9a-f]{6}$/.test(given)) this.#replace(given);
        });
        hex.addEventListener("blur", () => this.show(this.#colors));
        remove.addEventListener("click", () => this.#removeChosen());
    }

    show(colors) {
        this.#colors = colors;
        this.#chosen = Math.min(this.#chosen, colors.length - 1);
        const buttons = colors.map((color, index) => this.#button(color, `Colour ${index + 1}, ${color}`, index === this.#chosen));
        if (colors.length < MOST_COLORS) {
            const add = this.#button("", "Add a colour", null);
            add.className = "add";
            add.textContent = "+";
            buttons.push(add);
        }
        const focused = [...this.#swatches.children].indexOf(document.activeElement);
        this.#swatches.replaceChildren(...buttons);
        if (focused >= 0) buttons[Math.min(this.#chosen, buttons.length - 1)].focus();
        this.#color.value = colors[this.#chosen];
        if (document.activeElement !== this.#hex) this.#hex.value = colors[this.#chosen];
        this.#remove.disabled = colors.length <= 2;
    }

    #button(color, label, chosen) {
        const button = document.createElement("button");
        button.type = "button";
        button.title = label;
        button.setAttribute("aria-label", label);
        if (chosen !== null) button.setAttribute("aria-pressed", chosen);
        if (color) button.style.background = color;
        return button;
    }

    #click(button) {
        if (!button) return;
        const index = [...this.#swatches.children].indexOf(button);
        if (index < this.#colors.length) {
            this.#chosen = index;
            this.show(this.#colors);
            return;
        }
        this.#chosen = this.#colors.length;
        this.#changed([...this.#colors, this.#unused(this.#color.value)]);
    }

    // Return the code nearest to a colour that is not in the palette yet.
    #unused(color) {
        let code = parseInt(color.slice(1), 16);
        while (this.#colors.includes(`#${code.toString(16).padStart(6, "0")}`)) code = (code + 0x2b5f91) % 0x1000000;
        return `#${code.toString(16).padStart(6, "0")}`;
    }

    // A palette holds each colour once: dragging across another colour changes nothing.
    #replace(color) {
        if (!this.#colors.includes(color)) this.#changed(this.#colors.with(this.#chosen, color));
    }

    #removeChosen() {
        if (this.#colors.length > 2) this.#changed(this.#colors.toSpliced(this.#chosen, 1));
    }
}
