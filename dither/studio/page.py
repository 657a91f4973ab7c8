"""Putting the page together: its files are read from the package and set into one another."""

import json
import re
from importlib import resources

from dither.studio.tables import studio_tables

# The arithmetic, which also runs beside the window; then what people see and touch.
ARITHMETIC = ("tables", "prepare", "ordered", "mixtures", "palette_dither", "diffuse", "dither")
WINDOW = (
    "png",
    "npy",
    "palette_files",
    "samples",
    "decode",
    "command",
    "view",
    "palette_editor",
    "own_colors",
    "looks",
    "titles",
    "thread",
    "app",
    "files",
    "controls",
    "stage",
    "start",
)


def studio_page() -> str:
    """One page of HTML that dithers pictures in any browser, from disk and without a network.

    Its pixels are those of the `dither` command that it shows: ordered dithering and error diffusion,
    to levels and to palettes. A picture that is opened in it stays on the machine.

    Returns:
        The page: some 500 KB with the shipped matrices; it fetches nothing.

    Example:
        >>> studio_page().splitlines()[0]
        '<!doctype html>'
    """
    parts = {
        "style": _file("style.css"),
        "tables": json.dumps(studio_tables(), separators=(",", ":")),
        "arithmetic": "\n".join(_file(f"{name}.js") for name in ARITHMETIC),
        "worker": _file("worker.js"),
        "window": "\n".join(_file(f"{name}.js") for name in WINDOW),
    }
    return re.sub(r"\{\{ (\w+) \}\}", lambda found: parts[found[1]], _file("page.html"))


def _file(name: str) -> str:
    return (resources.files("dither.studio") / "template" / name).read_text(encoding="utf-8")
