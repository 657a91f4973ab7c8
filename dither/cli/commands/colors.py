"""`dither colors`: find how many colours an image needs."""

import enum
import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from dither.cli.choices import IntentChoice
from dither.cli.declare import DITHERING
from dither.cli.inputs import name_errors, read_input, title
from dither.cli.options import (
    IntentOption,
    MaxPixelsOption,
    NoColorManagementOption,
    SeedOption,
    threads_option,
)
from dither.cli.plots import check_plot, write_plot
from dither.console.messages import log, printable
from dither.console.options import (
    INPUT,
    OUTPUT,
    ForceOption,
    JsonOption,
    QuietOption,
    number,
    option,
)
from dither.console.progress import progress_bar
from dither.parallel.processors import thread_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from dither.color_count.count import ColorCount
    from dither.color_count.gap_estimate import GapEstimate
    from dither.color_count.gap_statistic import ColorGrid
    from dither.images.raster_image import RasterImage
    from dither.palettes.palette import Palette
    from dither.progress import OnProgress

_ABOUT_THE_GAP = (
    "Gap statistic of Floyd-Steinberg dithering (Kraaijenbrink 2020): mean loss of the pixels in",
    "random order minus loss of the image. Use it to compare how smooth pictures are at the scale",
    "of a palette's steps: the further below 0, the smoother. It does not count visible colours:",
    "for photos, its choice is the largest palette.",
)


class PalettesChoice(enum.StrEnum):
    """The palettes of the Gap statistic."""

    grids = "grids"
    median_cut = "median-cut"
    k_means = "k-means"
    optimized = "optimized"


def colors(
    image: Annotated[
        Path,
        typer.Argument(
            metavar="IMAGE",
            rich_help_panel=INPUT,
            help="PNG, JPEG, TIFF, WebP, BMP, GIF (first frame) or PNM, or - for standard input.",
        ),
    ],
    max_pixels: MaxPixelsOption = 1 << 28,
    no_color_management: NoColorManagementOption = False,
    output: Annotated[
        Path | None,
        option(OUTPUT, "Draw the plot here: .png, .svg or .pdf.", "--output", "-o", value="FILE"),
    ] = None,
    json_output: JsonOption = False,
    force: ForceOption = False,
    quiet: QuietOption = False,
    palettes: Annotated[
        PalettesChoice,
        option(
            DITHERING,
            "Palettes of the Gap statistic: grids of 8 to 32768 colours, as published, or palettes of "
            "2 to 256 colours made from the image.",
        ),
    ] = PalettesChoice.grids,
    permutations: Annotated[
        int,
        number(
            DITHERING,
            *(2, 10000),
            "Maximum number of permutations; fewer if the gap is known to a tenth.",
        ),
    ] = 100,
    intent: IntentOption = None,
    seed: SeedOption = 0,
    threads: Annotated[int | None, threads_option()] = None,
) -> None:
    """Find how many colours an image needs.

    Prints the smallest palette whose error is barely visible, which is also that of `dither optimize
    --colors auto`; then the elbow of error and bytes, a table of both, and the Gap statistic, which
    compares how smooth pictures are and does not count visible colours.
    """
    if output is not None:
        check_plot(output, [image], replace=force)
    messages: list[str] = []  # logged at the end: after an error only the error counts
    managed = not no_color_management
    picture = read_input(image, max_pixels, messages.append, color_management=managed).frames[0]
    count = thread_count(1 if threads is None else threads)
    with progress_bar("colors", None, quiet) as on_progress, name_errors(image):
        found = _findings(picture, palettes, permutations, intent, seed, count, on_progress)
    if output is not None:
        from dither.color_count.plot import color_plot

        figure = color_plot(found.estimates, found.counts, found.chosen, printable(image.name))
        write_plot(figure, output, replace=force)
        messages.append(f"{title(image)} -> {output}")
    for message in messages:
        log(message, quiet=quiet)
    if json_output:
        paths = {"input": str(image), "output": None if output is None else str(output)}
        print(json.dumps({**paths, "palettes": palettes.value, "seed": seed, **found.report()}))
    else:
        print(found.text(image))


