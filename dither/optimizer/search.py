"""Direct binary search over a palette: pixels change colour as long as the blurred error falls.

The error that is lowered is

    E = sum of |(G * u)(x)|^2 + sum over L, a, b of w |OKLab(c) - OKLab(wanted)|^2

u is what the pixel's colour c differs from its target by, straightened to OKLab at the target: the
change of the cones' roots is their slope times the change of the cones. G is a Gaussian, the eye's
blur. The second sum, a pixel's own error with a small weight, keeps the grain low. Since the first is a
square form, trying a colour costs a few products, and taking one an update of a few hundred numbers.

Source: M. Analoui and J. Allebach, "Model-based halftoning using direct binary search" (1992), for one
bit; B. Ottosson, "A perceptual color space for image processing" (2020), OKLab.
"""

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dither.color import (
    LINEAR_TO_CONES,
    ROOTS_TO_OKLAB,
    linear_to_oklab,
    linear_to_srgb,
    srgb_to_linear,
)
from dither.errors import InputError

# Rows that are searched by one thread while their neighbours rest; more than two kernels' reach.
_BAND_ROWS = 32
# The largest blur whose kernel stays within half a band.
MOST_SIGMA = 2.5
# The kernel reaches so many standard deviations of the blur, the Gaussian applied twice.
_KERNEL_REACH = 4.5
# Cones below this share of white count as it: near black their roots are endlessly steep.
DARKEST = 0.0005
# The slopes are taken at the target blurred by this many pixels, so that they change slowly.
_SLOPE_SIGMA = 2.5
# Pixels are sorted into cells of so many bits a channel to look up the colours that are near.
_CELL_BITS = 5
_ROWS_AT_ONCE = 256


@dataclass(frozen=True)
class SearchConfig:
    """How the search looks at a picture.

    Attributes:
        sigma: of the eye's blur, in pixels, 0.5 to 2.5.
        lightness_penalty: weight of a pixel's own squared error in L, 0 or more. The blur leaves
            1 / (4 pi sigma^2) of an error that neighbours do not share: 0.035 at 1.5 pixels.
        color_penalty: the same in a and b.
        candidates: how many of the nearest colours a pixel may take, 2 to 256.
        sweeps: over the picture, 1 or more.
        change_threshold: a pixel changes only if E falls by at least this much, 0 or more; it keeps
            frames of a clip still.
    """

    sigma: float = 1.5
    lightness_penalty: float = 0.08
    color_penalty: float = 0.02
    candidates: int = 16
    sweeps: int = 4
    change_threshold: float = 0.0

    def __post_init__(self) -> None:
        if not 0.5 <= self.sigma <= MOST_SIGMA:
            raise InputError(f"sigma is {self.sigma}; it must be from 0.5 to {MOST_SIGMA} pixels")
        if not (self.lightness_penalty >= 0 and self.color_penalty >= 0):
            raise InputError(
                f"penalties are {self.lightness_penalty} and {self.color_penalty}; they must be 0 or "
                "more"
            )
        if not 2 <= self.candidates <= 256:
            raise InputError(f"candidates is {self.candidates}; it must be from 2 to 256")
        if self.sweeps < 1:
            raise InputError(f"sweeps is {self.sweeps}; it must be 1 or more")
        if not self.change_threshold >= 0:
            raise InputError(f"change_threshold is {self.change_threshold}; it must be 0 or more")

    @property
    def penalty(self) -> np.ndarray:
        """(3,) float64, the weights of a pixel's own error in L, a and b."""
        return np.array([self.lightness_penalty, self.color_penalty, self.color_penalty])


class SearchImage(NamedTuple):
    """What is searched for, in the units of the search; 60 bytes a pixel.

    Attributes:
        wanted: (H, W, 3) float32 OKLab of the original.
        target: (H, W, 3) float32 cones, what the blurred picture shall be.
        slopes: (H, W, 3) float32, how the roots of the target's cones change with them; 0 where a pixel
            does not count.
        cells: (H, W) uint16, the original in 5 bits a channel.
    """

    wanted: np.ndarray
    target: np.ndarray
    slopes: np.ndarray
    cells: np.ndarray


