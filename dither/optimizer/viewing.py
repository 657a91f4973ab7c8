"""The blur of the search for a viewing filter, such as that of a panel at its usual distance."""

from dataclasses import replace

import numpy as np

from dither.errors import InputError
from dither.metrics.viewing import Gaussian, ViewingFilter, as_filter, has_clusters
from dither.optimizer.config import MAX_SIGMA, MIN_SIGMA, OptimizeConfig

# Steps of sigma in pixels, and samples of each frequency, -1/2 to 1/2 cycles per pixel.
_STEP, _SAMPLES = 0.01, 64


def seen_by(viewing: ViewingFilter | str | None, config: OptimizeConfig) -> OptimizeConfig:
    """Return the options with the blur of a viewing filter, or as they are without one.

    The penalties for grain keep their share of the loss: a Gaussian keeps 1 / (4 pi sigma^2) of an
    error that neighbours do not share, so they are scaled by the inverse square of sigma. With the
    penalties of a narrow blur, a wider one would raise the error at its own distance.
    """
    if viewing is None:
        return config
    search, sigma = config.search, nearest_sigma(as_filter(viewing, "viewing_filter"))
    share = (search.sigma / sigma) ** 2
    penalties = {
        "lightness_penalty": share * search.lightness_penalty,
        "color_penalty": share * search.color_penalty,
    }
    return replace(config, search=replace(search, sigma=sigma, **penalties))


def nearest_sigma(viewing: ViewingFilter) -> float:
    """Return the sigma of the Gaussian that is most like a viewing filter.

    The search lowers the energy of the blurred error, in which a frequency counts by H(f)^2. So sigma
    minimises the sum of (H(f)^2 - exp(-4 pi^2 sigma^2 |f|^2))^2 over the frequencies of pixels. For an
    eye of Näsänen's at P pixels per degree, this is about 0.0538 P: 1.88 pixels at 127 pixels per inch
    and 40 cm.

    Returns:
        0.5 to 2.5 pixels, the limits of the search.

    Raises:
        InputError: the filter is a target for matrices.

    Example:
        >>> nearest_sigma(Gaussian(1.5)), nearest_sigma(Gaussian(8.0))
        (1.5, 2.5)
    """
    if has_clusters(viewing):
        raise InputError(
            "green is a target for matrices, and no filter by which pictures are seen; make a matrix "
            "with bluenoise generate --filter green:0.2"
        )
    vertical = np.fft.fftfreq(_SAMPLES)[:, None]
    horizontal = np.fft.rfftfreq(_SAMPLES)
    power = viewing.transfer(vertical, horizontal) ** 2
    sigmas = np.arange(round(MIN_SIGMA / _STEP), round(MAX_SIGMA / _STEP) + 1) * _STEP
    differences = [
        ((power - Gaussian(sigma).transfer(vertical, horizontal) ** 2) ** 2).sum()
        for sigma in sigmas
    ]
    return round(float(sigmas[int(np.argmin(differences))]), 2)
