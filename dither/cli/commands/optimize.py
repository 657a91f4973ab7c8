"""`dither optimize`."""

import enum
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dither.cli.batch.recursive import check_no_batch, dither_folder, end
from dither.cli.optimize_task import Optimizing
from dither.cli.options import (
    BrightnessOption,
    ContrastOption,
    FormatOption,
    GrayOption,
    ImagesArgument,
    JobsOption,
    MaxPixelsOption,
    NameOption,
    OutputDirOption,
    OutputOption,
    PackedOption,
    PaletteOption,
    RecursiveOption,
    ResizeOption,
    SaturationOption,
    ScaleOption,
    SchedulerOption,
    sides_of,
)
from dither.cli.outputs import Placing
from dither.cli.pipeline import Dithered, Job, dither_whole
from dither.cli.target import Target
from dither.console import ForceOption, JsonOption, QuietOption, in_range, log, progress_bar
from dither.errors import InputError
from dither.extras import require_extra
from dither.images.adjustments import Preparation

if TYPE_CHECKING:
    import numpy as np

    from dither.images.animation import Animation

_AUTO: Literal["auto"] = "auto"
_MOST_COLORS = 256
_NEEDED = functools.partial(
    require_extra, "dither optimize", "optimize", "jax", "jaxlib", "optax", "numba", "scipy"
)


class PresetChoice(enum.StrEnum):
    """What a picture is optimised for."""

    balanced = "balanced"
    smooth = "smooth"
    clean = "clean"


class PixelsChoice(enum.StrEnum):
    """How mixtures become pixels."""

    search = "search"
    diffusion = "diffusion"
    matrix = "matrix"
    draws = "draws"


def optimize(
    images: ImagesArgument,
    output: OutputOption = None,
    output_dir: OutputDirOption = None,
    name: NameOption = None,
    output_format: FormatOption = None,
    palette: PaletteOption = None,
    colors: Annotated[
        str | None,
        typer.Option(
            metavar="2-256|auto",
            help="So many colours, chosen for each image or clip, or the fewest that are hardly seen.",
        ),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(help="Of --colors, these are fixed: as --palette, or one such as #ffffff."),
    ] = None,
    preset: Annotated[
        PresetChoice,
        typer.Option(help="Least error seen from afar (smooth), least grain (clean), or between."),
    ] = PresetChoice.balanced,
    pixels: Annotated[
        PixelsChoice,
        typer.Option(help="Still images: search is best; draws are the method as published."),
    ] = PixelsChoice.search,
    device: Annotated[
        str | None,
        typer.Option(
            help="What the colours are chosen from: rgb888, rgb565, rgb444, or levels of red, green "
            "and blue such as 8,8,4 [rgb888]."
        ),
    ] = None,
    palette_output: Annotated[
        Path | None,
        typer.Option(help="Write the palette too: .gpl .pal .hex .act or .png; of one image."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", "-s", callback=in_range(0, (1 << 32) - 1), help="Of the colours [0]."
        ),
    ] = None,
    gray: GrayOption = False,
    resize: ResizeOption = None,
    saturation: SaturationOption = 1.0,
    brightness: BrightnessOption = 1.0,
    contrast: ContrastOption = 1.0,
    scale: ScaleOption = 1,
    packed: PackedOption = None,
    threads: Annotated[int, typer.Option(callback=in_range(1, 256), help="At work at once.")] = 1,
    recursive: RecursiveOption = False,
    jobs: JobsOption = None,
    scheduler: SchedulerOption = None,
    max_pixels: MaxPixelsOption = 1 << 28,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Learn the palette and the pixels of each image or clip together."""
    if (palette is None) == (colors is None):
        raise InputError("give one of --palette and --colors")
    count = None if colors is None else _color_count(colors)
    learning = {"--keep": keep, "--device": device, "--seed": seed}
    for option, value in {**learning, "--palette-output": palette_output}.items():
        if palette is not None and value is not None:
            raise InputError(f"{option} has no effect with --palette, whose colours are given")
    if count == _AUTO and packed is not None:
        raise InputError("--packed takes up to 16 colours, which --colors auto does not promise")
    # Of auto no more is known yet.
    most = _MOST_COLORS if count == _AUTO else count
    target = Target.of(bits=None, levels=None, palette=palette, colors=most)
    levels = (256, 256, 256)
    if device is not None:
        from dither.palettes.device import parse_device

        levels = parse_device(device)
    from dither.cli.batch.fingerprint import Unhashed

    optimizing = Optimizing(
        colors=count,
        palette=target.palette,
        keep=None if keep is None else _kept(keep, most or 0),
        preset=preset.value,
        pixels=pixels.value,
        device_levels=levels,
        seed=seed or 0,
        threads=Unhashed(threads),
        measured=Unhashed(json_output),
    )
    job = Job(
        images=images,
        target=target,
        placing=Placing(output, output_dir, name, output_format, packed),
        preparation=Preparation(gray, sides_of(resize), saturation, brightness, contrast),
        scale=scale,
        max_pixels=max_pixels,
        json_output=json_output,
        force=force,
        quiet=quiet,
        palette_output=palette_output,
    )
    if recursive:
        if palette_output is not None:
            raise InputError("--palette-output takes the palette of one image, not of a folder")
        done = dither_folder(job, optimizing, jobs=jobs, scheduler=scheduler, check=_NEEDED)
    else:
        check_no_batch(job, jobs=jobs, scheduler=scheduler)
        done = _optimized_each(job, optimizing)
    if json_output:
        print(json.dumps({"preset": preset.value, **done}))
    end(done)


def _optimized_each(job: Job, optimizing: Optimizing) -> dict[str, Any]:
    """Optimise the images in this process; what was done, for --json."""
    with progress_bar("optimize", None, job.quiet) as on_progress:
        done = 0

        def dithering(animation: "Animation", number: int) -> Dithered:
            nonlocal done
            before, share = done / len(job.images), 1 / len(job.images)
            dithered = optimizing(
                animation, number, lambda part, word: on_progress(before + share * part, word)
            )
            done += 1
            on_progress(before + share, "")
            return dithered

        report = dither_whole(job, dithering)
    for entry in report["images"]:
        if "colors" in entry:
            log(
                f"{entry['input']}: {entry['colors']} colours are the fewest that are hardly seen",
                quiet=job.quiet,
            )
    return report


def _color_count(text: str) -> int | Literal["auto"]:
    """What --colors asks for."""
    if text == _AUTO:
        return _AUTO
    try:
        count = int(text)
    except ValueError:
        raise InputError(f"--colors is {text!r}; it must be from 2 to 256, or auto") from None
    if not 2 <= count <= _MOST_COLORS:
        raise InputError(f"--colors is {count}; it must be from 2 to {_MOST_COLORS}, or auto")
    return count


def _kept(text: str, colors: int) -> "np.ndarray":
    """(N, 3) uint8 of any text that --palette takes, or of one colour."""
    import re

    import numpy as np

    from dither.palettes.palette import load_palette

    alone = re.fullmatch(r"#?([0-9A-Fa-f]{6})", text.strip())
    single = alone and np.array([list(bytes.fromhex(alone[1]))], np.uint8)
    kept = load_palette(text).colors if single is None else single
    if len(kept) >= colors:
        raise InputError(
            f"--keep fixes {len(kept)} of {colors} colours; at least one must be left to be chosen"
        )
    return kept
