"""Tone-dependent kernels: error shares chosen by tone, to avoid worms and regular patterns."""

from dataclasses import dataclass

import numpy as np

from dither.diffusion.kernels import DiffusionKernel
from dither.errors import InputError

TONES = 256


@dataclass(frozen=True)
class VariableKernel:
    """Weights ahead, down and back, and straight down, for each tone between two levels.

    Attributes:
        weights: three weights, of any sum, for each of the tones 0 (equal to a level) to 127 (half way
            to the next); tones 255 to 128 mirror them.

    Raises:
        InputError: there are not 128 tones, a weight is negative, or all three of a tone are 0.
    """

    weights: tuple[tuple[float, float, float], ...]

    def __post_init__(self) -> None:
        weights = tuple(tuple(tone) for tone in self.weights)
        if len(weights) != TONES // 2 or any(len(tone) != 3 or sum(tone) <= 0 for tone in weights):
            raise InputError(
                f"a tone-dependent kernel must have {TONES // 2} tones of three weights, not all 0"
            )
        object.__setattr__(self, "weights", weights)
        for tone in range(TONES // 2):
            self.kernel(tone)

    def kernel(self, tone: int) -> DiffusionKernel:
        """Return the kernel of a tone, 0 to 255.

        Example:
            >>> OSTROMOUKHOV.kernel(255).weights
            ((0, 0, 13), (0, 5, 0))
        """
        ahead, back, down = self.weights[min(tone, TONES - 1 - tone)]
        return DiffusionKernel(((0, 0, ahead), (back, down, 0)), 1, ahead + back + down)

    @property
    def shares(self) -> np.ndarray:
        """(256, 3) int64 shares of each tone, in 1/65536; each row sums to 1."""
        shares = np.zeros((TONES, 3), np.int64)
        columns = {(0, 1): 0, (1, -1): 1, (1, 0): 2}
        for tone in range(TONES):
            for down, ahead, share in self.kernel(tone).taps:
                shares[tone, columns[down, ahead]] = share
        return shares


def tones(light: np.ndarray, lights: np.ndarray) -> np.ndarray:
    """Return the tone of each light: its position between the levels below and above it.

    Args:
        light: any shape, int32, in units.
        lights: (levels,) int32 light of the levels, ascending from black to white.

    Returns:
        Same shape, uint8, 0 at the level below to 255 at the one above, rounded. For 8-bit samples and
        two levels it is the code itself.

    Example:
        >>> tones(np.array([0, 1000, 4194240]), np.array([0, 4000, 4194240])).tolist()
        [0, 64, 255]
    """
    below = np.clip(np.searchsorted(lights, light, side="right") - 1, 0, len(lights) - 2)
    start = lights[below].astype(np.int64)
    step = lights[below + 1] - start
    return ((2 * (TONES - 1) * (light - start) + step) // (2 * step)).astype(np.uint8)


def _weights(table: str) -> tuple[tuple[float, float, float], ...]:
    rows = [list(map(int, row.split())) for row in table.split(",")]
    return tuple((ahead, back, down) for ahead, back, down in rows)


# V. Ostromoukhov, "A simple and efficient error-diffusion algorithm", Proceedings of SIGGRAPH 2001: the
# table of its appendix, by tone.
OSTROMOUKHOV = VariableKernel(
    _weights("""
    13 0 5, 13 0 5, 21 0 10, 7 0 4, 8 0 5, 47 3 28, 23 3 13, 15 3 8, 22 6 11, 43 15 20, 7 3 3, 501
    224 211, 249 116 103, 165 80 67, 123 62 49, 489 256 191, 81 44 31, 483 272 181, 60 35 22, 53
    32 19, 237 148 83, 471 304 161, 3 2 1, 481 314 185, 354 226 155, 1389 866 685, 227 138 125,
    267 158 163, 327 188 220, 61 34 45, 627 338 505, 1227 638 1075, 20 10 19, 1937 1000 1767, 977
    520 855, 657 360 551, 71 40 57, 2005 1160 1539, 337 200 247, 2039 1240 1425, 257 160 171, 691
    440 437, 1045 680 627, 301 200 171, 177 120 95, 2141 1480 1083, 1079 760 513, 725 520 323, 137
    100 57, 2209 1640 855, 53 40 19, 2243 1720 741, 565 440 171, 759 600 209, 1147 920 285, 2311
    1880 513, 97 80 19, 335 280 57, 1181 1000 171, 793 680 95, 599 520 57, 2413 2120 171, 405 360
    19, 2447 2200 57, 11 10 0, 158 151 3, 178 179 7, 1030 1091 63, 248 277 21, 318 375 35, 458 571
    63, 878 1159 147, 5 7 1, 172 181 37, 97 76 22, 72 41 17, 119 47 29, 4 1 1, 4 1 1, 4 1 1, 4 1
    1, 4 1 1, 4 1 1, 4 1 1, 4 1 1, 4 1 1, 65 18 17, 95 29 26, 185 62 53, 30 11 9, 35 14 11, 85 37
    28, 55 26 19, 80 41 29, 155 86 59, 5 3 2, 5 3 2, 5 3 2, 5 3 2, 5 3 2, 5 3 2, 5 3 2, 5 3 2, 5 3
    2, 5 3 2, 5 3 2, 5 3 2, 5 3 2, 305 176 119, 155 86 59, 105 56 39, 80 41 29, 65 32 23, 55 26
    19, 335 152 113, 85 37 28, 115 48 37, 35 14 11, 355 136 109, 30 11 9, 365 128 107, 185 62 53,
    25 8 7, 95 29 26, 385 112 103, 65 18 17, 395 104 101, 4 1 1
    """)
)

VARIABLE_KERNELS = {"ostromoukhov": OSTROMOUKHOV}
