"""Ordered dithering to any palette: each pixel takes one of several colours whose mean is its own.

For a colour, N candidates are chosen one after the other, each the nearest to what is still missing of
the mean; the same colour may be chosen again. They are sorted from dark to light, and the threshold of
the pixel's cell says which one it takes.
Source: T. Knoll, "Pattern dithering", US patent 6,606,166 (filed in 1999, since expired).

The candidates are worked out once, for the nodes of a grid of 33 by 33 by 33 colours. A colour between
nodes takes those around it by turns, by ordered dithering of its place in the grid, so that ramps do
not break up into bands. A picture that has the palette's colours alone stays as it is.
"""

import functools
import importlib
import importlib.util
from types import ModuleType

import numpy as np

from dither.blocks import at_phase, block_rows
from dither.color import linear_to_oklab, srgb_to_linear
from dither.errors import InputError
from dither.matrix import DEFAULT_MATRIX, ThresholdMatrix, load_matrix
from dither.palette import Palette
from dither.samples import Light, check_light, checked_image, eight_bit_colors, level_values, native
from dither.thresholds import integer_thresholds

# Steps of the grid along each channel, and values of a sample.
_STEPS, _WHITE = 32, 255
# From so many pixels on, compiling is repaid; loading numba takes about as long as two megapixels.
_COMPILED_PIXELS = 1 << 21


