"""Fit an image to a size: which way it is turned, what is cut off, and where it is placed.

Only numbers are computed here; `resampling` and `background` make the pixels.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from dither.errors import InputError
from dither.preparation.resampling import Box

Fit = Literal["contain", "cover", "stretch"]
Rotate = Literal["auto", 0, 90, 180, 270]
MAX_SCALE = 100.0
MAX_SIDE = 65535


@dataclass(frozen=True)
class Sides:
    """Width and height of an image; if only one is given, the aspect ratio is kept.

    Attributes:
        width: in pixels, 1 to 65,535, or None.
        height: in pixels, 1 to 65,535, or None; at least one of the two is given.

    Raises:
        InputError: neither side is given, or one is out of range.

    Example:
        >>> Sides(width=320)
        Sides(width=320, height=None)
    """

    width: int | None = None
    height: int | None = None

    def __post_init__(self) -> None:
        given = [side for side in (self.width, self.height) if side is not None]
        if not given:
            raise InputError("a size needs a width, a height or both")
        for side in given:
            if not 1 <= side <= MAX_SIDE:
                raise InputError(f"a side is {side} pixels; it must be from 1 to {MAX_SIDE}")

    @property
    def are_both_given(self) -> bool:
        """Whether neither side follows from the aspect ratio of the image."""
        return self.width is not None and self.height is not None


@dataclass(frozen=True)
class Placement:
    """Steps that bring an image to its size: turn it, cut out a box, resize that, and add bars.

    Attributes:
        turns: quarter turns clockwise, 0 to 3.
        turned: (height, width) after turning.
        box: the part of the turned image that is kept.
        shape: (height, width) to which the box is resized.
        frame: (height, width) of the result; the rest is bars, in which the image is centred. If they
            cannot be equal, the right or lower one is a pixel wider.
    """

    turns: int
    turned: tuple[int, int]
    box: Box
    shape: tuple[int, int]
    frame: tuple[int, int]

    @property
    def offset(self) -> tuple[int, int]:
        """Row and column of the image's first pixel in the frame."""
        return (self.frame[0] - self.shape[0]) // 2, (self.frame[1] - self.shape[1]) // 2

    @property
    def is_cut_only(self) -> bool:
        """Whether the box consists of whole pixels that keep their size."""
        left, top, right, bottom = self.box
        whole = all(float(edge).is_integer() for edge in self.box)
        return whole and (bottom - top, right - left) == self.shape

    @property
    def is_distorting(self) -> bool:
        """Whether resizing changes the proportions by more than rounding a side to pixels does."""
        left, top, right, bottom = self.box
        across, down = self.shape[1] * (bottom - top), self.shape[0] * (right - left)
        # Each side is at most half a pixel away from the one that keeps the proportions of the other.
        half = max(right - left, bottom - top) / 2
        return abs(across - down) > half


def resized_shape(shape: tuple[int, int], resize: Sides | float | None) -> tuple[int, int]:
    """Return the height and width after resizing, rounded to the nearest pixel (halves up), at least 1.

    Args:
        shape: height and width.
        resize: new sides, a scale factor for both sides, or None to keep them.

    Example:
        >>> resized_shape((48, 80), Sides(width=40)), resized_shape((48, 80), 0.25)
        ((24, 40), (12, 20))
    """
    height, width = shape
    if resize is None:
        return shape
    if not isinstance(resize, Sides):
        new_height, new_width = height * resize, width * resize
    else:
        new_height = resize.height or height * (resize.width or width) / width
        new_width = resize.width or width * (resize.height or height) / height
    return max(1, int(new_height + 0.5)), max(1, int(new_width + 0.5))


