"""A self-contained HTML page to compare dithered images with their original."""

import html
import importlib.resources
import json
import math
import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from dither.color import linear_to_srgb, oklab_to_linear
from dither.comparison.compare import Comparison, png_bytes
from dither.comparison.embedded import Picture, data_address, picture_address, shown_pixels
from dither.comparison.error_map import SIGMA, error_map, map_codes, map_step, map_top
from dither.comparison.measures import Measure, best_indices, hue_name, shown_measures
from dither.images.raster_image import is_gray
from dither.metrics.viewing import Nasanen
from dither.progress import OnProgress, no_progress

# Below the table, for one image or for several.
_ADVICE = (
    "Lower (↓) or higher (↑) is better. No measure replaces looking at the image.",
    "The best of each column is marked; lower (↓) or higher (↑) is better. No measure replaces looking "
    "at the images: choose a name to see one.",
)
# In the order in which they depend on each other.
_SCRIPTS = ("pictures.js", "blur.js", "stage.js", "gestures.js", "controls.js")
# Blurs to choose from, in pixels; the first two are those of the measures.
_BLURS = (1.5, 2.5, 5.0)
_DOTS_PER_INCH = 96
# Just noticeable difference of OKLab, times 100 (see `dither.color_count.count`).
_JUST_NOTICEABLE = 2
# Colours of a map from no error to the largest, as OKLab lightness, chroma and hue in degrees: those of
# a flame. Lightness rises evenly, so that the order is clear without colour vision.
_FLAME = (
    (0.17, 0.02, 285),
    (0.31, 0.10, 300),
    (0.45, 0.16, 345),
    (0.59, 0.18, 20),
    (0.73, 0.16, 55),
    (0.87, 0.14, 90),
    (0.98, 0.06, 105),
)


def comparison_page(
    original: Picture,
    dithered: Sequence[Picture],
    comparisons: Sequence[Comparison],
    *,
    on_progress: OnProgress = no_progress,
) -> str:
    """Return the page: images with slider, zoom, blink, blur and error maps, and a table of measures.

    It loads nothing else and works from disk. Images are embedded in full size with 8 bits per channel.

    Args:
        original: the original.
        dithered: dithered images of the same size.
        comparisons: for each dithered image, from `dither.compare`.
        on_progress: called with the share of the work done, 0 to 1, and a short text.

    Returns:
        HTML.

    Raises:
        InputError: as `dither.compare`.

    Example:
        >>> from dither.comparison.compare import compare
        >>> gray, dots = np.full((2, 2), 127, np.uint8), np.eye(2) > 0
        >>> page = comparison_page(Picture("a", gray), [Picture("b", dots)], [compare(gray, dots)])
        >>> page[:15], "https://" in page
        ('<!DOCTYPE html>', False)
    """
    steps = 2 * len(dithered) + 1
    maps = []
    for index, picture in enumerate(dithered):
        on_progress(index / steps, "error map")
        maps.append(error_map(original.pixels, picture.pixels))
    top = map_top(maps)
    pictures: list[dict[str, Any]] = []
    for index, picture in enumerate((original, *dithered)):
        on_progress((len(dithered) + index) / steps, "image")
        pictures.append(
            {
                "name": picture.name,
                "address": picture_address(picture),
                "gray": is_gray(shown_pixels(picture.pixels)),
            }
        )
    for entry, errors in zip(pictures[1:], maps, strict=True):
        entry["map"] = data_address("png", png_bytes(map_codes(errors, top)))
    height, width = original.pixels.shape[:2]
    data = {
        "width": width,
        "height": height,
        "pictures": pictures,
        "blurs": [{"sigma": sigma, "distance": _distance(sigma)} for sigma in _BLURS],
        "map": {"step": map_step((height, width)), "top": top, "flame": flame()},
    }
    return string.Template(_part("page.html")).substitute(
        title=html.escape(original.name),
        size=f"{width} \N{MULTIPLICATION SIGN} {height} pixels",
        style=_part("page.css"),
        script="\n\n".join(map(_part, _SCRIPTS)),
        # A closing tag ends the script element even inside a string.
        data=json.dumps(data).replace("<", "\\u003c"),
        blurs="".join(
            f'<label><input type="radio" name="look" value="{number}">'
            f"<span>{_distance(sigma)}</span></label>"
            for number, sigma in enumerate(_BLURS, start=1)
        ),
        table=_table(dithered, comparisons),
        explanations=_explanations(comparisons),
        advice=_ADVICE[len(dithered) > 1],
        flame=", ".join(flame()),
        sigma=f"{SIGMA:g}",
        top=top,
        noticeable=_JUST_NOTICEABLE,
        ticks=_ticks(top),
    )


