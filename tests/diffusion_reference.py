"""Reference implementations of error diffusion: plain Python loops that push errors ahead."""

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
    """Return {(rows down, columns ahead): share in 1/65536}; the largest fractions are rounded up."""
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
    """Return the light of one sample, in units."""
    share = sample / white
    if light == "linear":
        share = float(srgb_to_linear(np.array(share)))
    return round(share * WHITE)


def noise_of(y: int, x: int, channel: int, seed: int) -> int:
    """Return the 16 random bits of a pixel."""
    mask = (1 << 64) - 1
    mixed = (((y << 40) ^ (x << 8) ^ channel) + seed) * 0x9E3779B97F4A7C15 & mask
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & mask
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & mask
    return (mixed ^ mixed >> 31) >> 48


def threshold(y: int, x: int, channel: int, options: dict) -> int:
    """Return a pixel's threshold between two levels, in 1/65536."""
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
    """Return the level of a light: the higher neighbour beyond the threshold."""
    value = clipped(value)
    below = max(i for i in range(len(lights) - 1) if lights[i] <= value)
    step = lights[below + 1] - lights[below]
    return below + (value - lights[below] > (step * share >> 16))


def nearest(value: list[int], colors: list[list[int]]) -> int:
    """Return the first of the nearest colours, at 12 bits a channel, by comparing with all."""
    distances = [
        sum(
            ((min(max(v, -WHITE), 2 * WHITE) >> 10) - (c >> 10)) ** 2
            for v, c in zip(value, color, strict=True)
        )
        for color in colors
    ]
    return distances.index(min(distances))


def color_of(value: list[int], colors: list[list[int]], share: int) -> int:
    """Return the nearest colour, of the value shifted along the greys if the threshold is modulated."""
    index = nearest(value, colors)
    if share == 32768:
        return index
    apart = max(abs(v - c) for v, c in zip(value, colors[index], strict=True))
    shift = 2 * apart * (share - 32768) >> 16
    return nearest([v + shift for v in value], colors)


def diffuse(light: np.ndarray, choose, shown, kernel: Any, serpentine: bool, bounds) -> np.ndarray:
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
            own: Any = kernel(light[y, x]) if callable(kernel) else kernel
            for (down, ahead), share in own.items():
                for c in range(channels):
                    place = y + down, x + direction * ahead, c
                    received[place] += share * (value[c] - shown[code][c])
    return codes


def shares_by_tone(kernels: list[dict], lights: list[int]):
    """Return the shares for a sample's light, by its position between two levels in 1/255."""

    def own(light: np.ndarray) -> dict:
        value = int(light[0])
        below = max(i for i in range(len(lights) - 1) if lights[i] <= value)
        way = Fraction(value - lights[below], lights[below + 1] - lights[below])
        return kernels[int(way * 255 + Fraction(1, 2))]

    return own


def error_diffuse(
    image: np.ndarray,
    kernel: Any,
    *,
    levels: int = 2,
    palette: np.ndarray | None = None,
    serpentine: bool = True,
    light: str | None = None,
    clamp: str = "none",
    **options,
) -> np.ndarray:
    """Return the codes of an integer image, one sample at a time.

    By default, levels are diffused in sRGB codes and palettes in linear light.
    """
    light = light or ("encoded" if palette is None else "linear")
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
    if isinstance(kernel, list):
        kernel = shares_by_tone(kernel, lights)
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


def reference_codes(image: np.ndarray, kernel: DiffusionKernel, **options: Any) -> np.ndarray:
    own = shares(kernel.weights, kernel.origin, kernel.divisor)
    return error_diffuse(image, own, **options)


