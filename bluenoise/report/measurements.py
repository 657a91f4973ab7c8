"""Measurements of a report: scores, error per grey and spectra of its matrices and the baselines."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bluenoise.evaluate import (
    Evaluation,
    baselines,
    check_cells,
    evaluate,
    mean_evaluation,
    mean_gain_db,
)
from bluenoise.matrix_set import MatrixSet
from bluenoise.report.provenance import Provenance
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.metrics.patterns import (
    level_energies,
    level_sample,
    pattern_powers,
    white_noise_energies,
)
from dither.metrics.spectrum import power_spectrum, radial_mean
from dither.metrics.viewing import STANDARD_FILTERS
from dither.parallel.processors import thread_count
from dither.progress import OnProgress

_REFERENCE = "void-and-cluster"
# Levels per curve: enough for the width of a chart, fewer for matrices whose levels take long.
_MAX_LEVELS = 255
_PATTERN_CELLS = 1 << 24


@dataclass(frozen=True, eq=False)
class Measurement:
    """Measurements of one matrix set; channels are averaged.

    Attributes:
        matrix_set: the measured matrices or noise.
        evaluation: its scores.
        greys: (L,) measured greys, 0 to 1.
        energies: viewing filter to (L,) level energies times 1e6.
        value_spectra: (P, H, W) power of the values themselves per frame or channel; white noise is 1,
            frequency 0 is at [0, 0].
        pattern_spectrum: (H, W) mean power of the dot patterns; white noise is 1.
    """

    matrix_set: MatrixSet
    evaluation: Evaluation
    greys: np.ndarray
    energies: dict[str, np.ndarray]
    value_spectra: np.ndarray
    pattern_spectrum: np.ndarray

    @property
    def value_radial(self) -> tuple[np.ndarray, np.ndarray]:
        """Radial frequencies, and the mean power of the values."""
        return radial_mean(self.value_spectra.mean(axis=0))

    @property
    def pattern_radial(self) -> tuple[np.ndarray, np.ndarray]:
        """Radial frequencies, and the mean power of the dot patterns."""
        return radial_mean(self.pattern_spectrum)


@dataclass(frozen=True, eq=False)
class Measurements:
    """Everything a report shows.

    Attributes:
        matrices: name to measurement, in the order of the columns.
        provenance: name to provenance.
        baselines: white noise, Bayer and void-and-cluster of the first matrix's shape.
        references: shape to void-and-cluster of that shape.
        photo: (H, W) or (H, W, 3) uint8, to be dithered.
    """

    matrices: Mapping[str, Measurement]
    provenance: Mapping[str, Provenance]
    baselines: Mapping[str, Measurement]
    references: Mapping[tuple[int, ...], Measurement]
    photo: np.ndarray = field(repr=False)

    @property
    def title(self) -> str:
        """The names, or their number if there are more than 3."""
        names = list(self.matrices)
        return ", ".join(names) if len(names) < 4 else f"{len(names)} matrices"

    @property
    def gains_db(self) -> dict[str, float]:
        """Mean over viewing filters of the level energy against void-and-cluster of the same shape."""
        return {
            name: mean_gain_db(each.evaluation, self.references[each.matrix_set.shape].evaluation)
            for name, each in self.matrices.items()
        }

    @property
    def shapes(self) -> Sequence[tuple[int, ...]]:
        """The distinct shapes of the matrices."""
        return list(self.references)

    @property
    def columns(self) -> Mapping[str, tuple[Measurement, float]]:
        """Table columns: measurement and gain against void-and-cluster, the baselines last."""
        gains = self.gains_db
        columns = {name: (each, gains[name]) for name, each in self.matrices.items()}
        reference = self.baselines[_REFERENCE].evaluation
        size = f", {size_text(self.shapes[0])}" if len(self.shapes) > 1 else ""
        for name, each in reversed(list(self.baselines.items())):
            columns[name + size] = (each, mean_gain_db(each.evaluation, reference))
        return columns


def measure_all(
    matrix_sets: Mapping[str, MatrixSet],
    provenance: Mapping[str, Provenance],
    photo: np.ndarray,
    *,
    seed: int,
    on_progress: OnProgress,
) -> Measurements:
    """Measure matrices and the baselines of their shapes.

    Args:
        matrix_sets: name to matrices or noise, at least one.
        provenance: of the same names.
        photo: see `Measurements`.
        seed: of white noise and void-and-cluster.
        on_progress: called with the share done, 0 to 1, and the current work.

    Raises:
        InputError: a matrix has fewer than 2 or more than 2^22 cells.
    """
    for name, each in matrix_sets.items():
        check_cells(each.shape, name)
    shapes = list(dict.fromkeys(each.shape for each in matrix_sets.values()))
    on_progress(0, "making void-and-cluster")
    made = {shape: baselines(shape, seed=seed) for shape in shapes}
    # Gains need void-and-cluster of every shape; charts and table show the baselines of the first.
    labels = [(shape, label) for shape in shapes for label in made[shape]]
    labels = [
        (shape, label) for shape, label in labels if shape == shapes[0] or label == _REFERENCE
    ]
    wanted = {(None, name): each for name, each in matrix_sets.items()} | {
        (shape, label): MatrixSet((made[shape][label],)) for shape, label in labels
    }
    found = _measure_in_threads(wanted, on_progress)
    return Measurements(
        {name: found[None, name] for name in matrix_sets},
        provenance,
        {label: found[shapes[0], label] for label in made[shapes[0]]},
        {shape: found[shape, _REFERENCE] for shape in shapes},
        photo,
    )


def _measure_in_threads(
    wanted: Mapping[tuple[Any, str], MatrixSet], on_progress: OnProgress
) -> dict[tuple[Any, str], Measurement]:
    # Threads help because Fourier transforms release the interpreter's lock.
    with ThreadPoolExecutor(min(4, thread_count(0))) as pool:
        tasks = {pool.submit(measure, each): key for key, each in wanted.items()}
        try:
            for done, task in enumerate(as_completed(tasks), 1):
                task.result()
                on_progress(done / len(tasks), f"measured {tasks[task][1]}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {key: task.result() for task, key in tasks.items()}


def measure(matrix_set: MatrixSet) -> Measurement:
    """Measure a matrix set; takes about a second for 64x64.

    Raises:
        InputError: it has fewer than 2 or more than 2^22 cells.

    Example:
        >>> from bluenoise.matrix_set import matrix_set_of
        >>> measure(matrix_set_of(np.array([[0, 2], [3, 1]]))).greys.tolist()
        [0.25, 0.5, 0.75]
    """
    matrices = matrix_set.matrices
    channels = zip(matrices, matrix_set.channel_values, strict=True)
    evaluation = mean_evaluation([evaluate(matrix, values=values) for matrix, values in channels])
    levels = _levels(matrix_set.shape)
    filters = list(STANDARD_FILTERS.values())
    energies = [level_energies(matrix.ranks, filters, levels) for matrix in matrices]
    values = matrix_set.values or [matrix.ranks for matrix in matrices]
    planes = np.concatenate([each.reshape(-1, *each.shape[-2:]) for each in values])
    return Measurement(
        matrix_set,
        evaluation,
        levels / matrices[0].ranks.size,
        _by_filter(np.mean(energies, axis=0)),
        np.stack([power_spectrum(plane) for plane in planes]),
        np.mean([mean_pattern_spectrum(matrix, levels) for matrix in matrices], axis=0),
    )


def white_noise_curve(shape: Sequence[int]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return greys and expected energies of white noise, as in `Measurement`."""
    levels = _levels(shape)
    energies = white_noise_energies(tuple(shape), list(STANDARD_FILTERS.values()), levels)
    return levels / int(np.prod(shape)), _by_filter(energies)