def placement(
    shape: tuple[int, int],
    resize: Sides | float | None,
    fit: Fit | None = None,
    rotate: Rotate = 0,
) -> Placement:
    """Return how an image is turned, cut, resized and framed.

    Args:
        shape: height and width of the image.
        resize: the size of the result, or a scale factor, or None to keep the size.
        fit: "contain" shows all of the image, with bars; "cover" fills the size and cuts off equally
            at both ends; "stretch" changes the proportions, as None does.
        rotate: degrees clockwise; "auto" turns by 90 if the size is upright and the image lies, or the
            other way round, which fills more of the size.

    Raises:
        InputError: as `check_fit`, or the size that fit or rotate needs is missing.

    Example:
        >>> placement((480, 640), Sides(800, 480), "contain").offset
        (0, 80)
        >>> placement((480, 640), Sides(800, 480), "cover").box
        (0, 48.0, 640, 432.0)
    """
    check_fit(resize, fit, rotate)
    if resize is None and (fit is not None or rotate == "auto"):
        needing = f"fit {fit!r}" if fit is not None else "rotate 'auto'"
        raise InputError(f"{needing} needs the width and the height of the result")
    sides = (resize.height, resize.width) if isinstance(resize, Sides) else (None, None)
    turns = _quarter_turns(shape, sides, rotate)
    height, width = turned = (shape[1], shape[0]) if turns % 2 else shape
    box: Box = (0, 0, width, height)
    frame = resized_shape(turned, resize)
    if fit == "cover":
        box = _covering(turned, frame)
    resized = _contained(turned, frame) if fit == "contain" else frame
    return Placement(turns, turned, box, resized, frame)


def check_fit(resize: Sides | float | None, fit: Fit | None, rotate: Rotate) -> None:
    """Check the arguments of `placement`; a missing size is accepted, for frames that are known later.

    Raises:
        InputError: a value is none of those allowed, or the size lacks the width or the height that
            the other two need.
    """
    if fit is not None and fit not in get_args(Fit):
        raise InputError(f"fit is {fit!r}; it must be 'contain', 'cover' or 'stretch'")
    if rotate not in get_args(Rotate):
        raise InputError(f"rotate is {rotate!r}; it must be 'auto', 0, 90, 180 or 270")
    given = isinstance(resize, Sides) and resize.are_both_given
    for name, value, needs in (("fit", fit, fit is not None), ("rotate", rotate, rotate == "auto")):
        if needs and resize is not None and not given:
            raise InputError(
                f"{name} is {value!r}, which needs a width and a height, such as 800x480"
            )


def _quarter_turns(
    shape: tuple[int, int], sides: tuple[int | None, int | None], rotate: Rotate
) -> int:
    if rotate != "auto":
        return int(rotate) // 90
    height, width = sides
    assert height is not None
    assert width is not None
    # The share of the frame that an image fills is the smaller of the ratio of both aspect ratios and
    # its inverse. Turning raises it if exactly one of the two is upright.
    return int((shape[0] - shape[1]) * (height - width) < 0)


def _covering(shape: tuple[int, int], frame: tuple[int, int]) -> Box:
    """Return the largest centred box of the frame's proportions."""
    height, width = shape
    if frame[1] * height >= width * frame[0]:
        top, bottom = _middle(height, width * frame[0] / frame[1])
        return 0, top, width, bottom
    left, right = _middle(width, height * frame[1] / frame[0])
    return left, 0, right, height


def _middle(side: int, length: float) -> tuple[float, float]:
    """Return the ends of the middle `length` pixels of a side, at least one pixel."""
    length = max(1.0, length)
    start = (side - length) / 2
    # Whole pixels stay whole, so that cutting alone does not blur.
    start = start // 1 if length.is_integer() else start
    return start, start + length


def _contained(shape: tuple[int, int], frame: tuple[int, int]) -> tuple[int, int]:
    """Return the largest shape of the image's proportions in a frame."""
    (height, width), (new_height, new_width) = shape, frame
    if new_width * height >= width * new_height:
        return new_height, max(1, int(width * new_height / height + 0.5))
    return max(1, int(height * new_width / width + 0.5)), new_width
