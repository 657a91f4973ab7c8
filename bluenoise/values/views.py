"""Views: how a renderer filters noise, by a blur of the frame and a running mean over frames."""

from typing import NamedTuple

import numpy as np

from dither.metrics.spectrum import frequency_axes
from dither.metrics.viewing import ViewingFilter, as_filter


class View(NamedTuple):
    """A blur in the plane times an average over time, as their autocorrelations on the torus.

    Attributes:
        line: (T,) float64 over time, sum 1.
        plane: (H, W) float64 in the plane, sum 1.
        white: error of independent samples with variance 1.
    """

    line: np.ndarray
    plane: np.ndarray
    white: float


def frame_view(shape: tuple[int, int, int], viewing: ViewingFilter | str | None) -> View:
    """Return the view of single frames through a filter.

    Args:
        shape: frames, rows and columns.
        viewing: blur of the frame; None for none.

    Example:
        >>> from dither.metrics.viewing import Box
        >>> round(frame_view((1, 8, 8), Box(2)).white, 6)
        0.25
    """
    line = np.zeros(shape[0])
    line[0] = 1
    plane = _plane(shape, viewing)
    return View(line, plane, float(plane[0, 0]))


def running_view(
    shape: tuple[int, int, int],
    rate: float,
    frames: int | None,
    viewing: ViewingFilter | str | None,
) -> View:
    """Return the view of a running mean, on average over the frames at which it starts.

    The mean is the first frame at first, and moves to each new frame by the rate, as the history of
    temporal antialiasing does.

    Args:
        shape: frames, rows and columns.
        rate: weight of a new frame, above 0 and at most 1.
        frames: number of frames seen, at least 1; None for very many.
        viewing: blur of the mean; None for none.

    Example:
        >>> (running_view((4, 1, 1), 0.5, 2, None).line.round(9) + 0).tolist()
        [0.5, 0.25, 0.0, 0.25]
    """
    count = frames or max(1, round(40 / rate))
    weights = rate * (1 - rate) ** np.arange(count)
    weights[-1] = (1 - rate) ** (count - 1)
    # A texture of few frames starts again.
    folded = np.bincount(np.arange(count) % shape[0], weights, shape[0])
    line = np.fft.ifft(np.abs(np.fft.fft(folded)) ** 2).real
    plane = _plane(shape, viewing)
    return View(line, plane, float((weights**2).sum() * plane[0, 0]))


def _plane(shape: tuple[int, int, int], viewing: ViewingFilter | str | None) -> np.ndarray:
    if viewing is None:
        plane = np.zeros(shape[1:])
        plane[0, 0] = 1
        return plane
    return np.fft.ifft2(as_filter(viewing).transfer(*frequency_axes(shape[1:])) ** 2).real
