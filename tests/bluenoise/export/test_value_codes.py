"""Each encoding against exact rational arithmetic or a search of all codes, and its stated error."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluenoise.export.value_codes import (
    OCTAHEDRAL_ERROR,
    bin_codes,
    bin_values,
    octahedral_codes,
    octahedral_vectors,
    unorm_codes,
    unorm_values,
)

RNG = np.random.default_rng(6)


@given(st.floats(-1, 1, width=32), st.sampled_from([8, 10, 16]))
def test_unorm_takes_a_nearest_code(value: float, bits: int) -> None:
    last = (1 << bits) - 1
    code = int(unorm_codes(np.array(value), bits, -1, 1))
    exact = (Fraction(value) + 1) / 2 * last
    # Half a code, and the rounding of double precision.
    assert abs(exact - code) <= Fraction(1, 2) + Fraction(1, 1 << 30)
    assert abs(Fraction(value) - (Fraction(2 * code, last) - 1)) <= Fraction(1, last) * (1 + 2**-29)


@pytest.mark.parametrize("bits", [8, 10, 16])
def test_every_code_comes_back(bits: int) -> None:
    codes = np.arange(1 << bits)
    for low, high in ((0, 1), (-1, 1), (-0.25, 3.5)):
        assert np.array_equal(
            unorm_codes(unorm_values(codes, bits, low, high), bits, low, high), codes
        )
    assert np.array_equal(bin_codes(bin_values(codes, bits), bits), codes)


@pytest.mark.parametrize("bits", [8, 10, 16])
def test_bins_share_thresholds_equally_and_keep_their_mean(bits: int) -> None:
    thresholds = (np.arange(1 << 18) + 0.5) / (1 << 18)
    codes = bin_codes(thresholds, bits)
    assert set(np.bincount(codes).tolist()) == {1 << (18 - bits)}
    decoded = bin_values(codes, bits)
    assert np.abs(decoded - thresholds).max() <= 2.0 ** -(bits + 1)
    assert decoded.mean() == 0.5
    # The nearest quotient c / 255 gives the first and the last code half a share.
    shares = np.bincount(unorm_codes(thresholds, bits, 0, 1))
    assert shares[0] < 0.6 * shares[1]


def _search(vector: np.ndarray) -> float:
    """Return the smallest distance of a vector to any vector of an 8-bit octahedral code."""
    rows, columns = np.mgrid[:256, :256]
    every = octahedral_vectors(np.stack([rows, columns], axis=-1), 8)
    return float(np.linalg.norm(every - vector, axis=-1).min())


def test_octahedral_codes_are_nearest() -> None:
    vectors = RNG.normal(size=(30, 3))
    vectors = np.concatenate([vectors, np.eye(3), -np.eye(3), [[1, 1, 1e-9], [1, -1, -1e-9]]])
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    found = octahedral_vectors(octahedral_codes(vectors, 8), 8)
    for vector, near in zip(vectors, found, strict=True):
        assert np.linalg.norm(near - vector) <= _search(vector) * 1.02 + 1e-9


def test_octahedral_decoding_as_published() -> None:
    def oct_decode(x: float, y: float) -> np.ndarray:
        """Return the vector by oct_to_float32x3 of Cigolle et al., listing 2."""
        v = np.array([x, y, 1 - abs(x) - abs(y)])
        if v[2] < 0:
            signs = np.where(v[:2] >= 0, 1, -1)
            v[:2] = (1 - np.abs(v[1::-1])) * signs
        return v / np.linalg.norm(v)

    codes = RNG.integers(0, 256, (200, 2))
    wanted = [oct_decode(*(code / 255 * 2 - 1)) for code in codes]
    assert np.allclose(octahedral_vectors(codes, 8), wanted, atol=1e-12)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("stretch", [(1, 1, 1), (0.02, 0.02, 1), (1, 1, 0.02), (1, 0.02, 0.02)])
def test_octahedral_error(bits: int, stretch: tuple[float, float, float]) -> None:
    vectors = RNG.normal(size=(20_000, 3)) * stretch
    # The worst directions are around the middles of the faces.
    vectors = np.concatenate([vectors, RNG.normal(size=(20_000, 3)) * 0.02 + 1])
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    near = octahedral_vectors(octahedral_codes(vectors, bits), bits)
    angle = np.degrees(2 * np.arcsin(np.linalg.norm(near - vectors, axis=-1) / 2)).max()
    assert 0.95 * OCTAHEDRAL_ERROR[bits] < angle < OCTAHEDRAL_ERROR[bits]
