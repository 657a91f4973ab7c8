"""Ordered dithering to any palette: each pixel takes one of several entries that average to its colour.

With mixtures of many, N palette entries (candidates) are picked for a colour one after the other, each
the nearest to what the mean still lacks; an entry may be picked again. They are sorted from dark to
light, and the threshold of the pixel's cell selects one.
Source: T. Knoll, "Pattern dithering", US patent 6,606,166 (filed in 1999, since expired).
With mixtures of two, the pair with the nearest mean is found, and the threshold is compared with the
share of its lighter colour.

Mixtures are computed for the nodes of a grid of colours (see `mixture_tables`). A colour between nodes
takes the nodes around it by ordered dithering of its position in the grid, so that ramps show no bands.
Pixels with a saturated colour of the palette keep it (see `exact_colors`).
"""

import importlib.util
from collections.abc import Callable
from typing import Literal

import numpy as np

from dither.errors import InputError
from dither.gamut.device_link import map_to_palette
from dither.gamut.exact_colors import exact_colors, keep_exact
from dither.matrix.catalog import DEFAULT_MATRIX
from dither.matrix.matrix_like import MatrixLike, as_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.ordered.mixture_tables import STEPS, WHITE, candidate_table, pair_table
from dither.ordered.palette_plan import PalettePlan
from dither.ordered.thresholds import integer_thresholds
from dither.ordered.tiling import at_phase, block_rows
from dither.palettes.nearest import nearest_indices
from dither.palettes.palette import Intent, Palette, check_intent
from dither.palettes.palette_like import PaletteLike, as_palette
from dither.samples import Light, check_light, check_strength, eight_bit_colors

Mix = Literal["two", "many"]

# From this size on, compiled loops are faster in all: loading them costs about two megapixels.
_COMPILED_PIXELS = 1 << 21

# Small palettes have large steps between their colours, and are fast to mix.
_FEW_COLORS = 8
# The value of each entry is its index.
_INDICES = np.arange(256, dtype=np.uint8)

Pick = Callable[[np.ndarray, PalettePlan, int, np.ndarray], None]


def dither_to_palette(
    image: np.ndarray,
    palette: PaletteLike,
    matrix: MatrixLike | None = None,
    *,
    mix: Mix | None = None,
    candidates: int | None = None,
    light: Light = "linear",
    strength: float = 1.0,
    intent: Intent | None = None,
    phase: tuple[int, int, int] = (0, 0, 0),
) -> np.ndarray:
    """Dither an image to a palette and return the index of each pixel's entry.

    Args:
        image: (H, W) or (H, W, 3); uint8, uint16, bool, or float32/float64 in 0..1, as sRGB codes. More
            than 8 bits are rounded to 8.
        palette: a palette, its name or file, or (K, 3) colours, 2 to 256.
        matrix: a matrix, or its name, file, or array; the shipped 64x64 by default.
        mix: colours per mixture: "two" (mostly less grain) or "many" (mostly truer colour). Default:
            "two" for palettes of two colours, else "many".
        candidates: N, 1 to 64, entries per mixture of many; more is more accurate and slower. 1 takes
            the nearest colour, and the mean is kept to 1/N of the distance between neighbouring
            colours. Default: 64 for palettes of up to 8 colours, else 32.
        light: mix colours as light does ("linear", right for viewing from a distance) or as their codes
            ("encoded").
        strength: 0 to 1; below 1 there is less grain and less true colour. With many, the share of the
            missing colour that later candidates make up for; with two, how far the thresholds are
            spread. 0 takes the nearest entry (see `nearest_indices`).
        intent: rendering intent by which colours are mapped first: "perceptual", "relative" or
            "absolute"; the palette's own if None.
        phase: as in `ordered_dither`.

    Returns:
        (H, W) uint8, 0 to the number of colours - 1.

    Raises:
        InputError: the image, the matrix or a number is out of range.

    Example:
        >>> palette = Palette.from_hex("000000 ffffff")
        >>> image = np.full((64, 64), 188, np.uint8)  # half of white's light
        >>> float(dither_to_palette(image, palette).mean().round(2))
        0.5
    """
    image = eight_bit_colors(image)
    dither = palette_rows(
        palette,
        matrix,
        mix=mix,
        candidates=candidates,
        light=light,
        strength=strength,
        intent=intent,
        phase=phase,
        pixels=image.size // 3,
    )
    return dither(image)


