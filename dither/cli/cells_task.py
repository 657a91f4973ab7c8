"""The task of `dither optimize --cells` on one image, which a batch pickles, and its options."""

import dataclasses
from typing import TYPE_CHECKING, Any

from dither.cli.result_files import Dithered
from dither.console.compiled_cache import keep_compiled_code
from dither.errors import InputError
from dither.progress import OnProgress, no_progress

if TYPE_CHECKING:
    import numpy as np

    from dither.cells.cells import Cells
    from dither.images.animation import Animation
    from dither.metrics import ViewingFilter
    from dither.optimizer.config import Preset
    from dither.palettes.palette import Intent, Palette

_ANY = "any"


@dataclasses.dataclass(frozen=True, eq=False)
class CellsTask:
    """Everything that decides an image with cells, and two values that change no result.

    Attributes:
        cells: as in `dither.optimize_cells`, like the next five.
        keep: as there.
        preset: as there.
        intent: as there.
        viewing_filter: as there.
        seed: as there.
        threads: as there.
        measured: whether errors are measured for --json.
    """

    cells: "Cells"
    keep: "np.ndarray | None"
    preset: "Preset"
    intent: "Intent | None"
    viewing_filter: "ViewingFilter | None"
    seed: int
    threads: int = dataclasses.field(compare=False)
    measured: bool = dataclasses.field(compare=False)

    def __call__(self, animation: "Animation", on_progress: OnProgress = no_progress) -> Dithered:
        """Optimise an image."""
        from dither.cells.optimize_cells import optimize_cells
        from dither.preparation.mask import transparent_mask

        count = len(animation.frames)
        if count > 1:
            raise InputError(f"--cells is for still images, and this one has {count} frames")
        keep_compiled_code()
        frame = animation.frames[0]
        found = optimize_cells(
            frame.color,
            self.cells,
            keep=self.keep,
            preset=self.preset,
            intent=self.intent,
            viewing_filter=self.viewing_filter,
            mask=transparent_mask(frame.alpha),
            seed=self.seed,
            threads=self.threads,
            on_progress=on_progress,
        )
        about: dict[str, Any] = {}
        if self.measured:
            from dither.cli.optimize_task import frame_errors

            about = {
                "usage": found.usage.tolist(),
                "errors": frame_errors(frame, found.picture),
                "cells": found.palette.description(found.indices.shape),
            }
        return Dithered([found.indices], found.palette, about)

    def draft(self, frames: int) -> "CellsTask":
        """Return the task itself: images with cells have no pixels that are left undithered."""
        return self

    def with_mapped(self, palette: "Palette") -> "CellsTask":
        """Return the task itself, as `draft` does."""
        return self


def cells_from_options(
    text: str,
    palettes: str | None,
    colors: int | None,
    shared: int | None,
    palette: "Palette | None",
    device_levels: tuple[int, int, int] | None,
    kept: int,
) -> "Cells":
    """Return the cells that the options name.

    Args:
        text: a name, or width and height such as 8x8.
        palettes: number of palettes, or "any"; None for the device's.
        colors: of a palette; None for the device's.
        shared: colours that all palettes have; None for the device's, or those that are kept.
        palette: the colours to choose from; None for the device's.
        device_levels: levels of colours without such a palette; None for the device's.
        kept: number of colours that all palettes must contain.

    Raises:
        InputError: there is no such device, a number is missing or out of range, or two contradict.
    """
    from dither.cells.cells import Cells
    from dither.cells.devices import load_cells

    changes: dict[str, Any] = {"colors": colors, "shared": shared, "master": palette}
    changes["device_levels"] = device_levels
    sides = text.lower().split("x")
    if len(sides) == 2 and all(side.isdecimal() and len(side) < 6 for side in sides):
        if colors is None:
            raise InputError(f"--cells {text} needs --cell-colors, the colours that a cell shows")
        if palettes is None:
            raise InputError(
                f"--cells {text} needs --cell-palettes, their number, or any if each cell may take any "
                "colours of --palette"
            )
        width, height = map(int, sides)
        changes["shared"] = kept if shared is None else shared
        number = _number(palettes)
        given = {name: value for name, value in changes.items() if value is not None}
        return Cells(width=width, height=height, palettes=number, **given)
    device = load_cells(text)
    if palette is not None and device.master is not None and len(palette) != len(device.master):
        raise InputError(
            f"--palette has {len(palette)} colours; those of --cells {text} are {len(device.master)}"
        )
    given = {name: value for name, value in changes.items() if value is not None}
    if palettes is not None:
        given["palettes"] = _number(palettes)
    return dataclasses.replace(device, **given)


def _number(text: str) -> int | None:
    if text == _ANY:
        return None
    if not text.isdecimal() or len(text) > 6:
        raise InputError(
            f"--cell-palettes is {text[:40]}; it must be a number from 1 to 128, or any"
        )
    return int(text)