class SearchState(NamedTuple):
    """Where a search is.

    Attributes:
        indices: (H, W) uint8, of the palette's colours.
        field: (3, H, W) float32, the error blurred twice.
        sweeps: how many are done.
    """

    indices: np.ndarray
    field: np.ndarray
    sweeps: int


class SearchInfo(NamedTuple):
    """What a sweep has done.

    Attributes:
        changed: how many pixels have changed colour.
    """

    changed: int


def prepare_search(
    wanted: np.ndarray, target: np.ndarray | None = None, *, mask: np.ndarray | None = None
) -> SearchImage:
    """Prepare a picture.

    Args:
        wanted: (H, W, 3) linear light, 0 to 1.
        target: (H, W, 3) linear light that the palette can reach in the mean, where `wanted` is not;
            `wanted` if None.
        mask: (H, W) bool, pixels that do not count.
    """
    from dither.optimizer import search_loops as loops

    shape = wanted.shape
    cells = np.empty(shape[:2], np.uint16)
    lab, cones = np.empty(shape, np.float32), np.empty(shape, np.float32)
    for top in range(0, len(wanted), _ROWS_AT_ONCE):
        rows = slice(top, top + _ROWS_AT_ONCE)
        lab[rows] = linear_to_oklab(wanted[rows])
        cones[rows] = (wanted if target is None else target)[rows] @ LINEAR_TO_CONES.T
        codes = np.clip(linear_to_srgb(wanted[rows]) * (1 << _CELL_BITS), 0, 31).astype(np.uint16)
        cells[rows] = codes[..., 0] << 2 * _CELL_BITS | codes[..., 1] << _CELL_BITS | codes[..., 2]
    smooth = np.ascontiguousarray(np.moveaxis(cones, -1, 0))
    loops.convolve(smooth, gaussian_taps(_SLOPE_SIGMA), repeat=True)
    slopes = np.maximum(smooth, np.float32(DARKEST), out=smooth) ** np.float32(-2 / 3) / np.float32(
        3
    )
    slopes = np.ascontiguousarray(np.moveaxis(slopes, 0, -1))
    if mask is not None:
        slopes[mask] = 0
    return SearchImage(lab, cones, slopes, cells)


def init(
    indices: np.ndarray, palette: np.ndarray, view: SearchImage, config: SearchConfig
) -> SearchState:
    """Begin at a dithered picture.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light.
        view: of `prepare_search`.
        config: how to look at it.
    """
    from dither.optimizer import search_loops as loops

    field = np.empty((3, *indices.shape), np.float32)
    loops.errors(indices, view.target, view.slopes, _cones(palette), _mixing(), field)
    loops.convolve(field, _twice(config.sigma), repeat=False)
    return SearchState(np.array(indices, np.uint8), field, 0)


def step(
    state: SearchState,
    palette: np.ndarray,
    view: SearchImage,
    config: SearchConfig,
    *,
    threads: int = 1,
) -> tuple[SearchState, SearchInfo]:
    """One sweep over the picture. The arrays of `state` are used up.

    Args:
        state: of `init` or the last step.
        palette: (K, 3) linear light.
        view: of `prepare_search`.
        config: as in `init`.
        threads: how many bands are searched at once; the result does not depend on it.
    """
    from dither.optimizer import search_loops as loops

    taps = _twice(config.sigma)
    labs = linear_to_oklab(palette)
    few = len(palette) <= config.candidates
    table = _near(labs, config.candidates)
    shared = (
        state.indices,
        state.field,
        view.slopes,
        view.wanted,
        np.zeros_like(view.cells) if few else view.cells,
        table,
        _cones(palette),
        labs.astype(np.float32),
        _mixing(),
        np.outer(taps, taps),
        config.penalty.astype(np.float32),
        config.change_threshold,
    )
    height = len(state.indices)
    backwards = bool(state.sweeps % 2)

    def one(top: int) -> int:
        return loops.sweep(*shared, top, min(top + _BAND_ROWS, height), backwards)

    changed = 0
    with ThreadPoolExecutor(threads) as pool:
        # Every second band, so that no two that are searched at once reach the same rows.
        for first in (0, _BAND_ROWS):
            changed += sum(pool.map(one, range(first, height, 2 * _BAND_ROWS)))
    return SearchState(state.indices, state.field, state.sweeps + 1), SearchInfo(changed)


