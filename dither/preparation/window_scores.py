"""Score windows of an image: text and line art against photographs.

In text, most samples are near the darkest or the lightest of a window, and the rest are steep edges.

Source: a logistic regression on synthetic pages (text in three fonts, charts, bar codes; clean, JPEG of
quality 40 and 75, scanned with noise) and eight photographs, with noise of 0, 8 and 20 codes.
"""

import numpy as np

from dither.preparation.cells import split_cells, window, window_mean

CELL = 8
# A sample within this share of a window's contrast from its darkest or lightest is at an end.
_END = 0.15
# The score is the share of samples at an end, plus this weight times the mean step over the contrast,
# less a constant. Steps count as far as they exceed twice the noise. Logistic regression gives 1, 3.58
# and 0.93. The constant is lower, because errors in photographs are corrected by their surroundings.
_STEP_WEIGHT, _CONSTANT, _NOISE_FACTOR = 3.58, 0.88, 2


def luma_of(picture: np.ndarray) -> np.ndarray:
    """Return (H, W) int16 weighted means of the codes of (H, W, 3) uint8."""
    red, green, blue = np.moveaxis(picture.astype(np.int32), -1, 0)
    return ((54 * red + 183 * green + 19 * blue) >> 8).astype(np.int16)


def steps_of(picture: np.ndarray) -> np.ndarray:
    """Return (H, W) int16: the largest difference of a channel from the next pixel, right or below."""
    codes = picture.astype(np.int16)
    steps = np.zeros(codes.shape[:2], np.int16)
    steps[:, :-1] = np.abs(np.diff(codes, axis=1)).max(axis=2)
    steps[:-1] = np.maximum(steps[:-1], np.abs(np.diff(codes, axis=0)).max(axis=2))
    return steps


def window_scores(
    luma: np.ndarray, steps: np.ndarray, noise: float
) -> tuple[np.ndarray, np.ndarray]:
    """Score the window of 3 x 3 cells around each cell; scores above 0 suggest text or line art.

    Args:
        luma: (H, W).
        steps: (H, W), as `steps_of` returns.
        noise: steps that noise makes, in codes.

    Returns:
        (rows, columns) score, and contrast in codes, at least 1.
    """
    cells = split_cells(luma, CELL)
    low = window(cells.min(axis=2), 1, np.minimum)
    contrast = np.maximum(window(cells.max(axis=2), 1, np.maximum) - low, 1)
    position = (cells - low[..., None]) / contrast[..., None].astype(np.float32)
    ends = window_mean(((position < _END) | (position > 1 - _END)).mean(axis=2), 1)
    excess = np.maximum(split_cells(steps, CELL) - _NOISE_FACTOR * noise, 0)
    step = window_mean(excess.mean(axis=2) / contrast, 1)
    return ends + _STEP_WEIGHT * step - _CONSTANT, contrast
