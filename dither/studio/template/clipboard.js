// Copy the command, a link or the picture.

function confirmCopy(button, what) {
    const { textContent } = button;
    button.textContent = "Copied";
    $("status").textContent = `${what} copied.`;
    setTimeout(() => (button.textContent = textContent), 1600);
}

async function copyText(text, button, what) {
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        const field = Object.assign(document.createElement("textarea"), { value: text });
        document.body.append(field);
        field.select();
        document.execCommand("copy");
        field.remove();
    }
    confirmCopy(button, what);
}

// The picture as it looks; browsers may change the pixels of what they paste, but not its colours.
async function copyPicture() {
    await settled();
    try {
        const { png } = await ditherer({ png: { colors: null, scale: choices.scale } });
        await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
        confirmCopy($("copy-picture"), "Picture");
    } catch {
        complain("This browser does not let the page copy pictures. Download the PNG instead.");
    }
}
