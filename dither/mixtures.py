"""Mixtures: which colours of a palette, in which shares, look from far like a colour it lacks.

They are worked out once, for the nodes of a grid of 33 by 33 by 33 colours, and kept.
"""

import functools
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_oklab, srgb_to_linear
from dither.samples import Light, level_values

# Steps of the grid along each channel, and the code of white.
STEPS, WHITE = 32, 255
# One colour of a pair is among so many of the nearest, the other any.
_NEAREST = 16
# Of the grain's energy, what counts as much as the same energy of wrong colour.
_GRAIN = 0.05
_NODES_AT_ONCE = 256


@functools.lru_cache(maxsize=4)
def candidate_table(colors: bytes, candidates: int, light: Light, strength: float) -> np.ndarray:
    """(33, 33, 33, N) uint8, read-only: the candidates of each node of the grid, dark to light.

    Args:
        colors: of the palette, K times 3 bytes of sRGB codes.
        candidates: N.
        light: as in `dither_to_palette`.
        strength: as in `dither_to_palette`.
    """
    codes, wanted, offered = _codes_and_mixed(colors, light)
    slopes = _slopes(wanted, light)
    metric = slopes @ slopes.transpose(0, 2, 1)
    # The squared length of each colour under each node's metric, from the products of its channels.
    products = offered[:, :, None] * offered[:, None, :]
    lengths = metric.reshape(len(wanted), 9) @ products.reshape(len(codes), 9).T
    missing = np.zeros_like(wanted)
    chosen = np.empty((candidates, len(wanted)), np.uint8)
    for number in range(candidates):
        aim = np.einsum("nij,nj->ni", metric, wanted + strength * missing)
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
    codes, wanted, offered = _codes_and_mixed(colors, light)
    darkness = _darkness(codes)
    near = min(_NEAREST, len(codes))
    pairs = np.empty((len(wanted), 2), np.uint8)
    shares = np.empty(len(wanted), np.uint16)
    for start in range(0, len(wanted), _NODES_AT_ONCE):
        nodes = slice(start, start + _NODES_AT_ONCE)
        slopes = _slopes(wanted[nodes], light)
        # (n, K, 3): where each colour lies as seen from the node.
        away = ((offered - wanted[nodes, None]) @ slopes).astype(np.float32)
        squares = (away**2).sum(axis=2)
        first = np.argpartition(squares, near - 1, axis=1)[:, :near]
        mine = np.take_along_axis(squares, first, axis=1)[..., None]
        products = np.take_along_axis(away, first[..., None], axis=1) @ away.transpose(0, 2, 1)
        apart = mine + squares[:, None] - 2 * products
        share = np.clip((mine - products) / np.maximum(apart, 1e-12), 0, 1)
        cost = mine + share * (share - 2) * mine + 2 * share * (1 - share) * products
        cost += share**2 * squares[:, None] + _GRAIN * share * (1 - share) * apart
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


def _codes_and_mixed(colors: bytes, light: Light) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The palette's codes; the nodes and the palette in the space in which colours are averaged."""
    codes = np.frombuffer(colors, np.uint8).reshape(-1, 3)
    axis = level_values(STEPS + 1, np.dtype(np.uint8))
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    return codes, _mixed(grid, light), _mixed(codes, light)


def _darkness(codes: np.ndarray) -> np.ndarray:
    """(K,) the place of each colour from dark to light."""
    return np.argsort(np.argsort(linear_to_oklab(srgb_to_linear(codes / WHITE))[:, 0]))


def _mixed(codes: np.ndarray, light: Light) -> np.ndarray:
    """The colours in the space in which they are averaged."""
    return srgb_to_linear(codes / WHITE) if light == "linear" else codes / WHITE


def _slopes(mixed: np.ndarray, light: Light) -> np.ndarray:
    """(n, 3, 3): how OKLab changes with each channel near each colour, straight in the mixing space.

    Nearest in OKLab itself would lean to the light side, since half way from black to white there is
    an eighth of white's light; the mean of the candidates would be too light.
    """

    def seen(color: np.ndarray) -> np.ndarray:
        return linear_to_oklab(color if light == "linear" else srgb_to_linear(color))

    # Near black OKLab is endlessly steep.
    around = np.clip(mixed, 0.01, 1)[:, None, :]
    apart = 1e-3 * np.eye(3)
    return (seen(around + apart) - seen(around - apart)) / 2e-3