class _Findings(NamedTuple):
    """The measurements of an image.

    Attributes:
        estimates: of the Gap statistic.
        counts: error and size by number of colours.
        curve: how the palettes of the counts were made.
        chosen: the smallest palette whose error is barely visible, optimised.
    """

    estimates: "Sequence[GapEstimate]"
    counts: "Sequence[ColorCount]"
    curve: str
    chosen: "ColorCount"

    def choices(self) -> dict[str, int]:
        """Return the number of colours that each rule chooses."""
        from dither.color_count.curve import elbow_count
        from dither.color_count.gap_estimate import largest_gap, one_standard_error

        return {
            "hardly_visible": self.chosen.colors,
            "elbow": elbow_count(self.counts).colors,
            "largest_gap": largest_gap(self.estimates).colors,
            "largest_log_gap": largest_gap(self.estimates, log=True).colors,
            "one_standard_error": one_standard_error(self.estimates).colors,
        }

    def report(self) -> dict[str, Any]:
        """Return the entries for --json."""
        return {
            "gap": [_gap_figures(estimate) for estimate in self.estimates],
            "counts": [_figures(count) for count in self.counts],
            "optimized": _figures(self.chosen),
            "chosen": self.choices(),
        }

    def text(self, image: Path) -> str:
        """Return the choices and tables: the number that works first, then the Gap statistic."""
        from dither.color_count.count import HARDLY_VISIBLE

        chosen = self.choices()
        made = image.with_name(f"{image.stem or 'image'}-{self.chosen.colors}.png")
        command = ["dither", "optimize", str(image), "-o", str(made)]
        lines = [
            f"{self.chosen.colors} colours: the smallest palette whose error is barely visible",
            f"(blurred error {self.chosen.error:.2f} of at most {HARDLY_VISIBLE:g}; "
            f"{self.chosen.png_bytes} bytes as PNG). Make it with:",
            f"  {shlex.join([*command, '--colors', str(self.chosen.colors)])}",
            "",
            f"{chosen['elbow']} colours: the elbow, where the error stops falling steeply",
            "",
            f"colours  blurred error  PNG bytes   ({self.curve})",
            *(f"{each.colors:7} {each.error:14.2f} {each.png_bytes:10}" for each in self.counts),
            "",
            *_ABOUT_THE_GAP,
            "",
            "colours       loss   shuffled        gap   +-         log gap  +-      shuffles",
        ]
        lines += [
            f"{each.colors:7} {each.loss:10.4g} {each.expected:10.4g} {each.gap:10.3g}   "
            f"{each.gap_error:<8.2g} {each.log_gap:8.4f}  {each.log_gap_error:.4f} "
            f"{len(each.null_losses):7}"
            for each in self.estimates
        ]
        lines.append(
            f"Largest gap: {chosen['largest_gap']} colours; largest log gap: "
            f"{chosen['largest_log_gap']}; one-standard-error rule: {chosen['one_standard_error']}"
        )
        return "\n".join(lines)


def _gap_figures(estimate: "GapEstimate") -> dict[str, Any]:
    names = "colors loss expected gap gap_error half_width log_gap log_gap_error"
    figures = {name: getattr(estimate, name) for name in names.split()}
    return {**figures, "permutations": len(estimate.null_losses)}


def _figures(count: "ColorCount") -> dict[str, Any]:
    return {"colors": count.colors, "error": count.error, "png_bytes": count.png_bytes}


def _findings(
    picture: "RasterImage",
    palettes: PalettesChoice,
    permutations: int,
    intent: IntentChoice | None,
    seed: int,
    threads: int,
    on_progress: "OnProgress",
) -> _Findings:
    from dither.color_count.count import optimized_counts, smallest_palette
    from dither.color_count.curve import COLOR_COUNTS, color_curve
    from dither.color_count.gap_statistic import GapConfig, gap_statistic
    from dither.console.compiled_cache import keep_compiled_code
    from dither.preparation.mask import fill_masked, transparent_mask
    from dither.samples import eight_bit_colors

    keep_compiled_code()
    wanted = eight_bit_colors(picture.color)
    mask = transparent_mask(picture.alpha)
    options: dict[str, Any] = {"mask": mask, "seed": seed, "threads": threads}
    searched = {**options, "intent": None if intent is None else str(intent)}
    optimized = palettes is PalettesChoice.optimized
    curve = optimized_counts(wanted, **searched) if optimized else color_curve(wanted, **options)
    counts = []
    for count in curve:
        counts.append(count)
        on_progress(0.5 * len(counts) / len(COLOR_COUNTS), f"{count.colors} colours")
    chosen = smallest_palette(wanted, known=() if optimized else counts, **searched).measured
    on_progress(0.7, f"{chosen.colors} colours")
    # Transparent pixels take the colours of their neighbours, and so diffuse little error.
    seen = wanted if mask is None else fill_masked(wanted, mask)
    estimates = gap_statistic(
        seen,
        _palettes(seen, palettes, counts, seed),
        GapConfig(permutations, fewest=min(permutations, GapConfig.fewest)),
        seed=seed,
        threads=threads,
        on_progress=lambda share, text: on_progress(0.7 + 0.3 * share, text),
    )
    made = "optimized palettes" if optimized else "refitted k-means palettes, which err more"
    return _Findings(estimates, counts, made, chosen)


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
