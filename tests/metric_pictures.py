"""Pictures for the tests of the metrics."""

import numpy as np
from scipy import ndimage


def random_pair(shape: tuple[int, ...], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return a smooth random picture, and the same dithered to four levels with white noise; uint8."""
    generator = np.random.default_rng(seed)
    soft = ndimage.gaussian_filter(generator.random(shape), 2, axes=(0, 1))
    soft = (soft - soft.min()) / max(float(np.ptp(soft)), 1e-9)
    rounded = np.floor(soft * 3 + generator.random(shape)).clip(0, 3)
    return np.rint(soft * 255).astype(np.uint8), (rounded * 85).astype(np.uint8)
