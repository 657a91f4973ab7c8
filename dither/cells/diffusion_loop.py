"""Compiled loop: error diffusion in which each pixel takes a colour of its cell's set."""

import numpy as np

from dither.native.loop import compiled


@compiled
def diffuse(
    light: np.ndarray,
    rows: np.ndarray,
    sets: np.ndarray,
    palette: np.ndarray,
    cones_of_light: np.ndarray,
    roots_to_oklab: np.ndarray,
    labs: np.ndarray,
    clamp: float,
    out: np.ndarray,
) -> None:
    """Diffuse errors of linear light by Floyd and Steinberg's kernel, each pixel within its set.

    Rows alternate between left to right and right to left.

    Args:
        light: (H, W, 3) float64; overwritten with the errors handed on.
        rows: (H, W) int32, the set of each pixel.
        sets: (sets, N) uint8, colours of each set.
        palette: (K, 3) float64, linear light of the colours.
        cones_of_light: (3, 3) float64, linear light to cone responses.
        roots_to_oklab: (3, 3) float64.
        labs: (K, 3) float64, OKLab of the colours.
        clamp: light is limited to this much outside 0 to 1 before it is compared.
        out: (H, W) uint8; written.
    """
    height, width = out.shape
    want = np.empty(3)
    for y in range(height):
        ahead = 1 if y % 2 == 0 else -1
        for step in range(width):
            x = step if ahead == 1 else width - 1 - step
            for c in range(3):
                light[y, x, c] = min(max(light[y, x, c], -clamp), 1 + clamp)
            r0, r1, r2 = 0.0, 0.0, 0.0
            for cone in range(3):
                value = 0.0
                for c in range(3):
                    value += cones_of_light[cone, c] * light[y, x, c]
                root = max(value, 0.0) ** (1 / 3)
                if cone == 0:
                    r0 = root
                elif cone == 1:
                    r1 = root
                else:
                    r2 = root
            for axis in range(3):
                want[axis] = (
                    roots_to_oklab[axis, 0] * r0
                    + roots_to_oklab[axis, 1] * r1
                    + roots_to_oklab[axis, 2] * r2
                )
            best, least = 0, 1e30
            for color in sets[rows[y, x]]:
                square = 0.0
                for axis in range(3):
                    square += (labs[color, axis] - want[axis]) ** 2
                if square < least:
                    best, least = color, square
            out[y, x] = best
            for c in range(3):
                error = light[y, x, c] - palette[best, c]
                if 0 <= x + ahead < width:
                    light[y, x + ahead, c] += error * 7 / 16
                if y + 1 < height:
                    light[y + 1, x, c] += error * 5 / 16
                    if 0 <= x - ahead < width:
                        light[y + 1, x - ahead, c] += error * 3 / 16
                    if 0 <= x + ahead < width:
                        light[y + 1, x + ahead, c] += error / 16
