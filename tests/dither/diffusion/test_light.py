import numpy as np

from dither.color import srgb_to_linear
from dither.diffusion.light import WHITE, light_of_codes, light_of_floats


def test_light_of_floats_is_within_a_unit_of_the_formula() -> None:
    samples = np.concatenate([np.random.default_rng(0).random(100_000), np.linspace(0, 0.01, 9999)])
    units = light_of_floats(samples, "linear")
    assert abs(units - srgb_to_linear(samples) * WHITE).max() <= 1


def test_no_code_lies_where_the_last_bit_of_a_power_decides() -> None:
    # Two machines' powers differ by 1e-16 or so, which is 1e-9 of a unit.
    exact = srgb_to_linear(np.arange(65536) / 65535) * WHITE
    assert abs(exact - np.floor(exact) - 0.5).min() > 1e-7
    assert (light_of_codes(np.dtype(np.uint8), "linear") == np.rint(exact[::257])).all()
