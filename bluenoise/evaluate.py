"""How good a matrix is, beside white noise, Bayer's matrix and void-and-cluster of the same size."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from dither.classical import bayer, white_noise
from dither.errors import InputError
from dither.matrix import ThresholdMatrix
from dither.metrics.spectrum import (
    anisotropy,
    level_energies,
    level_sample,
    low_frequency_power,
    white_noise_energies,
)
from dither.metrics.viewing import STANDARD_FILTERS, ViewingFilter

# The filter whose worst level is named: the blur at which void-and-cluster is made.
_WORST_LEVEL_FILTER = "gaussian:1.5"
# Cells times levels of one evaluation: all levels up to 64x64, about a second.
_PATTERN_CELLS = 1 << 24
# Beyond this an evaluation would take minutes.
_MOST_CELLS = 1 << 20


class Evaluation(NamedTuple):
    """The figures of one matrix.

    Attributes:
        shape: rows and columns.
        levels: how many of the N - 1 levels were measured, spread evenly.
        energy: filter to the mean level energy, times 1e6.
        against_white_db: filter to 10 log10 of that mean over white noise's.
        worst_level: the level whose energy at gaussian:1.5 is largest, as a grey from 0 to 1.
        worst_energy: that energy, times 1e6.
        anisotropy_db: 0 for patterns that look the same in every direction.
        low_frequency_power: of the matrix's own values in 0 < |f| < 0.25 cycles per pixel, white
            noise 1; None where so small a torus has no such frequency.
    """

    shape: tuple[int, int]
    levels: int
    energy: dict[str, float]
    against_white_db: dict[str, float]
    worst_level: float
    worst_energy: float
    anisotropy_db: float | None
    low_frequency_power: float | None


def evaluate(
    matrix: ThresholdMatrix,
    *,
    values: np.ndarray | None = None,
    filters: Mapping[str, ViewingFilter] = STANDARD_FILTERS,
) -> Evaluation:
    """Measure a matrix by itself.

    Args:
        matrix: its thresholded patterns are measured.
        values: (H, W) the values whose own spectrum is measured; the ranks if not given.
        filters: viewing filters by name; gaussian:1.5 must be among them.

    Raises:
        InputError: the matrix has fewer than 2 or more than 2^20 cells.

    Example:
        >>> round(evaluate(bayer(64, 64)).energy["gaussian:1.5"])
        276
    """
    if not 2 <= matrix.ranks.size <= _MOST_CELLS:
        raise InputError(
            f"a matrix of {matrix.ranks.size} cells is not evaluated; 2 to {_MOST_CELLS} are"
        )
    levels = level_sample(matrix.ranks.size, max(64, _PATTERN_CELLS // matrix.ranks.size))
    energies = level_energies(matrix.ranks, list(filters.values()), levels)
    white = white_noise_energies(matrix.shape, list(filters.values()), levels).mean(axis=0)
    mean = energies.mean(axis=0)
    at_filter = energies[:, list(filters).index(_WORST_LEVEL_FILTER)]
    worst = int(at_filter.argmax())
    return Evaluation(
        shape=matrix.shape,
        levels=len(levels),
        energy={name: float(1e6 * value) for name, value in zip(filters, mean, strict=True)},
        against_white_db={
            name: _decibel(value, reference)
            for name, value, reference in zip(filters, mean, white, strict=True)
        },
        worst_level=float(levels[worst] / matrix.ranks.size),
        worst_energy=float(1e6 * at_filter[worst]),
        anisotropy_db=_or_none(anisotropy(matrix.ranks, levels)),
        low_frequency_power=_or_none(
            low_frequency_power(matrix.ranks if values is None else values)
        ),
    )


def baselines(shape: tuple[int, int], *, seed: int = 0) -> dict[str, ThresholdMatrix]:
    """White noise, Bayer and void-and-cluster of this shape, by name.

    Bayer's sides are the largest powers of two that fit, since it has no others; its name says so.

    Args:
        shape: rows and columns.
        seed: of white noise and void-and-cluster.

    Example:
        >>> list(baselines((10, 20)))
        ['white noise', 'Bayer 8x16', 'void-and-cluster']
    """
    from bluenoise.void_and_cluster import void_and_cluster

    height, width = (1 << (side.bit_length() - 1) for side in shape)
    name = "Bayer" if (height, width) == tuple(shape) else f"Bayer {height}x{width}"
    return {
        "white noise": white_noise(*shape, seed=seed),
        name: bayer(height, width),
        "void-and-cluster": void_and_cluster(*shape, seed=seed),
    }


def mean_gain_db(evaluation: Evaluation, reference: Evaluation) -> float:
    """Mean over the filters of 10 log10 (energy / the reference's); negative is better.

    Example:
        >>> one = evaluate(bayer(8, 8))
        >>> mean_gain_db(one, one)
        0.0
    """
    return float(
        np.mean(
            [_decibel(evaluation.energy[name], reference.energy[name]) for name in reference.energy]
        )
    )


def _decibel(value: float, reference: float) -> float:
    return 10 * math.log10(max(float(value), 1e-300) / max(float(reference), 1e-300))


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
