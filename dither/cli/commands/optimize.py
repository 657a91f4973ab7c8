"""`dither optimize`: optimise the palette and the pixels of each image together."""

import enum
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dither.cli.cells_task import CellsTask, cells_from_options
from dither.cli.declare import DITHERING, QUANTIZER, refuse_without_effect, with_option_groups
from dither.cli.descent_task import WITHOUT_DESCENT, DescentOptions
from dither.cli.job import Job
from dither.cli.optimize_task import OptimizeTask
from dither.cli.options import (
    MAX_SEED,
    WITHOUT_BATCH,
    WITHOUT_EFFECT,
    Batch,
    IntentOption,
    PaletteOption,
    PanelOption,
    threads_option,
)
from dither.cli.outputs import format_suffix, plan_outputs
from dither.cli.pipeline import dither_images, finish
from dither.cli.place import check_place
from dither.cli.plots import check_plot, write_plot
from dither.cli.small_files import WITHOUT_SMALL, SmallFileOptions
from dither.cli.target import Target
from dither.console.messages import log, printable
from dither.console.options import OUTPUT, number, option
from dither.console.progress import progress_bar
from dither.errors import InputError
from dither.extras import require_extra
from dither.parallel.processors import thread_count

if TYPE_CHECKING:
    import numpy as np

    from dither.cli.small_files import SmallFile
    from dither.metrics import ViewingFilter

_AUTO: Literal["auto"] = "auto"
_MAX_COLORS = 256
_CHOSEN_COLORS = "With --colors or --cells"
_CELLS = "Colours of cells"
_RULES = {
    "with --palette or --panel": "--keep --device --seed --palette-output",
    "without --cells": "--cell-palettes --cell-colors --cell-shared --cells-output",
}
_CELL_RULES = {
    "with --cells": "--panel --colors --pixels --packed --line-art --mask",
    "with --palette": "--device",
}


class PresetChoice(enum.StrEnum):
    """The balance between the blurred error and the grain."""

    balanced = "balanced"
    smooth = "smooth"
    clean = "clean"


class PixelsChoice(enum.StrEnum):
    """The way from mixtures of colours to pixels."""

    search = "search"
    diffusion = "diffusion"
    matrix = "matrix"
    random = "random"