def hilbert(start: complex, along: complex, across: complex):
    """Yield the pixels x + iy of a rectangle, given by two vectors, along the Hilbert curve."""
    length, breadth = round(abs(along)), round(abs(across))
    ahead, aside = along / max(1, length), across / max(1, breadth)
    if breadth == 1:
        yield from (start + ahead * step for step in range(length))
    elif length == 1:
        yield from (start + aside * step for step in range(breadth))
    elif 2 * length > 3 * breadth:
        half = length // 2
        half += half % 2 and length > 2
        yield from hilbert(start, half * ahead, across)
        yield from hilbert(start + half * ahead, (length - half) * ahead, across)
    elif length and breadth:
        half = breadth // 2
        half += half % 2 and breadth > 2
        part = length // 2
        yield from hilbert(start, half * aside, part * ahead)
        yield from hilbert(start + half * aside, along, (breadth - half) * aside)
        back = start + along - ahead + (half - 1) * aside
        yield from hilbert(back, -half * aside, (part - length) * ahead)


def path(height: int, width: int) -> list[tuple[int, int]]:
    """Return rows and columns in the order of the Hilbert curve."""
    if not height or not width:
        return []
    along, across = (width, height * 1j) if width >= height else (height * 1j, width)
    return [(round(place.imag), round(place.real)) for place in hilbert(0j, along, across)]


def diffused_in_order(
    image: np.ndarray, order, receivers, *, levels=2, palette=None, light="encoded", clamp
):
    """Diffuse in any order of pixels; `receivers` returns the (pixel, share) pairs of a pixel."""
    bounds = (0, WHITE) if clamp == "range" else (-16 * WHITE, 17 * WHITE)
    white = int(np.iinfo(image.dtype).max)
    planes = image if image.ndim == 3 else image[..., None]
    if palette is not None:
        colors = [[light_of(int(v), 255, light) for v in color] for color in palette]
        planes = np.broadcast_to(planes, (*image.shape[:2], 3))
        groups, count = [[0, 1, 2]], None
    else:
        top = 255 if white == 255 and levels <= 256 else 65535
        shown = [(2 * i * top + levels - 1) // (2 * (levels - 1)) for i in range(levels)]
        lights = [light_of(code, top, light) for code in shown]
        colors, groups, count = [[v] for v in lights], [[c] for c in range(planes.shape[2])], lights
    result = np.zeros((*image.shape[:2], len(groups)), np.int64)
    for number, group in enumerate(groups):
        received = defaultdict(int)
        for y, x in order:
            value = [
                light_of(int(planes[y, x, c]), white, light) + (received[y, x, c] + 32768 >> 16)
                for c in group
            ]
            value = [min(max(v, bounds[0]), bounds[1]) for v in value]
            code = nearest(value, colors) if count is None else level_of(value[0], count, 32768)
            result[y, x, number] = code
            for place, share in receivers(y, x):
                for c, v, own in zip(group, value, colors[code], strict=True):
                    received[(*place, c)] += share * (v - own)
    return result[..., 0] if palette is not None else result.reshape(image.shape)


def riemersma(image: np.ndarray, shares: list[int], **options) -> np.ndarray:
    """Dither by Riemersma's method; the share of the newest error is first."""
    order = path(*image.shape[:2])
    turn = {place: index for index, place in enumerate(order)}

    def receivers(y: int, x: int):
        return zip(order[turn[y, x] + 1 :], shares, strict=False)

    return diffused_in_order(image, order, receivers, **options)


def dot_diffuse(image: np.ndarray, classes: np.ndarray, **options) -> np.ndarray:
    """Dither by dot diffusion with a class matrix."""
    height, width = image.shape[:2]

    def rank(y: int, x: int) -> int:
        return int(classes[y % classes.shape[0], x % classes.shape[1]])

    def receivers(y: int, x: int):
        later = [
            ((y + down, x + ahead), 2 - abs(down * ahead))
            for down in (-1, 0, 1)
            for ahead in (-1, 0, 1)
            if 0 <= y + down < height
            and 0 <= x + ahead < width
            and rank(y + down, x + ahead) > rank(y, x)
        ]
        total = sum(weight for _, weight in later)
        own = [weight * 65536 // total for _, weight in later]
        if own:
            own[0] += 65536 - sum(own)
        return zip((place for place, _ in later), own, strict=True)

    order = sorted(((y, x) for y in range(height) for x in range(width)), key=lambda p: rank(*p))
    return diffused_in_order(image, order, receivers, **options)
