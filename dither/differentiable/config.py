"""Settings of a descent on points of colour."""

from dataclasses import dataclass

import numpy as np

from dither.differentiable.distances import Distance, OKLab
from dither.errors import InputError
from dither.samples import Light, check_light

# Adam's decay rates. Kingma and Ba (2015) take .999 for the second, but slopes change within some
# hundred steps here.
ADAM_DECAYS = (0.9, 0.99)


@dataclass(frozen=True)
class DescentConfig:
    """Settings of a descent.

    Attributes:
        steps: number of steps of Adam (Kingma, Ba 2015); the rates fall to 0 along a cosine.
        palette_rate: first rate of the palette, in units of the space in which colours mix, 0 to 1.
        logit_rate: first rate of the logits, in logarithms of probability.
        variance: weight of the scatter of a mixture against the error of its mean, 0 or more; at 0 only
            the mean counts, at 1 the nearest colour is best.
        temperature: squared distance at which a colour is at first e times less probable than an exact
            one.
        distance: colour space of the distances.
        light: mix colours as light does ("linear") or as sRGB codes ("encoded").

    Raises:
        InputError: a number is out of range, or `light` is neither.
    """

    steps: int = 2000
    palette_rate: float = 0.02
    logit_rate: float = 0.15
    variance: float = 0.02
    temperature: float = 0.05
    distance: Distance = OKLab()
    light: Light = "linear"

    def __post_init__(self) -> None:
        if not isinstance(self.steps, int | np.integer) or self.steps < 1:
            raise InputError(f"steps is {self.steps}; it must be a whole number from 1")
        if not 0 <= self.variance < np.inf:
            raise InputError(f"variance is {self.variance}; it must be a finite number from 0")
        for name in ("palette_rate", "logit_rate", "temperature"):
            if not 0 < getattr(self, name) < np.inf:
                raise InputError(f"{name} is {getattr(self, name)}; it must be finite and above 0")
        check_light(self.light)