def flame() -> list[str]:
    """Return the colours of a map from no error to the largest, as #rrggbb.

    Example:
        >>> flame()[0]
        '#0e0e18'
    """
    lightness, chroma, degrees = np.array(_FLAME).T
    hue = np.radians(degrees)
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], axis=1)
    codes = np.rint(linear_to_srgb(np.clip(oklab_to_linear(lab), 0, 1)) * 255).astype(np.uint8)
    return [f"#{code.tobytes().hex()}" for code in codes]


def _distance(sigma: float) -> str:
    """Return the distance at which the eye blurs a screen like a Gaussian, such as "60 cm"."""
    # The frequency that the Gaussian halves.
    frequency = math.sqrt(math.log(2) / 2) / (math.pi * sigma)
    eye = Nasanen(_DOTS_PER_INCH, 1)
    # At n times the distance the transfer of the eye is its n-th power; here, at 1 cm.
    at_one = float(eye.transfer(np.array(frequency), np.array(0.0)))
    centimetres = math.log(2) / -math.log(at_one)
    if centimetres < 100:
        return f"{round(centimetres, -1):.0f} cm"
    return f"{round(centimetres / 50) / 2:g} m"


def _ticks(top: int) -> str:
    """Return the numbers below the colour scale, positioned by the square root of the error."""
    ticks = [tick for tick in (0, 1, 2, 5, 10, 20, 50) if tick < 0.7 * top] + [top]
    return "".join(
        f'<span style="left: {100 * math.sqrt(tick / top):.2f}%">{tick}</span>' for tick in ticks
    )


def _table(dithered: Sequence[Picture], comparisons: Sequence[Comparison]) -> str:
    """Return head and body of the table of measures."""
    aims = {"lowest": ("↓", "lower is better"), "highest": ("↑", "higher is better")}
    measures, head = shown_measures(comparisons), []
    for measure in measures:
        arrow, words = aims.get(measure.aim, ("", "neither is better"))
        mark = f' <span class="aim" aria-hidden="true">{arrow}</span>' if arrow else ""
        head.append(
            f'<th scope="col" title="{html.escape(measure.name)}: {words}">'
            f"{html.escape(measure.short)}{mark}</th>"
        )
    best = [best_indices(measure, comparisons) for measure in measures]
    rows = []
    for index, (picture, found) in enumerate(zip(dithered, comparisons, strict=True)):
        cells = [
            _cell(measure, found, index in indices)
            for measure, indices in zip(measures, best, strict=True)
        ]
        rows.append(
            f'<tr data-picture="{index + 1}"><th scope="row"><button type="button" class="choose" '
            f'data-picture="{index + 1}">{html.escape(picture.name)}</button></th>'
            f"{''.join(cells)}</tr>"
        )
    return (
        f'<thead><tr><th scope="col">Picture</th>{"".join(head)}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody>"
    )


def _cell(measure: Measure, found: Comparison, best: bool) -> str:
    text = measure.shown(measure.value(found))
    if measure.short == "Lost hues" and found.errors.lost_hues:
        names = ", ".join(dict.fromkeys(map(hue_name, found.errors.lost_hues)))
        text += f' <span class="hues">{names}</span>'
    if best:
        return f'<td class="best">{text}<span class="for-readers"> (best)</span></td>'
    return f"<td>{text}</td>"


def _explanations(comparisons: Sequence[Comparison]) -> str:
    parts = []
    for measure in shown_measures(comparisons):
        short = f" <span>{html.escape(measure.short)}</span>" * (measure.short not in measure.name)
        parts.append(
            f"<div><dt>{html.escape(measure.name)}{short}</dt>"
            f"<dd>{html.escape(measure.about)}</dd></div>"
        )
    return "".join(parts)


def _part(name: str) -> str:
    """Return the content of a file in the folder `browser`."""
    folder = importlib.resources.files("dither.comparison").joinpath("browser")
    return folder.joinpath(name).read_text(encoding="utf-8").strip()
