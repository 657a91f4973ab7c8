"""Scripts of the studio's window in node, with stand-ins for the elements of the page."""

from pathlib import Path
from typing import Any

from studio_scripts import TEMPLATE, in_node


def _in_window(folder: Path, names: str, script: str, **given: Any) -> Any:
    """Return what a script prints as JSON that runs after some scripts of the window."""
    sources = [(TEMPLATE / f"{name}.js").read_text(encoding="utf-8") for name in names.split()]
    return in_node(folder, "\n".join((*sources, script)), **given)


VARIANTS = """
const choices = { ...PLAIN };
const opened = { about: { width: 8, height: 6 }, reduced: null };
const cells = [0, 1, 2, 3].map(() => {
    const canvas = { classList: { toggle() {} }, getContext: () => ({ drawImage() {} }) };
    const parts = { "figcaption span": {}, code: {}, canvas };
    const firstChild = { setAttribute(name, value) { this[name] = value; } };
    return { parts, firstChild, querySelector: (name) => parts[name] };
});
const $ = () => ({ children: cells });
const showWords = (element, words) => (element.words = words);
const commandOf = ({ width }) => `--resize ${width}x`;
const titleOfMethod = ({ method }) => method;
const [sourceOf, matrixOf, pixelCanvas] = [0, 1, 2].map(() => () => null);
const settingsOf = (chosen) => chosen;
const devicePixelRatio = 1;
const waiting = [];
const previewer = ({ settings: { width } }) =>
    new Promise((then) => waiting.push(() => then({ pixels: [], result: { width, height: 1 } })));
const answered = async () => {
    while (waiting.length) {
        waiting.shift()();
        await aTask();
    }
};
const change = (width) => {
    choices.width = width;
    followVariant();
};
variants.list = [1, 2, 3, 4].map((width) => ({ ...PLAIN, width }));
"""


def test_variants_wait_for_each_other_and_none_is_lost(tmp_path: Path) -> None:
    script = """
    const work = async () => {
        change(5);
        change(6);
        variants.current = 1;
        change(7);
        const captions = cells.map(({ parts }) => parts.code.words);
        const pressed = cells.map(({ firstChild }) => firstChild["aria-pressed"]);
        await answered();
        return { captions, pressed, widths: cells.map(({ parts }) => parts.canvas.width ?? 0) };
    };
    work().then((made) => console.log(JSON.stringify(made)));
    """
    made = _in_window(tmp_path, "looks previews variants", VARIANTS + script)
    assert made["captions"] == ["--resize 6x", "--resize 7x", None, None]
    assert made["pressed"] == [False, True, False, False]
    assert made["widths"] == [6, 7, 0, 0]


def test_variants_can_be_closed_while_one_waits(tmp_path: Path) -> None:
    script = """
    change(5);
    change(6);
    variants.list = null;
    answered().then(() => console.log(JSON.stringify(cells[0].parts.canvas.width ?? 0)));
    """
    assert _in_window(tmp_path, "looks previews variants", VARIANTS + script) == 0
