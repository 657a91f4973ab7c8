"""Data of the studio page: matrices, palettes, diffusion kernels and tables of light."""

import base64
from typing import Any

import numpy as np

from dither.color import code_boundaries, srgb_to_linear
from dither.diffusion.dot_diffusion import KNUTH_CLASSES
from dither.diffusion.kernels import DIFFUSION_KERNELS
from dither.diffusion.riemersma import queue_shares
from dither.diffusion.tone_kernels import VARIABLE_KERNELS
from dither.matrix.catalog import DEFAULT_MATRIX, load_channels, load_matrix
from dither.matrix.named import CLASSICAL
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.palettes.named import palette_names
from dither.palettes.palette_like import load_palette
from dither.panels.files import load_panel, panel_names
from dither.panels.panel import Panel

# Shipped matrices in the page; the largest is left out for its size.
SHIPPED = (
    "blue-64x64",
    "blue-128x128",
    "blue-256x256",
    "blue-32x32",
    "blue-16x16",
    "blue-60x68",
    "blue-64x64-rgb",
    "blue-64x64-levels-4",
    "blue-64x64-levels-16",
)


def studio_tables() -> dict[str, Any]:
    """Return the data of the page's scripts as JSON-ready values.

    Returns:
        "matrices" by name, with height, width and ranks (16 bits each in base64, channel after
        channel); "palettes" by name; "panels" by name, with the looks and the driver's colours of their
        inks and their size in pixels; "kernels" with their taps, and "toneShares" of those that depend
        on the tone; "curveShares" of the errors along a curve, "dotClasses" of dot diffusion and the
        "alphaMatrix" that decides transparent pixels; for every 8-bit code "linear" light
        (0 to 1); and the "limits" between codes.

    Example:
        >>> studio_tables()["palettes"]["game-boy"]
        ['#0f380f', '#306230', '#8bac0f', '#9bbc0f']
    """
    return {
        "matrices": {
            **{name: _packed(load_channels(name), shipped=True) for name in SHIPPED},
            **{name: _packed((make(),), shipped=False) for name, make in CLASSICAL.items()},
        },
        "palettes": {name: load_palette(name).hex for name in palette_names()},
        "panels": {name: _panel_data(load_panel(name)) for name in panel_names()},
        "kernels": {name: kernel.taps for name, kernel in DIFFUSION_KERNELS.items()},
        "toneShares": {name: each.shares.tolist() for name, each in VARIABLE_KERNELS.items()},
        "curveShares": queue_shares(16, 16).tolist(),
        "dotClasses": _packed((KNUTH_CLASSES,), shipped=False),
        "alphaMatrix": _packed((load_matrix(DEFAULT_MATRIX),), shipped=True),
        "linear": srgb_to_linear(np.arange(256) / 255).tolist(),
        "limits": code_boundaries(255).tolist(),
    }


def _panel_data(panel: Panel) -> dict[str, Any]:
    pure = [ink.pure for ink in panel.inks]
    return {"looks": panel.palette.hex, "pure": pure, "size": [panel.width, panel.height]}


def _packed(matrices: tuple[ThresholdMatrix, ...], *, shipped: bool) -> dict[str, Any]:
    height, width = matrices[0].shape
    ranks = np.stack([matrix.ranks for matrix in matrices]).astype("<u2")
    text = base64.b64encode(ranks.tobytes()).decode()
    return {"height": height, "width": width, "shipped": shipped, "ranks": text}
