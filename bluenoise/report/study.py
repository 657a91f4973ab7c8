"""What a report tells of one matrix: its figures, and its curves over greys and frequencies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bluenoise.evaluate import Evaluation, evaluate, mean_evaluation
from bluenoise.matrix_set import MatrixSet
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.patterns import (
    level_energies,
    level_sample,
    pattern_powers,
    white_noise_energies,
)
from dither.metrics.spectrum import power_spectrum, radial_mean
from dither.metrics.viewing import STANDARD_FILTERS

# Levels of one curve: enough for the width of a chart, fewer where each takes long.
_MOST_LEVELS = 255
_PATTERN_CELLS = 1 << 24


@dataclass(frozen=True, eq=False)
class Study:
    """A matrix, or the matrices of channels as one, measured.

    Attributes:
        subject: what was measured.
        evaluation: its figures, the means over channels.
        greys: (L,) greys from 0 to 1.
        energies: viewing filter to (L,) level energies times 1e6.
        spectra: (P, H, W) the power of the values themselves, white noise 1, frequency 0 at [0, 0]; a
            plane for each frame or channel.
        patterns: (H, W) the mean power of the thresholded patterns, white noise 1.
    """

    subject: MatrixSet
    evaluation: Evaluation
    greys: np.ndarray
    energies: dict[str, np.ndarray]
    spectra: np.ndarray
    patterns: np.ndarray

    @property
    def own_radial(self) -> tuple[np.ndarray, np.ndarray]:
        """Radial frequencies, and the mean power of the values themselves."""
        return radial_mean(self.spectra.mean(axis=0))

    @property
    def pattern_radial(self) -> tuple[np.ndarray, np.ndarray]:
        """Radial frequencies, and the mean power of the thresholded patterns."""
        return radial_mean(self.patterns)


def study(subject: MatrixSet) -> Study:
    """Measure a subject; about a second for 64x64.

    Raises:
        InputError: it has fewer than 2 or more than 2^22 cells.

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> study(matrix_set_of(np.array([[0, 2], [3, 1]]))).greys.tolist()
        [0.25, 0.5, 0.75]
    """
    matrices = subject.matrices
    channels = zip(matrices, subject.channel_values, strict=True)
    evaluation = mean_evaluation([evaluate(matrix, values=values) for matrix, values in channels])
    levels = _levels(subject.shape)
    energies = np.mean(
        [
            level_energies(matrix.ranks, list(STANDARD_FILTERS.values()), levels)
            for matrix in matrices
        ],
        axis=0,
    )
    values = subject.values or [m.ranks for m in matrices]
    planes = np.concatenate([each.reshape(-1, *each.shape[-2:]) for each in values])
    return Study(
        subject,
        evaluation,
        levels / matrices[0].ranks.size,
        _named(energies),
        np.stack([power_spectrum(plane) for plane in planes]),
        np.mean([pattern_spectrum(matrix, levels) for matrix in matrices], axis=0),
    )


def white_noise_curve(shape: Sequence[int]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """What `Study` has as greys and energies, of white noise as it is on average."""
    levels = _levels(shape)
    energies = white_noise_energies(tuple(shape), list(STANDARD_FILTERS.values()), levels)
    return levels / int(np.prod(shape)), _named(energies)


def pattern_spectrum(matrix: ThresholdMatrix, levels: np.ndarray) -> np.ndarray:
    """The mean power of the thresholded patterns; 1 for white noise.

    Args:
        matrix: of one channel; the mean is over its frames too.
        levels: (L,) levels k from 1 to N-1.

    Returns:
        (H, W) float64, frequency 0 at [0, 0], where it is 0.

    Example:
        >>> pattern_spectrum(ThresholdMatrix(np.array([[0, 1], [1, 0]]) + [[0, 2], [0, 2]]),
        ...                  np.array([2])).tolist()
        [[0.0, 4.0], [0.0, 0.0]]
    """
    height, width = matrix.shape[-2:]
    batches = pattern_powers(matrix.ranks, levels)
    total = np.sum([power.mean(axis=1).sum(axis=0) for power in batches], axis=0)
    grey = levels / matrix.ranks.size
    half = total.reshape(height, -1) / (height * width * np.sum(grey * (1 - grey)))
    half[0, 0] = 0  # a frame as a whole too bright has no direction
    # The other half is its mirror image: power at -f is power at f.
    mirrored = half[-np.arange(height)[:, None], width - np.arange(half.shape[1], width)]
    return np.concatenate([half, mirrored], axis=1)


def _levels(shape: Sequence[int]) -> np.ndarray:
    cells = int(np.prod(shape))
    return level_sample(cells, min(_MOST_LEVELS, max(64, _PATTERN_CELLS // cells)))


def _named(energies: np.ndarray) -> dict[str, np.ndarray]:
    return {name: 1e6 * energies[:, index] for index, name in enumerate(STANDARD_FILTERS)}
