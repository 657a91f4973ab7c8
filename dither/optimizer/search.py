"""Direct binary search over a palette: change pixels one by one while the loss of `loss.py` falls.

A sweep visits every pixel once and gives it the candidate colour that lowers the loss most. Pixels are
passed over while their surroundings have changed too little since their last visit for another colour
to be better: after the first sweep, these are most.

The pixels are visited in random order. In the order of rows, each decision would make up for the rows
that come later, and these would be changed in turn: where the palette cannot reach the target, this
wave takes many sweeps to settle, and it leaves a line wherever it starts or stops, such as between
bands of rows that are searched at the same time.

The image is divided into tiles. In each tile, the pixels have an order of their own, and the tiles are
visited in turns, several pixels at a time: meanwhile the tile stays in the nearest cache. Pixels of
every second tile in both directions are so far apart that they do not change each other's decision, so
they can be visited at the same time.

Source: M. Analoui and J. Allebach, "Model-based halftoning using direct binary search" (1992), for one
bit.
"""

import functools
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_oklab, srgb_to_linear
from dither.native.instructions import LANES
from dither.optimizer import search_loops
from dither.optimizer.bands import bands
from dither.optimizer.blur import autocorrelation_taps, mirrored_taps
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import (
    corner_sums,
    corner_weights,
    error_field,
    palette_cones,
    pixel_errors,
    roots_to_error,
    tile_side,
)
from dither.optimizer.search_image import CELL_BITS, SearchImage
from dither.optimizer.search_image_loops import interleave, pack
from dither.optimizer.search_loops import INDEX, ROW, SETTLED
from dither.progress import OnProgress, no_progress

# Number of pixels that are visited in a tile before the others get their turn, in the first sweep and
# in those after it, without and with a weight of means. With twice as many in the first sweep, flat
# areas that the palette cannot reach show the tiles.
_VISITS, _VISITS_WITH_MEANS = (32, 1 << 10), (16, 64)
# Samples of 16 bits of a pixel.
_SAMPLES = 16


class SearchState(NamedTuple):
    """State of a search.

    Attributes:
        pixels: (H, W, 16) int16, as in `search_loops.visit`: for each pixel the slopes, the original,
            the row of `candidates`, the palette index, and what lets a sweep pass over the pixel.
            Together, since they are read together.
        field: (H + 2R, 3 (W + L)) float32, the error blurred twice, with the channels of a pixel
            together and room for R pixels around the image; L is the number of taps, filled up.
        candidates: (rows, M) uint8, palette entries that pixels may take.
        sums: (tile rows + 1, tile columns + 1, 3) float32, from `corner_sums`; 0 without a mean weight.
        sweeps: number of sweeps done.
    """

    pixels: np.ndarray
    field: np.ndarray
    candidates: np.ndarray
    sums: np.ndarray
    sweeps: int

    @property
    def indices(self) -> np.ndarray:
        """Return (H, W) uint8, of the palette's colours."""
        return self.pixels[..., INDEX].astype(np.uint8)

    @property
    def settled(self) -> np.ndarray:
        """Return (H, W, 4) int16, a view of what lets a sweep pass over pixels; 0 to decide them."""
        return self.pixels[..., SETTLED : SETTLED + 4]


class SearchInfo(NamedTuple):
    """Result of a sweep.

    Attributes:
        changed: number of pixels that changed colour.
    """

    changed: int


