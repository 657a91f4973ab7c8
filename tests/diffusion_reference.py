"""The slow twin of error diffusion: plain loops over Python's whole numbers, errors pushed ahead."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

import numpy as np

from dither.color import srgb_to_linear
from dither.diffusion import DiffusionKernel

WHITE = 65535 * 64
EIGHT_COLORS = np.array([[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)], np.uint8)


def random_image(shape: tuple[int, ...], dtype: Any = np.uint8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def shares(weights: tuple, origin: int, divisor: float) -> dict[tuple[int, int], int]:
    """(rows down, columns ahead) to the share in 1/65536; the largest fractions are rounded up."""
    exact = {
        (y, x - origin): Fraction(weight) / Fraction(divisor) * 65536
        for y, row in enumerate(weights)
        for x, weight in enumerate(row)
        if weight
    }
    rounded = {place: int(share) for place, share in exact.items()}
    missing = round(sum(exact.values())) - sum(rounded.values())
    for place in sorted(exact, key=lambda place: rounded[place] - exact[place])[:missing]:
        rounded[place] += 1
    return rounded


def light_of(sample: float, white: float, light: str) -> int:
    """The light of one sample, in units."""
    share = sample / white
    if light == "linear":
        share = float(srgb_to_linear(np.array(share)))
    return round(share * WHITE)


def noise_of(y: int, x: int, channel: int, seed: int) -> int:
    """16 random bits of a place."""
    mask = (1 << 64) - 1
    mixed = (((y << 40) ^ (x << 8) ^ channel) + seed) * 0x9E3779B97F4A7C15 & mask
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & mask
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & mask
    return (mixed ^ mixed >> 31) >> 48


def threshold(y: int, x: int, channel: int, options: dict) -> int:
    """A pixel's threshold within a step, in 1/65536."""
    share = 32768
    if options.get("ranks") is not None:
        ranks = options["ranks"]
        rank = int(ranks[y % ranks.shape[0], x % ranks.shape[1]])
        centred = Fraction(2 * rank + 1 - ranks.size, ranks.size)
        share += round(centred * round(options["strength"] * 32768))
    if options.get("noise"):
        bits = noise_of(y, x, channel, options["seed"]) - 32768
        share += bits * round(options["noise"] * 65536) >> 16
    return min(max(share, 1), 65535)


def clipped(value: int) -> int:
    return min(max(value, 0), WHITE)


def level_of(value: int, lights: list[int], share: int) -> int:
    """The level of a light: the higher beyond the threshold's share of the step."""
    value = clipped(value)
    below = max(i for i in range(len(lights) - 1) if lights[i] <= value)
    step = lights[below + 1] - lights[below]
    return below + (value - lights[below] > (step * share >> 16))


def nearest(value: list[int], colors: list[list[int]]) -> int:
    """The first of the nearest colours, at 12 bits a channel, by comparing with all."""
    distances = [
        sum(((clipped(v) >> 10) - (c >> 10)) ** 2 for v, c in zip(value, color, strict=True))
        for color in colors
    ]
    return distances.index(min(distances))


def color_of(value: list[int], colors: list[list[int]], share: int) -> int:
    """The nearest colour, or with a varied threshold that of the value shifted along the greys."""
    index = nearest(value, colors)
    if share == 32768:
        return index
    value = [clipped(v) for v in value]
    apart = max(abs(v - c) for v, c in zip(value, colors[index], strict=True))
    shift = 2 * apart * (share - 32768) >> 16
    return nearest([v + shift for v in value], colors)


def diffuse(light: np.ndarray, choose, shown, kernel, serpentine: bool, bounds) -> np.ndarray:
    """Diffuse (H, W, C) light; `choose` gives a pixel's code, `shown` the light of a code."""
    height, width, channels = light.shape
    received = defaultdict(int)
    codes = np.zeros((height, width), np.int64)
    for y in range(height):
        direction = -1 if serpentine and y % 2 else 1
        for x in range(width)[::direction]:
            value = [
                min(max(int(v) + (received[y, x, c] + 32768 >> 16), bounds[0]), bounds[1])
                for c, v in enumerate(light[y, x])
            ]
            codes[y, x] = code = choose(value, y, x)
            for (down, ahead), share in kernel.items():
                for c in range(channels):
                    place = y + down, x + direction * ahead, c
                    received[place] += share * (value[c] - shown[code][c])
    return codes


def error_diffuse(
    image: np.ndarray,
    kernel: dict,
    *,
    levels: int = 2,
    palette: np.ndarray | None = None,
    serpentine: bool = True,
    light: str = "encoded",
    clamp: str = "none",
    **options,
) -> np.ndarray:
    """The codes of an integer image, one sample after the other."""
    bounds = (0, WHITE) if clamp == "range" else (-16 * WHITE, 17 * WHITE)
    white = int(np.iinfo(image.dtype).max)
    units = np.vectorize(lambda v: light_of(v, white, light), otypes=[np.int64])(image)
    if palette is not None:
        colors = [[light_of(int(v), 255, light) for v in color] for color in palette]
        units = np.broadcast_to(
            units if units.ndim == 3 else units[..., None], (*units.shape[:2], 3)
        )

        def choose(value: list[int], y: int, x: int) -> int:
            return color_of(value, colors, threshold(y, x, 0, options))

        return diffuse(units, choose, colors, kernel, serpentine, bounds)
    top = 255 if white == 255 and levels <= 256 else 65535
    codes = [(2 * i * top + levels - 1) // (2 * (levels - 1)) for i in range(levels)]
    lights = [light_of(code, top, light) for code in codes]
    planes = units if units.ndim == 3 else units[..., None]
    result = [
        diffuse(
            planes[..., c : c + 1],
            lambda value, y, x, c=c: level_of(value[0], lights, threshold(y, x, c, options)),
            [[value] for value in lights],
            kernel,
            serpentine,
            bounds,
        )
        for c in range(planes.shape[2])
    ]
    return np.stack(result, axis=2).reshape(image.shape) if result else np.zeros(image.shape, int)


def twin(image: np.ndarray, kernel: DiffusionKernel, **options: Any) -> np.ndarray:
    own = shares(kernel.weights, kernel.origin, kernel.divisor)
    return error_diffuse(image, own, **options)