def mean_pattern_spectrum(matrix: ThresholdMatrix, levels: np.ndarray) -> np.ndarray:
    """Return the mean power of the dot patterns, averaged over frames; 1 for white noise.

    Args:
        matrix: with or without frames.
        levels: (L,) levels from 1 to N-1.

    Returns:
        (H, W) float64; frequency 0 is at [0, 0], where the power is 0.

    Example:
        >>> mean_pattern_spectrum(ThresholdMatrix(np.array([[0, 3], [1, 2]])), np.array([2])).tolist()
        [[0.0, 4.0], [0.0, 0.0]]
    """
    height, width = matrix.shape[-2:]
    batches = pattern_powers(matrix.ranks, levels)
    total = np.sum([power.mean(axis=1).sum(axis=0) for power in batches], axis=0)
    grey = levels / matrix.ranks.size
    half = total.reshape(height, -1) / (height * width * np.sum(grey * (1 - grey)))
    half[0, 0] = 0  # the brightness error of a whole frame has no direction
    # The power at -f equals the power at f.
    mirrored = half[-np.arange(height)[:, None], width - np.arange(half.shape[1], width)]
    return np.concatenate([half, mirrored], axis=1)


def size_text(shape: Sequence[int]) -> str:
    """Return a shape as text.

    Example:
        >>> size_text((64, 32)), size_text((16, 64, 64))
        ('64 × 32', '16 frames of 64 × 64')
    """
    plane = " × ".join(map(str, shape[-2:]))
    return f"{shape[0]} frames of {plane}" if len(shape) == 3 else plane


def _levels(shape: Sequence[int]) -> np.ndarray:
    cells = int(np.prod(shape))
    return level_sample(cells, min(_MAX_LEVELS, max(64, _PATTERN_CELLS // cells)))


def _by_filter(energies: np.ndarray) -> dict[str, np.ndarray]:
    return {name: 1e6 * energies[:, index] for index, name in enumerate(STANDARD_FILTERS)}
