"""Mixtures: which colours of a palette, in which shares, look from far like a colour it lacks.

They are worked out once, for the nodes of a grid of 33 by 33 by 33 colours, and kept. Distances are
compared in whole numbers, held by floats of 64 bits without rounding: whatever the order of sums, every
machine finds the same colours, and so does the page of `dither studio`.
"""

import functools
from typing import NamedTuple

import numpy as np

from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab, srgb_to_linear
from dither.samples import Light, level_values

# Steps of the grid along each channel, and the code of white.
STEPS, WHITE = 32, 255
# One colour of a pair is among so many of the nearest, the other any.
_NEAREST = 16
# Of the grain's energy, what counts as much as the same energy of wrong colour.
_GRAIN = 0.05
_NODES_AT_ONCE = 256
# White in units of light. Candidates have less room below 2^53: what is missing adds up.
_CANDIDATE_WHITE, _PAIR_WHITE = 1 << 14, 65535
# The largest entry of a metric has so many bits.
_METRIC_BITS = 14
# Darkness is compared in 1/2^40 of white's, far above what roots differ by between machines.
_DARKNESS_UNITS = 1 << 40


@functools.lru_cache(maxsize=4)
def candidate_table(colors: bytes, candidates: int, light: Light, strength: float) -> np.ndarray:
    """(33, 33, 33, N) uint8, read-only: the candidates of each node of the grid, dark to light.

    Args:
        colors: of the palette, K times 3 bytes of sRGB codes.
        candidates: N.
        light: as in `dither_to_palette`.
        strength: as in `dither_to_palette`.
    """
    codes = np.frombuffer(colors, np.uint8).reshape(-1, 3)
    wanted = _units(_nodes(), light, _CANDIDATE_WHITE)
    offered = _units(codes, light, _CANDIDATE_WHITE)
    metrics = node_metrics(light)
    # The squared length of each colour under each node's metric, from the products of its channels.
    products = offered[:, :, None] * offered[:, None, :]
    lengths = metrics.reshape(len(wanted), 9) @ products.reshape(len(codes), 9).T
    missing = np.zeros_like(wanted)
    chosen = np.empty((candidates, len(wanted)), np.uint8)
    for number in range(candidates):
        aim = np.einsum("nij,nj->ni", metrics, wanted + np.rint(strength * missing))
        # The squared distance but for the aim's own square, which is the same for every colour.
        chosen[number] = (lengths - 2 * aim @ offered.T).argmin(axis=1)
        missing += wanted - offered[chosen[number]]
    darkness = _darkness(codes)
    order = np.argsort(darkness[chosen], axis=0, kind="stable")
    table = np.take_along_axis(chosen, order, axis=0).T.reshape(*(STEPS + 1,) * 3, candidates)
    table = np.ascontiguousarray(table)
    table.flags.writeable = False
    return table


class PairTable(NamedTuple):
    """Two colours for each node of the grid, and their shares; read-only.

    Attributes:
        pairs: (33, 33, 33, 2) uint8, the darker colour and the lighter.
        shares: (33, 33, 33) uint16, that of the lighter in 1/65535.
    """

    pairs: np.ndarray
    shares: np.ndarray


