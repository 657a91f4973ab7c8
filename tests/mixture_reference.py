"""Slow twins of the mixtures of palette colours, one colour at a time, from the definitions."""

import numpy as np

from dither.color import linear_to_oklab, linear_to_srgb, srgb_to_linear
from dither.palettes.palette import Palette


def slopes_at(wanted: np.ndarray, light: str = "linear") -> np.ndarray:
    """How OKLab, a and b doubled, changes with red, green and blue."""

    def seen(color: np.ndarray) -> np.ndarray:
        oklab = linear_to_oklab(color if light == "linear" else srgb_to_linear(color))
        return oklab * (1, 2, 2)

    around = np.maximum(wanted, 0.01)
    return np.array([(seen(around + s) - seen(around - s)) / 2e-5 for s in 1e-5 * np.eye(3)])


def metric_at(wanted: np.ndarray, light: str = "linear") -> list[list[int]]:
    """What the squares of differences weigh there: whole numbers, the largest of 14 bits."""
    slopes = slopes_at(wanted, light)
    squares = slopes @ slopes.T
    bits = int(np.floor(np.log2(abs(squares).max()))) + 1
    return [[round(value * 2.0 ** (14 - bits)) for value in row] for row in squares.tolist()]


def candidates(linear: np.ndarray, palette: Palette, count: int, strength: float) -> list[int]:
    """The candidates of one colour, given as linear light, in whole numbers of any length."""
    metric = metric_at(linear)
    wanted = [round(light * 16384) for light in linear.tolist()]
    offered = [[round(light * 16384) for light in own] for own in palette.linear.tolist()]
    missing, chosen = [0, 0, 0], []
    for _ in range(count):
        aim = [want + round(strength * less) for want, less in zip(wanted, missing, strict=True)]
        distances = []
        for own in offered:
            away = [one - other for one, other in zip(aim, own, strict=True)]
            distances.append(
                sum(away[i] * metric[i][j] * away[j] for i in range(3) for j in range(3))
            )
        chosen.append(distances.index(min(distances)))
        missing = [
            less + want - took
            for less, want, took in zip(missing, wanted, offered[chosen[-1]], strict=True)
        ]
    return sorted(chosen, key=lambda index: (palette.oklab[index, 0], index))


def mixture_cost(
    linear: np.ndarray, palette: Palette, light: str, dark: int, bright: int, share: float
) -> float:
    """Return the squared error of a mixture of two colours against linear light, plus its grain."""
    wanted, offered = _mixed(linear, palette, light)
    slopes = slopes_at(wanted, light)
    mean = (1 - share) * offered[dark] + share * offered[bright]
    apart = (offered[bright] - offered[dark]) @ slopes
    return float(
        np.sum(((mean - wanted) @ slopes) ** 2) + 0.05 * share * (1 - share) * np.sum(apart**2)
    )


def best_mixture(linear: np.ndarray, palette: Palette, light: str) -> float:
    """The least cost over all pairs, each with the share that brings it nearest."""
    wanted, offered = _mixed(linear, palette, light)
    slopes = slopes_at(wanted, light)
    best = np.inf
    for one in range(len(palette)):
        for other in range(len(palette)):
            if one == other:
                continue
            apart = (offered[other] - offered[one]) @ slopes
            length = max(apart @ apart, 1e-12)
            share = np.clip((wanted - offered[one]) @ slopes @ apart / length, 0, 1)
            best = min(best, mixture_cost(linear, palette, light, one, other, share))
    return best


def _mixed(linear: np.ndarray, palette: Palette, light: str) -> tuple[np.ndarray, np.ndarray]:
    """The colour and those of the palette in the space in which they mix."""
    if light == "linear":
        return linear, palette.linear
    return linear_to_srgb(linear), palette.colors / 255
