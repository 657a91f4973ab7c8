"""Which pictures a report shows of a matrix, how large, and what is said of them.

Pixels are drawn as whole squares; the scales are chosen so that this holds on a page and in a picture.
"""

from dataclasses import dataclass

import numpy as np

from bluenoise.report.measured import Measured, sides
from bluenoise.report.pictures import (
    MOST_CELLS,
    MOST_PLANES,
    dithered,
    matrix_planes,
    mean_of_frames,
    patch,
    ramp,
    shown_photo,
    spectrum_colors,
)
from bluenoise.report.study import Study

# Pixels across a figure: where there is room, and on a phone.
WIDE, NARROW = 384, 320
SHARES = ((1, 16), (1, 8), (1, 4), (1, 2))
_PATCH = 92
_RAMP = (320, 40)
# Dithered photos of more frames would fill megabytes.
_PHOTO_FRAMES = 16


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture with its words.

    Attributes:
        planes: (P, H, W) or (P, H, W, 3) uint8, of which one is seen at a time.
        caption: below it.
        description: for those who do not see it.
        scale: pixels of the screen for each of its own, where it has room.
        phone: likewise on a narrow screen; a half is whole on its finer pixels.
        repeats: how often it stands side by side, and below itself.
        cropped: whether it loses its edges, not its pixels, where the screen is narrower.
    """

    planes: np.ndarray
    caption: str
    description: str
    scale: float = 1
    phone: float = 1
    repeats: int = 1
    cropped: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of one plane."""
        return self.planes.shape[1], self.planes.shape[2]


def matrix_figures(name: str, each: Study) -> list[Figure]:
    """The thresholds, and nine of them without a seam."""
    planes = matrix_planes(each.subject)
    height, width = planes.shape[1:3]
    seen = planes[:, :MOST_CELLS, :MOST_CELLS]
    whole = seen.shape == planes.shape
    shown = sides((height, width))
    kind, what = (
        ("noise", "values") if each.subject.values is not None else ("matrix", "thresholds")
    )
    cells = shown if whole else f"the first {sides(seen.shape[1:3])} of {shown}"
    return [
        Figure(
            seen,
            f"The {kind}: {cells} {what}, black the lowest",
            f"{name} as grey squares, a square for each threshold",
            *_scales(max(seen.shape[1:3])),
            cropped=max(seen.shape[1:3]) > NARROW,
        ),
        Figure(
            planes,
            "Tiled 3 × 3: a seam would show where tiles meet",
            f"nine tiles of {name} side by side",
            *_scales(3 * max(height, width), shrink=True),
            repeats=3,
        ),
    ]


def spectrum_figures(name: str, each: Study) -> list[Figure]:
    """Of the patterns, and of the values themselves; frequency 0 in the middle."""
    rows, columns = (_middle(side) for side in each.patterns.shape)
    own = each.spectra.mean(axis=0, keepdims=True)
    if len(each.subject.matrices) != 3:
        own = each.spectra[:MOST_PLANES]
    texts = (
        (each.patterns[None], "Spectrum of its patterns, the mean of all greys"),
        (own, "Spectrum of the values themselves"),
    )
    return [
        Figure(
            spectrum_colors(power)[:, rows, columns],
            caption,
            f"{caption} of {name}: frequency 0 in the middle, 1/2 cycle per pixel at the edges",
            *_scales(min(max(each.patterns.shape), MOST_CELLS)),
        )
        for power, caption in texts
    ]


def patch_figures(name: str, each: Study, *, alone: bool) -> list[Figure]:
    """Four greys, thresholded."""
    scale = 3 if alone else 2
    return [
        Figure(
            patch(each.subject, above / below, _PATCH),
            f"{above}/{below}",
            f"the grey {above}/{below} thresholded by {name}, white dots on black",
            scale,
            1.5,
        )
        for above, below in SHARES
    ]


def ramp_figure(name: str, each: Study, *, alone: bool) -> Figure:
    """All greys at 1 bit."""
    return Figure(
        dithered(ramp(*_RAMP), each.subject, 1)[None],
        "A ramp at 1 bit",
        f"a ramp from black to white, at 1 bit by {name}",
        3 if alone else 1,
    )


def photo_figures(name: str, each: Study, photo: np.ndarray) -> list[Figure]:
    """The photo as it is, and at few bits; of frames also what their mean leaves."""
    subject = each.subject
    frames = subject.matrices[0].planes.shape[0]
    played = frames if frames <= _PHOTO_FRAMES else 1
    one_bit = np.stack([dithered(photo, subject, 1, frame) for frame in range(played)])
    shown = [
        (shown_photo(photo, subject)[None], "The photo", "the photo before dithering"),
        (one_bit, "At 1 bit", f"the photo at 1 bit by {name}"),
    ]
    if frames > 1:
        shown.append(
            (
                mean_of_frames(photo, subject, 1)[None],
                f"At 1 bit, the mean of all {frames} frames",
                f"the mean of the {frames} dithered frames by {name}",
            )
        )
    else:
        shown.append(
            (dithered(photo, subject, 2)[None], "At 2 bits", f"the photo at 2 bits by {name}")
        )
    return [Figure(planes, caption, text, cropped=True) for planes, caption, text in shown]


def most_planes(content: Measured) -> int:
    """Through how many frames, or channels, a slider goes."""
    return max(len(matrix_planes(each.subject)) for each in content.studies.values())


def _middle(side: int) -> slice:
    """What is shown of a side: all of it, or as much in the middle as there is room for."""
    start = max(0, (side - MOST_CELLS) // 2)
    return slice(start, start + min(side, MOST_CELLS))


def _scales(side: int, *, shrink: bool = False) -> tuple[float, float]:
    """Where there is room, and on a phone: whole and half numbers, below 1 only to shrink."""
    if shrink and side > WIDE:
        return WIDE / side, NARROW / side
    return max(1, WIDE // side), max(1, (2 * NARROW // side) / 2)
