"""The palette of a picture, learned: by descents from several starts, of which the best is kept.

1. From each of some first palettes, palette and mixtures go down one loss together
   (`dither.differentiable`), each bin of the picture's histogram a point.
2. The palettes of the least loss, and the first one as it was, are tried: pixels are diffused and
   searched, and the palette whose pixels have the least error (`search.energy`) is kept.
3. It is fitted to its pixels, and they are searched again, as long as the error falls.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_oklab, linear_to_srgb
from dither.diffusion import error_diffuse
from dither.optimizer.config import OptimizeConfig
from dither.optimizer.gamut_target import Reachable, linear_of
from dither.optimizer.palette_refit import refitted
from dither.optimizer.search import SearchScene, direct_binary_search, energy, scene

# The palette of a larger picture is learned from so many of its pixels, in tiles of such a side.
LEARNED_PIXELS = 1 << 20
_TILE_SIDE = 256
# So many of the descents' palettes are tried.
_TRIED = 2
# A hue of at least the first share of the picture counts as if it had the second, so that few colours
# do not all go to large areas; hues are twelfths of the circle, of colours with this chroma.
_RARE, _COUNTED, _SECTORS, _CHROMA = 0.004, 0.03, 12, 0.04
_LEAST_COLORS = 6
# How soft mixtures are at first, up to so many colours.
_SOFTNESS, _FEW_COLORS = 0.05, 8


class LearnedPalette(NamedTuple):
    """A palette and pixels of it.

    Attributes:
        palette: (K, 3) linear light.
        indices: (H, W) uint8 of the whole picture, or None where it was learned from tiles.
        trace: (steps,) float32, the loss of the descent with the least.
    """

    palette: np.ndarray
    indices: np.ndarray | None
    trace: np.ndarray


class _Dithered(NamedTuple):
    """A palette that was tried."""

    palette: np.ndarray
    indices: np.ndarray
    view: SearchScene
    error: float


def learn_palette(
    reachable: Reachable,
    firsts: Sequence[np.ndarray],
    learned: np.ndarray,
    config: OptimizeConfig,
    *,
    hidden: np.ndarray | None = None,
    threads: int = 1,
    on_progress: Callable[[float], None],
) -> LearnedPalette:
    """Learn a palette.

    Args:
        reachable: the picture.
        firsts: (K, 3) linear light each, to begin with; that of the picture's own colours first.
        learned: (K,) bool, which colours may move; at least one.
        config: what the picture is optimised for.
        hidden: (H, W) bool, pixels that do not count.
        threads: at work at once; the result does not depend on it.
        on_progress: called with the share that is done.
    """
    from dither.differentiable import DescentConfig, descend

    colors, counts = reachable.histogram.colors, reachable.histogram.counts
    weights = _with_rare_hues(colors, counts) if learned.sum() >= _LEAST_COLORS else counts
    descent = DescentConfig(
        steps=config.steps, variance=config.variance, temperature=softness(len(learned))
    )
    tries = min(_TRIED, len(firsts)) + 1
    parts, done = len(firsts) + tries + config.rounds - 1, 0

    def finished() -> None:
        nonlocal done
        done += 1
        on_progress(done / parts)

    with ThreadPoolExecutor(threads) as pool:
        descents = []
        for descended in pool.map(
            lambda first: descend(colors, weights, first, descent, learned=learned), firsts
        ):
            descents.append(descended)
            finished()
    descents.sort(key=lambda descended: float(descended.trace[-1]))
    bench = _Bench(reachable, config, hidden, threads)
    best = None
    for palette in [*(descended.palette for descended in descents[:_TRIED]), firsts[0]]:
        tried = bench.dithered(palette)
        if best is None or tried.error < best.error:
            best = tried
        finished()
    assert best is not None
    for _ in range(config.rounds - 1):
        tried = bench.dithered(bench.fitted(best, learned), best.indices)
        finished()
        if tried.error >= best.error:
            break
        best = tried
    indices = None if bench.tiles else best.indices
    return LearnedPalette(bench.fitted(best, learned), indices, descents[0].trace)


class _Bench:
    """Where palettes are tried: on the whole picture, or on some tiles of a large one."""

    def __init__(
        self, reachable: Reachable, config: OptimizeConfig, hidden: np.ndarray | None, threads: int
    ) -> None:
        self.tiles = _mosaic(reachable.wanted.shape)
        self._reachable = reachable
        self._search = config.search
        self._threads = threads
        self._hidden = None if hidden is None else taken(hidden, self.tiles)
        self._linear = linear_of(taken(reachable.wanted, self.tiles))
        self._whole = scene(self._linear, hidden=self._hidden)

    def dithered(self, palette: np.ndarray, indices: np.ndarray | None = None) -> _Dithered:
        """The palette with its pixels, searched from `indices` or from error diffusion."""
        target = taken(self._reachable.targets(palette), self.tiles)
        view = scene(self._linear, target, hidden=self._hidden)
        found = direct_binary_search(
            diffused(target, palette) if indices is None else indices,
            *(palette, view, self._search),
            threads=self._threads,
        )
        # Against the picture itself: what a palette cannot reach is an error too.
        return _Dithered(palette, found, view, energy(found, palette, self._whole, self._search))

    def fitted(self, tried: _Dithered, learned: np.ndarray) -> np.ndarray:
        """The palette that suits the pixels best."""
        return refitted(tried.indices, tried.palette, tried.view, self._search, learned=learned)


def taken(picture: np.ndarray, tiles: list[tuple[slice, slice]] | None) -> np.ndarray:
    """The tiles one below the other; the picture itself if there are none."""
    return picture if tiles is None else np.concatenate([picture[tile] for tile in tiles])


def diffused(target: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Where a search begins: error diffusion of what can be reached.

    Args:
        target: (H, W, 3) linear light.
        palette: (K, 3) linear light.
    """
    codes = np.rint(linear_to_srgb(palette) * 255).astype(np.uint8)
    return error_diffuse(linear_to_srgb(np.clip(target, 0, 1)), palette=codes, light="linear")


def _mosaic(shape: tuple[int, ...]) -> list[tuple[slice, slice]] | None:
    """Tiles of a large picture, spread evenly, of which the palette is learned; None for all of it."""
    if shape[0] * shape[1] <= LEARNED_PIXELS:
        return None
    side = _TILE_SIDE
    rows, columns = (max(1, length // side) for length in shape[:2])
    count = LEARNED_PIXELS // side**2
    places = np.linspace(0, rows * columns - 1, min(count, rows * columns)).astype(int).tolist()
    # Every tile is as large: of a picture narrower than a tile, a piece of its whole width.
    return [
        (
            slice(side * (place // columns), side * (place // columns) + side),
            slice(side * (place % columns), side * (place % columns) + side),
        )
        for place in places
    ]


def softness(colors: int) -> float:
    """Many colours lie near to each other: mixtures of all would take long to come apart."""
    return _SOFTNESS * min(1.0, (_FEW_COLORS / colors) ** 1.5)


def _with_rare_hues(colors: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """How much each bin counts when a palette is learned."""
    lab = linear_to_oklab(colors)
    turns = np.arctan2(lab[:, 2], lab[:, 1]) / (2 * np.pi)
    sector = np.floor(turns * _SECTORS).astype(int) % _SECTORS
    colored = np.hypot(lab[:, 1], lab[:, 2]) >= _CHROMA
    share = np.bincount(sector[colored], counts[colored], _SECTORS) / counts.sum()
    more = np.where(share >= _RARE, np.maximum(_COUNTED / np.maximum(share, _RARE), 1), 1)
    return counts * np.where(colored, more[sector], 1)