def direct_binary_search(
    indices: np.ndarray,
    palette: np.ndarray,
    view: SearchImage,
    config: SearchConfig,
    *,
    threads: int = 1,
    on_progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """Improve a dithered picture by a number of sweeps, or until a thousandth of it changes.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light, K up to 256.
        view: of `prepare_search`.
        config: how to look at it.
        threads: as in `step`.
        on_progress: called after each sweep with the share that is done, 0 to 1.

    Returns:
        (H, W) uint8.

    Raises:
        InputError: numba, which compiles the loops, is not installed.
    """
    state = init(indices, palette, view, config)
    for number in range(config.sweeps):
        state, info = step(state, palette, view, config, threads=threads)
        if on_progress is not None:
            on_progress((number + 1) / config.sweeps)
        if info.changed < indices.size / 1000:
            break
    return state.indices


def search_loss(
    indices: np.ndarray, palette: np.ndarray, view: SearchImage, config: SearchConfig
) -> float:
    """E, which no sweep raises.

    Args:
        indices: (H, W) uint8.
        palette: (K, 3) linear light.
        view: of `prepare_search`.
        config: how to look at it.
    """
    from dither.optimizer import search_loops as loops

    field = init(indices, palette, view, config).field
    error = np.empty_like(field)
    loops.errors(indices, view.target, view.slopes, _cones(palette), _mixing(), error)
    own = np.square(linear_to_oklab(palette)[indices] - view.wanted) @ config.penalty
    own *= view.slopes[..., 0] > 0
    return float(np.vdot(field.astype(np.float64), error) + own.sum())


def gaussian_blur(linear: np.ndarray, sigma: float) -> np.ndarray:
    """Blur by a Gaussian, the border repeated; (H, W, 3) to the same, float32."""
    planes = np.array(np.moveaxis(linear, -1, 0), np.float32, order="C")  # a copy, to write into
    from dither.optimizer import search_loops

    search_loops.convolve(planes, gaussian_taps(sigma), repeat=True)
    return np.ascontiguousarray(np.moveaxis(planes, 0, -1))


def _near(labs: np.ndarray, candidates: int) -> np.ndarray:
    """(cells or 1, M) uint8: the colours that are nearest to each cell's middle in OKLab."""
    count = len(labs)
    if count <= candidates:
        return np.arange(count, dtype=np.uint8)[None]
    axis = (np.arange(1 << _CELL_BITS) + 0.5) / (1 << _CELL_BITS)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    middles = linear_to_oklab(srgb_to_linear(grid)).astype(np.float32)
    offered = labs.astype(np.float32)
    # The squared distance but for the middle's own square.
    table = np.empty((len(middles), candidates), np.uint8)
    for start in range(0, len(middles), 1 << 12):
        part = slice(start, start + (1 << 12))
        distances = (offered**2).sum(axis=1) - 2 * middles[part] @ offered.T
        nearest = np.argpartition(distances, candidates - 1, axis=1)[:, :candidates]
        table[part] = np.sort(nearest, axis=1)
    return table


def _cones(palette: np.ndarray) -> np.ndarray:
    return (palette @ LINEAR_TO_CONES.T).astype(np.float32)


def _mixing() -> np.ndarray:
    return ROOTS_TO_OKLAB.astype(np.float32)


@functools.cache
def gaussian_taps(sigma: float) -> np.ndarray:
    """A sampled Gaussian that sums to 1, cut off at three standard deviations."""
    reach = int(3 * sigma + 0.5)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return (taps / taps.sum()).astype(np.float32)


@functools.cache
def _twice(sigma: float) -> np.ndarray:
    """The Gaussian convolved with itself, without its last small taps."""
    taps = gaussian_taps(sigma).astype(np.float64)
    both = np.convolve(taps, taps)
    reach = min(len(both) // 2, int(_KERNEL_REACH * sigma + 0.5))
    middle = len(both) // 2
    return both[middle - reach : middle + reach + 1].astype(np.float32)
