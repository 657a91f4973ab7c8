import numpy as np
import pytest

from bluenoise.objective.pair_kernel import (
    JointChannels,
    coupling_kernel,
    over_frames,
    pair_kernel,
    wrapped,
)
from dither.errors import InputError
from dither.metrics import temporal
from dither.metrics.temporal import SpaceTimeProduct, SpaceTimeSum
from dither.metrics.viewing import Gaussian, Measured


def test_the_pair_kernel_is_the_filters_autocorrelation_where_it_is_not_tapered() -> None:
    kernel = pair_kernel(Gaussian(1.5), 12)
    distance = np.arange(1, 6)
    expected = np.exp(-(distance**2) / (4 * 1.5**2))
    line = kernel[12, 12 + distance]
    assert line / line[0] == pytest.approx(expected / expected[0], rel=1e-3)
    assert kernel[12, 12] == 0
    assert kernel.sum() == pytest.approx(1, abs=1e-5)


def test_a_filter_without_preference_is_one_sentence() -> None:
    with pytest.raises(InputError, match="every frequency alike"):
        pair_kernel(Measured((0.0, 1.0), (1.0, 1.0)), 8)


def test_frames_are_joined_by_a_sum_or_a_product() -> None:
    parts = (Gaussian(1.5), temporal.TemporalGaussian(0.85))
    added = coupling_kernel(SpaceTimeSum(*parts, weight=2.0), 9)[0]
    product = coupling_kernel(SpaceTimeProduct(*parts), 9)[0]
    assert added.shape == product.shape == (11, 19, 19)
    assert np.abs(added).sum() == pytest.approx(1, abs=1e-5)
    plane, line = pair_kernel(parts[0], 9), over_frames(parts[1])
    # But for their scale: the plane alone in its frame, the line alone at its pixel.
    scale = added[5, 9, 10] / plane[9, 10]
    assert added[5] == pytest.approx(plane * scale, rel=1e-4)
    centre = plane[9, 10] * np.exp(1 / 9)
    assert added[:5, 9, 9] == pytest.approx(2 * line[:5] * scale * centre, rel=1e-3)
    assert not added[4, 9, 10]
    assert product[3, 4, 5] / product[5, 4, 5] == pytest.approx(line[3], rel=1e-4)


def test_the_exponential_average_reaches_as_its_square_says() -> None:
    # The autocorrelation of a geometric weight is geometric.
    line = over_frames(temporal.TemporalExponential(0.5))
    middle = line.size // 2
    assert line[middle : middle + 6] == pytest.approx(0.5 ** np.arange(6), rel=1e-3)


@pytest.mark.parametrize("frames", range(1, 9))
def test_a_wrapped_kernel_meets_every_frame_once(frames: int) -> None:
    kernel = np.add.outer([4, 3, 2, 1, 2, 3, 4], np.zeros((3, 3)))
    around = wrapped(kernel, frames)
    meetings = np.zeros(frames)
    for away, plane in enumerate(around, -(len(around) // 2)):
        meetings[away % frames] += plane[0, 0]
    expected = np.zeros(frames)
    for away, plane in enumerate(kernel, -3):
        expected[away % frames] += plane[0, 0]
    assert meetings == pytest.approx(expected)
    assert len(around) == min(7, frames + 1 - frames % 2)


def test_channels_are_joined_by_their_weights() -> None:
    viewing = JointChannels(Gaussian(1.5), (0.2, 0.7, 0.1), own=0.3)
    kernels = coupling_kernel(viewing, 9)
    assert kernels.shape == (3, 3, 19, 19)
    plane = kernels[1, 1] / kernels[1, 1, 9, 10]
    assert plane == pytest.approx(
        pair_kernel(Gaussian(1.5), 9) / plane[9, 10] / pair_kernel(Gaussian(1.5), 9)[9, 10],
        rel=1e-4,
        abs=1e-7,
    )
    # From green: red is the channel before, blue the one after.
    before, own, after = kernels[1, :, 9, 10]
    assert before / own == pytest.approx(0.2 * 0.7 / (0.7**2 + 0.3))
    assert after / own == pytest.approx(0.1 * 0.7 / (0.7**2 + 0.3))
    # A pixel is no neighbour of itself, but of its other channels.
    assert kernels[1, 1, 9, 9] == 0
    assert kernels[1, 0, 9, 9] > kernels[1, 0, 9, 10]