def init(
    indices: np.ndarray,
    palette: np.ndarray,
    image: SearchImage | Callable[[slice], SearchImage],
    config: SearchConfig,
    sets: np.ndarray | None = None,
) -> SearchState:
    """Start a search at a dithered image; the arguments are those of `direct_binary_search`.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light.
        image: from `prepare_search`; or a function that prepares some rows when they are needed, which
            saves a quarter of the memory.
        config: blur, weights and candidates.
        sets: (sets, N) uint8, the entries that a pixel may take, where `cells` of the image names the
            set of each pixel; if None, the entries nearest to its colour.
    """
    height, width = indices.shape
    reach, side = _reach(config), tile_side(config)
    rows_of = image.rows if isinstance(image, SearchImage) else image
    field = np.zeros((height + 2 * reach, 3 * (width + _span(config))), np.float32)
    inside = field[reach : reach + height, 3 * reach : 3 * (reach + width)]
    sums = np.zeros((-(-height // side) + 1, -(-width // side) + 1, 3), np.float32)
    pixels = np.empty((height, width, _SAMPLES), np.int16)
    cells = np.zeros(1 << 3 * CELL_BITS, bool)
    for rows, wide, inner in bands(indices.shape, reach):
        part = rows_of(wide)
        errors = pixel_errors(indices[wide], palette, part, config)
        if config.mean_weight > 0:
            around = corner_sums(errors[:, inner], side)
            sums[rows.start // side :][: len(around)] += around
        interleave(error_field(errors, config), inner.start, inside[rows])
        part = part.rows(inner)
        pack(
            *(np.ascontiguousarray(indices[rows]).reshape(-1), part.original.reshape(-1, 3)),
            *(part.slopes.reshape(-1, 3), part.cells.reshape(-1), part.fixed.reshape(-1)),
            *(pixels[rows].reshape(-1), pixels[rows].view(np.float32).reshape(-1)),
        )
        if sets is None:
            cells[part.cells] = True
    candidates = sets
    if candidates is None:
        candidates = _candidate_table(linear_to_oklab(palette), cells, config.candidates)
    return SearchState(pixels, field, candidates, sums, 0)


def overwrite(state: SearchState, indices: np.ndarray, rows: np.ndarray) -> None:
    """Write other palette indices and rows of `candidates`; the next sweep decides every pixel.

    Args:
        state: its pixels are overwritten, and its field is that of the new indices already.
        indices: (H, W), of the palette's colours.
        rows: (H, W), below 32768; negative for pixels that keep their index.
    """
    state.pixels[..., INDEX], state.pixels[..., ROW] = indices, rows
    state.settled[...] = 0


def float_pixels(indices: np.ndarray, image: SearchImage) -> np.ndarray:
    """Return (H, W, 8) float32, the pixels of a search as other loops than `visit` take them.

    For each pixel the slopes (3), the original (3), its palette index, and its row of candidates, -1 if
    it keeps its index.

    Args:
        indices: (H, W) uint8.
        image: from `prepare_search`.
    """
    pixels = np.empty((*indices.shape, 8), np.float32)
    pixels[..., :3], pixels[..., 3:6] = image.slopes, image.original
    pixels[..., 6], pixels[..., 7] = indices, image.cells
    pixels[image.fixed, 7] = -1
    return pixels


def released(
    state: SearchState, image: SearchImage, before: SearchState, *, still: np.ndarray
) -> SearchState:
    """Return the state in which pixels that were fixed take part, and those that stay are passed over.

    A decision depends on the pixel and on the error around it. So a still pixel that is the same as in
    the search before it keeps the error in which it was decided there.

    Args:
        state: after the search of the other pixels; its arrays are overwritten.
        image: from `prepare_search`, with the fixed pixels of the next search.
        before: after the search of another image with the same palette.
        still: (H, W) bool, True for pixels that `state` kept.
    """
    state.pixels[..., ROW] = image.cells
    state.pixels[image.fixed, ROW] = -1
    same = (state.pixels[..., :SETTLED] == before.pixels[..., :SETTLED]).all(axis=2)
    state.settled[still] = np.where(same[..., None], before.settled, 0)[still]
    return state


def step(
    state: SearchState,
    palette: np.ndarray,
    config: SearchConfig,
    *,
    threads: int = 1,
) -> tuple[SearchState, SearchInfo]:
    """Sweep over the image once, overwriting the arrays of `state`.

    The other arguments are those of `direct_binary_search`.
    """
    side = tile_side(config)
    rows, columns = (count - 1 for count in state.sums.shape[:2])
    row_taps, column_taps = kernels(state, config)
    rng = np.random.default_rng(state.sweeps)
    order = np.stack(np.divmod(rng.permutation(side * side), side), axis=1)
    shifts = rng.integers(side, size=(rows, columns, 2))
    shared = (
        *(state.pixels.reshape(-1), state.pixels.view(np.float32).reshape(-1)),
        state.field.reshape(-1),
        state.candidates,
        np.array([*palette_cones(palette).T, *linear_to_oklab(palette).T], np.float32),
        roots_to_error(config),
        *(row_taps, column_taps),
        config.penalty.astype(np.float32),
        config.change_threshold,
        *(state.sums, *corner_weights(state.pixels.shape[:2], config), side),
    )
    at_once = (_VISITS_WITH_MEANS if config.mean_weight > 0 else _VISITS)[min(state.sweeps, 1)]
    turns = [order[start : start + at_once] for start in range(0, len(order), at_once)]
    # Each thread has an even number of rows of tiles, since every second one is visited.
    height = 2 * -(-rows // (2 * threads))
    parts = range(0, rows, height)
    changed = 0
    with ThreadPoolExecutor(threads) as pool:
        run: Callable[..., Iterable[int]] = pool.map if len(parts) > 1 else map
        for turn, visited in enumerate(turns):
            for parity in (0, 1) if turn % 2 else (1, 0):

                def visit(top: int, visited: np.ndarray = visited, parity: int = parity) -> int:
                    last = min(top + height, rows)
                    return search_loops.visit(*shared, visited, shifts, top + parity, last)

                changed += sum(run(visit, parts))
    return state._replace(sweeps=state.sweeps + 1), SearchInfo(changed)


def direct_binary_search(
    indices: np.ndarray,
    palette: np.ndarray,
    image: SearchImage,
    config: SearchConfig,
    *,
    threads: int = 1,
    on_progress: OnProgress = no_progress,
) -> np.ndarray:
    """Improve a dithered image until `config.sweeps` are done or fewer than 0.1 % of the pixels change.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light, K up to 256.
        image: from `prepare_search`.
        config: blur, weights, candidates and sweeps.
        threads: number of threads; the result does not depend on it.
        on_progress: called after each sweep.

    Returns:
        (H, W) uint8.
    """
    state = init(indices, palette, image, config)
    return run(state, palette, config, threads=threads, on_progress=on_progress)


def run(
    state: SearchState,
    palette: np.ndarray,
    config: SearchConfig,
    *,
    threads: int = 1,
    on_progress: OnProgress = no_progress,
) -> np.ndarray:
    """Do all sweeps of `direct_binary_search` from a state, and return the indices."""
    for number in range(1, config.sweeps + 1):
        state, info = step(state, palette, config, threads=threads)
        on_progress(number / config.sweeps, f"sweep {number}")
        if info.changed < state.pixels.shape[0] * state.pixels.shape[1] / 1000:
            break
    return state.indices


def _reach(config: SearchConfig) -> int:
    return len(autocorrelation_taps(config.sigma)) // 2


def _span(config: SearchConfig) -> int:
    """Return the number of the kernel's taps, filled up to whole vectors."""
    return -(-(2 * _reach(config) + 1) // LANES) * LANES


def kernels(state: SearchState, config: SearchConfig) -> tuple[np.ndarray, np.ndarray]:
    """Return what a pixel adds to `field` along rows and columns, as the loops take it."""
    row_taps, column_taps = (_mirrored_kernel(length, config) for length in state.pixels.shape[:2])
    return row_taps, column_taps


# Each sweep needs it; on the small frames of a clip, making it takes 3 % of the time of a sweep.
@functools.lru_cache(maxsize=4)
def _mirrored_kernel(length: int, config: SearchConfig) -> np.ndarray:
    """Return (length, span) float32: the kernel of each place along one axis, filled with zeros."""
    taps = mirrored_taps(autocorrelation_taps(config.sigma), length)
    return np.pad(taps, ((0, 0), (0, _span(config) - taps.shape[1])))


def _candidate_table(labs: np.ndarray, cells: np.ndarray, candidates: int) -> np.ndarray:
    """Return (cells or 1, M) uint8: the palette entries nearest to each cell's centre in OKLab.

    Args:
        labs: (K, 3) OKLab of the palette.
        cells: (32768,) bool, whether the image has colours in a cell; the rows of others are undefined.
        candidates: M, the most.
    """
    count = len(labs)
    if count <= candidates:
        return np.arange(count, dtype=np.uint8)[None]
    present = np.flatnonzero(cells)
    levels = 1 << CELL_BITS
    channels = [present >> shift & levels - 1 for shift in (2 * CELL_BITS, CELL_BITS, 0)]
    codes = (np.stack(channels, axis=-1) + 0.5) / levels
    centres = linear_to_oklab(srgb_to_linear(codes)).astype(np.float32)
    offered = labs.astype(np.float32)
    table = np.zeros((levels**3, candidates), np.uint8)
    for start in range(0, len(centres), 1 << 12):
        part = slice(start, start + (1 << 12))
        # Squared distances less the square of the centre, which is the same for all entries.
        distances = (offered**2).sum(axis=1) - 2 * centres[part] @ offered.T
        nearest = np.argpartition(distances, candidates - 1, axis=1)[:, :candidates]
        table[present[part]] = np.sort(nearest, axis=1)
    return table
