"""Optimize an image for a display that shows few colours in each cell."""

from dataclasses import dataclass, replace

import numpy as np

from dither.color import linear_to_srgb
from dither.errors import InputError
from dither.metrics.viewing import ViewingFilter
from dither.optimizer.cell_palettes import CellPalettes, choose_sets, learn_palettes
from dither.optimizer.cell_samples import cell_samples
from dither.optimizer.cell_search import CellPixels, diffuse_cells, search_cells
from dither.optimizer.config import OptimizeConfig, Preset, preset_config
from dither.optimizer.gamut_target import blurred_light, codes_to_linear
from dither.optimizer.mapped_picture import mapped_picture
from dither.optimizer.optimize import require_optimizer
from dither.optimizer.palette_refit import refit_palette
from dither.optimizer.picture import checked_picture
from dither.optimizer.search_image import prepare_search
from dither.optimizer.viewing import seen_by
from dither.palettes.cells import Cells
from dither.palettes.device import round_to_device
from dither.palettes.palette import Intent, check_intent
from dither.parallel.processors import thread_count
from dither.progress import OnProgress, no_progress
from dither.color import srgb_to_linear

_MOVES = 3


@dataclass(frozen=True, eq=False)
class OptimizedCells:
    colors: np.ndarray
    indices: np.ndarray
    sets: np.ndarray
    choice: np.ndarray
    cells: Cells

    @property
    def picture(self):
        return self.colors[self.indices]


def optimize_cells(
    image: np.ndarray,
    cells: Cells,
    *,
    keep=None,
    preset: Preset | OptimizeConfig = "balanced",
    intent: Intent | None = None,
    viewing_filter: ViewingFilter | None = None,
    mask: np.ndarray | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: OnProgress = no_progress,
    moves=_MOVES, mean_weight=None, rounds=2, refit=True,
) -> OptimizedCells:
    picture, mask = checked_picture(image, mask)
    threads = thread_count(threads)
    require_optimizer(descent=False)
    if not isinstance(preset, OptimizeConfig):
        preset = preset_config(preset, cells.colors, learned=cells.master is None)
    config = seen_by(viewing_filter, preset).search
    if mean_weight is not None:
        config = replace(config, mean_weight=mean_weight)
    if cells.master is None:
        linear = codes_to_linear(picture)
    else:
        linear = mapped_picture(picture, cells.master, intent).linear
    blurred = blurred_light(linear, config.sigma)
    samples = cell_samples(blurred, (cells.height, cells.width), config.penalty, mask)
    grid = cells.grid(picture.shape)
    if cells.palettes is None:
        palettes = choose_sets(samples, cells)
    else:
        palettes = learn_palettes(samples, cells, np.empty((0, 3)), seed)
    slots, sets = palettes.slots, palettes.sets
    prepared = prepare_search(linear, mask=mask)
    losses = palettes.losses
    pixels = CellPixels(None, palettes.choice.reshape(grid))
    if cells.palettes is not None and cells.master is None:
        for number in range(rounds - 1):
            indices = diffuse_cells(linear, slots, sets, pixels.choice, cells) if number == 0 else pixels.indices
            pixels = search_cells(CellPixels(indices, pixels.choice), slots, sets, losses, prepared, replace(config, sweeps=2), cells, moves=1, threads=threads)
            if refit:
                slots = refit_palette(pixels.indices, slots, prepared, config)
        codes = round_to_device(linear_to_srgb(slots) * 255, cells.device_levels)
        slots = srgb_to_linear(codes / 255)
        losses = samples.losses(slots, sets)
    else:
        codes = np.rint(linear_to_srgb(slots) * 255).astype(np.uint8)
    indices = diffuse_cells(linear, slots, sets, pixels.choice, cells) if pixels.indices is None else pixels.indices
    pixels = search_cells(CellPixels(indices, pixels.choice), slots, sets, losses, prepared, config, cells, moves=moves, threads=threads)
    return OptimizedCells(codes, pixels.indices, sets, pixels.choice, cells)
