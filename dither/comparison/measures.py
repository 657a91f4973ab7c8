"""What people read about each measure, and which picture is best in it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dither.comparison.compare import Comparison

# OKLab's hues of `lost_hues`, by the first degree that no longer has the name.
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
    """One column of a table.

    Attributes:
        short: its heading.
        name: in words.
        about: what it says, in a sentence or two.
        value: of a comparison.
        shown: a value as people read it.
        aim: whether the best is the lowest or the highest, or "" where neither is better.
    """

    short: str
    name: str
    about: str
    value: Callable[[Comparison], float]
    shown: Callable[[float], str]
    aim: str = "lowest"


def _two_digits(value: float) -> str:
    return f"{value:.2f}"


def _three_digits(value: float) -> str:
    return f"{value:.3f}"


def _whole(value: float) -> str:
    return f"{value:.0f}"


MEASURES = (
    Measure(
        "B1.5",
        "Blurred error, near",
        "How far the colours are off once the dots melt together: the root mean square distance in "
        "OKLab, times 100, after a Gaussian blur of 1.5 pixels in linear light. Below 1 it is hardly "
        "visible; 2 is a just noticeable difference.",
        lambda found: found.errors.blurred_1_5,
        _two_digits,
    ),
    Measure(
        "B2.5",
        "Blurred error, farther",
        "The same after a blur of 2.5 pixels, from farther away. What is left here is rather an error "
        "of tone than of texture.",
        lambda found: found.errors.blurred_2_5,
        _two_digits,
    ),
    Measure(
        "S-CIELAB",
        "S-CIELAB difference",
        "The mean colour difference after the eye's own blur, which is wider for colours than for "
        "lightness, on a screen seen from half a metre. It punishes coarse dots.",
        lambda found: found.errors.scielab,
        _two_digits,
    ),
    Measure(
        "Grain",
        "Grain",
        "How much fine noise in lightness was added, seen close up. Calm pictures have little, and so "
        "have flat ones that lost their detail: read it beside the blurred error.",
        lambda found: found.errors.grain,
        _two_digits,
    ),
    Measure(
        "S2",
        "Structure at a half",
        "Structural similarity (SSIM) of lightness after shrinking both pictures to a half in linear "
        "light. 1 is the same picture.",
        lambda found: found.errors.ssim_half,
        _three_digits,
        "highest",
    ),
    Measure(
        "S4",
        "Structure at a quarter",
        "The same at a quarter of the size: edges and shapes that are still there from afar.",
        lambda found: found.errors.ssim_quarter,
        _three_digits,
        "highest",
    ),
    Measure(
        "MS-SSIM",
        "Structure over five sizes",
        "Structural similarity over five sizes, from full to a sixteenth, weighted as the eye weights "
        "them.",
        lambda found: found.errors.ssim_multi_scale,
        _three_digits,
        "highest",
    ),
    Measure(
        "Lost hues",
        "Lost hues",
        "How many of twelve hues the original shows and the dithered picture no longer does.",
        lambda found: len(found.errors.lost_hues),
        _whole,
    ),
    Measure(
        "Colours",
        "Number of colours",
        "How many different colours the picture is made of. Neither few nor many is better.",
        lambda found: found.colors,
        _whole,
        "",
    ),
    Measure(
        "PNG bytes",
        "File size",
        "What the picture takes as a PNG in the fewest bits that hold it.",
        lambda found: found.png_bytes,
        lambda value: f"{value:,.0f}",
    ),
)


def best_indices(measure: Measure, comparisons: Sequence[Comparison]) -> frozenset[int]:
    """The places of those that are best in a measure, ties as people read them counted.

    Nobody is best where all are alike, or where neither low nor high is better.

    Example:
        >>> best_indices(MEASURES[0], [])
        frozenset()
    """
    if not measure.aim or not comparisons:
        return frozenset()
    values = [measure.value(found) for found in comparisons]
    best = measure.shown(min(values) if measure.aim == "lowest" else max(values))
    places = [place for place, value in enumerate(values) if measure.shown(value) == best]
    return frozenset(places if len(places) < len(values) else ())


def hue_name(degrees: float) -> str:
    """The word for a hue of OKLab.

    Args:
        degrees: 0 to 360, as `lost_hues` returns them.

    Example:
        >>> hue_name(255.0)
        'blue'
    """
    return next(name for end, name in _HUES if degrees <= end)
