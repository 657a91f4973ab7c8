"""`dither ordered`."""

import enum
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dither.cli.images import (
    BitsOption,
    ColorsOption,
    GrayOption,
    ImagesArgument,
    LevelsOption,
    LightChoice,
    MaxPixelsOption,
    OutputOption,
    PaletteOption,
    check_one_quantizer,
    dither_each,
    full_range,
    palette_of,
)
from dither.console import ForceOption, JsonOption, QuietOption, within
from dither.errors import InputError
from dither.matrix import DEFAULT_MATRIX

if TYPE_CHECKING:
    import numpy as np

    # From a colour array and the image's place in the sequence to full-range values.
    Dithered = Callable[[np.ndarray, int], np.ndarray]


class MixChoice(enum.StrEnum):
    """Of how many colours of a palette a mixture is."""

    two = "two"
    many = "many"


def ordered(
    context: typer.Context,
    images: ImagesArgument,
    output: OutputOption,
    bits: BitsOption = None,
    levels: LevelsOption = None,
    palette: PaletteOption = None,
    colors: ColorsOption = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            callback=within(1, 64), help="To a palette, each pixel takes one of so many [32]."
        ),
    ] = None,
    mix: Annotated[
        MixChoice | None,
        typer.Option(
            help="Of how many colours of a palette a mixture is; two have less grain "
            "[many; two of a palette of two]."
        ),
    ] = None,
    matrix: Annotated[
        str | None,
        typer.Option(
            "--matrix",
            "-m",
            help="A shipped matrix or a .npy file; of one with frames, each image takes the next "
            f"[{DEFAULT_MATRIX}].",
        ),
    ] = None,
    add_noise: Annotated[
        str | None,
        typer.Option(
            help="A .npy of triangular or gaussian noise to add before rounding, in place of a matrix."
        ),
    ] = None,
    strength: Annotated[
        float | None,
        typer.Option(
            callback=within(0, 1), help="How far thresholds lie apart; only 1 keeps the mean [1]."
        ),
    ] = None,
    light: Annotated[
        LightChoice | None,
        typer.Option(
            help="Keep the mean of the codes, or of the light they emit [encoded for levels, linear "
            "for palettes]."
        ),
    ] = None,
    gray: GrayOption = False,
    threads: Annotated[
        int | None,
        typer.Option(callback=within(0, 1024), help="At work at once [1]; 0 is one a processor."),
    ] = None,
    max_pixels: MaxPixelsOption = 1 << 28,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Dither by comparing every pixel with a tiled threshold matrix."""
    check_one_quantizer(bits=bits, levels=levels, palette=palette, colors=colors)
    to_palette = palette is not None or colors is not None
    _refuse_options_without_effect(
        context.params,
        {
            "--candidates": (not to_palette and "without --palette or --colors")
            or (mix == MixChoice.two and "with --mix two"),
            "--mix": not to_palette and "without --palette or --colors",
            "--threads": (to_palette and "with --palette or --colors")
            or (add_noise is not None and "with --add-noise"),
            "--add-noise": to_palette and "with --palette or --colors",
            **dict.fromkeys(
                ("--matrix", "--strength", "--light"), add_noise is not None and "with --add-noise"
            ),
        },
    )
    count = levels or 1 << (bits or 1)
    chosen: list[list[str]] = []
    if to_palette:
        dithered = _to_palette(palette, colors, matrix, mix, candidates, light, strength, chosen)
    elif add_noise is not None:
        dithered = _by_noise(count, add_noise)
    else:
        dithered = _to_levels(count, matrix, light, strength, threads)
    done = dither_each(
        images,
        output,
        dithered,
        to_palette=to_palette,
        gray=gray,
        max_pixels=max_pixels,
        force=force,
        quiet=quiet,
    )
    if json_output:
        quantizer = {"palettes": chosen} if to_palette else {"levels": count}
        used = {"matrix": matrix or DEFAULT_MATRIX} if add_noise is None else {"noise": add_noise}
        print(json.dumps({**used, **quantizer, "images": done}))


def _refuse_options_without_effect(given: dict[str, Any], without: dict[str, str | bool]) -> None:
    """An option that would have no effect is a mistake worth a sentence."""
    for option, why in without.items():
        if why and given[option.removeprefix("--").replace("-", "_")] is not None:
            raise InputError(f"{option} has no effect {why}")


def _to_levels(
    count: int,
    matrix: str | None,
    light: LightChoice | None,
    strength: float | None,
    threads: int | None,
) -> "Dithered":
    from dither.matrix import load_channels
    from dither.ordered import ordered_dither

    matrices = load_channels(matrix or DEFAULT_MATRIX)

    def dithered(color: "np.ndarray", frame: int) -> "np.ndarray":
        codes = ordered_dither(
            color,
            matrices,
            levels=count,
            light="encoded" if light is None else light.value,
            phase=(frame, 0, 0),
            strength=1.0 if strength is None else strength,
            threads=1 if threads is None else threads,
        )
        return full_range(codes, count)

    return dithered


def _by_noise(count: int, path: str) -> "Dithered":
    from dither.noise import load_noise, noise_dither

    noise = load_noise(path)

    def dithered(color: "np.ndarray", frame: int) -> "np.ndarray":
        codes = noise_dither(color, noise, levels=count, phase=(frame, 0, 0))
        return full_range(codes, count)

    return dithered


def _to_palette(
    palette: str | None,
    colors: int | None,
    matrix: str | None,
    mix: MixChoice | None,
    candidates: int | None,
    light: LightChoice | None,
    strength: float | None,
    chosen: list[list[str]],
) -> "Dithered":
    """To one palette or each image's own; what they are is added to `chosen`."""
    from dither.matrix import load_matrix
    from dither.palette import load_palette
    from dither.palette_dither import dither_to_palette

    fixed = None if palette is None else load_palette(palette)
    thresholds = load_matrix(matrix or DEFAULT_MATRIX)

    def dithered(color: "np.ndarray", frame: int) -> "np.ndarray":
        mine = palette_of(color, fixed, colors)
        chosen.append(mine.hex)
        indices = dither_to_palette(
            color,
            mine,
            thresholds,
            mix="many" if mix is None and candidates else None if mix is None else mix.value,
            candidates=candidates or 32,
            light="linear" if light is None else light.value,
            strength=1.0 if strength is None else strength,
            phase=(frame, 0, 0),
        )
        return mine.colors[indices]

    return dithered
