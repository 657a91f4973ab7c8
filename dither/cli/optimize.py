"""`dither optimize`."""

import dataclasses
import enum
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dither.cli.destinations import Placing
from dither.cli.images import Dithered, Job, dither_whole
from dither.cli.options import (
    BrightnessOption,
    ContrastOption,
    FormatOption,
    GrayOption,
    ImagesArgument,
    MaxPixelsOption,
    NameOption,
    OutputDirOption,
    OutputOption,
    PackedOption,
    PaletteOption,
    ResizeOption,
    SaturationOption,
    ScaleOption,
    sides_of,
)
from dither.cli.target import Target
from dither.console import ForceOption, JsonOption, QuietOption, note, progress_bar, within
from dither.errors import InputError
from dither.preparation import Preparation

if TYPE_CHECKING:
    import numpy as np

    from dither.images.animation import Animation
    from dither.optimizer.optimize import OnProgress, OptimizedPalette
    from dither.palette import Palette

_AUTO: Literal["auto"] = "auto"
_MOST_COLORS = 256
# Of a clip, so many frames tell how many colours it needs.
_COUNTED_FRAMES = 4


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
        typer.Option("--seed", "-s", callback=within(0, (1 << 32) - 1), help="Of the colours [0]."),
    ] = None,
    gray: GrayOption = False,
    resize: ResizeOption = None,
    saturation: SaturationOption = 1.0,
    brightness: BrightnessOption = 1.0,
    contrast: ContrastOption = 1.0,
    scale: ScaleOption = 1,
    packed: PackedOption = None,
    threads: Annotated[int, typer.Option(callback=within(1, 256), help="At work at once.")] = 1,
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
    options = {
        "preset": preset.value,
        "pixels": pixels.value,
        "threads": threads,
        "seed": seed or 0,
    }
    if keep is not None:
        options["keep"] = _kept(keep, most or 0)
    if device is not None:
        from dither.device_colors import parse_device

        options["device_levels"] = parse_device(device)
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
    chosen: list[int] = []
    with progress_bar("optimize", None, quiet) as on_progress:
        done = 0

        def dithering(animation: "Animation", _: int) -> Dithered:
            nonlocal done
            before, share = done / len(images), 1 / len(images)
            own = target.colors
            if count == _AUTO:
                on_progress(before, "how many colours")
                own = _counted(animation, options)
                chosen.append(own)
            found = _optimized(
                animation,
                own,
                target.palette,
                options,
                lambda part, word: on_progress(before + share * part, word),
            )
            done += 1
            about = _about(animation, found) if json_output else {}
            on_progress(before + share, "")
            return Dithered([each.indices for each in found], found[0].palette, about)

        report = dither_whole(job, dithering)
    for image, own in zip(images, chosen, strict=False):
        note(f"{image}: {own} colours are the fewest that are hardly seen", quiet=quiet)
    if json_output:
        print(json.dumps({"preset": preset.value, **report}))


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


def _counted(animation: "Animation", options: dict[str, Any]) -> int:
    """How many colours a picture needs, or a few frames of a clip."""
    import numpy as np

    from dither.color_count.count import count_colors
    from dither.images.hidden import clear_pixels
    from dither.samples import checked_image, eight_bit_colors, native

    frames = animation.frames
    few = np.linspace(0, len(frames) - 1, min(len(frames), _COUNTED_FRAMES)).round().astype(int)
    pictures = [eight_bit_colors(checked_image(native(frames[place].color))) for place in few]
    clear = [clear_pixels(frames[place].alpha) for place in few]
    ignored = [
        np.zeros(picture.shape[:2], bool) if away is None else away
        for picture, away in zip(pictures, clear, strict=True)
    ]
    return count_colors(np.concatenate(pictures), ignored=np.concatenate(ignored), **options)


def _kept(text: str, colors: int) -> "np.ndarray":
    """(N, 3) uint8 of any text that --palette takes, or of one colour."""
    import re

    import numpy as np

    from dither.palette import load_palette

    alone = re.fullmatch(r"#?([0-9A-Fa-f]{6})", text.strip())
    single = alone and np.array([list(bytes.fromhex(alone[1]))], np.uint8)
    kept = load_palette(text).colors if single is None else single
    if len(kept) >= colors:
        raise InputError(
            f"--keep fixes {len(kept)} of {colors} colours; at least one must be left to be chosen"
        )
    return kept


def _optimized(
    animation: "Animation",
    colors: int | None,
    palette: "Palette | None",
    options: dict[str, Any],
    on_progress: "OnProgress",
) -> "list[OptimizedPalette]":
    if options["pixels"] != "search" and len(animation.frames) > 1:
        raise InputError("--pixels is for still images; the pixels of clips are searched")
    from dither.images.hidden import clear_pixels
    from dither.optimizer.frames import optimize_frames

    return optimize_frames(
        [frame.color for frame in animation.frames],
        colors,
        palette=palette,
        ignored=[clear_pixels(frame.alpha) for frame in animation.frames],
        on_progress=on_progress,
        **options,
    )


def _about(animation: "Animation", found: "list[OptimizedPalette]") -> dict[str, Any]:
    """What --json tells of the palette, and how near each frame is to the original."""
    import numpy as np

    from dither.images.hidden import clear_pixels
    from dither.metrics import image_errors
    from dither.samples import checked_image, eight_bit_colors, native

    errors = []
    for frame, result in zip(animation.frames, found, strict=True):
        before = eight_bit_colors(checked_image(native(frame.color)))
        after, hidden = result.picture, clear_pixels(frame.alpha)
        if hidden is not None:
            before = np.where(hidden[..., None], np.uint8(0), before)
            after = np.where(hidden[..., None], np.uint8(0), after)
        errors.append(dataclasses.asdict(image_errors(before, after)))
    trace = found[0].trace
    return {
        "palette": found[0].palette.hex,
        "usage": np.mean([each.usage for each in found], axis=0).tolist(),
        "loss": float(trace[-1]) if len(trace) else None,
        "errors": errors if len(errors) > 1 else errors[0],
    }