@with_option_groups
def optimize(
    context: typer.Context,
    *,
    job: Job,
    palette_output: Annotated[
        Path | None,
        option(
            OUTPUT,
            "Also write the palette, for a single image: .gpl .pal .hex .act .aco .ase (Adobe) .txt "
            "(paint.net) or .png.",
            value="FILE",
        ),
    ] = None,
    palette: PaletteOption = None,
    panel: PanelOption = None,
    colors: Annotated[
        str | None,
        option(
            QUANTIZER,
            "Number of colours, chosen per image or animation; auto is the smallest number whose error "
            "is barely visible.",
            value="2-256|auto",
        ),
    ] = None,
    cells: Annotated[
        str | None,
        option(
            QUANTIZER,
            "Few colours in each cell, as retro hardware shows them: zx-spectrum, nes, game-boy-color, "
            "c64-hires, c64-multicolor, mega-drive, snes, or the size of a cell such as 8x8. With "
            "--palette, colours are chosen from it.",
            value="NAME|WxH",
        ),
    ] = None,
    cell_palettes: Annotated[
        str | None,
        option(
            _CELLS,
            "Number of palettes, of which each cell takes one; or any, if each cell may take any "
            "colours of --palette [the device's].",
            value="N|any",
        ),
    ] = None,
    cell_colors: Annotated[
        int | None,
        number(_CELLS, 2, _MAX_COLORS, "Number of colours of a palette [the device's]."),
    ] = None,
    cell_shared: Annotated[
        int | None,
        number(
            _CELLS,
            *(0, _MAX_COLORS - 1),
            "Number of colours that all palettes have in common [the device's, else those of --keep].",
        ),
    ] = None,
    cells_output: Annotated[
        Path | None,
        option(
            OUTPUT,
            "With --cells and a single image, also write the palettes and the palette of each cell "
            "(.json), or the screen: .scr (zx-spectrum), .art (c64-hires), .kla (c64-multicolor).",
            value="FILE",
        ),
    ] = None,
    keep: Annotated[
        str | None,
        option(
            _CHOSEN_COLORS,
            "Fix these of the --colors, or of those that the palettes of cells share: as --palette, or "
            "one colour such as #ffffff.",
            value="NAME|FILE|COLOURS",
        ),
    ] = None,
    device: Annotated[
        str | None,
        option(
            _CHOSEN_COLORS,
            "Colours that the display can show: rgb888, rgb666, rgb565, rgb555, rgb444, rgb333, "
            "rgb332, rgb111, or levels of red, green and blue such as 8,8,4 [rgb888].",
            value="NAME|R,G,B",
        ),
    ] = None,
    preset: Annotated[
        PresetChoice,
        option(
            DITHERING,
            "Least error from a distance (smooth), least grain (clean), or a balance.",
        ),
    ] = PresetChoice.balanced,
    intent: IntentOption = None,
    viewing_filter: Annotated[
        str | None,
        option(
            DITHERING,
            "Viewing filter: gaussian:1.5 | nasanen:300dpi,30cm | panel:NAME | box:3 | binomial:4 | a "
            "text file of frequencies and gains | a sum. The search blurs by the nearest Gaussian of "
            "0.5 to 2.5 pixels [the panel's; else gaussian:1.5, or gaussian:0.65 with --preset clean].",
            *("--viewing-filter", "--filter"),
            value="FILTER",
        ),
    ] = None,
    pixels: Annotated[
        PixelsChoice,
        option(
            DITHERING,
            "How mixtures become pixels, for still images: search is best; random is the method as "
            "published.",
        ),
    ] = PixelsChoice.search,
    seed: Annotated[
        int | None,
        number(DITHERING, 0, MAX_SEED, "Seed of the choice of colours [0].", "--seed", "-s"),
    ] = None,
    threads: Annotated[int | None, threads_option()] = None,
    descent: DescentOptions,
    small: SmallFileOptions,
    batch: Batch,
) -> None:
    """Optimise palette and pixels together."""
    chosen = sum(each is not None for each in (palette, panel, colors))
    if cells is None and (chosen > 1 or (chosen == 0 and not small.given)):
        raise InputError("choose exactly one of --palette, --panel, --colors and --cells")
    count = None if colors is None else _color_count(colors)
    rules = _RULES if cells is None else _CELL_RULES
    if small.given:
        rules = {**rules, **WITHOUT_SMALL}
    refuse_without_effect(context, {**WITHOUT_EFFECT, **WITHOUT_BATCH, **WITHOUT_DESCENT, **rules})
    if count == _AUTO and job.packed is not None:
        raise InputError("--packed takes up to 16 colours; --colors auto may choose more")
    max_count = _MAX_COLORS if count == _AUTO else count
    if panel is not None:
        target = Target.from_panel(panel, intent)
    elif palette is not None:
        target = Target.from_palette(palette, intent)
    elif cells is None:
        target = Target(colors=max_count or _MAX_COLORS)
    else:
        target = Target()
    device_levels = None
    if device is not None:
        from dither.palettes.device import parse_device

        device_levels = parse_device(device)
    shared: dict[str, Any] = {
        "preset": preset.value,
        "intent": None if intent is None else intent.value,
        "viewing_filter": _viewing(viewing_filter, target, preset),
        "seed": seed or 0,
        "threads": thread_count(1 if threads is None else threads),
        "measured": job.json_output,
    }
    if descent.given:
        task = descent.task(count, target.palette, seed or 0, job.json_output)
    elif cells is not None:
        kept = None if keep is None else _colors(keep)
        given = cells_from_options(
            *(cells, cell_palettes, cell_colors, cell_shared, target.palette, device_levels),
            *(0 if kept is None else len(kept),),
        )
        target = Target(cells=given)
        task = CellsTask(cells=given, keep=kept, **shared)
    else:
        task = OptimizeTask(
            colors=count,
            palette=target.palette,
            keep=None if keep is None else _kept(keep, max_count or 0),
            pixels=pixels.value,
            device_levels=device_levels or (256, 256, 256),
            small=_small_file(small, job, batch, count),
            **shared,
        )
    if small.plot is not None:
        if not small.given or len(job.images) != 1:
            raise InputError("--plot draws one image, with --max-bytes, --look or --rate")
        check_place(job)
        others = [*plan_outputs(job), *([] if palette_output is None else [palette_output])]
        check_plot(small.plot, [*job.images, *others], replace=job.force)
    if batch.recursive:
        from dither.cli.batch.recursive import dither_folder

        for name, file in {
            "--palette-output": palette_output,
            "--cells-output": cells_output,
        }.items():
            if file is not None:
                raise InputError(f"{name} takes the palette of one image, not of a folder")
        libraries = ("numba",) if cells is not None else ("jax", "jaxlib", "numba")
        check = functools.partial(require_extra, "dither optimize", "optimize", *libraries)
        report = dither_folder(job, target, task, batch, check)
    else:
        with progress_bar("optimize", None, job.quiet) as on_progress:
            report = dither_images(
                *(job, target, task, on_progress),
                palette_output=palette_output,
                cells_output=cells_output,
            )
        for entry in report["images"]:
            if count == _AUTO:
                log(
                    f"{entry['input']}: {entry['colors']} colours is the smallest palette whose error "
                    "is barely visible",
                    quiet=job.quiet,
                )
    if small.plot is not None:
        _draw(small.plot, report["images"][0], job)
    about = {} if descent.given or small.given else {"preset": preset.value}
    finish(report, job.json_output, **about)


