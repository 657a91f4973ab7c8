import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dither.small_files.match_bits import counted_bits, first_bits, no_counts


def test_extra_bits_are_those_of_the_standard() -> None:
    lengths = no_counts().lengths
    lengths[3:] = 1
    distances = no_counts().distances
    distances[1:] = 1
    bits, _ = counted_bits(no_counts()._replace(lengths=lengths, distances=distances))
    # Codes of one value each against codes of several: RFC 1951, section 3.2.5.
    assert (np.diff(bits.lengths[[11, 12, 13, 14]]) == [0, 0, 0]).all()
    assert bits.distances[4] != bits.distances[5] == bits.distances[6]
    assert bits.distances[24577] == bits.distances[32768]


@given(st.integers(0, 255), st.integers(1, 10**6))
def test_a_single_symbol_costs_next_to_nothing(byte: int, count: int) -> None:
    counts = no_counts()
    counts.literals[byte] = count
    bits, total = counted_bits(counts)
    assert bits.literals[byte] == min(bits.literals)
    assert 0 <= total / count <= np.log2((count + 0.3 * 285) / (count + 0.3)) + 1e-3


def test_counts_of_independent_bytes_are_as_zlib_codes_them() -> None:
    values = np.random.default_rng(0).binomial(9, 0.4, 40_000).astype(np.uint8)
    counts = no_counts()
    counts.literals[:] = np.bincount(values, minlength=256)
    _, total = counted_bits(counts)
    compressor = zlib.compressobj(9, strategy=zlib.Z_HUFFMAN_ONLY)
    coded = len(compressor.compress(values.tobytes()) + compressor.flush())
    assert 0.95 < total / 8 / coded < 1.001


def test_first_bits_are_finite() -> None:
    bits = first_bits(np.zeros((4, 4), np.uint8))
    assert all(np.isfinite(each).all() and (each > 0).all() for each in bits)
