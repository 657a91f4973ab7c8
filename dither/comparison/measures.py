"""Names and explanations of the measures, and the best image for each."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dither.comparison.compare import Comparison

# Names of OKLab hues, by the last degree of each.
_HUES = (
    (15, "pink"),
    (45, "red"),
    (75, "orange"),
    (120, "yellow"),
    (165, "green"),
    (225, "cyan"),
    (285, "blue"),
    (315, "violet"),
    (345, "magenta"),
    (360, "pink"),
)


class Measure(NamedTuple):
    """A column of the table of measures.

    Attributes:
        short: heading.
        name: full name.
        about: explanation in a sentence or two.
        value: gets the value from a comparison.
        shown: formats a value.
        aim: "lowest" or "highest", whichever is best, or "" if neither is.
    """

    short: str
    name: str
    about: str
    value: Callable[[Comparison], float]
    shown: Callable[[float], str]
    aim: str = "lowest"


_two_digits, _three_digits, _whole = "{:.2f}".format, "{:.3f}".format, "{:.0f}".format

MEASURES = (
    Measure(
        "B1.5",
        "Blurred error, near",
        "Colour error from a distance at which dots blend: the root mean square distance in OKLab, "
        "times 100, after a Gaussian blur of 1.5 pixels in linear light. Below 1 it is barely visible; "
        "2 is a just noticeable difference.",
        lambda found: found.errors.blurred_1_5,
        _two_digits,
    ),
    Measure(
        "B2.5",
        "Blurred error, farther",
        "The same after a blur of 2.5 pixels, from farther away. Errors that remain are errors of tone "
        "rather than of texture.",
        lambda found: found.errors.blurred_2_5,
        _two_digits,
    ),
    Measure(
        "S-CIELAB",
        "S-CIELAB difference",
        "Mean colour difference after the blur of the eye, which is wider for colours than for "
        "lightness, on a screen half a metre away. Coarse dots increase it.",
        lambda found: found.errors.scielab,
        _two_digits,
    ),
    Measure(
        "Grain",
        "Grain",
        "Fine noise in lightness that dithering adds, seen close up. It is low for smooth images, but "
        "also for images that lost their detail: compare it with the blurred error.",
        lambda found: found.errors.grain,
        _two_digits,
    ),
    Measure(
        "S2",
        "Structure at a half",
        "Structural similarity (SSIM) of lightness after scaling both images to half their size in "
        "linear light. 1 means identical.",
        lambda found: found.errors.ssim_half,
        _three_digits,
        "highest",
    ),
    Measure(
        "S4",
        "Structure at a quarter",
        "The same at a quarter of the size: edges and shapes seen from far away.",
        lambda found: found.errors.ssim_quarter,
        _three_digits,
        "highest",
    ),
    Measure(
        "MS-SSIM",
        "Structure over five sizes",
        "Structural similarity over five sizes, from full size to a sixteenth, weighted as by the eye.",
        lambda found: found.errors.ssim_multi_scale,
        _three_digits,
        "highest",
    ),
    Measure(
        "Look",
        "Look",
        "One number for how the image has changed, on about the scale of SSIMULACRA2: 100 for the "
        "original, 80 for a hardly visible change, 60 for a good picture of few colours, 40 for a "
        "coarse one.",
        lambda found: found.look,
        "{:.1f}".format,
        "highest",
    ),
    Measure(
        "Lost hues",
        "Lost hues",
        "Number of hues, out of twelve, that the original has and the dithered image has not.",
        lambda found: len(found.errors.lost_hues),
        _whole,
    ),
    Measure(
        "Colours",
        "Number of colours",
        "Number of distinct colours. Neither few nor many is better.",
        lambda found: found.colors,
        _whole,
        "",
    ),
    Measure(
        "PNG bytes",
        "Size as PNG",
        "Size of the pixels as a PNG with the fewest bits per pixel, whatever the file was.",
        lambda found: found.png_bytes,
        "{:,.0f}".format,
    ),
)
# For images that come from files.
_FILE_BYTES = Measure(
    "File bytes",
    "File size",
    "Size of the file itself; of a clip, of all its frames.",
    lambda found: found.file_bytes or 0,
    "{:,.0f}".format,
)


def shown_measures(comparisons: Sequence[Comparison]) -> tuple[Measure, ...]:
    """Return the measures that all comparisons have.

    Example:
        >>> shown_measures([])[-1].short
        'PNG bytes'
    """
    from_files = [found.file_bytes is not None for found in comparisons]
    return (*MEASURES, _FILE_BYTES) if from_files and all(from_files) else MEASURES


def best_indices(measure: Measure, comparisons: Sequence[Comparison]) -> frozenset[int]:
    """Return the indices of the best in a measure; values that are shown alike are ties.

    There is no best if all are alike, or if neither low nor high is better.

    Example:
        >>> best_indices(MEASURES[0], [])
        frozenset()
    """
    if not measure.aim or not comparisons:
        return frozenset()
    values = [measure.value(found) for found in comparisons]
    best = measure.shown(min(values) if measure.aim == "lowest" else max(values))
    indices = [index for index, value in enumerate(values) if measure.shown(value) == best]
    return frozenset(indices if len(indices) < len(values) else ())


def hue_name(degrees: float) -> str:
    """Return the name of an OKLab hue.

    Args:
        degrees: 0 to 360, as in `lost_hues`.

    Example:
        >>> hue_name(255.0)
        'blue'
    """
    return next(name for end, name in _HUES if degrees <= end)
