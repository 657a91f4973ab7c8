"""Direct binary search over a palette: change pixels one by one while the loss of `loss.py` falls.

A sweep visits every pixel and gives it the candidate colour that lowers the loss most.

Source: M. Analoui and J. Allebach, "Model-based halftoning using direct binary search" (1992), for one
bit.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_oklab, srgb_to_linear
from dither.optimizer.blur import autocorrelation_taps
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import ROOTS_TO_OKLAB_32, error_field, palette_cones, pixel_errors
from dither.optimizer.search_image import CELL_BITS, SearchImage
from dither.progress import OnProgress, no_progress

# Rows in a band. Every second band is searched at the same time, so a band must be higher than twice
# the kernel's reach, which is 11 rows at the largest sigma.
_BAND_ROWS = 32


class SearchState(NamedTuple):
    """State of a search.

    Attributes:
        indices: (H, W) uint8, of the palette's colours.
        field: (3, H, W) float32, the error blurred twice.
        sweeps: number of sweeps done.
    """

    indices: np.ndarray
    field: np.ndarray
    sweeps: int


class SearchInfo(NamedTuple):
    """Result of a sweep.

    Attributes:
        changed: number of pixels that changed colour.
    """

    changed: int


def init(
    indices: np.ndarray, palette: np.ndarray, image: SearchImage, config: SearchConfig
) -> SearchState:
    """Start a search at a dithered image; the arguments are those of `direct_binary_search`."""
    field = error_field(pixel_errors(indices, palette, image), config)
    return SearchState(np.array(indices, np.uint8), field, 0)


def step(
    state: SearchState,
    palette: np.ndarray,
    image: SearchImage,
    config: SearchConfig,
    *,
    threads: int = 1,
) -> tuple[SearchState, SearchInfo]:
    """Sweep over the image once, overwriting the arrays of `state`.

    The other arguments are those of `direct_binary_search`.
    """
    from dither.optimizer import search_loops

    taps = autocorrelation_taps(config.sigma)
    labs = linear_to_oklab(palette)
    all_offered = len(palette) <= config.candidates
    shared = (
        state.indices,
        state.field,
        image.slopes,
        image.original,
        np.zeros_like(image.cells) if all_offered else image.cells,
        _candidate_table(labs, config.candidates),
        palette_cones(palette),
        labs.astype(np.float32),
        ROOTS_TO_OKLAB_32,
        np.outer(taps, taps),
        config.penalty.astype(np.float32),
        config.change_threshold,
    )
    height = len(state.indices)
    backwards = bool(state.sweeps % 2)

    def sweep_band(top: int) -> int:
        return search_loops.sweep(*shared, top, min(top + _BAND_ROWS, height), backwards)

    changed = 0
    with ThreadPoolExecutor(threads) as pool:
        # First the even bands, then the odd ones: bands searched at once write no common rows.
        for first in (0, _BAND_ROWS):
            changed += sum(pool.map(sweep_band, range(first, height, 2 * _BAND_ROWS)))
    return SearchState(state.indices, state.field, state.sweeps + 1), SearchInfo(changed)


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
        threads: number of bands searched at the same time; the result does not depend on it.
        on_progress: called after each sweep.

    Returns:
        (H, W) uint8.
    """
    state = init(indices, palette, image, config)
    for number in range(1, config.sweeps + 1):
        state, info = step(state, palette, image, config, threads=threads)
        on_progress(number / config.sweeps, f"sweep {number}")
        if info.changed < indices.size / 1000:
            break
    return state.indices


def _candidate_table(labs: np.ndarray, candidates: int) -> np.ndarray:
    """Return (cells or 1, M) uint8: the palette entries nearest to each cell's centre in OKLab."""
    count = len(labs)
    if count <= candidates:
        return np.arange(count, dtype=np.uint8)[None]
    axis = (np.arange(1 << CELL_BITS) + 0.5) / (1 << CELL_BITS)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    centres = linear_to_oklab(srgb_to_linear(grid)).astype(np.float32)
    offered = labs.astype(np.float32)
    table = np.empty((len(centres), candidates), np.uint8)
    for start in range(0, len(centres), 1 << 12):
        part = slice(start, start + (1 << 12))
        # Squared distances less the square of the centre, which is the same for all entries.
        distances = (offered**2).sum(axis=1) - 2 * centres[part] @ offered.T
        nearest = np.argpartition(distances, candidates - 1, axis=1)[:, :candidates]
        table[part] = np.sort(nearest, axis=1)
    return table
