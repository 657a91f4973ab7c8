"""Sampled error: the squared error of families of integrands without a simple distance, by examples.

The power spectrum of an integrand holds its error after every filter, so it is computed once for each
example. The examples are the same for all textures of a set of values, so that they compare.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bluenoise.values.views import View

# Values times examples of one family.
_WORK = 1 << 24


def sampled_errors(
    points: np.ndarray, family: str, views: Sequence[View], seed: int = 0
) -> np.ndarray:
    """Return the squared errors of a family against independent samples.

    Args:
        points: (T, H, W, P) float.
        family: "boxes" with sides along the axes; "bumps", Gaussians of several widths around values of
            the set; or "squares" of dot products with random directions.
        views: V filters on the torus of the points.
        seed: of the examples.

    Returns:
        (V,) float64, 1 for as much as independent samples.
    """
    shape, columns = points.shape[:3], points.shape[-1]
    generator = np.random.default_rng(seed)
    integrand = _FAMILIES[family]
    values = points.reshape(-1, columns)
    # Examples should not depend on where in the texture a value is.
    values_in_order = values[np.lexsort(values.T)]
    power, variance = 0.0, 0.0
    for _ in range(int(np.clip(_WORK // len(values), 32, 256))):
        seen = integrand(values_in_order, generator)(points)
        seen = seen - seen.mean()
        power = power + np.abs(np.fft.fftn(seen)) ** 2 / seen.size**2
        variance += np.mean(seen**2)
    errors = [
        np.einsum(
            "t,yx,tyx->",
            np.fft.fft(view.line).real,
            np.fft.fft2(view.plane).real,
            np.reshape(power, shape),
        )
        / view.white
        for view in views
    ]
    return np.array(errors) / variance


_Integrand = Callable[[np.ndarray], np.ndarray]


def _box(values: np.ndarray, generator: np.random.Generator) -> _Integrand:
    """Return whether values lie in a box that holds some of them but not all."""
    low, high = values.min(axis=0), values.max(axis=0)
    # Boxes must be able to reach the outermost values, which may be the only ones.
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    while True:
        corners = generator.uniform(low, high, (2, len(low)))
        least, most = corners.min(axis=0), corners.max(axis=0)
        within = ((values >= least) & (values <= most)).all(axis=-1)
        if within.any() and not within.all():
            return lambda points: ((points >= least) & (points <= most)).all(axis=-1).astype(float)


def _bump(values: np.ndarray, generator: np.random.Generator) -> _Integrand:
    """Return a Gaussian around a value, 0.2 to 0.8 times as wide as the whole set."""
    centre = values[generator.integers(len(values))]
    width = 0.2 * 4 ** generator.uniform() * np.sqrt(values.var(axis=0).sum())
    return lambda points: np.exp(-((points - centre) ** 2).sum(axis=-1) / (2 * width**2))


def _square(values: np.ndarray, generator: np.random.Generator) -> _Integrand:
    direction = generator.normal(size=values.shape[-1])
    direction /= np.linalg.norm(direction)
    return lambda points: (points @ direction) ** 2


_FAMILIES = {"boxes": _box, "bumps": _bump, "squares": _square}
