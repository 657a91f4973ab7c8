"""Scripts of the studio's window in node, with stand-ins for the elements of the page."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
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


STATE = """
const choices = { ...PLAIN };
const opened = { mask: null };
const RADIOS = ["target", "method", "order", "light", "fit"];
const [RGB_LEVELS, PALETTES, PANELS] = [{ rgb565: [32, 64, 32] }, { "pico-8": [] }, {}];
const agreeing = (chosen) => chosen;
const choose = (changes) => Object.assign(choices, changes);
const location = { href: `file:///studio.html${given.hash}`, hash: given.hash };
const history = {
    replaceState: (state, title, href) => Object.assign(location, { href, hash: "" }),
};
let complaint = null;
const attempt = (action) => {
    try {
        action();
    } catch ({ message }) {
        complaint = message;
    }
};
takeLink();
console.log(JSON.stringify({ complaint, levels: choices.levels, href: location.href }));
"""


def _opened(folder: Path, state: Any) -> Any:
    """Return the complaint, the levels and the address after a link with a state was opened."""
    text = base64.urlsafe_b64encode(json.dumps(state).encode()).decode().rstrip("=")
    return _in_window(folder, "looks sliders palette_files state", STATE, hash=f"#{text}")


def test_a_link_leaves_the_address_once_its_settings_are_taken(tmp_path: Path) -> None:
    made = _opened(tmp_path, {"dither-studio": 1, "levels": 5})
    assert made == {"complaint": None, "levels": 5, "href": "file:///studio.html"}


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"dither-studio": 2}, "These settings are of another version of the studio."),
        ({"levels": 5}, "This link has no settings of the studio."),
        (5, "This link has no settings of the studio."),
        ({"dither-studio": 1, "levels": "toString"}, 'The settings hold levels: "toString", which'),
        ({"dither-studio": 1, "panel": "constructor"}, 'The settings hold panel: "constructor", w'),
        ({"dither-studio": 1, "paletteName": "valueOf"}, 'The settings hold paletteName: "valueOf'),
    ],
)
def test_a_link_with_other_settings_is_refused(tmp_path: Path, state: Any, sentence: str) -> None:
    made = _opened(tmp_path, state)
    assert made["complaint"].startswith(sentence)
    assert made["levels"] == 2


def test_only_the_first_picture_keeps_a_width_above_its_own(tmp_path: Path) -> None:
    script = """
    const choices = { ...PLAIN, width: 500 };
    const opened = { about: null };
    const choose = (changes) => Object.assign(choices, changes);
    const isEnlarging = ({ width }) => opened.about !== null && width >= opened.about.width;
    function stopCamera() {}
    function closeClip() {}
    function openPicture(source) {
        opened.about = source;
        return true;
    }
    const open = async (width) => {
        await openStill({ width });
        return choices.width;
    };
    const work = async () => [await open(288), await open(900), await open(400)];
    work().then((widths) => console.log(JSON.stringify(widths)));
    """
    assert _in_window(tmp_path, "looks files", script) == [500, 500, None]
