"""A picture that is filled from the top down, in whole pixels."""

import io
import textwrap
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

INK, QUIET, LINE, PAPER = "#1a1c20", "#5c626d", "#e3e4e6", "#fbfbfa"
_DPI = 100
_MARGIN = 40
# Pixels of a line of text for each point of its size.
_LEADING = 2.1


class Canvas:
    """What is drawn is remembered, and drawn when the height is known.

    Attributes:
        width: pixels between the margins.
        y: how far it is filled, in pixels from the top.
    """

    def __init__(self, width: int):
        self.width = width
        self.y = _MARGIN
        self._drawn: list[Callable[[Drawing, int], object]] = []

    def text(
        self,
        words: str,
        *,
        x: int = 0,
        y: int | None = None,
        size: float = 9.5,
        color: str = INK,
        weight: str = "normal",
        align: str = "left",
    ) -> None:
        """A line of text, its top at `y`; where none is given, here, and what follows stands below."""
        top = self.y if y is None else y
        if y is None:
            self.y += round(size * _LEADING)
        self._drawn.append(
            lambda drawing, height: drawing.text(
                (_MARGIN + x) / (self.width + 2 * _MARGIN),
                1 - top / height,
                words,
                size=size,
                color=color,
                weight=weight,
                ha=align,
                va="top",
                parse_math=False,
            )
        )

    def paragraph(self, words: str, *, size: float = 9.5, color: str = QUIET) -> None:
        """Text in as many lines as it takes."""
        # A letter of this font is about 0.85 pixels wide for each point.
        for line in textwrap.wrap(words, int(self.width / (0.85 * size))):
            self.text(line, size=size, color=color)

    def picture(self, pixels: np.ndarray, x: int, y: int) -> None:
        """(H, W) or (H, W, 3) uint8, a pixel for a pixel."""
        colors = pixels if pixels.ndim == 3 else np.stack([pixels] * 3, axis=-1)
        self._drawn.append(
            lambda drawing, height: drawing.figimage(
                colors, xo=_MARGIN + x, yo=height - y - len(colors), origin="upper"
            )
        )

    def line(self, y: int) -> None:
        """A thin line from margin to margin."""
        self.picture(np.full((1, self.width, 3), int(LINE[1:3], 16), np.uint8), 0, y)

    def axes(self, draw: Callable[[Axes], object], x: int, y: int, size: Sequence[int]) -> None:
        """What matplotlib draws, its area from (x, y) down to `size`, width and height."""

        def put(drawing: Drawing, height: int) -> None:
            full = self.width + 2 * _MARGIN
            box = (
                (_MARGIN + x) / full,
                1 - (y + size[1]) / height,
                size[0] / full,
                size[1] / height,
            )
            draw(drawing.add_axes(box))

        self._drawn.append(put)

    def png(self) -> bytes:
        """The picture, as high as it has been filled."""
        height = self.y + _MARGIN
        with rc_context({"font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"]}):
            size = ((self.width + 2 * _MARGIN) / _DPI, height / _DPI)
            drawing = Drawing(figsize=size, dpi=_DPI, facecolor=PAPER)
            for put in self._drawn:
                put(drawing, height)
            stream = io.BytesIO()
            drawing.savefig(stream, format="png", dpi=_DPI)
        return stream.getvalue()
