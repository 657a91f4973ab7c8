"""`dither optimize`: optimise the palette and the pixels of each image together."""

import enum
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dither.cli.declare import DITHERING, QUANTIZER, refuse_without_effect, with_option_groups
from dither.cli.optimize_task import OptimizeTask
from dither.cli.options import (
    MAX_SEED,
    WITHOUT_BATCH,
    WITHOUT_EFFECT,
    Batch,
    IntentOption,
    Job,
    PaletteOption,
    PanelOption,
    threads_option,
)
from dither.cli.pipeline import dither_images, finish
from dither.cli.target import Target
from dither.console import OUTPUT, log, number, option, progress_bar
from dither.errors import InputError
from dither.extras import require_extra
from dither.parallel.processors import thread_count

if TYPE_CHECKING:
    import numpy as np

    from dither.metrics import ViewingFilter

_AUTO: Literal["auto"] = "auto"
_MAX_COLORS = 256
_CHOSEN_COLORS = "With --colors"
_RULES = {"with --palette or --panel": "--keep --device --seed --palette-output"}


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
            "Also write the palette, for a single image: .gpl .pal .hex .act .aco .ase .txt "
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
    keep: Annotated[
        str | None,
        option(
            _CHOSEN_COLORS,
            "Fix these of the --colors: as --palette, or one colour such as #ffffff.",
            value="NAME|FILE|COLOURS",
        ),
    ] = None,
    device: Annotated[
        str | None,
        option(
            _CHOSEN_COLORS,
            "Colours that the display can show: rgb888, rgb666, rgb565, rgb555, rgb444, rgb332, "
            "rgb111, or levels of red, green and blue such as 8,8,4 [rgb888].",
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
            "Viewing filter: gaussian:1.5 | nasanen:300dpi,30cm | box:3 | binomial:4 | a text file of "
            "frequencies and gains | a sum. The search blurs by the nearest Gaussian of 0.5 to 2.5 "
            "pixels [the panel's; else gaussian:1.5, or gaussian:0.65 with --preset clean].",
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
    batch: Batch,
) -> None:
    """Optimise palette and pixels together."""
    if sum(each is not None for each in (palette, panel, colors)) != 1:
        raise InputError("choose exactly one of --palette, --panel and --colors")
    count = None if colors is None else _color_count(colors)
    refuse_without_effect(context, {**WITHOUT_EFFECT, **WITHOUT_BATCH, **_RULES})
    if count == _AUTO and job.packed is not None:
        raise InputError("--packed takes up to 16 colours; --colors auto may choose more")
    max_count = _MAX_COLORS if count == _AUTO else count
    if panel is not None:
        target = Target.from_panel(panel, intent)
    elif palette is not None:
        target = Target.from_palette(palette, intent)
    else:
        target = Target(colors=max_count)
    device_levels = (256, 256, 256)
    if device is not None:
        from dither.palettes.device import parse_device

        device_levels = parse_device(device)
    task = OptimizeTask(
        colors=count,
        palette=target.palette,
        keep=None if keep is None else _kept(keep, max_count or 0),
        preset=preset.value,
        pixels=pixels.value,
        device_levels=device_levels,
        intent=None if intent is None else intent.value,
        viewing_filter=_viewing(viewing_filter, target, preset),
        seed=seed or 0,
        threads=thread_count(1 if threads is None else threads),
        measured=job.json_output,
    )
    if batch.recursive:
        from dither.cli.batch.recursive import dither_folder

        if palette_output is not None:
            raise InputError("--palette-output takes the palette of one image, not of a folder")
        libraries = ("jax", "jaxlib", "numba")
        check = functools.partial(require_extra, "dither optimize", "optimize", *libraries)
        report = dither_folder(job, target, task, batch, check)
    else:
        with progress_bar("optimize", None, job.quiet) as on_progress:
            report = dither_images(job, target, task, on_progress, palette_output=palette_output)
        for entry in report["images"]:
            if "colors" in entry:
                log(
                    f"{entry['input']}: {entry['colors']} colours is the smallest palette whose error "
                    "is barely visible",
                    quiet=job.quiet,
                )
    finish(report, job.json_output, preset=preset.value)


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
    """Return (N, 3) uint8 colours from one colour or any text that --palette takes."""
    import numpy as np

    from dither.color_text import find_color
    from dither.palettes.palette import load_palette

    color = find_color(text)
    kept = load_palette(text).colors if color is None else np.array([color], np.uint8)
    if len(kept) >= colors:
        raise InputError(
            f"--keep fixes {len(kept)} of {colors} colours; at least one must be left to choose"
        )
    return kept
