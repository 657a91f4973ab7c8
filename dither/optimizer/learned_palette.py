"""Learn the palette of an image by several descents, and keep the best.

1. From each first palette, gradient descent lowers one loss over the palette and the mixtures together
   (`dither.differentiable`). Each bin of the image's histogram is one point.
   Only the descents with the lowest losses are finished (`dither.differentiable.best_descents`).
2. The palettes with the lowest loss, and the first palette unchanged, are each tried on pixels of the
   image: error diffusion and search. The one with the lowest loss of the pixels (`loss.py`) is kept.
3. In turns, the palette is refitted to the pixels of the whole image, or of many tiles, and the pixels
   are searched again, while the loss falls. At the end the palette is refitted once more.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_oklab, linear_to_srgb
from dither.diffusion.error_diffusion import row_diffusion
from dither.optimizer.bands import bands
from dither.optimizer.config import OptimizeConfig, SearchConfig
from dither.optimizer.gamut_target import GamutTarget, bin_size, codes_to_linear, light_to_codes
from dither.optimizer.loss import search_loss
from dither.optimizer.palette_refit import refit_palette
from dither.optimizer.search import direct_binary_search
from dither.optimizer.search_image import SearchImage, prepare_search, with_target
from dither.palettes.histogram import merge_rare_bins
from dither.progress import OnProgress, no_progress

# Palettes are compared on this many pixels of a larger image, in tiles of this side. On fewer pixels,
# or in larger tiles, the best is often not that of the whole image. Few sweeps rank palettes alike.
_COMPARED_PIXELS, _COMPARED_SIDE, _FEW_SWEEPS = 1 << 16, 32, 3
# Not for larger palettes: each colour would have too few pixels.
_MOST_COMPARED = 32
# The best is refitted to more pixels: it would fit badly what no tile shows.
_REFITTED_PIXELS, _REFITTED_SIDE = 1 << 20, 64
# Half of the bins have few pixels: those with this share of all pixels are merged, in cubes of so many
# times the side. With 3, a photo in ten ends with another palette.
_MERGED_SHARE, _MERGED_BINS = 0.02, 2
# Number of descents whose palettes are tried.
_DESCENTS_TRIED = 2
# A hue with at least the share _RARE of the image counts as if it had _COUNTED, so that a small palette
# is not spent on large areas alone. Hues are twelfths of the circle, of colours with at least _CHROMA.
_RARE, _COUNTED, _SECTORS, _CHROMA = 0.004, 0.03, 12, 0.04
_MIN_LEARNED = 6
# Temperature of the first mixtures up to _FEW_COLORS colours.
_TEMPERATURE, _FEW_COLORS = 0.05, 8

# Share of the work that the descents are.
_DESCENT_SHARE = 0.5

_Tiles = list[tuple[slice, slice]]


class _MappedTo(NamedTuple):
    """Colours to which a target has been mapped.

    Attributes:
        colors: (K, 3) uint8.
    """

    colors: np.ndarray


class LearnedPalette(NamedTuple):
    """A learned palette.

    Attributes:
        palette: (K, 3) linear light.
        indices: (H, W) uint8 of the whole image, or None if the palette was learned from tiles.
        trace: (steps,) float32, the loss of the descent that ended lowest; the palette that is kept may
            be another's.
    """

    palette: np.ndarray
    indices: np.ndarray | None
    trace: np.ndarray


def learn_palette(
    gamut: GamutTarget,
    first_palettes: Sequence[np.ndarray],
    learned: np.ndarray,
    config: OptimizeConfig,
    *,
    mask: np.ndarray | None = None,
    threads: int = 1,
    on_progress: OnProgress = no_progress,
) -> LearnedPalette:
    """Learn a palette.

    Args:
        gamut: the image and its histogram.
        first_palettes: (K, 3) linear light each; the first is made from the image's own colours.
        learned: (K,) bool, True for colours that may change; at least one.
        config: weights, steps and rounds.
        mask: (H, W) bool, True for pixels to ignore.
        threads: number of threads; the result does not depend on it.
        on_progress: called after each descent, trial and round.
    """
    from dither.differentiable import DescentConfig
    from dither.differentiable.best_descents import descend_best

    colors, counts = merge_rare_bins(
        gamut.histogram.colors,
        gamut.histogram.counts,
        step=_MERGED_BINS * bin_size(len(learned)),
        share=_MERGED_SHARE,
    )
    weights = _emphasize_rare_hues(colors, counts) if learned.sum() >= _MIN_LEARNED else counts
    descent = DescentConfig(
        steps=config.steps, variance=config.variance, temperature=first_temperature(len(learned))
    )
    parts = min(_DESCENTS_TRIED, len(first_palettes)) + config.rounds
    done = 0

    def finish_part(text: str) -> None:
        nonlocal done
        done += 1
        on_progress(_DESCENT_SHARE + (1 - _DESCENT_SHARE) * done / parts, text)

    descents = descend_best(
        *(colors, weights, first_palettes, descent),
        learned=learned,
        kept=_DESCENTS_TRIED,
        threads=threads,
        on_progress=lambda share, _: on_progress(_DESCENT_SHARE * share, "colours: descent"),
    )
    many = _spread_tiles(gamut.picture.shape, _REFITTED_PIXELS, _REFITTED_SIDE)
    few = _spread_tiles(gamut.picture.shape, _COMPARED_PIXELS, _COMPARED_SIDE)
    if len(learned) > _MOST_COMPARED:
        few = many
    search, rounds = config.search, config.rounds
    sampled = few != many
    if sampled:
        search = replace(search, sweeps=min(_FEW_SWEEPS, search.sweeps))
    trial = _PixelTrial(gamut, search, few, mask, threads)
    candidates = []
    for palette in (*(descended.palette for descended in descents), first_palettes[0]):
        candidates.append(trial.dither(palette))
        finish_part("colours: pixels")
    best = min(candidates, key=lambda candidate: candidate.loss)
    if sampled:
        trial = _PixelTrial(gamut, search, many, mask, threads)
        best = trial.dither(best.palette)
        finish_part("colours: pixels")
        rounds = max(1, rounds - 1)
    for _ in range(rounds - 1):
        candidate = trial.dither(trial.refit(best, learned), best.indices)
        finish_part("colours: refit")
        if candidate.loss >= best.loss:
            break
        best = candidate
    indices = None if trial.tiles else best.indices
    return LearnedPalette(trial.refit(best, learned), indices, descents[0].trace)


class _Candidate(NamedTuple):
    """A palette that was tried, its pixels, and their loss against the original."""

    palette: np.ndarray
    indices: np.ndarray
    image: SearchImage
    loss: float


class _PixelTrial:
    """Dither with candidate palettes: the whole image, or some tiles of a large one."""

    def __init__(
        self,
        gamut: GamutTarget,
        search: SearchConfig,
        tiles: _Tiles | None,
        mask: np.ndarray | None,
        threads: int,
    ) -> None:
        self.tiles = tiles
        self._gamut = replace(
            gamut,
            picture=_take(gamut.picture, self.tiles),
            blurred=_take(gamut.blurred, self.tiles),
        )
        self._search = search
        self._threads = threads
        self._mask = None if mask is None else _take(mask, self.tiles)
        self._original = prepare_search(codes_to_linear(self._gamut.picture), mask=self._mask)

    def dither(self, palette: np.ndarray, indices: np.ndarray | None = None) -> _Candidate:
        """Search the pixels for a palette, starting from `indices` or from error diffusion."""
        target = self._gamut.targets(palette)
        image = with_target(self._original, target, mask=self._mask)
        found = direct_binary_search(
            diffuse_target(target, palette) if indices is None else indices,
            *(palette, image, self._search),
            threads=self._threads,
        )
        # Against the original: what a palette cannot reach is an error too.
        loss = search_loss(found, palette, self._original, self._search)
        return _Candidate(palette, found, image, loss)

    def refit(self, candidate: _Candidate, learned: np.ndarray) -> np.ndarray:
        """Return the palette that fits the pixels best."""
        return refit_palette(
            candidate.indices, candidate.palette, candidate.image, self._search, learned=learned
        )


def diffuse_target(target: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Return (H, W) uint8, the start of a search: error diffusion of the target.

    Args:
        target: (H, W, 3) linear light.
        palette: (K, 3) linear light.
    """
    return diffuse_target_rows(target.__getitem__, target.shape[:2], palette)


