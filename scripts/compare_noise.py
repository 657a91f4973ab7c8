"""Measure noise textures in a small renderer: compare_noise.py [FOLDER].

Four scenes with one sample a pixel, 128 by 128 pixels, in dB against independent samples: after
filters, and by frame under a running mean with weight 0.1 for the new frame. The textures are ours,
64x64, made on the spot; white noise; two scalar planes (the matrix blue-64x64, and the same one
shifted); interleaved gradient noise; and the sequence R2. FOLDER holds more textures, ours or those of
other tools, as .npy files or as .png files whose names say what they hold. Each is measured in the
scene that needs its kind.

Still textures change from frame to frame in the usual ways: scalars by adding the golden ratio,
gradient noise by moving it by 5.588238 pixels, circles by the golden angle. Textures with T frames
repeat them.
"""

import argparse
import math
import sys
from collections.abc import Callable

import numpy as np

from bluenoise.values.generate_vectors import generate_vectors
from bluenoise.values.renderer import SCENES, error_db, render, running_errors_db
from bluenoise.values.texture_files import read_texture, texture_files
from dither.errors import InputError
from dither.matrix.catalog import load_channels
from dither.metrics.viewing import Gaussian, parse_filter

SIZE, SEEN = 128, 32
FILTERS = ("gaussian:0.7", "gaussian:1.0", "box:3", "box:5", "binomial:2", "binomial:3")
SHOWN = (1, 2, 4, 8, 16, 32)
GOLDEN = (math.sqrt(5) - 1) / 2
PLASTIC = 1.324717957244746
# A shift that is far from the origin in every direction on a torus of 64.
SHIFT = (25, 37)

Scalars = Callable[[int], tuple[np.ndarray, np.ndarray]]


def two_planes(frame: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the included matrix and the shifted one."""
    plane = load_channels("blue-64x64")[0].thresholds.astype(float)
    return (plane + frame * GOLDEN) % 1, (np.roll(plane, SHIFT, (0, 1)) + frame * GOLDEN) % 1


def gradient_noise(frame: int) -> tuple[np.ndarray, np.ndarray]:
    """Return interleaved gradient noise (Jimenez 2014), and the same at another place."""

    def at(dx: float, dy: float) -> np.ndarray:
        y, x = np.mgrid[:SIZE, :SIZE] + np.array([dy, dx])[:, None, None]
        return 52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1) % 1

    moved = 5.588238 * frame
    return at(moved, moved), at(moved + 47, moved + 17)


def r2(frame: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the dither mask of R2 (Roberts 2018), and the same at another place."""

    def at(dx: float, dy: float) -> np.ndarray:
        y, x = np.mgrid[:SIZE, :SIZE] + np.array([dy, dx])[:, None, None]
        phase = (x / PLASTIC + y / PLASTIC**2) % 1
        return 1 - abs(2 * phase - 1)

    first, second = at(0, 0), at(47, 17)
    return (first + frame * GOLDEN) % 1, (second + frame * GOLDEN) % 1


def white(frame: int) -> tuple[np.ndarray, np.ndarray]:
    """Return independent samples."""
    first, second = np.random.default_rng(frame).random((2, SIZE, SIZE))
    return first, second


def mapped(kind: str, scalars: Scalars, frames: int) -> np.ndarray:
    """Return values of a kind made of two scalars, as shaders do: (T, H, W, C)."""
    made = []
    for frame in range(frames):
        u, v = scalars(frame)
        turn = 2 * math.pi * (u if kind == "circle" else v)
        around = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        if kind == "scalar":
            made.append(u[..., None])
        elif kind == "circle":
            made.append(around)
        elif kind == "disk":
            made.append(np.sqrt(u)[..., None] * around)
        else:
            flat = np.sqrt(u)[..., None] * around
            made.append(np.concatenate([flat, np.sqrt(1 - u)[..., None]], axis=-1))
    return np.stack(made)


def turned(values: np.ndarray, kind: str, frames: int) -> np.ndarray:
    """Return a still scalar or circle plane for many frames, by the golden ratio."""
    if kind == "scalar":
        return np.concatenate([(values + frame * GOLDEN) % 1 for frame in range(frames)])
    angles = 2 * math.pi * GOLDEN * np.arange(frames)[:, None, None, None]
    x, y = values[..., :1], values[..., 1:]
    cosine, sine = np.cos(angles), np.sin(angles)
    return np.concatenate([cosine * x - sine * y, sine * x + cosine * y], axis=-1)


def over_frames(values: np.ndarray, kind: str) -> np.ndarray:
    """Return as many frames as are seen; planes of directions and disks are still."""
    if len(values) == 1 and kind in ("scalar", "circle"):
        return turned(values, kind, SEEN)
    return values[np.arange(SEEN) % len(values)]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="Measure noise textures in a small renderer.")
    parser.add_argument("folder", nargs="?", help="textures of other tools")
    parser.add_argument(
        "--frames", type=int, default=16, help="frames of our disk and cosine volumes"
    )
    options = parser.parse_args()
    peers = []
    if options.folder is not None:
        peers = [(each.name, read_texture(each)) for each in texture_files([options.folder])]
    print("Squared error after filters, in dB against independent samples")
    print(f"{'':40}", *(f"{name[:4]}{name.split(':')[1]:>4}" for name in FILTERS))
    frames_of = {}
    for scene, (kind, _) in SCENES.items():
        ours = generate_vectors((64, 64), values=kind)[..., : 2 if kind == "circle" else 3]
        rows = {"ours": over_frames(ours, kind)} | {
            name: mapped(kind, scalars, SEEN)
            for name, scalars in (
                ("white noise", white),
                ("two scalar planes", two_planes),
                ("interleaved gradient noise", gradient_noise),
                ("R2 sequence", r2),
            )
        }
        rows |= {name: over_frames(each.values, kind) for name, each in peers if each.kind == kind}
        frames_of[scene] = rows
        for name, values in rows.items():
            picture = render(scene, values[:1], SIZE)[0]
            errors = [error_db(scene, picture, parse_filter(each)) for each in FILTERS]
            print(f"{scene + ', ' + name:40.40}", *(f"{each:8.2f}" for each in errors), flush=True)
    for text, blur in (("", None), (" and gaussian:1.0", Gaussian(1.0))):
        print(f"\nRunning mean{text}, by frame")
        print(f"{'':40}", *(f"{frame:8}" for frame in SHOWN))
        for scene, rows in frames_of.items():
            for name, values in rows.items():
                errors = running_errors_db(scene, render(scene, values, SIZE), 0.1, blur)
                print(
                    f"{scene + ', ' + name:40.40}",
                    *(f"{errors[frame - 1]:8.2f}" for frame in SHOWN),
                    flush=True,
                )


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {error}")
