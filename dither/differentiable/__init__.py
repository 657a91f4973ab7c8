"""Differentiable dithering: optimize a palette and mixtures of its colours by gradient descent.

`descend` takes points of colour with weights, such as the histogram of a picture:

    >>> import numpy as np
    >>> from dither.differentiable import DescentConfig, color_histogram, descend
    >>> picture = np.linspace(0, 1, 64 * 64 * 3).reshape(64, 64, 3)  # linear light
    >>> histogram = color_histogram(picture)
    >>> first = np.array([[0.2, 0.2, 0.2], [0.6, 0.6, 0.6]])
    >>> descended = descend(histogram.colors, histogram.counts, first, DescentConfig(steps=200))
    >>> bool(descended.trace[-1] < 0.2 * descended.trace[0])
    True

This is the only part of `dither` whose import loads jax.
"""

try:
    from dither.differentiable.config import DescentConfig as DescentConfig
    from dither.differentiable.descent import Descended as Descended
    from dither.differentiable.descent import descend as descend
    from dither.differentiable.distances import CIELAB as CIELAB
    from dither.differentiable.distances import RGB as RGB
    from dither.differentiable.distances import Distance as Distance
    from dither.differentiable.distances import OKLab as OKLab
    from dither.differentiable.losses import Blurred as Blurred
    from dither.differentiable.losses import StructuralSimilarity as StructuralSimilarity
    from dither.differentiable.losses import Variance as Variance
    from dither.differentiable.picture import OptimizedPicture as OptimizedPicture
    from dither.differentiable.picture import optimize_picture as optimize_picture
    from dither.differentiable.sampling import matrix_sampled as matrix_sampled
    from dither.differentiable.sampling import sampled as sampled
    from dither.differentiable.stefek_2020 import Published as Published
    from dither.differentiable.stefek_2020 import published as published
    from dither.palettes.histogram import ColorHistogram as ColorHistogram
    from dither.palettes.histogram import color_histogram as color_histogram
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("jax", "jaxlib"):
        raise
    raise ModuleNotFoundError(
        f"differentiable dithering needs {error.name}: pip install 'bluenoise-dither[optimize]'",
        name=error.name,
    ) from None
