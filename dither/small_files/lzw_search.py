"""Search for pixels that make a small GIF: the loss of `loss.py` plus weighted bits of LZW.

A pass goes over the pixels in order and chooses strings of the growing table of LZW, whose error enters
the blurred error of their neighbours (`lzw_loops`). In a clip, a pixel may also stay as it is in the
frame before.

Source: T. Welch, "A technique for high-performance data compression" (1984); the idea of strings that
are nearly equal is that of giflossy (K. Lesinski, 2014), which neither feeds the error back nor weighs
it against bits.
"""

from typing import NamedTuple

import numpy as np

from dither.color import linear_to_oklab
from dither.images.formats.lzw import index_bits
from dither.optimizer.blur import autocorrelation_taps, mirrored_taps
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import palette_cones, roots_to_error
from dither.small_files.match_search import MatchState


class Rectangle(NamedTuple):
    """Rows and columns of a frame that are drawn.

    Attributes:
        top: first row.
        left: first column.
        bottom: one past the last row.
        right: one past the last column.
    """

    top: int
    left: int
    bottom: int
    right: int


class Unchanged(NamedTuple):
    """Colours that a pixel shows if a frame leaves it unchanged.

    Attributes:
        indices: (H, W) uint8, of the frame before.
        mark: index that leaves a pixel unchanged, 1 to 255; no colour has it.
    """

    indices: np.ndarray
    mark: int


class LzwInfo(NamedTuple):
    """Result of a pass.

    Attributes:
        codes: (N,) int16 codes of the pixels of the rectangle, for
            `dither.images.formats.lzw.packed_codes`.
        bits: estimate of the bits of the codes.
    """

    codes: np.ndarray
    bits: float


def step(
    state: MatchState,
    palette: np.ndarray,
    config: SearchConfig,
    bit_weight: float,
    *,
    unchanged: Unchanged | None = None,
    area: Rectangle | None = None,
) -> tuple[MatchState, LzwInfo]:
    """Do one pass, overwriting the arrays of `state`.

    Args:
        state: from `match_search.init` or the pass before.
        palette: (K, 3) linear light.
        config: blur, penalties and candidates.
        bit_weight: loss that a bit is worth, above 0.
        unchanged: the frame before, or None if every pixel is drawn.
        area: the rectangle that is drawn, with at least a pixel; all if None.
    """
    from dither.small_files.lzw_loops import choose_codes
    from dither.small_files.match_pixels import Picture

    height, width = state.indices.shape
    top, left, bottom, right = area or Rectangle(0, 0, height, width)
    rows, columns = slice(top, bottom), slice(left, right)
    taps = autocorrelation_taps(config.sigma)
    row_taps, column_taps = (mirrored_taps(taps, length) for length in (height, width))
    span = column_taps.shape[1]
    padded_rows = slice(top, bottom + len(taps) - 1)
    padded_columns = slice(3 * left, 3 * (right + span))
    picture = Picture(
        np.ascontiguousarray(state.pixels[rows, columns]),
        np.ascontiguousarray(state.indices[rows, columns]),
        np.ascontiguousarray(state.weights[rows, columns]),
        np.ascontiguousarray(state.field[padded_rows, padded_columns]),
        state.candidates,
        palette_cones(palette),
        linear_to_oklab(palette).astype(np.float32),
        roots_to_error(config),
        *(row_taps[rows].copy(), column_taps[columns].copy()),
        *(taps, config.penalty.astype(np.float32)),
    )
    shape = picture.indices.shape
    before, mark = np.zeros(shape, np.uint8), -1
    if unchanged is not None:
        before, mark = np.ascontiguousarray(unchanged.indices[rows, columns]), unchanged.mark
    bits = index_bits(max(len(palette), mark + 1))
    # The table starts anew after at least as many codes as it has room for.
    codes = np.zeros(picture.indices.size * 17 // 16 + 16, np.int16)
    count = choose_codes(picture, picture.field.reshape(-1), before, mark, bit_weight, bits, codes)
    for mine, part in (
        (state.indices[rows, columns], picture.indices),
        (state.pixels[rows, columns], picture.pixels),
        (state.field[padded_rows, padded_columns], picture.field),
    ):
        mine[...] = part
    return state, LzwInfo(codes[:count].copy(), 11.5 * count)
