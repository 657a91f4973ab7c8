"""Draw the gallery's picture of an evening by a lake: draw_evening.py OUT.png [CLIP.png].

320x200 pixels, mostly gradients: sky, sun, mountains of summed noise, their reflection in ripples, and
firs in front. The clip is an animated PNG of 8 frames with moving ripples.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "OUT.png", "[CLIP.png]")

import sys

import numpy as np
from PIL import Image

WIDTH, HEIGHT, SHORE = 320, 200, 124
# Each pixel is the mean of FINE x FINE samples, for smooth edges.
FINE = 4
FRAMES = 8


def _mixed(stops: list[tuple[float, str]], place: np.ndarray) -> np.ndarray:
    """Interpolate colours between stops: (..., 3), 0 to 1."""
    at = [stop for stop, _ in stops]
    codes = np.array([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for _, code in stops]) / 255
    return np.stack([np.interp(place, at, channel) for channel in codes.T], axis=-1)


def _ridge(seed: int, top: float, height: float, roughness: float) -> np.ndarray:
    """Return the height of mountains above the shore for every fine column, in pixels."""
    x = np.linspace(0, 1, WIDTH * FINE)
    line = np.zeros_like(x)
    draws = np.random.default_rng(seed)
    for octave in range(8):
        knots = draws.uniform(-1, 1, 3 * 2**octave + 3)
        line += roughness**octave * np.interp(x * (len(knots) - 1), np.arange(len(knots)), knots)
    return top + height * line


def _firs(seed: int) -> np.ndarray:
    """Return the height of the near bank with its firs for every fine column, in pixels."""
    x = np.arange(WIDTH * FINE) / FINE
    ground = 9 + 5 * np.cos(x / WIDTH * 2 * np.pi) + 2 * np.sin(x / 23)
    draws = np.random.default_rng(seed)
    skyline = ground.copy()
    for _ in range(46):
        # Few firs in the middle, in front of the reflected sun.
        side = draws.beta(0.5, 0.5) * WIDTH
        tall = draws.uniform(14, 30) * (0.5 + 1.9 * abs(side / WIDTH - 0.5))
        distance = np.abs(x - side)
        branches = tall * (1 - distance / (0.24 * tall)) + 1.2 * np.abs((distance * 1.7) % 2 - 1)
        skyline = np.maximum(skyline, np.where(distance < 0.24 * tall, ground + branches, 0))
    return skyline


def evening(phase: float = 0.0) -> np.ndarray:
    """Return the picture; `phase` from 0 to 1 moves the ripples by one period."""
    y, x = np.mgrid[0 : HEIGHT * FINE, 0 : WIDTH * FINE] / FINE
    sun_x, sun_y = 198.0, 104.0

    def sky(y: np.ndarray, x: np.ndarray) -> np.ndarray:
        stops = [(0, "#141a3c"), (0.35, "#3c3a74"), (0.6, "#95568a"), (0.8, "#e0805f")]
        colors = _mixed([*stops, (0.93, "#f6b765"), (1, "#fbd58a")], y / SHORE)
        distance = np.hypot(x - sun_x, y - sun_y)
        colors += np.exp(-distance / 34)[..., None] * np.array([0.40, 0.26, 0.08])
        disc = np.clip(14.5 - distance, 0, 1)[..., None]
        return colors * (1 - disc) + disc * np.array([1.0, 0.95, 0.78])

    def view(y: np.ndarray, x: np.ndarray) -> np.ndarray:
        colors = sky(y, x)
        column = np.clip(x * FINE, 0, WIDTH * FINE - 1).astype(int)
        for seed, top, height, near, far in (
            (5, 34, 15, "#a9648c", "#d98b74"),
            (9, 23, 12, "#6b4a80", "#a8687f"),
            (14, 12, 8, "#37305e", "#5e4570"),
        ):
            line = _ridge(seed, top, height, 0.52)[column]
            above = SHORE - y
            shade = _mixed([(0, far), (1, near)], np.clip(above / np.maximum(line, 1), 0, 1))
            inside = np.clip((line - above) * FINE, 0, 1)[..., None]
            colors = colors * (1 - inside) + shade * inside
        return colors

    depth = np.maximum(y - SHORE, 0)
    turn = 2 * np.pi * phase
    ripples = np.sin(26 * np.log1p(depth) - turn + 0.9 * np.sin(x / 19)) * np.sin(
        depth / 2.9 + turn
    )
    mirrored = view(
        2 * SHORE - SHORE - depth * 1.5 + ripples * (0.6 + depth / 11), x + 1.5 * ripples
    )
    water = mirrored * (0.80 - 0.0035 * depth)[..., None] + np.array([0.0, 0.012, 0.05])
    glitter = np.exp(-(((x - sun_x) / (7 + 0.30 * depth)) ** 2)) * np.clip(ripples - 0.25, 0, 1)
    water += (0.55 * glitter * np.exp(-depth / 60))[..., None] * np.array([1.0, 0.75, 0.45])
    picture = np.where((y < SHORE)[..., None], view(y, x), water)
    for column, row, light in np.random.default_rng(3).uniform((2, 2, 0), (318, 56, 1), (60, 3)):
        near = np.s_[
            int(row - 2) * FINE : int(row + 3) * FINE,
            int(column - 2) * FINE : int(column + 3) * FINE,
        ]
        spot = np.exp(-((x[near] - column) ** 2 + (y[near] - row) ** 2) / 0.35)
        picture[near] += (light * (1 - row / 60) * 0.8 * spot)[..., None]
    bank = np.clip((y - (HEIGHT - _firs(21)[None, :])) * FINE, 0, 1)[..., None]
    picture = picture * (1 - bank) + bank * np.array([0.055, 0.05, 0.11])
    fine = np.clip(picture, 0, 1).reshape(HEIGHT, FINE, WIDTH, FINE, 3)
    return np.rint(255 * fine.mean(axis=(1, 3))).astype(np.uint8)


still, *clip = sys.argv[1:]
Image.fromarray(evening()).save(still)
if clip:
    frames = [
        Image.fromarray(evening(frame / FRAMES)).resize((200, 125)) for frame in range(FRAMES)
    ]
    # Full colour, because the gallery dithers it.
    frames[0].save(clip[0], save_all=True, append_images=frames[1:], duration=120, loop=0)