@functools.lru_cache(maxsize=4)
def pair_table(colors: bytes, light: Light) -> PairTable:
    """The two colours whose mixture is nearest to each node, with little grain.

    Of a pair c, d the share t of d is that of the point nearest to the node on the straight line
    between them. The pair is the one with the least squared distance of that point plus
    0.05 t (1 - t) |d - c|^2, a share of the variance of its pixels: between mixtures alike, the quieter
    one is taken. One of the two is among the 16 colours that are nearest to the node.
    Source: J. Yliluoma, "Joel Yliluoma's arbitrary-palette positional dithering algorithm" (2011),
    which weighs the contrast of a pair in the same spirit.

    Args:
        colors: of the palette, K times 3 bytes of sRGB codes.
        light: as in `dither_to_palette`.
    """
    codes = np.frombuffer(colors, np.uint8).reshape(-1, 3)
    wanted, offered = _units(_nodes(), light, _PAIR_WHITE), _units(codes, light, _PAIR_WHITE)
    metrics, darkness = node_metrics(light), _darkness(codes)
    near = min(_NEAREST, len(codes))
    pairs = np.empty((len(wanted), 2), np.uint8)
    shares = np.empty(len(wanted), np.uint16)
    for start in range(0, len(wanted), _NODES_AT_ONCE):
        nodes = slice(start, start + _NODES_AT_ONCE)
        # (n, K, 3): where each colour lies as seen from the node.
        away = offered - wanted[nodes, None]
        turned = away @ metrics[nodes]
        squares = (turned * away).sum(axis=2)
        first = np.argsort(squares, axis=1, kind="stable")[:, :near]
        mine = np.take_along_axis(squares, first, axis=1)[..., None]
        products = np.take_along_axis(turned, first[..., None], axis=1) @ away.transpose(0, 2, 1)
        apart = mine + squares[:, None] - 2 * products
        ahead = mine - products
        share = np.clip(ahead / np.maximum(apart, 1), 0, 1)
        cost = mine + share * (share * apart - 2 * ahead)
        cost += _GRAIN * share * (1 - share) * apart
        np.put_along_axis(cost, first[..., None], np.inf, axis=2)  # a pair is of two
        best = cost.reshape(len(cost), -1).argmin(axis=1)
        rows = np.arange(len(best))
        ones, others = first[rows, best // len(codes)], best % len(codes)
        toward = share.reshape(len(best), -1)[rows, best]
        lighter = darkness[others] > darkness[ones]
        pairs[nodes, 0] = np.where(lighter, ones, others)
        pairs[nodes, 1] = np.where(lighter, others, ones)
        shares[nodes] = np.rint(np.where(lighter, toward, 1 - toward) * 65535)
    side = (STEPS + 1,) * 3
    table = PairTable(pairs.reshape(*side, 2), shares.reshape(side))
    for array in table:
        array.flags.writeable = False
    return table


@functools.lru_cache(maxsize=2)
def node_metrics(light: Light) -> np.ndarray:
    """(35937, 3, 3) float64, read-only: for each node, what the squares of differences weigh.

    With J how OKLab changes with each channel of the space in which colours mix, at the node, this is
    J' J in whole numbers, of which the largest has 14 bits. Nearest in OKLab itself would lean to the
    light side, since half way from black to white there is an eighth of white's light; the mean of the
    candidates would be too light.

    Example:
        >>> float(node_metrics("linear")[-1].max())
        10825.0
    """
    # Near black OKLab is endlessly steep.
    mixed = np.maximum(_mixed(_nodes(), light), 0.01)
    linear, rise = mixed, np.ones_like(mixed)
    if light == "encoded":
        linear = srgb_to_linear(mixed)
        # The slope of `srgb_to_linear`.
        rise = np.where(mixed <= 0.04045, 1 / 12.92, 2.4 / 1.055 * ((mixed + 0.055) / 1.055) ** 1.4)
    roots = np.cbrt(linear @ LINEAR_TO_CONES.T)
    # (n, lightness a b, cone) times (n, cone, channel).
    slopes = (ROOTS_TO_OKLAB / (3 * roots**2)[:, None]) @ (LINEAR_TO_CONES * rise[:, None])
    squares = slopes.transpose(0, 2, 1) @ slopes
    _, exponents = np.frexp(abs(squares).max(axis=(1, 2)))
    metrics = np.rint(np.ldexp(squares, (_METRIC_BITS - exponents)[:, None, None]))
    metrics.flags.writeable = False
    return metrics


def _nodes() -> np.ndarray:
    """(35937, 3) uint8: the codes of the grid's nodes."""
    axis = level_values(STEPS + 1, np.dtype(np.uint8))
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)


def _darkness(codes: np.ndarray) -> np.ndarray:
    """(K,) the place of each colour from dark to light, the first of equals first."""
    lightness = linear_to_oklab(srgb_to_linear(codes / WHITE))[:, 0]
    order = np.argsort(np.rint(lightness * _DARKNESS_UNITS), kind="stable")
    return np.argsort(order, kind="stable")


def _mixed(codes: np.ndarray, light: Light) -> np.ndarray:
    """The colours in the space in which they are averaged."""
    return srgb_to_linear(codes / WHITE) if light == "linear" else codes / WHITE


def _units(codes: np.ndarray, light: Light, white: int) -> np.ndarray:
    """The same in whole units, so many for white."""
    return np.rint(_mixed(codes, light) * white)
