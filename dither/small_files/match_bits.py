"""Bits that deflate takes for a literal byte and for a repetition of earlier bytes.

Deflate, the compression of PNG, writes a byte as a literal, or the length and the distance of a
repetition. Frequent literals, lengths and distances get short Huffman codes; long ones take extra bits
besides. The lengths of the codes are estimated from counts: -log2 of their shares.

Source: P. Deutsch, "DEFLATE Compressed Data Format Specification" (RFC 1951, 1996), section 3.2.5.
"""

from typing import NamedTuple

import numpy as np

MIN_LENGTH, MAX_LENGTH, MAX_DISTANCE = 3, 258, 1 << 15
# The first length and the first distance of each code, and their numbers of extra bits.
_FIRST_LENGTHS = (
    *(3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115),
    *(131, 163, 195, 227, 258),
)
_FIRST_DISTANCES = (
    *(1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537),
    *(2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577),
)
_LENGTH_EXTRA = np.array([0] * 8 + [bits for bits in range(1, 6) for _ in range(4)] + [0])
_DISTANCE_EXTRA = np.array([0, 0, *(bits for bits in range(14) for _ in range(2))])
# Before the first counts: bits of the codes of lengths in photos, and of every distance.
_USUAL_LENGTHS = np.array([3.2, 3.8, 4.3, 4.8, 5.3, 5.8, 6, 6.5, *[7] * 8, *[8] * 13])
_USUAL_DISTANCE = 4.0
# Literals are rarer than their bytes, since repetitions take their place.
_RARER = 0.7
# Added to each count, so that nothing costs infinitely many bits.
_UNSEEN = 0.3


class MatchBits(NamedTuple):
    """Bits of each symbol.

    Attributes:
        literals: (256,) float32, of each byte.
        lengths: (259,) float32, of each length with its extra bits; those below 3 are undefined.
        distances: (32769,) float32, of each distance with its extra bits; that of 0 is undefined.
    """

    literals: np.ndarray
    lengths: np.ndarray
    distances: np.ndarray


class MatchCounts(NamedTuple):
    """Counts of each symbol.

    Attributes:
        literals: (256,) int64.
        lengths: (259,) int64.
        distances: (32769,) int64.
    """

    literals: np.ndarray
    lengths: np.ndarray
    distances: np.ndarray


def no_counts() -> MatchCounts:
    """Return counts of 0."""
    return MatchCounts(
        np.zeros(256, np.int64),
        np.zeros(MAX_LENGTH + 1, np.int64),
        np.zeros(MAX_DISTANCE + 1, np.int64),
    )


def first_bits(indices: np.ndarray) -> MatchBits:
    """Return the bits to begin with, from the counts of the pixels alone.

    Args:
        indices: uint8 of any shape.
    """
    counts = np.bincount(indices.ravel(), minlength=256) + 1.0
    return MatchBits(
        (_RARER - np.log2(counts / counts.sum())).astype(np.float32),
        _of_lengths(_USUAL_LENGTHS),
        _of_distances(np.full(len(_FIRST_DISTANCES), _USUAL_DISTANCE)),
    )


def counted_bits(counts: MatchCounts) -> tuple[MatchBits, float]:
    """Return the bits of each symbol from their counts, and those of all symbols together.

    Example:
        >>> counts = no_counts()
        >>> counts.literals[:2] = 1000
        >>> bits, total = counted_bits(counts)
        >>> [round(float(each), 1) for each in bits.literals[:2]], round(total / 2000, 1)
        ([1.1, 1.1], 1.1)
    """
    lengths = _codes(counts.lengths, _FIRST_LENGTHS)
    distances = _codes(counts.distances, _FIRST_DISTANCES)
    both = _code_bits(np.concatenate([counts.literals, lengths]))
    bits = MatchBits(
        both[:256].astype(np.float32),
        _of_lengths(both[256:]),
        _of_distances(_code_bits(distances)),
    )
    total = sum(float(cost @ count) for cost, count in zip(bits, counts, strict=True))
    return bits, total


def _codes(counts: np.ndarray, firsts: tuple[int, ...]) -> np.ndarray:
    """Return how often each code occurs, from the counts of its values."""
    return np.add.reduceat(counts, firsts)


def _code_bits(counts: np.ndarray) -> np.ndarray:
    shares = counts + _UNSEEN
    return -np.log2(shares / shares.sum())


def _of_lengths(bits: np.ndarray) -> np.ndarray:
    return _of_values(bits + _LENGTH_EXTRA, _FIRST_LENGTHS, MAX_LENGTH)


def _of_distances(bits: np.ndarray) -> np.ndarray:
    return _of_values(bits + _DISTANCE_EXTRA, _FIRST_DISTANCES, MAX_DISTANCE)


def _of_values(bits: np.ndarray, firsts: tuple[int, ...], most: int) -> np.ndarray:
    """Return (most + 1,) float32: the bits of each value, from those of its code."""
    code = np.searchsorted(firsts, np.arange(most + 1), side="right") - 1
    return bits[np.maximum(code, 0)].astype(np.float32)