def palette_rows(
    palette: PaletteLike,
    matrix: MatrixLike | None = None,
    *,
    mix: Mix | None = None,
    candidates: int | None = None,
    light: Light = "linear",
    strength: float = 1.0,
    intent: Intent | None = None,
    phase: tuple[int, int, int] = (0, 0, 0),
    pixels: int = 0,
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that dithers the next rows of an image, as `dither_to_palette` does the whole.

    Args:
        palette: as in `dither_to_palette`, like all the others.
        matrix: threshold matrix.
        mix: two or many entries per mixture.
        candidates: entries per mixture of many.
        light: how colours mix.
        strength: of the dithering.
        intent: rendering intent.
        phase: frame, row and column of the matrix at the image's first pixel.
        pixels: of the whole image; compiled loops, which have to be loaded, are used for many.

    Raises:
        InputError: as `dither_to_palette`.

    Example:
        >>> image = np.full((64, 64), 188, np.uint8)
        >>> dither = palette_rows(Palette.from_hex("000000 ffffff"))
        >>> parts = np.concatenate([dither(image[:9]), dither(image[9:])])
        >>> bool((parts == dither_to_palette(image, Palette.from_hex("000000 ffffff"))).all())
        True
    """
    check_mixture(mix, candidates, light, strength)
    palette = as_palette(palette)
    intent = palette.intent if intent is None else intent
    check_intent(intent)
    if strength == 0:
        return lambda image: nearest_indices(map_to_palette(image, palette, intent), palette)
    matrix = as_matrix(DEFAULT_MATRIX if matrix is None else matrix)
    mix = mix or ("two" if len(palette) == 2 else "many")
    candidates = candidates or (64 if len(palette) <= _FEW_COLORS else 32)
    plan = _plan(palette, intent, matrix, mix, int(candidates), light, float(strength), phase)
    pick = _fastest_pick(mix, pixels)
    top = 0

    def dither(image: np.ndarray) -> np.ndarray:
        nonlocal top
        image = eight_bit_colors(image)
        out = np.empty(image.shape[:2], np.uint8)
        for rows in block_rows(len(out), out[:1].size):
            pick(image[rows], plan, top + rows.start, out[rows])
        top += len(out)
        return out

    return dither


def check_mixture(mix: Mix | None, candidates: int | None, light: Light, strength: float) -> None:
    """Raise InputError if a setting of `dither_to_palette` is out of range."""
    check_light(light)
    if mix not in (None, "two", "many"):
        raise InputError(f"mix is {mix!r}; it must be 'two' or 'many'")
    if candidates is not None and (
        not isinstance(candidates, int | np.integer) or not 1 <= candidates <= 64
    ):
        raise InputError(f"candidates is {candidates}; it must be a whole number from 1 to 64")
    check_strength(strength)


def _plan(
    palette: Palette,
    intent: Intent,
    matrix: ThresholdMatrix,
    mix: Mix,
    candidates: int,
    light: Light,
    strength: float,
    phase: tuple[int, int, int],
) -> PalettePlan:
    """Look up the mixtures of a palette and the picks of a matrix."""
    count = matrix.ranks.size
    ranks = at_phase(matrix.planes, phase).astype(np.int64)
    if mix == "two":
        tables = pair_table(palette, intent, light)
        picks = integer_thresholds(ranks, count, 65535, strength).astype(np.uint16)
    else:
        tables = (candidate_table(palette, intent, candidates, light, strength),)
        picks = (ranks * candidates // count).astype(np.uint8)
    # The position in the grid is dithered with thresholds that are independent of the picks.
    far = np.roll(ranks, (ranks.shape[0] // 2, ranks.shape[1] // 2), (0, 1))
    positions = np.arange(WHITE + 1) * STEPS
    return PalettePlan(
        tuple(tables),
        picks,
        integer_thresholds(far, count, WHITE).astype(np.uint8),
        (positions // WHITE).astype(np.uint8),
        (positions % WHITE).astype(np.uint8),
        exact_colors(palette, intent),
    )


def _fastest_pick(mix: Mix, pixels: int) -> Pick:
    """Return the compiled loop for large images where numba is installed; the result is the same."""
    if pixels >= _COMPILED_PIXELS and importlib.util.find_spec("numba") is not None:
        from dither.ordered import palette_loops

        return palette_loops.pick_of_two if mix == "two" else palette_loops.pick_of_many
    return _pick_of_two if mix == "two" else _pick_of_many


def _pick_of_many(image: np.ndarray, plan: PalettePlan, top: int, out: np.ndarray) -> None:
    """Write the candidate of each pixel.

    Args:
        image: (rows, W, 3) uint8.
        plan: the tables.
        top: number of the first row in the whole image.
        out: (rows, W) uint8, written.
    """
    cells = _cells(plan, top, out)
    out[...] = plan.tables[0][*_nodes(image, plan, cells), plan.picks[cells]]
    keep_exact(image, plan.exact, _INDICES, out)


def _pick_of_two(image: np.ndarray, plan: PalettePlan, top: int, out: np.ndarray) -> None:
    """Write the darker or the lighter colour of each pixel's pair; arguments as in `_pick_of_many`."""
    pairs, shares = plan.tables
    cells = _cells(plan, top, out)
    nodes = _nodes(image, plan, cells)
    lighter = (shares[nodes] > plan.picks[cells]).astype(np.intp)
    out[...] = pairs[*nodes, lighter]
    keep_exact(image, plan.exact, _INDICES, out)


def _cells(plan: PalettePlan, top: int, out: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the cells of the matrix that face some rows."""
    height, width = plan.picks.shape
    return np.ix_((top + np.arange(out.shape[0])) % height, np.arange(out.shape[1]) % width)


def _nodes(
    image: np.ndarray, plan: PalettePlan, cells: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """Return the grid node that each pixel takes, as red, green and blue indices."""
    raised = plan.rests[image] > plan.node_thresholds[cells][..., None]
    return tuple(np.moveaxis(plan.nodes[image] + raised, -1, 0))