def dither_to_palette(
    image: np.ndarray,
    palette: Palette,
    matrix: ThresholdMatrix | str | None = None,
    *,
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
        candidates: N, 1 to 64: for each pixel one of so many is taken. 1 is the nearest colour, and
            the mean is kept to 1/N of the way between the colours around it.
        light: whether colours mix as light does ("linear", right for what is seen from far), or as
            their codes ("encoded").
        strength: 0 to 1, the share of what is missing that later candidates make up for; below 1 the
            picture has less grain and less faithful colours.
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
    if not isinstance(candidates, int | np.integer) or not 1 <= candidates <= 64:
        raise InputError(f"candidates is {candidates}; it must be a whole number from 1 to 64")
    if not 0 <= strength <= 1:
        raise InputError(f"strength is {strength}; it must be from 0 to 1")
    image = eight_bit_colors(checked_image(native(image)))
    kept = _already(image, palette)
    if kept is not None:
        return kept
    if not isinstance(matrix, ThresholdMatrix):
        matrix = load_matrix(DEFAULT_MATRIX if matrix is None else matrix)
    table = candidate_table(palette.colors.tobytes(), int(candidates), light, float(strength))
    ranks = at_phase(matrix.planes, phase).astype(np.int64)
    picks = (ranks * candidates // matrix.ranks.size).astype(np.uint8)
    # The place in the grid is dithered by thresholds that have nothing to do with the picks.
    elsewhere = np.roll(ranks, (ranks.shape[0] // 2, ranks.shape[1] // 2), (0, 1))
    between = integer_thresholds(elsewhere, matrix.ranks.size, _WHITE).astype(np.uint8)
    places = np.arange(_WHITE + 1) * _STEPS
    node, rest = (places // _WHITE).astype(np.uint8), (places % _WHITE).astype(np.uint8)
    out = np.empty(image.shape[:2], np.uint8)
    loops = _compiled() if out.size >= _COMPILED_PIXELS else None
    pick = _pick if loops is None else loops.pick
    for rows in block_rows(len(out), out[:1].size):
        pick(image[rows], table, picks, between, node, rest, rows.start, out[rows])
    return out


def _already(image: np.ndarray, palette: Palette) -> np.ndarray | None:
    """The palette's indices of an image that has no other colours."""
    # Of most images a few pixels tell.
    few = image[:: max(1, len(image) // 32), :: max(1, image[:1].size // 96)]
    for part in (few, image):
        try:
            indices = palette.indices(part)
        except InputError:
            return None
    return indices


@functools.lru_cache(maxsize=4)
def candidate_table(colors: bytes, candidates: int, light: Light, strength: float) -> np.ndarray:
    """(33, 33, 33, N) uint8, read-only: the candidates of each node of the grid, dark to light.

    Args:
        colors: of the palette, K times 3 bytes of sRGB codes.
        candidates: N.
        light: as in `dither_to_palette`.
        strength: as in `dither_to_palette`.
    """
    codes = np.frombuffer(colors, np.uint8).reshape(-1, 3)
    axis = level_values(_STEPS + 1, np.dtype(np.uint8))
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    wanted, offered = _mixed(grid, light), _mixed(codes, light)
    metric = _metric(wanted, light)
    # The squared length of each colour under each node's metric, from the products of its channels.
    products = offered[:, :, None] * offered[:, None, :]
    lengths = metric.reshape(len(grid), 9) @ products.reshape(len(codes), 9).T
    missing = np.zeros_like(wanted)
    chosen = np.empty((candidates, len(grid)), np.uint8)
    for number in range(candidates):
        aim = np.einsum("nij,nj->ni", metric, wanted + strength * missing)
        # The squared distance but for the aim's own square, which is the same for every colour.
        chosen[number] = (lengths - 2 * aim @ offered.T).argmin(axis=1)
        missing += wanted - offered[chosen[number]]
    darkness = np.argsort(np.argsort(linear_to_oklab(srgb_to_linear(codes / _WHITE))[:, 0]))
    order = np.argsort(darkness[chosen], axis=0, kind="stable")
    table = np.take_along_axis(chosen, order, axis=0).T.reshape(*(_STEPS + 1,) * 3, candidates)
    table = np.ascontiguousarray(table)
    table.flags.writeable = False
    return table


def _mixed(codes: np.ndarray, light: Light) -> np.ndarray:
    """The colours in the space in which they are averaged."""
    return srgb_to_linear(codes / _WHITE) if light == "linear" else codes / _WHITE


def _metric(mixed: np.ndarray, light: Light) -> np.ndarray:
    """(n, 3, 3): squared distances near each colour as in OKLab, but straight in the mixing space.

    Nearest in OKLab itself would lean to the light side, since half way from black to white there is
    an eighth of white's light; the mean of the candidates would be too light.
    """

    def seen(color: np.ndarray) -> np.ndarray:
        return linear_to_oklab(color if light == "linear" else srgb_to_linear(color))

    # Near black OKLab is endlessly steep.
    around = np.clip(mixed, 0.01, 1)[:, None, :]
    apart = 1e-3 * np.eye(3)
    slopes = (seen(around + apart) - seen(around - apart)) / 2e-3
    return slopes @ slopes.transpose(0, 2, 1)


def _compiled() -> ModuleType | None:
    """The compiled loop, where numba is installed; without it the result is the same, but slower."""
    if importlib.util.find_spec("numba") is None:
        return None
    return importlib.import_module("dither.candidates_loop")


def _pick(
    image: np.ndarray,
    table: np.ndarray,
    picks: np.ndarray,
    between: np.ndarray,
    node: np.ndarray,
    rest: np.ndarray,
    top: int,
    out: np.ndarray,
) -> None:
    """Write the colour of each pixel of some rows, the first of which is `top`.

    Args:
        image: (rows, W, 3) uint8.
        table: (33, 33, 33, N).
        picks: (h, w) which candidate each cell takes.
        between: (h, w) uint8, above which a colour takes the next node.
        node: (256,) the node at or below each code.
        rest: (256,) what is left of it, in 1/255 of a step.
        top: the first row.
        out: (rows, W) uint8, written.
    """
    ys = (top + np.arange(len(image))) % picks.shape[0]
    xs = np.arange(image.shape[1]) % picks.shape[1]
    cells = np.ix_(ys, xs)
    raised = rest[image] > between[cells][..., None]
    place = node[image] + raised
    out[...] = table[place[..., 0], place[..., 1], place[..., 2], picks[cells]]
