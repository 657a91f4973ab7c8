"""Pictures composed of blocks of pixels: text, and blocks set below and beside each other."""

import textwrap
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

INK, QUIET, PAPER = (26, 28, 32), (92, 98, 109), (251, 251, 250)
_EMPTY = np.zeros((0, 0, 3), np.uint8)


def text_block(
    text: str,
    *,
    size: int = 13,
    color: tuple[int, int, int] | str = INK,
    bold: bool = False,
    width: int | None = None,
    right: bool = False,
) -> np.ndarray:
    """Return text as pixels, wrapped and, if asked, aligned to the right of `width`.

    Example:
        >>> text_block("word " * 9, width=100).shape
        (90, 100, 3)
    """
    from PIL import Image, ImageDraw

    font = _font(size, bold)
    length = font.getlength(text)
    # 6 % for lines of wider letters than the mean of this text.
    letter = max(1, 1.06 * length / max(1, len(text)))
    lines = textwrap.wrap(text, max(8, int(width / letter))) if width else [text]
    width = width or round(length)
    height = round(1.4 * size)
    image = Image.new("RGB", (width, height * max(1, len(lines))), PAPER)
    draw = ImageDraw.Draw(image)
    for index, line in enumerate(lines):
        place = (width if right else 0, index * height)
        draw.text(place, line, fill=color, font=font, anchor="ra" if right else "la")
    return np.asarray(image)


@cache
def _font(size: int, bold: bool) -> "FreeTypeFont":
    import matplotlib
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", name), size)


def grid(rows: Sequence[Sequence[np.ndarray]], gap: int = 24) -> np.ndarray:
    """Return (H, W) or (H, W, 3) uint8 blocks in rows and columns, as wide and high as the largest.

    Example:
        >>> grid([[np.zeros((2, 3), np.uint8), np.zeros((4, 1), np.uint8)]], gap=5).shape
        (4, 9, 3)
    """
    columns = zip_longest(*rows, fillvalue=_EMPTY)
    widths = [max(block.shape[1] for block in column) for column in columns]
    heights = [max(len(block) for block in row) for row in rows]
    lefts, tops = (np.cumsum([0, *np.add(sizes, gap)]) for sizes in (widths, heights))
    page = np.full((tops[-1] - gap, lefts[-1] - gap, 3), PAPER, np.uint8)
    for top, row in zip(tops, rows, strict=False):
        for left, block in zip(lefts, row, strict=False):
            colors = block if block.ndim == 3 else block[..., None]
            page[top : top + len(block), left : left + block.shape[1]] = colors
    return page


def below(blocks: Sequence[np.ndarray], gap: int = 24) -> np.ndarray:
    """Return blocks one below the other."""
    return grid([[block] for block in blocks], gap)


def beside(blocks: Sequence[np.ndarray], gap: int = 24) -> np.ndarray:
    """Return blocks side by side, aligned at the top."""
    return grid([blocks], gap)


def framed(block: np.ndarray, margin: int) -> np.ndarray:
    """Return a block with a margin on every side."""
    return grid([[_EMPTY], [_EMPTY, block, _EMPTY], [_EMPTY]], margin)
