"""Assemble the studio page from its template files."""

import json
import string
from importlib import resources

from dither.studio.tables import studio_tables

# Scripts that also run in the worker thread, then those of the user interface.
ARITHMETIC = (
    "steps",
    "tables",
    "resize",
    "fit",
    "tones",
    "transparency",
    "prepare",
    "oklab",
    "gamut",
    "gamut_mapping",
    "intent",
    "exact_colors",
    "device_link",
    "nearest",
    "cells",
    "flags",
    "line_art",
    "available",
    "kept_pixels",
    "undithered",
    "ordered",
    "mixtures",
    "palette_dither",
    "thresholds",
    "quantize",
    "scan",
    "curve",
    "dots",
    "diffuse",
    "dither",
    "shown",
    "png_reader",
    "decode",
    "png",
    "animated_png",
    "gif",
    "jobs",
)
WINDOW = (
    "npy",
    "kernel_files",
    "palette_files",
    "samples",
    "command",
    "canvases",
    "view",
    "palette_editor",
    "palette_menu",
    "palette_save",
    "own_colors",
    "looks",
    "titles",
    "thread",
    "app",
    "previews",
    "history",
    "sliders",
    "state",
    "saved_looks",
    "clipboard",
    "clip",
    "camera",
    "variants",
    "files",
    "controls",
    "stage",
    "start",
)


def studio_page() -> str:
    """Return an HTML page that dithers pictures in any browser, from disk and without a network.

    It does what `dither ordered` and `dither diffuse` do, for pictures and animations, and shows the
    command that gives the same pixels. Pictures opened in it are not uploaded.

    Returns:
        The page, about 700 KB with the shipped matrices; it loads nothing else.

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
    return string.Template(_file("page.html")).substitute(parts)


def _file(name: str) -> str:
    return (resources.files("dither.studio") / "template" / name).read_text(encoding="utf-8")
