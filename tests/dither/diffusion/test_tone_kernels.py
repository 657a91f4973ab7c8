from fractions import Fraction
from itertools import pairwise
from typing import Any

import diffusion_reference as reference
import numpy as np
import pytest
from diffusion_reference import EIGHT_COLORS, random_image
from hypothesis import given
from hypothesis import strategies as st

from dither.color import srgb_to_linear
from dither.diffusion import OSTROMOUKHOV, VariableKernel, error_diffuse, load_kernel, requantize
from dither.errors import InputError
from dither.matrix.classical import white_noise

pytest.importorskip("numba", reason="an extra of its own")

# The tones whose shares were searched for; those between were interpolated (Ostromoukhov 2001).
KEY_TONES = [1, 2, 3, 4, 10, 22, 32, 44, 64, 72, 77, 85, 95, 102, 107, 112, 127]


def test_the_table_is_linear_between_the_tones_that_were_searched_for() -> None:
    shares = [[Fraction(int(w), int(sum(row))) for w in row] for row in OSTROMOUKHOV.weights]
    assert shares[0] == shares[1] == [Fraction(13, 18), 0, Fraction(5, 18)]
    for low, high in pairwise(KEY_TONES):
        for tone in range(low, high):
            for channel in range(3):
                rise = (shares[high][channel] - shares[low][channel]) / (high - low)
                assert shares[tone][channel] == shares[low][channel] + rise * (tone - low)


def test_shares_sum_to_1_and_are_mirrored() -> None:
    shares = OSTROMOUKHOV.shares
    assert (shares.sum(axis=1) == 65536).all()
    assert (shares == shares[::-1]).all()
    exact = np.array([np.array(row) / sum(row) for row in OSTROMOUKHOV.weights])
    assert abs(shares[:128] - exact * 65536).max() < 1


@given(
    height=st.integers(1, 70),
    width=st.integers(1, 9),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    levels=st.sampled_from([2, 2, 3, 7, 300]),
    serpentine=st.booleans(),
    light=st.sampled_from(["encoded", "linear"]),
    clamp=st.sampled_from(["none", "range"]),
    noise=st.sampled_from([0.0, 0.3]),
    cells=st.sampled_from([None, (3, 5)]),
    seed=st.integers(0, 1 << 40),
)
def test_any_image_matches_the_reference(
    height: int,
    width: int,
    dtype: Any,
    levels: int,
    serpentine: bool,
    light: Any,
    clamp: Any,
    noise: float,
    cells: tuple[int, int] | None,
    seed: int,
) -> None:
    image = random_image((height, width), dtype, seed)
    matrix = None if cells is None else white_noise(*cells, seed=seed)
    common: dict[str, Any] = {
        "levels": levels,
        "serpentine": serpentine,
        "light": light,
        "clamp": clamp,
        "noise": noise,
        "strength": 0.7,
        "seed": seed,
    }
    kernels = []
    for tone in range(256):
        own = OSTROMOUKHOV.kernel(tone)
        kernels.append(reference.shares(own.weights, own.origin, own.divisor))
    ranks = None if matrix is None else matrix.ranks
    expected = reference.error_diffuse(image, kernels, ranks=ranks, **common)
    codes = error_diffuse(image, kernel="ostromoukhov", matrix=matrix, **common)
    assert codes.dtype == (np.uint8 if levels <= 256 else np.uint16)
    assert (codes == expected).all()


def test_channels_floats_and_strides_agree(photo: np.ndarray) -> None:
    expected = error_diffuse(photo, kernel=OSTROMOUKHOV, levels=3)
    for channel in range(3):
        alone = error_diffuse(photo[..., channel], kernel=OSTROMOUKHOV, levels=3)
        assert (alone == expected[..., channel]).all()
    deep = np.asfortranarray(photo.astype(np.uint16) * 257)
    expected = error_diffuse(deep, kernel=OSTROMOUKHOV)
    assert (error_diffuse(deep / 65535, kernel=OSTROMOUKHOV) == expected).all()


@pytest.mark.parametrize("serpentine", [True, False])
@pytest.mark.parametrize("light", ["encoded", "linear"])
def test_a_flat_patch_keeps_its_mean(light: Any, serpentine: bool) -> None:
    for value in (20, 77, 128, 200):
        flat = np.full((128, 128), value, np.uint8)
        shown = requantize(
            flat, levels=2, kernel=OSTROMOUKHOV, light=light, serpentine=serpentine, noise=0.0
        )
        wanted = float(srgb_to_linear(np.array(value / 255))) if light == "linear" else value / 255
        assert abs((shown / 255).mean() - wanted) <= 2 / 128


def test_levels_stay_free_of_dots() -> None:
    for levels in (2, 3, 256):
        for value in (0, 255):
            flat = np.full((40, 40), value, np.uint8)
            assert (requantize(flat, levels=levels, kernel=OSTROMOUKHOV, noise=1.0) == value).all()


@pytest.mark.parametrize("value", [64, 128])
def test_round_tones_have_less_of_a_pattern_than_with_one_kernel(value: int) -> None:
    flat = np.full((128, 128), value, np.uint8)

    def strongest(kernel: str) -> float:
        dots = error_diffuse(flat, kernel=kernel).astype(float)
        return float(np.abs(np.fft.rfft2(dots - dots.mean())).max())

    assert strongest("ostromoukhov") < 0.7 * strongest("floyd-steinberg")


def test_a_palette_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match="cannot dither to a palette"):
        error_diffuse(np.zeros((2, 2), np.uint8), palette=EIGHT_COLORS, kernel="ostromoukhov")


def test_it_is_loaded_by_its_name() -> None:
    assert load_kernel("ostromoukhov") is OSTROMOUKHOV
    with pytest.raises(InputError, match="ostromoukhov"):
        load_kernel("ostromukhov")


@pytest.mark.parametrize(
    "weights", [(), ((1, 0, 0),) * 127, ((0, 0, 0),) * 128, ((1, -1, 2),) * 128, ((1, 1),) * 128]
)
def test_bad_weights_are_refused(weights: Any) -> None:
    with pytest.raises(InputError):
        VariableKernel(weights)
