import numpy as np
import pytest

from bluenoise.matrix_set import matrix_set_of
from bluenoise.report.pictures import color_scale, matrix_planes, patch, spectrum_colors
from dither.color import LUMINANCE_WEIGHTS, srgb_to_linear
from dither.matrix.classical import white_noise


def test_a_spectrum_has_frequency_0_in_its_middle() -> None:
    power = np.ones((1, 6, 8))
    power[0, 0, 0] = 0
    power[0, 0, 1] = 10
    colors = spectrum_colors(power)
    scale = color_scale()
    assert (colors[0, 3, 4] == scale[0]).all()
    assert (colors[0, 3, 5] == scale[-1]).all()
    # White noise's power, 0 dB, is three quarters of the way from -30 to 10.
    assert (colors[0, 0, 0] == scale[round(255 * 0.75)]).all()


def test_more_power_is_lighter() -> None:
    light = srgb_to_linear(color_scale() / 255) @ LUMINANCE_WEIGHTS
    assert (np.diff(light) > 0).all()


def test_noise_is_drawn_from_its_lowest_to_its_highest() -> None:
    planes = matrix_planes(matrix_set_of(np.array([[-0.5, 0.0], [0.5, 1.5]])))
    assert planes.tolist() == [[[0, 64], [128, 255]]]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_channels_are_planes_or_a_colour(count: int) -> None:
    matrices = [white_noise(4, 6, seed=seed) for seed in range(count)]
    found = patch(matrix_set_of(matrices), 0.5, 5)
    patterns = [np.tile(m.ranks < 12, (2, 1))[:5, :5] * 255 for m in matrices]
    wanted = np.stack(patterns, axis=-1)[None] if count == 3 else np.stack(patterns)
    assert np.array_equal(found, wanted)
