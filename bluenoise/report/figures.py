"""The figures of a report: pictures of a matrix with their scale, caption and description.

Scales are whole numbers where possible, so that every pixel is drawn as a whole square.
"""

from dataclasses import dataclass

import numpy as np

from bluenoise.report.measurements import Measurement, Measurements, size_text
from bluenoise.report.pictures import (
    MAX_CELLS,
    MAX_PLANES,
    dithered,
    matrix_planes,
    mean_of_frames,
    patch,
    ramp,
    shown_photo,
    spectrum_colors,
)

# Width of a figure in pixels, on a wide screen and on a phone.
WIDE, NARROW = 384, 320
_GREYS = ((1, 16), (1, 8), (1, 4), (1, 2))
_PATCH_SIZE = 92
_RAMP_SIZE = (320, 40)
# Dithered photos with more frames would add megabytes.
_PHOTO_FRAMES = 16


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture with its words.

    Attributes:
        planes: (P, H, W) or (P, H, W, 3) uint8; the slider selects one.
        caption: text below it.
        description: text for screen readers.
        scale: screen pixels per pixel on a wide screen.
        phone_scale: screen pixels per pixel on a phone; halves are whole on its finer pixels.
        repeats: tiles per side.
        cropped: whether a narrow screen cuts the edges off instead of shrinking the picture.
    """

    planes: np.ndarray
    caption: str
    description: str
    scale: float = 1
    phone_scale: float = 1
    repeats: int = 1
    cropped: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of one plane."""
        return self.planes.shape[1], self.planes.shape[2]


def matrix_figures(name: str, measured: Measurement) -> list[Figure]:
    """Return the thresholds, and a 3 x 3 tiling that would show a seam."""
    planes = matrix_planes(measured.matrix_set)
    height, width = planes.shape[1:3]
    shown = planes[:, :MAX_CELLS, :MAX_CELLS]
    longest = max(shown.shape[1:3])
    size = size_text((height, width))
    if shown.shape != planes.shape:
        size = f"the first {size_text(shown.shape[1:3])} of {size}"
    is_noise = measured.matrix_set.values is not None
    subject, cells = ("noise", "values") if is_noise else ("matrix", "thresholds")
    return [
        Figure(
            shown,
            f"The {subject}: {size} {cells}, black is lowest",
            f"{name} as grey squares, one per threshold",
            *_scales(longest),
            cropped=longest > NARROW,
        ),
        Figure(
            planes,
            "Tiled 3 × 3: a seam would show between tiles",
            f"nine tiles of {name} side by side",
            *_scales(3 * max(height, width), shrink=True),
            repeats=3,
        ),
    ]


def spectrum_figures(name: str, measured: Measurement) -> list[Figure]:
    """Return the spectra of the dot patterns and of the values, frequency 0 in the middle."""
    rows, columns = (_middle(side) for side in measured.pattern_spectrum.shape)
    own = measured.value_spectra[:MAX_PLANES]
    if len(measured.matrix_set.matrices) == 3:
        own = measured.value_spectra.mean(axis=0, keepdims=True)
    spectra = (
        (measured.pattern_spectrum[None], "Spectrum of the dot patterns, mean over all greys"),
        (own, "Spectrum of the values themselves"),
    )
    return [
        Figure(
            spectrum_colors(power)[:, rows, columns],
            caption,
            f"{caption}, of {name}: frequency 0 in the middle, 1/2 cycle per pixel at the edges",
            *_scales(min(max(measured.pattern_spectrum.shape), MAX_CELLS)),
        )
        for power, caption in spectra
    ]


def patch_figures(name: str, measured: Measurement, *, alone: bool) -> list[Figure]:
    """Return the dot patterns of four greys; larger if the matrix is alone."""
    return [
        Figure(
            patch(measured.matrix_set, above / below, _PATCH_SIZE),
            f"{above}/{below}",
            f"the grey {above}/{below} thresholded by {name}, white dots on black",
            scale=3 if alone else 2,
            phone_scale=1.5,
        )
        for above, below in _GREYS
    ]


def ramp_figure(name: str, measured: Measurement, *, alone: bool) -> Figure:
    """Return a ramp of all greys at 1 bit; larger if the matrix is alone."""
    return Figure(
        dithered(ramp(*_RAMP_SIZE), measured.matrix_set, 1)[None],
        "A ramp at 1 bit",
        f"a ramp from black to white, at 1 bit by {name}",
        scale=3 if alone else 1,
    )


def photo_figures(name: str, measured: Measurement, photo: np.ndarray) -> list[Figure]:
    """Return the photo, dithered to 1 bit, and to 2 bits or, with frames, averaged over them."""
    matrix_set = measured.matrix_set
    frames = matrix_set.shape[0] if matrix_set.has_frames else 1
    shown_frames = frames if frames <= _PHOTO_FRAMES else 1
    one_bit = np.stack([dithered(photo, matrix_set, 1, frame) for frame in range(shown_frames)])
    figures = [
        (shown_photo(photo, matrix_set)[None], "The photo", "the photo before dithering"),
        (one_bit, "At 1 bit", f"the photo at 1 bit by {name}"),
    ]
    if frames > 1:
        mean = mean_of_frames(photo, matrix_set, 1)[None]
        description = f"the mean of the {frames} dithered frames by {name}"
        figures.append((mean, f"At 1 bit, mean of all {frames} frames", description))
    else:
        two_bits = dithered(photo, matrix_set, 2)[None]
        figures.append((two_bits, "At 2 bits", f"the photo at 2 bits by {name}"))
    return [Figure(planes, caption, text, cropped=True) for planes, caption, text in figures]


def plane_count(content: Measurements) -> int:
    """Return the largest number of frames or channels, the range of the slider."""
    return max(len(matrix_planes(each.matrix_set)) for each in content.matrices.values())


def _middle(side: int) -> slice:
    """Return the shown part of a side: at most MAX_CELLS in its middle."""
    start = max(0, (side - MAX_CELLS) // 2)
    return slice(start, start + min(side, MAX_CELLS))


def _scales(side: int, *, shrink: bool = False) -> tuple[float, float]:
    """Return the scales on a wide screen and on a phone: whole and half numbers, or a reduction."""
    if shrink and side > WIDE:
        return WIDE / side, NARROW / side
    return max(1, WIDE // side), max(1, (2 * NARROW // side) / 2)
