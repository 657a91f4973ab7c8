"""Shared style of the plots of the documentation: sizes that are read at page width, and colours.

A page is 690 CSS pixels wide. Figures are 6.9 inches wide with text of 9 points, which are 12 pixels on
the page, and saved at twice that resolution. A method has one colour everywhere.
"""

import io
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from dither.files.atomic import atomic_write

DOCS = Path(__file__).parents[1] / "docs"
MEASURED = Path(__file__).parent / "measured"
WIDTH = 6.9
# Colours that differ in lightness too, for readers who do not tell red from green.
COLORS = {
    "blue": "#1f5fbf",
    "void-and-cluster": "#c2410c",
    "anneal": "#0f766e",
    "spectrum": "#9333ea",
    "white noise": "#8b919b",
    "median cut": "#a16207",
    "k-means": "#be185d",
}
INK, QUIET = "#1a1c20", "#5c626d"
# Shades from light to dark of one colour, for the values of a parameter.
SHADES = ("#9db8e6", "#6a92d8", "#1f5fbf", "#0b2f6b")
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e4e6",
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "errorbar.capsize": 3,
    "svg.hashsalt": "",
}
plt.rcParams.update(STYLE)


def number_ticks(axes: Axes, axis: str, values: Any) -> None:
    """Label an axis at these values with plain numbers, not powers, and without small ticks."""
    chosen = axes.xaxis if axis == "x" else axes.yaxis
    chosen.set_ticks(list(values), [f"{value:,.7g}" for value in values])
    chosen.set_ticks([], minor=True)


def label_line(axes: Axes, x: float, y: float, text: str, color: str, **where: Any) -> None:
    """Write a label beside a line, in its colour."""
    settings: dict[str, Any] = {"xytext": (6, 0), "va": "center", **where}
    axes.annotate(text, (x, y), textcoords="offset points", color=color, **settings)


def save(figure: Figure, name: str) -> None:
    """Write docs/NAME.png."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=200, facecolor="white")
    # Lines and text need few colours; an indexed file has a third of the bytes.
    picture = Image.open(stream).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    with atomic_write(DOCS / f"{name}.png") as file:
        picture.save(file, format="PNG", optimize=True)


def keep(name: str, figures: dict[str, Any]) -> None:
    """Write measured figures to scripts/measured/NAME.json, from which plots are drawn again."""
    text = json.dumps(_rounded(figures), indent=1)
    with atomic_write(MEASURED / f"{name}.json") as file:
        file.write(text.encode() + b"\n")


def kept(name: str) -> dict[str, Any]:
    """Return what `keep` wrote."""
    return json.loads((MEASURED / f"{name}.json").read_text(encoding="utf-8"))


def _rounded(figures: Any) -> Any:
    if isinstance(figures, dict):
        return {str(name): _rounded(each) for name, each in figures.items()}
    if isinstance(figures, list | tuple):
        return [_rounded(each) for each in figures]
    return float(f"{float(figures):.5g}") if isinstance(figures, float) else figures
