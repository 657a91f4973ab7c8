"""Mixtures: palette entries and shares that look, from a distance, like a colour the palette lacks.

They are computed once for the nodes of a grid of 33 by 33 by 33 colours, mapped by a rendering intent,
and cached. Distances are
compared as integers, held exactly by 64-bit floats: whatever the order of the sums, every machine finds
the same colours, and so does the page of `dither studio`.
"""

import functools
from typing import NamedTuple

import numpy as np

from dither.color import (
    LINEAR_TO_CONES,
    ROOTS_TO_OKLAB,
    linear_to_oklab,
    linear_to_srgb,
    srgb_to_linear,
)
from dither.gamut.intent import map_light
from dither.palettes.nearest import CHROMA_WEIGHT
from dither.palettes.palette import Intent, Palette
from dither.samples import Light, level_values

# Steps of the grid along each channel, and the code of white.
STEPS, WHITE = 32, 255
# One colour of a pair is among this many nearest ones, the other is any colour.
_NEAREST = 16
# Weight of the grain's energy against the same energy of wrong colour.
_GRAIN = 0.05
_NODES_PER_BATCH = 256
# White in units of light. Candidates have fewer, because the missing colour accumulates below 2^53.
_CANDIDATE_WHITE, _PAIR_WHITE = 1 << 14, 65535
# Bits of the largest entry of a metric.
_METRIC_BITS = 14
# Lightness is compared in steps of 2^-40, far above the differences of roots between machines.
_LIGHTNESS_UNITS = 1 << 40


@functools.lru_cache(maxsize=4)
def candidate_table(
    palette: Palette, intent: Intent, candidates: int, light: Light, strength: float
) -> np.ndarray:
    """Return (33, 33, 33, N) uint8, read-only: the candidates of each grid node, dark to light.

    Args:
        palette: the palette.
        intent: rendering intent by which the colours of the nodes are mapped first.
        candidates: N.
        light: as in `dither_to_palette`.
        strength: as in `dither_to_palette`.
    """
    codes, nodes = palette.colors, _mapped_nodes(palette, intent)
    wanted = _units(nodes, light, _CANDIDATE_WHITE)
    offered = _units(srgb_to_linear(codes / WHITE), light, _CANDIDATE_WHITE)
    metrics = local_metrics(nodes, light)
    # Squared length of each colour under each node's metric, from the products of its channels.
    products = offered[:, :, None] * offered[:, None, :]
    lengths = metrics.reshape(len(wanted), 9) @ products.reshape(len(codes), 9).T
    missing = np.zeros_like(wanted)
    chosen = np.empty((candidates, len(wanted)), np.uint8)
    for number in range(candidates):
        aim = np.einsum("nij,nj->ni", metrics, wanted + np.rint(strength * missing))
        # The squared distance without the aim's own square, which is the same for every colour.
        chosen[number] = (lengths - 2 * aim @ offered.T).argmin(axis=1)
        missing += wanted - offered[chosen[number]]
    order = np.argsort(_lightness_order(codes)[chosen], axis=0, kind="stable")
    table = np.take_along_axis(chosen, order, axis=0).T.reshape(*(STEPS + 1,) * 3, candidates)
    table = np.ascontiguousarray(table)
    table.flags.writeable = False
    return table


class PairTable(NamedTuple):
    """Two colours for each grid node and their shares; read-only.

    Attributes:
        pairs: (33, 33, 33, 2) uint8, the darker colour and the lighter.
        shares: (33, 33, 33) uint16, the share of the lighter in 1/65535.
    """

    pairs: np.ndarray
    shares: np.ndarray


