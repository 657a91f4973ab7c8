"""Optimize an image for a display that shows few colours in each cell: the front door of cells.

1. The image is blurred as by the eye, and sampled in each cell (`cell_samples`).
2. Palettes are chosen from all that a cell may take, or learned together with the choice of each cell
   (`cell_palettes`).
3. Error diffusion turns the image into pixels, and a direct binary search improves them, each within
   the palette of its cell. Between its sweeps, cells try other palettes (`cell_search`).
4. Learned colours are refitted to the pixels, in turns with step 3, and rounded to the display.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from dither.cells.cells import Cells
from dither.cells.colors import CellColors
from dither.cells.devices import CellsLike, as_cells
from dither.cells.palettes import CellPalettes, choose_sets, learn_palettes
from dither.cells.samples import CellSamples, cell_samples
from dither.cells.search import CellPixels, diffuse_cells, search_cells
from dither.color import linear_to_oklab, linear_to_srgb, srgb_to_linear
from dither.errors import InputError
from dither.metrics.viewing import ViewingFilter
from dither.optimizer.config import OptimizeConfig, Preset, SearchConfig, preset_config
from dither.optimizer.gamut_target import blurred_light, codes_to_linear
from dither.optimizer.mapped_picture import mapped_picture
from dither.optimizer.optimize import require_optimizer
from dither.optimizer.palette_refit import refit_palette
from dither.optimizer.picture import checked_picture, visible
from dither.optimizer.search_image import SearchImage, prepare_search
from dither.optimizer.viewing import seen_by
from dither.palettes.device import round_to_device
from dither.palettes.palette import Intent, check_intent
from dither.palettes.palette_like import PaletteLike, as_colors
from dither.parallel.processors import thread_count
from dither.progress import OnProgress, no_progress
from dither.wording import counted

# Rounds of search and refit of learned colours, sweeps of each, and how often cells try other palettes
# then and at the end.
_ROUNDS, _SWEEPS, _TRIALS, _LAST_TRIALS = 3, 2, 1, 3
# Shares of the work before the pixels, and before the last search.
_PALETTE_SHARE, _ROUNDS_SHARE = 0.5, 0.7


@dataclass(frozen=True, eq=False)
class OptimizedCells:
    """An image whose cells have palettes of their own.

    Attributes:
        palette: the colour table, the palettes, and the palette of each cell.
        indices: (H, W) uint8, of the colour table.
        usage: (K,) share of the unmasked pixels that have each entry.
    """

    palette: CellColors
    indices: np.ndarray
    usage: np.ndarray

    @property
    def picture(self) -> np.ndarray:
        """Return the dithered image, (H, W, 3) uint8."""
        return self.palette.colors[self.indices]


class _Image(NamedTuple):
    """An image as the steps need it."""

    linear: np.ndarray
    prepared: SearchImage
    samples: CellSamples


def optimize_cells(
    image: np.ndarray,
    cells: CellsLike,
    *,
    keep: PaletteLike | None = None,
    preset: Preset | OptimizeConfig = "balanced",
    intent: Intent | None = None,
    viewing_filter: ViewingFilter | str | None = None,
    mask: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: OnProgress = no_progress,
) -> OptimizedCells:
    """Dither an image for a display that shows few colours in each cell.

    The palettes, the palette of each cell, and the pixels are chosen together. Cells at the right and
    lower border may be cut off.

    Args:
        image: (H, W) or (H, W, 3), as for `dither.optimize_palette`.
        cells: the display, or its name, such as "zx-spectrum" (`dither.cell_names`).
        keep: colours that all palettes must contain, at most the number of shared ones, as a palette or
            (N, 3) uint8; from the master, if there is one.
        preset: as for `dither.optimize_palette`; of your own config, only the search is used.
        intent: as there; for cells with a master, "perceptual" if None.
        viewing_filter: as there.
        mask: as there.
        seed: of the first palettes, 0 or more; the same seed gives the same bytes.
        threads: as there.
        on_progress: as there.

    Raises:
        InputError: the image or an option is out of range, or a library of the extra `optimize` is
            missing.

    Example:
        >>> image = np.linspace(0, 255, 64 * 64).astype(np.uint8).reshape(64, 64)
        >>> found = optimize_cells(image, "zx-spectrum")  # doctest: +SKIP
        >>> len(np.unique(found.indices[:8, :8])) <= 2  # doctest: +SKIP
        True
    """
    cells = as_cells(cells)
    kept = _kept(keep, cells)
    picture, mask = checked_picture(image, mask)
    threads = thread_count(threads)
    if intent is not None:
        check_intent(intent)
    require_optimizer(descent=False)
    if not isinstance(preset, OptimizeConfig):
        preset = preset_config(preset, cells.colors)
    config = replace(seen_by(viewing_filter, preset).search, mean_weight=0.0)
    on_progress(0.0, "palettes")
    if cells.master is None:
        linear = codes_to_linear(picture)
    else:
        linear = mapped_picture(picture, cells.master, intent).linear
    size = cells.height, cells.width
    samples = cell_samples(blurred_light(linear, config.sigma), size, config.penalty, mask)
    shown = _Image(linear, prepare_search(linear, mask=mask), samples)
    if cells.palettes is None:
        palettes = choose_sets(samples, cells, kept)
    else:
        palettes = learn_palettes(samples, cells, srgb_to_linear(kept / 255), seed)
    choice = palettes.choice.reshape(cells.grid(picture.shape))

    def on_pixels(share: float, text: str) -> None:
        on_progress(_PALETTE_SHARE + (1 - _PALETTE_SHARE) * share, text)

    palettes, pixels = _pixels(
        *(shown, palettes, choice, cells, len(kept), config, threads, on_pixels)
    )
    table, indices = _as_table(palettes, pixels, cells)
    usage = np.bincount(visible(indices, mask).ravel(), minlength=len(table))
    on_progress(1.0, "done")
    return OptimizedCells(table, indices, usage / usage.sum())


def _kept(keep: PaletteLike | None, cells: Cells) -> np.ndarray:
    """Return (N, 3) uint8, the given shared colours."""
    if keep is None:
        return np.empty((0, 3), np.uint8)
    kept = np.asarray(as_colors(keep, "keep"))
    if len(kept) > cells.shared:
        raise InputError(
            f"keep has {counted(len(kept), 'colour')}, and the palettes share {cells.shared}; give at "
            "most as many"
        )
    if cells.master is not None:
        try:
            cells.master.indices(kept[None].astype(np.uint8))
        except InputError as error:
            raise InputError(f"keep is not of the palette to choose from: {error}") from None
    return kept.astype(np.uint8)


def _pixels(
    shown: _Image,
    palettes: CellPalettes,
    choice: np.ndarray,
    cells: Cells,
    fixed: int,
    config: SearchConfig,
    threads: int,
    on_progress: OnProgress,
) -> tuple[CellPalettes, CellPixels]:
    """Search the pixels and the palettes of cells, and refit learned colours; `fixed` of them stay."""
    slots, sets = palettes.slots, palettes.sets

    def searched(start: CellPixels, sweeps: int, trials: int) -> CellPixels:
        return search_cells(
            *(start, palettes, shown.prepared, replace(config, sweeps=sweeps), cells),
            trials=trials,
            threads=threads,
        )

    indices = diffuse_cells(shown.linear, slots, sets, choice, cells)
    pixels = CellPixels(indices, choice)
    if cells.palettes is not None and cells.master is None:
        learned = np.arange(len(slots)) >= fixed
        for number in range(_ROUNDS):
            on_progress(_ROUNDS_SHARE * number / _ROUNDS, "refit")
            pixels = searched(pixels, _SWEEPS, _TRIALS)
            slots = refit_palette(pixels.indices, slots, shown.prepared, config, learned=learned)
            if number == _ROUNDS - 1:
                codes = round_to_device(linear_to_srgb(slots) * 255, cells.device_levels)
                slots = np.where(learned[:, None], srgb_to_linear(codes / 255), slots)
            palettes = palettes._replace(slots=slots, losses=shown.samples.losses(slots, sets))
    on_progress(_ROUNDS_SHARE, "pixels")
    return palettes, searched(pixels, config.sweeps, _LAST_TRIALS)


def _as_table(
    palettes: CellPalettes, pixels: CellPixels, cells: Cells
) -> tuple[CellColors, np.ndarray]:
    """Return the colour table of the result, and the indices of its pixels."""
    slots, sets, choice = palettes.slots, palettes.sets, pixels.choice
    codes = np.rint(linear_to_srgb(slots) * 255).astype(np.uint8)
    if cells.palettes is None:
        used, numbers = np.unique(choice, return_inverse=True)
        numbers = numbers.reshape(choice.shape).astype(np.uint16)
        return CellColors(cells, codes, sets[used], numbers), pixels.indices
    # Shared colours first, then from dark to light.
    rest = sets[:, cells.shared :]
    order = np.argsort(linear_to_oklab(srgb_to_linear(codes / 255))[rest, 0], axis=1, kind="stable")
    sets = np.concatenate(
        [sets[:, : cells.shared], np.take_along_axis(rest, order, axis=1)], axis=1
    )
    count = cells.colors
    entry = np.zeros((len(sets), len(slots)), np.uint8)
    np.put_along_axis(
        entry,
        sets.astype(np.intp),
        np.arange(sets.size, dtype=np.uint8).reshape(sets.shape),
        axis=1,
    )
    rows = np.arange(pixels.indices.shape[0]) // cells.height
    columns = np.arange(pixels.indices.shape[1]) // cells.width
    indices = entry[choice[rows][:, columns], pixels.indices]
    numbered = np.arange(sets.size, dtype=np.uint8).reshape(-1, count)
    return CellColors(cells, codes[sets.ravel()], numbered, choice.astype(np.uint16)), indices