def diffuse_target_rows(
    target_rows: Callable[[slice], np.ndarray], shape: tuple[int, ...], palette: np.ndarray
) -> np.ndarray:
    """Return (H, W) uint8, as `diffuse_target`; `target_rows` gives the rows of a slice."""
    diffuse, indices = target_diffusion(palette), np.empty(shape, np.uint8)
    for rows, _, _ in bands(shape):
        indices[rows] = diffuse(target_rows(rows))
    return indices


def target_diffusion(palette: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that diffuses the next rows of a target, as `row_diffusion` takes them."""
    codes = np.rint(linear_to_srgb(palette) * 255).astype(np.uint8)
    diffuse = row_diffusion(palette=_MappedTo(codes), clamp="none")
    return lambda target: diffuse(light_to_codes(target))


def first_temperature(colors: int) -> float:
    """Return the first temperature of mixtures: lower for many colours, which lie close together."""
    return _TEMPERATURE * min(1.0, (_FEW_COLORS / colors) ** 1.5)


def _take(picture: np.ndarray, tiles: _Tiles | None) -> np.ndarray:
    """Return the tiles one below the other, or the image itself if there are none."""
    return picture if tiles is None else np.concatenate([picture[tile] for tile in tiles])


def _spread_tiles(shape: tuple[int, ...], pixels: int, side: int) -> _Tiles | None:
    """Return tiles spread evenly over a large image; None for an image that is used whole.

    Args:
        shape: of the image.
        pixels: maximum of all tiles together.
        side: of a tile, in pixels.
    """
    height, width = shape[:2]
    if height * width <= pixels:
        return None
    # All tiles have the same size; an image narrower than a tile gives pieces of its whole width.
    tall, wide = min(side, height), min(side, width)
    tops, lefts = (
        np.linspace(0, length - part, length // part).round().astype(int)
        for length, part in ((height, tall), (width, wide))
    )
    every = len(tops) * len(lefts)
    count = max(1, min(pixels // (tall * wide), every))
    return [
        (slice(top, top + tall), slice(left, left + wide))
        for number in np.linspace(0, every - 1, count).astype(int)
        for top, left in [(int(tops[number // len(lefts)]), int(lefts[number % len(lefts)]))]
    ]


def _emphasize_rare_hues(colors: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the weight of each bin: its count, raised where its hue is rare in the image."""
    lab = linear_to_oklab(colors)
    turns = np.arctan2(lab[:, 2], lab[:, 1]) / (2 * np.pi)
    sector = np.floor(turns * _SECTORS).astype(int) % _SECTORS
    colored = np.hypot(lab[:, 1], lab[:, 2]) >= _CHROMA
    share = np.bincount(sector[colored], counts[colored], _SECTORS) / counts.sum()
    factor = np.where(share >= _RARE, np.maximum(_COUNTED / np.maximum(share, _RARE), 1), 1)
    return counts * np.where(colored, factor[sector], 1)
