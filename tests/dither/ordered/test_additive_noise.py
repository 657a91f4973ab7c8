from fractions import Fraction
from math import floor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise.objective.target import TriangularDistribution
from dither.errors import InputError
from dither.matrix.catalog import load_matrix
from dither.matrix.classical import white_noise
from dither.ordered.additive_noise import load_noise, noise_dither

BLUE = TriangularDistribution().quantiles(4096)[load_matrix("blue-64x64").ranks]


@given(
    st.tuples(st.integers(1, 12), st.integers(1, 9)),
    st.integers(2, 300),
    st.sampled_from([np.uint8, np.uint16]),
    st.tuples(st.integers(-3, 3), st.integers(-9, 9), st.integers(-9, 9)),
)
def test_samples_are_the_rounded_sums(size, levels: int, dtype, phase) -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, np.iinfo(dtype).max + 1, size).astype(dtype)
    noise = rng.uniform(-1, 1, (2, 5, 7)).astype(np.float32)
    codes = noise_dither(image, noise, levels=levels, phase=phase)
    for y, x in np.ndindex(*size):
        value = Fraction(int(image[y, x]) * (levels - 1), int(np.iinfo(dtype).max))
        cell = noise[phase[0] % 2, (y + phase[1]) % 5, (x + phase[2]) % 7]
        level = floor(value + Fraction(float(cell)) + Fraction(1, 2))
        assert codes[y, x] == min(max(level, 0), levels - 1)


def test_triangular_noise_has_the_same_power_all_along_a_ramp() -> None:
    powers, means = [], []
    for part in np.linspace(0, 1, 9):
        # Well inside black and white, at a part of a step between two levels.
        flat = np.full((64, 64), (8 + part) / 16)
        error = noise_dither(flat, BLUE, levels=17) - (8 + part)
        powers.append((error**2).mean())
        means.append(error.mean())
    assert powers == pytest.approx(np.full(9, 0.25), abs=0.01)
    assert means == pytest.approx(np.zeros(9), abs=2e-3)


def test_channels_and_frames_are_told_apart() -> None:
    rng = np.random.default_rng(1)
    image = rng.uniform(0, 1, (6, 8, 3))
    own = rng.uniform(-1, 1, (4, 5, 3))
    expected = [noise_dither(image[..., c], own[..., c], levels=5) for c in range(3)]
    assert (noise_dither(image, own, levels=5) == np.stack(expected, axis=2)).all()
    frames = rng.uniform(-1, 1, (3, 4, 5))
    second = noise_dither(image, frames[1], levels=5)
    assert (noise_dither(image, frames, levels=5, phase=(1, 0, 0)) == second).all()


def test_what_is_no_noise_is_one_sentence(tmp_path: Path) -> None:
    image = np.zeros((4, 4), np.uint8)
    for noise, sentence in (
        (np.zeros(4), "two or three axes"),
        (np.zeros((4, 4), int), "int64"),
        (np.full((4, 4), np.nan), "nan"),
        (np.full((4, 4), 17.0), "from 17.0 to 17.0 steps; it must be within"),
    ):
        with pytest.raises(InputError, match=sentence):
            noise_dither(image, noise, levels=4)
    np.save(tmp_path / "m.npy", white_noise(4, 4).ranks)
    with pytest.raises(InputError, match=r"m\.npy: noise must be an array of floats"):
        load_noise(tmp_path / "m.npy")
    with pytest.raises(InputError, match="cannot read"):
        load_noise(tmp_path / "none.npy")


def test_levels_of_each_channel() -> None:
    rng = np.random.default_rng(0)
    image, noise = rng.random((20, 30, 3)), rng.uniform(-0.5, 0.5, (7, 7, 3))
    found = noise_dither(image, noise, levels=(32, 64, 2))
    for channel, count in enumerate((32, 64, 2)):
        alone = noise_dither(image[..., channel], noise[..., channel], levels=count)
        assert (found[..., channel] == alone).all()