def _small_file(
    small: SmallFileOptions, job: Job, batch: Batch, count: "int | Literal['auto'] | None"
) -> "SmallFile | None":
    """Return the file of few bytes that is wanted, if one is."""
    if not small.given:
        return None
    if batch.recursive:
        raise InputError("--max-bytes, --look and --rate take images, not folders")
    if count == _AUTO:
        raise InputError("--max-bytes, --look and --rate choose the number of colours themselves")
    check_place(job)
    suffixes = {format_suffix(output, job) for output in plan_outputs(job)}
    if len(suffixes) > 1:
        raise InputError(
            f"--max-bytes, --look and --rate write one format at a time, not {', '.join(suffixes)}"
        )
    return small.target(suffixes.pop(), job.scale)


def _draw(plot: Path, entry: dict[str, Any], job: Job) -> None:
    """Draw the bytes and looks of a result's entry in the report."""
    from dither.small_files.byte_plot import byte_plot

    figure = byte_plot(
        entry["curve"], (entry["bytes"], entry["look"]), printable(Path(entry["input"]).name)
    )
    write_plot(figure, plot, replace=job.force)
    log(f"look over bytes -> {plot}", quiet=job.quiet)


def _viewing(text: str | None, target: Target, preset: PresetChoice) -> "ViewingFilter | None":
    """Return the filter of --viewing-filter, or the panel's, or None for that of the preset."""
    if text is None and target.panel is not None and preset != PresetChoice.clean:
        text = target.panel.viewing_filter
    if text is None:
        return None
    from dither.metrics import parse_filter

    return parse_filter(text)


def _color_count(text: str) -> int | Literal["auto"]:
    """Return the number that --colors names, or "auto"."""
    if text == _AUTO:
        return _AUTO
    count = int(text) if text.isdecimal() and len(text) < 9 else 0
    if not 2 <= count <= _MAX_COLORS:
        raise InputError(f"--colors is {text}; it must be from 2 to {_MAX_COLORS}, or auto")
    return count


def _kept(text: str, colors: int) -> "np.ndarray":
    """Return (N, 3) uint8 colours, fewer than `colors`, from any text that --keep takes."""
    kept = _colors(text)
    if len(kept) >= colors:
        raise InputError(
            f"--keep fixes {len(kept)} of {colors} colours; at least one must be left to choose"
        )
    return kept


def _colors(text: str) -> "np.ndarray":
    """Return (N, 3) uint8 colours from one colour or any text that --palette takes."""
    import numpy as np

    from dither.color_text import find_color
    from dither.palettes.palette_like import load_palette

    color = find_color(text)
    return load_palette(text).colors if color is None else np.array([color], np.uint8)
