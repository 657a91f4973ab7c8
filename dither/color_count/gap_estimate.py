"""Estimates of the Gap statistic, and the rules that choose one.

With the loss of an image and the mean loss E0 of the same pixels in random order, Gap(K) = E0 - loss.
The log form is the mean of log(loss0) - log(loss), whose standard error is sd sqrt(1 + 1 / B) for B
permutations.

Sources: J. Kraaijenbrink, "Unraveling statistics behind Floyd-Steinberg dithering" (2020), for the gap
and the choice of the largest; R. Tibshirani, G. Walther and T. Hastie, "Estimating the number of
clusters in a data set via the gap statistic" (2001), for the log form and the rule of one standard
error.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Quantile of the normal distribution for a 95 % confidence interval.
_QUANTILE = 1.959964


@dataclass(frozen=True, eq=False)
class GapEstimate:
    """Gap statistic of an image for one palette.

    Attributes:
        colors: K, the number of colours of the palette.
        loss: of the image.
        null_losses: (B,) float64, of the permuted images, in the order of their numbers; read-only.
    """

    colors: int
    loss: float
    null_losses: np.ndarray

    @property
    def expected(self) -> float:
        """Return E0, the mean loss of the permuted images."""
        return float(self.null_losses.mean())

    @property
    def gap(self) -> float:
        """Return E0 - loss."""
        return self.expected - self.loss

    @property
    def gap_error(self) -> float:
        """Return the standard error of the gap: that of one permutation and of their mean."""
        return _standard_error(self.null_losses)

    @property
    def half_width(self) -> float:
        """Return half the 95 % confidence interval of E0, for a normal distribution."""
        return _QUANTILE * float(self.null_losses.std(ddof=1)) / len(self.null_losses) ** 0.5

    @property
    def log_gap(self) -> float:
        """Return the mean of log(loss0) - log(loss): positive if the image's order lowers the loss.

        0 if the palette has all colours of the image, because then no order makes an error.
        """
        if self.loss == 0:
            return 0.0
        return float(np.log(self.null_losses / self.loss).mean())

    @property
    def log_gap_error(self) -> float:
        """Return the standard error of the log gap."""
        return _standard_error(np.log(self.null_losses)) if self.loss else 0.0

    def is_precise(self, precision: float) -> bool:
        """Return whether the half width is at most a share of the gap; never for a share of 0."""
        return precision > 0 and self.half_width <= precision * abs(self.gap)


def largest_gap(estimates: Sequence[GapEstimate], *, log: bool = False) -> GapEstimate:
    """Return the estimate with the largest gap, the article's choice, or with the largest log gap.

    Args:
        estimates: at least one.
        log: compare log gaps.
    """
    return max(estimates, key=lambda each: each.log_gap if log else each.gap)


def one_standard_error(estimates: Sequence[GapEstimate]) -> GapEstimate:
    """Return the estimate of fewest colours whose log gap is not clearly below that of the next.

    Source: Tibshirani, Walther and Hastie (2001): the smallest K with Gap(K) >= Gap(K') - s(K'), where
    K' is the next number of colours. If there is none, the estimate of the most colours.

    Args:
        estimates: at least one.
    """
    rising = sorted(estimates, key=lambda each: each.colors)
    for each, following in itertools.pairwise(rising):
        if each.log_gap >= following.log_gap - following.log_gap_error:
            return each
    return rising[-1]


def _standard_error(values: np.ndarray) -> float:
    """Return sd sqrt(1 + 1 / B), the standard error of a further value; sd with the divisor B."""
    return float(values.std()) * (1 + 1 / len(values)) ** 0.5