@functools.lru_cache(maxsize=4)
def pair_table(palette: Palette, intent: Intent, light: Light) -> PairTable:
    """Return the pair of colours whose mixture is nearest to each node, with little grain.

    For a pair c, d, the share t of d is that of the point nearest to the node on the line from c to d.
    The chosen pair minimises the squared distance of that point plus 0.05 t (1 - t) |d - c|^2, a
    fraction of the variance of its pixels: of two similar mixtures the one with less grain is taken.
    One of the two is among the 16 colours nearest to the node.
    Source: J. Yliluoma, "Joel Yliluoma's arbitrary-palette positional dithering algorithm" (2011),
    which penalises the contrast of a pair likewise.

    Args:
        palette: the palette.
        intent: rendering intent by which the colours of the nodes are mapped first.
        light: as in `dither_to_palette`.
    """
    codes, nodes = palette.colors, _mapped_nodes(palette, intent)
    wanted = _units(nodes, light, _PAIR_WHITE)
    offered = _units(srgb_to_linear(codes / WHITE), light, _PAIR_WHITE)
    metrics, lightness = local_metrics(nodes, light), _lightness_order(codes)
    near = min(_NEAREST, len(codes))
    pairs = np.empty((len(wanted), 2), np.uint8)
    shares = np.empty(len(wanted), np.uint16)
    for start in range(0, len(wanted), _NODES_PER_BATCH):
        nodes = slice(start, start + _NODES_PER_BATCH)
        # (n, K, 3): each colour relative to the node.
        offset = offered - wanted[nodes, None]
        weighted = offset @ metrics[nodes]
        squares = (weighted * offset).sum(axis=2)
        first = np.argsort(squares, axis=1, kind="stable")[:, :near]
        own = np.take_along_axis(squares, first, axis=1)[..., None]
        products = np.take_along_axis(weighted, first[..., None], axis=1) @ offset.transpose(
            0, 2, 1
        )
        distance = own + squares[:, None] - 2 * products
        along = own - products
        share = np.clip(along / np.maximum(distance, 1), 0, 1)
        cost = own + share * (share * distance - 2 * along)
        cost += _GRAIN * share * (1 - share) * distance
        np.put_along_axis(cost, first[..., None], np.inf, axis=2)  # no colour pairs with itself
        best = cost.reshape(len(cost), -1).argmin(axis=1)
        rows = np.arange(len(best))
        ones, others = first[rows, best // len(codes)], best % len(codes)
        share_of_other = share.reshape(len(best), -1)[rows, best]
        lighter = lightness[others] > lightness[ones]
        pairs[nodes, 0] = np.where(lighter, ones, others)
        pairs[nodes, 1] = np.where(lighter, others, ones)
        shares[nodes] = np.rint(np.where(lighter, share_of_other, 1 - share_of_other) * 65535)
    side = (STEPS + 1,) * 3
    table = PairTable(pairs.reshape(*side, 2), shares.reshape(side))
    for array in table:
        array.flags.writeable = False
    return table


def local_metrics(colors: np.ndarray, light: Light) -> np.ndarray:
    """Return (N, 3, 3) float64: the metric of squared differences at each colour.

    With J the Jacobian of OKLab, a and b doubled, with respect to the channels in which colours mix,
    the metric is J' J, scaled to integers of at most 14 bits. Distances in OKLab itself would favour
    light colours: half way from black to white, OKLab has an eighth of white's light, and the mean of
    the candidates would be too light. Without the doubling, dark greys would be black and a little red
    where one of N candidates of white is too light.

    Args:
        colors: (N, 3) linear light.
        light: as in `dither_to_palette`.

    Example:
        >>> float(local_metrics(np.ones((1, 3)), "linear").max())
        12364.0
    """
    # The slope of OKLab is infinite at black.
    mixed = np.maximum(_mixed(colors, light), 0.01)
    linear, rise = mixed, np.ones_like(mixed)
    if light == "encoded":
        linear = srgb_to_linear(mixed)
        # The derivative of `srgb_to_linear`.
        rise = np.where(mixed <= 0.04045, 1 / 12.92, 2.4 / 1.055 * ((mixed + 0.055) / 1.055) ** 1.4)
    roots = np.cbrt(linear @ LINEAR_TO_CONES.T)
    # (n, lightness a b, cone) times (n, cone, channel).
    weighted = ROOTS_TO_OKLAB * np.array([[1], [CHROMA_WEIGHT], [CHROMA_WEIGHT]])
    slopes = (weighted / (3 * roots**2)[:, None]) @ (LINEAR_TO_CONES * rise[:, None])
    squares = slopes.transpose(0, 2, 1) @ slopes
    _, exponents = np.frexp(abs(squares).max(axis=(1, 2)))
    return np.rint(np.ldexp(squares, (_METRIC_BITS - exponents)[:, None, None]))


@functools.lru_cache(maxsize=2)
def _mapped_nodes(palette: Palette, intent: Intent) -> np.ndarray:
    """Return (35937, 3) float64, read-only: the linear light that each node of the grid becomes."""
    axis = level_values(STEPS + 1, np.dtype(np.uint8)) / WHITE
    nodes = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    light = map_light(srgb_to_linear(nodes), palette, intent)
    light.flags.writeable = False
    return light


def _lightness_order(codes: np.ndarray) -> np.ndarray:
    """Return (K,) the position of each colour from dark to light; equal colours keep their order."""
    lightness = linear_to_oklab(srgb_to_linear(codes / WHITE))[:, 0]
    order = np.argsort(np.rint(lightness * _LIGHTNESS_UNITS), kind="stable")
    return np.argsort(order, kind="stable")


def _mixed(colors: np.ndarray, light: Light) -> np.ndarray:
    """Return linear light in the space in which colours are averaged."""
    return colors if light == "linear" else linear_to_srgb(colors)


def _units(colors: np.ndarray, light: Light, white: int) -> np.ndarray:
    """Return linear light to mix in whole units, of which white has `white`."""
    return np.rint(_mixed(colors, light) * white)
