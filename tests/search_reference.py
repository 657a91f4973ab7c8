"""The loss of the pixel search from its definition, slowly."""

import numpy as np
from scipy import ndimage

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab, srgb_to_linear
from dither.optimizer.config import SearchConfig
from dither.optimizer.search_image import SearchImage

PALETTE = srgb_to_linear(
    np.array([[0, 0, 0], [255, 255, 255], [200, 30, 40], [20, 60, 190], [230, 210, 90]]) / 255
)


def slow_loss(indices: np.ndarray, image: SearchImage, config: SearchConfig) -> float:
    """Return E: errors linearised pixel by pixel, blurred or summed around corners, squared."""
    cones = PALETTE @ LINEAR_TO_CONES.T
    apart = image.slopes * (cones[indices] - image.target) @ ROOTS_TO_OKLAB.T
    apart = apart * np.sqrt([1, config.color_weight, config.color_weight])
    offsets = np.arange(-5, 6)
    taps = np.exp(-0.5 * (offsets / config.sigma) ** 2)
    taps /= taps.sum()
    blurred = apart
    for axis in (0, 1):
        blurred = ndimage.correlate1d(blurred, taps, axis, mode="reflect")
    own = (linear_to_oklab(PALETTE)[indices] - image.original) ** 2
    weights = [config.lightness_penalty, config.color_penalty, config.color_penalty]
    side = 16
    rows, columns = np.arange(len(apart)) + 0.5, np.arange(apart.shape[1]) + 0.5
    around = [
        np.multiply.outer(
            np.maximum(0, 1 - np.abs(rows - top) / side),
            np.maximum(0, 1 - np.abs(columns - left) / side),
        )
        for top in range(0, len(apart) + side, side)
        for left in range(0, apart.shape[1] + side, side)
    ]
    sums = np.array([(share[..., None] * apart).sum(axis=(0, 1)) for share in around])
    counts = np.array([share.sum() for share in around])
    means = config.mean_weight * (sums**2 / counts[:, None]).sum()
    return float((blurred**2).sum() + (own @ weights).sum() + means)
