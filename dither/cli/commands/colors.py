"""`dither colors`."""

import enum
import importlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from dither.cli.options import MaxPixelsOption
from dither.cli.outputs import STREAM, standard_input
from dither.console import (
    ForceOption,
    JsonOption,
    QuietOption,
    in_range,
    log,
    printable,
    progress_bar,
)
from dither.errors import InputError, TooLargeError
from dither.files.atomic import atomic_write, check_writable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from dither.color_count.count import ColorCount
    from dither.color_count.gap_statistic import ColorGrid, GapEstimate
    from dither.images.raster_image import RasterImage
    from dither.optimizer.optimize import OnProgress
    from dither.palettes.palette import Palette

_PLOT_ENDINGS = (".png", ".svg", ".pdf")


class PalettesChoice(enum.StrEnum):
    """What the Gap statistic dithers to."""

    grids = "grids"
    median_cut = "median-cut"
    k_means = "k-means"
    optimized = "optimized"


def colors(
    image: Annotated[
        Path,
        typer.Argument(
            help="PNG, JPEG, TIFF, WebP, BMP, GIF (first frame) or PNM, - for standard input."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Draw the plot here: .png, .svg or .pdf."),
    ] = None,
    palettes: Annotated[
        PalettesChoice,
        typer.Option(
            help="Of the Gap statistic: grids of 8 to 32768 colours, as published, or made of the "
            "image, 2 to 256."
        ),
    ] = PalettesChoice.grids,
    permutations: Annotated[
        int,
        typer.Option(
            callback=in_range(2, 10000), help="At most; fewer where the gap is known to a tenth."
        ),
    ] = 100,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            "-s",
            callback=in_range(0, (1 << 32) - 1),
            help="Of the permutations and the colours.",
        ),
    ] = 0,
    threads: Annotated[int, typer.Option(callback=in_range(1, 256), help="At work at once.")] = 1,
    max_pixels: MaxPixelsOption = 1 << 28,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Tell how many colours an image needs."""
    if output is not None:
        _check_output(output, image, force)
    said: list[str] = []  # at the end: what fails leaves nothing to tell of but why
    picture = _read(image, max_pixels, said.append)
    with progress_bar("colors", None, quiet) as on_progress:
        try:
            found = _found(picture, palettes, permutations, seed, threads, on_progress)
        except InputError as error:
            raise InputError(f"{_title(image)}: {error}") from None
    if output is not None:
        from dither.color_count.plot import color_plot

        figure = color_plot(found.estimates, found.counts, found.chosen, printable(image.name))
        with atomic_write(output, replace=force) as file:
            figure.savefig(file, format=output.suffix.lower().removeprefix("."), dpi=100)
        said.append(f"{_title(image)} -> {output}")
    for sentence in said:
        log(sentence, quiet=quiet)
    if json_output:
        about = {"input": str(image), "output": None if output is None else str(output)}
        print(json.dumps({**about, "palettes": palettes.value, "seed": seed, **found.report()}))
    else:
        print(found.text())


class _Found(NamedTuple):
    """The figures of an image.

    Attributes:
        estimates: of the Gap statistic.
        counts: of the numbers of colours.
        chosen: the fewest colours that are hardly seen, and what the optimizer makes of them.
    """

    estimates: "Sequence[GapEstimate]"
    counts: "Sequence[ColorCount]"
    chosen: "ColorCount"

    def choices(self) -> dict[str, int]:
        """The number of colours that each rule chooses."""
        from dither.color_count.curve import elbow_count
        from dither.color_count.gap_statistic import largest_gap, one_standard_error

        return {
            "hardly_visible": self.chosen.colors,
            "elbow": elbow_count(self.counts).colors,
            "largest_gap": largest_gap(self.estimates).colors,
            "largest_log_gap": largest_gap(self.estimates, log=True).colors,
            "one_standard_error": one_standard_error(self.estimates).colors,
        }

    def report(self) -> dict[str, Any]:
        """What --json tells."""
        return {
            "gap": [
                {
                    "colors": each.colors,
                    "loss": each.loss,
                    "expected": each.expected,
                    "gap": each.gap,
                    "gap_error": each.gap_error,
                    "half_width": each.half_width,
                    "log_gap": each.log_gap,
                    "log_gap_error": each.log_gap_error,
                    "permutations": len(each.null_losses),
                }
                for each in self.estimates
            ],
            "counts": [_figures(count) for count in self.counts],
            "optimized": _figures(self.chosen),
            "chosen": self.choices(),
        }

    def text(self) -> str:
        """What people read."""
        from dither.color_count.count import HARDLY_VISIBLE

        lines = ["colours       loss   shuffled        gap   +-         log gap  +-      shuffles"]
        lines += [
            f"{each.colors:7} {each.loss:10.4g} {each.expected:10.4g} {each.gap:10.3g}   "
            f"{each.gap_error:<8.2g} {each.log_gap:8.4f}  {each.log_gap_error:.4f} "
            f"{len(each.null_losses):7}"
            for each in self.estimates
        ]
        lines += ["", "colours  blurred error  PNG bytes"]
        lines += [f"{each.colors:7} {each.error:14.2f} {each.png_bytes:10}" for each in self.counts]
        chosen = self.choices()
        return "\n".join(
            [
                *lines,
                "",
                f"{self.chosen.colors} colours: the fewest that dither optimize makes hardly visible, "
                f"with a blurred error of at most {HARDLY_VISIBLE:g} ({self.chosen.error:.2f} in "
                f"{self.chosen.png_bytes} bytes)",
                f"{chosen['elbow']} colours: the elbow of error and bytes",
                f"{chosen['largest_gap']} colours: the largest gap; {chosen['largest_log_gap']}: the "
                f"largest log gap; {chosen['one_standard_error']}: the rule of one standard error",
            ]
        )


def _figures(count: "ColorCount") -> dict[str, Any]:
    return {"colors": count.colors, "error": count.error, "png_bytes": count.png_bytes}


def _found(
    picture: "RasterImage",
    palettes: PalettesChoice,
    permutations: int,
    seed: int,
    threads: int,
    on_progress: "OnProgress",
) -> _Found:
    from dither.color_count.count import count_colors, optimized_counts
    from dither.color_count.curve import COLOR_COUNTS, color_curve
    from dither.color_count.gap_statistic import GapConfig, gap_statistic
    from dither.images.mask import fill_masked, transparent_mask
    from dither.samples import eight_bit_colors

    wanted = eight_bit_colors(picture.color)
    ignored = transparent_mask(picture.alpha)
    options: dict[str, Any] = {"ignored": ignored, "seed": seed, "threads": threads}
    optimized = palettes is PalettesChoice.optimized
    curve = (optimized_counts if optimized else color_curve)(wanted, **options)
    counts = []
    for count in curve:
        counts.append(count)
        on_progress(0.5 * len(counts) / len(COLOR_COUNTS), f"{count.colors} colours")
    number = count_colors(wanted, known=counts if optimized else (), **options)
    # Of a picture with few colours of its own, their number would follow.
    chosen = next(iter(optimized_counts(wanted, [number], **options)))
    on_progress(0.7, f"{number} colours")
    # In what is diffused, clear pixels are like their neighbours.
    seen = wanted if ignored is None else fill_masked(wanted, ignored)
    estimates = gap_statistic(
        seen,
        _palettes(seen, palettes, counts, seed),
        GapConfig(permutations, fewest=min(permutations, GapConfig.fewest)),
        seed=seed,
        threads=threads,
        on_progress=lambda share, word: on_progress(0.7 + 0.3 * share, word),
    )
    return _Found(estimates, counts, chosen)


def _palettes(
    wanted: "np.ndarray", palettes: PalettesChoice, counts: "Sequence[ColorCount]", seed: int
) -> "Sequence[ColorGrid | Palette]":
    from dither.color_count.gap_statistic import COLOR_GRIDS
    from dither.palettes.from_image import k_means, median_cut

    if palettes is PalettesChoice.grids:
        return COLOR_GRIDS
    if palettes is PalettesChoice.optimized:
        return [count.palette for count in counts]
    if palettes is PalettesChoice.median_cut:
        return [median_cut(wanted, count.colors) for count in counts]
    return [k_means(wanted, count.colors, seed=seed) for count in counts]


def _check_output(output: Path, image: Path, force: bool) -> None:
    if output.suffix.lower() not in _PLOT_ENDINGS:
        raise InputError(f"cannot draw {output}: it must end in {', '.join(_PLOT_ENDINGS)}")
    if os.path.realpath(output) == os.path.realpath(image):
        raise InputError(f"the plot would be drawn over the image {image}")
    check_writable(output, replace=force)
    importlib.import_module("matplotlib")  # that it is missing is noticed before the work


def _title(image: Path) -> str:
    return "standard input" if image == STREAM else str(image)


def _read(image: Path, max_pixels: int, say: "Callable[[str], None]") -> "RasterImage":
    from dither.images.animation import read_animation

    source = standard_input() if image == STREAM else image
    try:
        animation = read_animation(
            source,
            max_pixels=max_pixels,
            name=_title(image),
            log=say,
        )
    except TooLargeError as error:
        raise InputError(f"{error}; --max-pixels raises this limit") from None
    return animation.frames[0]
