"""Adjust images before dithering: their size, their tones, and a background, in one fixed order.

1. Grey, rotation, and the size (`fit` tells how). All further steps work on the pixels of the result.
2. Automatic contrast, then exposure, as one linear map of linear light, clipped once: an exposure set
   by hand corrects what the percentiles give, and would be undone by them in the other order.
3. Shadows and highlights, then gamma, on sRGB codes, which are about evenly spaced for the eye. Steps 2
   and 3 are rounded once.
4. Saturation, brightness and contrast, on sRGB codes.
5. The background: last, so that it has exactly the colour that was given, and counts in no percentile.

Only automatic contrast depends on the image; its percentiles are taken over all frames of an animation,
so that these change alike.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dither.color import to_gray
from dither.errors import InputError
from dither.images.raster_image import RasterImage, Resolution, without_opaque_alpha
from dither.images.resolution import scaled
from dither.images.rows import cut
from dither.preparation.background import framed, parse_background
from dither.preparation.fit import MAX_SCALE, Fit, Placement, Rotate, Sides, check_fit, placement
from dither.preparation.resampling import Box, resize_rows, resize_samples
from dither.preparation.tones import (
    LightChange,
    change_codes,
    change_light,
    change_saturation,
    luminance_ends,
)
from dither.samples import checked_image

MAX_FACTOR = 10.0
MAX_EXPOSURE = 5.0
MIN_GAMMA, MAX_GAMMA = 0.1, 10.0
MAX_PERCENT = 49.0
MAX_DPI = 100_000.0
_RANGES = {
    "saturation": (0.0, MAX_FACTOR),
    "brightness": (0.0, MAX_FACTOR),
    "contrast": (0.0, MAX_FACTOR),
    "exposure": (-MAX_EXPOSURE, MAX_EXPOSURE),
    "gamma": (MIN_GAMMA, MAX_GAMMA),
    "shadows": (-1.0, 1.0),
    "highlights": (-1.0, 1.0),
    "auto_contrast": (0.0, MAX_PERCENT),
    "dpi": (1.0, MAX_DPI),
}


@dataclass(frozen=True)
class Preparation:
    """Adjustments made before dithering; the defaults change nothing.

    Attributes:
        gray: convert colours to the grey of their luminance, mixed in linear light.
        resize: the new sides, or a scale factor for both, above 0 to 100.
        saturation: factor of each channel's distance from the grey of the same luminance, 0 to 10;
            0 is grey.
        brightness: factor of the sRGB codes, 0 to 10; 0 is black.
        contrast: factor of each code's distance from the middle code (127.5 of 255), 0 to 10; 0 is
            that grey everywhere.
        fit: how an image takes both sides of `resize`: "contain" adds bars, "cover" cuts off equally at
            both ends, "stretch" changes the proportions, as None does.
        rotate: degrees clockwise; "auto" turns by 90 if that fills more of the size.
        background: opaque colour in hexadecimal, such as "#ffffff", of the bars and behind transparent
            pixels. Without it, transparent pixels stay, and bars are transparent if an image has alpha
            and white if not.
        exposure: stops, -5 to 5; linear light is multiplied by 2^exposure and clipped at white.
        gamma: sRGB codes from 0 to 1 are raised to the power 1/gamma, 0.1 to 10; above 1 is lighter.
        shadows: -1 (darker) to 1 (lighter); see `dither.preparation.tones.tone_curve`.
        highlights: -1 (darker) to 1 (lighter).
        auto_contrast: stretch linear light so that this percentage of the pixels, 0 to 49, is black,
            and as many white, by their luminance; None for no stretch.
        dpi: pixels per inch of the result, 1 to 100,000; None to keep the size on paper.

    Raises:
        InputError: a value is out of range, or `fit` or `rotate` needs another `resize`.

    Example:
        >>> Preparation(contrast=1.2).brightness
        1.0
    """

    gray: bool = False
    resize: Sides | float | None = None
    saturation: float = 1.0
    brightness: float = 1.0
    contrast: float = 1.0
    fit: Fit | None = None
    rotate: Rotate = 0
    background: str | None = None
    exposure: float = 0.0
    gamma: float = 1.0
    shadows: float = 0.0
    highlights: float = 0.0
    auto_contrast: float | None = None
    dpi: float | None = None

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise InputError(f"{name} is {value}; it must be from {low:g} to {high:g}")
        if isinstance(self.resize, int | float) and not 0 < self.resize <= MAX_SCALE:
            raise InputError(
                f"the scale factor is {self.resize}; it must be above 0 and at most {MAX_SCALE:g}"
            )
        check_fit(self.resize, self.fit, self.rotate)
        if self.background is not None:
            parse_background(self.background)

    def in_frame(self, frame: Sides) -> "Preparation":
        """Return the adjustments for a frame of a known size, such as a panel's.

        A size that was chosen already stays. Without one, the frame is the size, and an image of other
        proportions gets bars unless `fit` says otherwise.

        Example:
            >>> Preparation().in_frame(Sides(800, 480)).fit
            'contain'
        """
        if self.resize is not None:
            return self
        return dataclasses.replace(self, resize=frame, fit=self.fit or "contain")

    def placement(self, shape: tuple[int, int]) -> Placement:
        """Return how an image of a height and width is turned, cut, resized and framed.

        Raises:
            InputError: `fit` or `rotate` needs a size, and there is none.
        """
        return placement(shape, self.resize, self.fit, self.rotate)

    def distorts(self, shape: tuple[int, int]) -> bool:
        """Tell whether `resize` distorts an image of a height and width, and no `fit` is chosen."""
        both = isinstance(self.resize, Sides) and self.resize.are_both_given
        return both and self.fit is None and self.placement(shape).is_distorting


def adjusted(image: RasterImage, preparation: Preparation) -> RasterImage:
    """Adjust an image; alpha is turned, cut and resized with it.

    Resizing averages linear light, weighted by alpha, with Pillow's bicubic filter (Catmull-Rom,
    widened where the image shrinks). Values below black or above white are clipped after resizing,
    after exposure, after saturation, and after brightness and contrast together.

    Args:
        image: uint8, uint16, or floats in 0..1, as sRGB codes.
        preparation: the adjustments.

    Returns:
        Samples of the same dtype; the same arrays if nothing changes.

    Raises:
        InputError: the samples have another dtype, or are floats outside 0..1; or `preparation` has no
            size for its `fit` or `rotate`.

    Example:
        >>> half = RasterImage(np.full((2, 4), 100, np.uint8))
        >>> adjusted(half, Preparation(resize=Sides(width=2), brightness=0.5)).color.tolist()
        [[50, 50]]
    """
    return adjusted_frames((image,), preparation)[0]


def adjusted_frames(
    frames: Sequence[RasterImage], preparation: Preparation
) -> tuple[RasterImage, ...]:
    """Adjust the frames of an animation alike, as `adjusted` adjusts one image.

    Args:
        frames: of one shape.
        preparation: the adjustments; automatic contrast counts the pixels of all frames together.

    Raises:
        InputError: as `adjusted`.

    Example:
        >>> dark, light = (RasterImage(np.full((1, 1), code, np.uint8)) for code in (50, 200))
        >>> both = adjusted_frames((dark, light), Preparation(auto_contrast=0))
        >>> [frame.color.item() for frame in both]
        [0, 255]
    """
    sized = [_sized(frame, preparation) for frame in frames]
    change = _light_change(sized, preparation)
    # Without a background, the bars of all frames are transparent if one frame has alpha.
    clear = preparation.background is None and any(frame.alpha is not None for frame in frames)
    done = []
    for frame, image in zip(frames, sized, strict=True):
        color, alpha = _toned(image.color, change, preparation), image.alpha
        place = preparation.placement(_shape(frame))
        if clear and alpha is None and place.frame != place.shape:
            alpha = np.full(place.shape, 255, np.uint8)
        image = RasterImage(color, alpha, image.profile)
        background, gray = preparation.background, preparation.gray
        image = framed(image, place.frame, place.offset, background, gray=gray)
        resolution = resized_resolution(frame.resolution, _shape(frame), preparation)
        done.append(dataclasses.replace(image, resolution=resolution))
    # Cutting may leave opaque pixels only.
    return without_opaque_alpha(done)


def resized_resolution(
    resolution: Resolution | None, shape: tuple[int, int], preparation: Preparation
) -> Resolution | None:
    """Return the resolution after adjustments: that which is wanted, or which keeps the size on paper.

    Args:
        resolution: pixels per inch, across and down, or None.
        shape: height and width before.
        preparation: the adjustments.

    Example:
        >>> resized_resolution((300, 300), (40, 60), Preparation(resize=0.5))
        (150.0, 150.0)
    """
    if preparation.dpi is not None:
        return preparation.dpi, preparation.dpi
    if resolution is None:
        return None
    place = preparation.placement(shape)
    across, down = resolution[::-1] if place.turns % 2 else resolution
    left, top, right, bottom = place.box
    return scaled((across, down), place.shape[1] / (right - left), place.shape[0] / (bottom - top))


def is_adjusted_in_rows(preparation: Preparation, shape: tuple[int, int]) -> bool:
    """Return whether an image of a height and width can be adjusted in bands of rows."""
    return preparation.auto_contrast is None and not preparation.placement(shape).turns


def adjusted_rows(
    bands: Iterator[RasterImage], shape: tuple[int, int], preparation: Preparation
) -> Iterator[RasterImage]:
    """Adjust an image that comes in bands of rows, as `adjusted` does.

    Args:
        bands: the image, from top to bottom.
        shape: its height and width.
        preparation: adjustments for which `is_adjusted_in_rows` is true.

    Raises:
        InputError: as `adjusted`.

    Example:
        >>> bands = iter([RasterImage(np.full((1, 2), 100, np.uint8))] * 2)
        >>> [band.color.tolist() for band in adjusted_rows(bands, (2, 2), Preparation(contrast=0))]
        [[[128, 128]], [[128, 128]]]
    """
    place = preparation.placement(shape)
    change = _light_change((), preparation)
    own = dataclasses.replace(preparation, resize=None, fit=None)
    sized = (_sized(band, own) for band in bands)
    if not place.is_cut_only:
        sized = resize_rows(sized, shape, place.shape, place.box)
    elif place.shape != shape:
        sized = _cut_out(sized, place.box)
    top, left = place.offset
    below = place.frame[0] - place.shape[0] - top
    width = place.frame[1]
    background, gray = preparation.background, preparation.gray

    def bar(image: RasterImage, height: int) -> RasterImage:
        return framed(cut(image, 0, 0), (height, width), (0, left), background, gray=gray)

    band = None
    for image in sized:
        band = RasterImage(_toned(image.color, change, preparation), image.alpha, image.profile)
        if top:
            yield bar(band, top)
            top = 0
        yield framed(band, (len(band.color), width), (0, left), background, gray=gray)
    if below and band is not None:
        yield bar(band, below)


def _cut_out(bands: Iterator[RasterImage], box: Box) -> Iterator[RasterImage]:
    """Cut a box of whole pixels out of an image in bands."""
    left, above, right, below = map(int, box)
    top = 0
    for band in bands:
        start, stop = max(above - top, 0), min(below - top, len(band.color))
        top += len(band.color)
        if start < stop:
            part = cut(band, start, stop)
            alpha = None if part.alpha is None else part.alpha[:, left:right]
            yield RasterImage(part.color[:, left:right], alpha, part.profile)


def _shape(image: RasterImage) -> tuple[int, int]:
    return image.color.shape[0], image.color.shape[1]


def _sized(image: RasterImage, preparation: Preparation) -> RasterImage:
    """Make an image grey, turn it, cut it and resize it."""
    color, alpha, profile = image.color, image.alpha, image.profile
    checked_image(color)
    place = preparation.placement(_shape(image))
    if preparation.gray and color.ndim == 3:
        color, profile = to_gray(color), None  # the profile describes RGB samples
    if place.turns:
        color = _turned(color, place.turns)
        alpha = None if alpha is None else _turned(alpha, place.turns)
    if not place.is_cut_only:
        color, alpha = resize_samples(color, alpha, place.shape, place.box)
    elif place.shape != color.shape[:2]:
        left, top, right, bottom = map(int, place.box)
        color = np.ascontiguousarray(color[top:bottom, left:right])
        alpha = None if alpha is None else np.ascontiguousarray(alpha[top:bottom, left:right])
    return RasterImage(color, alpha, profile)


def _turned(samples: np.ndarray, turns: int) -> np.ndarray:
    return np.ascontiguousarray(np.rot90(samples, -turns))


def _light_change(images: Iterable[RasterImage], preparation: Preparation) -> LightChange:
    percent, ends = preparation.auto_contrast, (0.0, 1.0)
    if percent is not None:
        ends = luminance_ends(images, percent)
    return LightChange(
        *ends,
        exposure=preparation.exposure,
        shadows=preparation.shadows,
        highlights=preparation.highlights,
        gamma=preparation.gamma,
    )


def _toned(color: np.ndarray, change: LightChange, preparation: Preparation) -> np.ndarray:
    color = change_light(color, change)
    if preparation.saturation != 1 and color.ndim == 3:
        color = change_saturation(color, preparation.saturation)
    if (preparation.brightness, preparation.contrast) != (1, 1):
        color = change_codes(color, preparation.brightness, preparation.contrast)
    return color


# The former name of `adjusted`, to be removed after release 0.1.
prepared = adjusted
