"""Ordered dithering to any palette: each pixel takes one of several colours whose mean is its own.

Either of many: for a colour, N candidates are chosen one after the other, each the nearest to what is
still missing of the mean; the same colour may be chosen again. They are sorted from dark to light, and
the threshold of the pixel's cell says which one it takes.
Source: T. Knoll, "Pattern dithering", US patent 6,606,166 (filed in 1999, since expired).
Or of two, the pair that comes nearest, by the threshold and the share of the lighter.

The mixtures are those of the nodes of a grid of colours (see `mixture_tables`). A colour between nodes
takes those around it by turns, by ordered dithering of its place in the grid, so that ramps do not
break up into bands. A pixel that has one of the palette's own colours keeps it.
"""

import importlib.util
from types import ModuleType
from typing import Literal

import numpy as np

from dither.errors import InputError
from dither.matrix.catalog import DEFAULT_MATRIX, load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.exact_colors import ExactColors, exact_colors, keep_exact
from dither.ordered.mixture_tables import STEPS, WHITE, candidate_table, pair_table
from dither.ordered.thresholds import integer_thresholds
from dither.ordered.tiling import at_phase, block_rows
from dither.palettes.palette import Palette
from dither.samples import Light, check_light, eight_bit_colors

Mix = Literal["two", "many"]

# From so many pixels on, compiling is repaid; loading numba takes about as long as two megapixels.
_COMPILED_PIXELS = 1 << 21


def dither_to_palette(
    image: np.ndarray,
    palette: Palette,
    matrix: ThresholdMatrix | str | None = None,
    *,
    mix: Mix | None = None,
    candidates: int = 32,
    light: Light = "linear",
    strength: float = 1.0,
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """The index of the palette's colour that each pixel takes.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes. More
            than 8 bits are rounded to 8.
        palette: 2 to 256 colours.
        matrix: a matrix, or the name or .npy file of one; the shipped 64x64 if not given.
        mix: of how many colours each mixture is: "two", mostly with less grain, or "many", mostly
            more faithful. Of a palette of two it is "two" if not given, else "many".
        candidates: of many, N, 1 to 64: for each pixel one of so many is taken. 1 is the nearest
            colour, and the mean is kept to 1/N of the way between the colours around it.
        light: whether colours mix as light does ("linear", right for what is seen from far), or as
            their codes ("encoded").
        strength: 0 to 1; below 1 the picture has less grain and less faithful colours. Of many, the
            share of what is missing that later candidates make up for; of two, how far the thresholds
            lie apart.
        phase: as in `ordered_dither`.

    Returns:
        (H, W) uint8, from 0 to the number of colours - 1.

    Raises:
        InputError: the image, the matrix or a number is out of range.

    Example:
        >>> palette = Palette.from_hex("000000 ffffff")
        >>> image = np.full((64, 64), 188, np.uint8)  # half of white's light
        >>> float(dither_to_palette(image, palette).mean().round(2))
        0.5
    """
    check_light(light)
    if mix not in (None, "two", "many"):
        raise InputError(f"mix is {mix!r}; it must be 'two' or 'many'")
    if not isinstance(candidates, int | np.integer) or not 1 <= candidates <= 64:
        raise InputError(f"candidates is {candidates}; it must be a whole number from 1 to 64")
    if not 0 <= strength <= 1:
        raise InputError(f"strength is {strength}; it must be from 0 to 1")
    image = eight_bit_colors(image)
    if not isinstance(matrix, ThresholdMatrix):
        matrix = load_matrix(DEFAULT_MATRIX if matrix is None else matrix)
    out = np.empty(image.shape[:2], np.uint8)
    loops = _compiled() if out.size >= _COMPILED_PIXELS else None
    colors, count = palette.colors.tobytes(), matrix.ranks.size
    ranks = at_phase(matrix.planes, phase).astype(np.int64)
    if mix == "two" or (mix is None and len(palette) == 2):
        tables = pair_table(colors, light)
        picks = integer_thresholds(ranks, count, 65535, strength).astype(np.uint16)
        pick = _pick_of_two if loops is None else loops.pick_of_two
    else:
        tables = (candidate_table(colors, int(candidates), light, float(strength)),)
        picks = (ranks * candidates // count).astype(np.uint8)
        pick = _pick_of_many if loops is None else loops.pick_of_many
    # The place in the grid is dithered by thresholds that have nothing to do with the picks.
    elsewhere = np.roll(ranks, (ranks.shape[0] // 2, ranks.shape[1] // 2), (0, 1))
    between = integer_thresholds(elsewhere, count, WHITE).astype(np.uint8)
    places = np.arange(WHITE + 1) * STEPS
    grid = (places // WHITE).astype(np.uint8), (places % WHITE).astype(np.uint8)
    exact = exact_colors(colors)
    for rows in block_rows(len(out), out[:1].size):
        pick(image[rows], tables, picks, between, grid, exact, rows.start, out[rows])
    return out


def _compiled() -> ModuleType | None:
    """The compiled loops, where numba is installed; without it the result is the same, but slower."""
    if importlib.util.find_spec("numba") is None:
        return None
    from dither.ordered import palette_loops

    return palette_loops


def _pick_of_many(
    image: np.ndarray,
    tables: tuple[np.ndarray, ...],
    picks: np.ndarray,
    between: np.ndarray,
    grid: tuple[np.ndarray, np.ndarray],
    exact: ExactColors,
    top: int,
    out: np.ndarray,
) -> None:
    """Write the colour of each pixel of some rows, the first of which is `top`.

    Args:
        image: (rows, W, 3) uint8.
        tables: (33, 33, 33, N) candidates.
        picks: (h, w) which candidate each cell takes.
        between: (h, w) uint8, above which a colour takes the next node.
        grid: (256,) the node at or below each code, and what is left of it in 1/255 of a step.
        exact: the palette's own colours.
        top: the first row.
        out: (rows, W) uint8, written.
    """
    cells = _cells(picks.shape, top, out.shape)
    out[...] = tables[0][*_nodes(image, grid, between[cells]), picks[cells]]
    keep_exact(image, exact, out)


def _pick_of_two(
    image: np.ndarray,
    tables: tuple[np.ndarray, ...],
    picks: np.ndarray,
    between: np.ndarray,
    grid: tuple[np.ndarray, np.ndarray],
    exact: ExactColors,
    top: int,
    out: np.ndarray,
) -> None:
    """As `_pick_of_many`, but `tables` are a pair's colours and shares, and `picks` thresholds."""
    pairs, shares = tables
    cells = _cells(picks.shape, top, out.shape)
    nodes = _nodes(image, grid, between[cells])
    lighter = (shares[nodes] > picks[cells]).astype(np.intp)
    out[...] = pairs[*nodes, lighter]
    keep_exact(image, exact, out)


def _cells(shape: tuple[int, ...], top: int, rows: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """The cells of the matrix that face some rows."""
    return np.ix_((top + np.arange(rows[0])) % shape[0], np.arange(rows[1]) % shape[1])


def _nodes(
    image: np.ndarray, grid: tuple[np.ndarray, np.ndarray], between: np.ndarray
) -> tuple[np.ndarray, ...]:
    """The node that each pixel takes, by its red, green and blue."""
    node, rest = grid
    raised = rest[image] > between[..., None]
    return tuple(np.moveaxis(node[image] + raised, -1, 0))
