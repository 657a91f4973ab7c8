"""Renderer: four small scenes with one sample a pixel, to judge noise where it is used.

Each scene is a function of a position in the picture and of one value of the noise, and its exact
picture is the mean over many values. A picture's error after a filter is compared with that of
independent samples, which is known exactly: the variance of the scene, times the filter's noise gain.
"""

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bluenoise.values.value_set import value_set
from bluenoise.values.views import frame_view
from dither.metrics.viewing import ViewingFilter

# Values per pixel of the exact picture.
_EXACT = 512
# Spheres above the floor: x, y, height and radius, in picture widths.
_SPHERES = ((0.3, 0.35, 0.14, 0.12), (0.68, 0.62, 0.2, 0.16), (0.75, 0.2, 0.08, 0.07))
# The disk light: its centre and radius.
_LIGHT, _LIGHT_RADIUS = np.array([0.2, 0.85, 1.4]), 0.45
# The taps of the shadow map: how many, and the radius of their Vogel spiral.
_TAPS, _TAP_RADIUS = 4, 0.06
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


class Scene(NamedTuple):
    """A scene that needs one value a pixel.

    Attributes:
        kind: of the values: "disk", "cosine", "scalar" or "circle".
        radiance: takes x and y in 0..1, broadcast with values (..., C), and returns 0 to 1.
    """

    kind: str
    radiance: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def _shadow(x: np.ndarray, y: np.ndarray, disk: np.ndarray) -> np.ndarray:
    """Return whether the floor sees a point of the disk light."""
    target = _LIGHT + _LIGHT_RADIUS * np.stack([disk[..., 0], disk[..., 1], 0 * disk[..., 0]], -1)
    position = np.stack(np.broadcast_arrays(x, y, 0 * x), axis=-1)
    return _sees(position, target - position, longest=1.0)


def _occlusion(x: np.ndarray, y: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return whether a direction of the hemisphere above a wavy floor is free of spheres."""
    slope_x = 0.5 * np.cos(9 * x + 2 * y)
    slope_y = 0.5 * np.sin(7 * y - 3 * x)
    normal = np.stack(np.broadcast_arrays(-slope_x, -slope_y, 1 + 0 * slope_x), axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    tangent, bitangent = tangent_frame(normal)
    ray = (
        direction[..., :1] * tangent
        + direction[..., 1:2] * bitangent
        + direction[..., 2:3] * normal
    )
    position = np.stack(np.broadcast_arrays(x, y, 0 * x), axis=-1)
    return _sees(position, ray, longest=0.6)


def _fog(x: np.ndarray, y: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Return the light that fog scatters along a ray of four steps, with beams between blinds."""
    total = np.zeros(())
    for step in range(4):
        depth = (step + offset[..., 0]) / 4
        beam = np.sin(14 * (x + 0.7 * depth) + 5 * (y - 0.4 * depth)) > 0.1
        total = total + beam * np.exp(-1.5 * depth) / 4
    return total / 0.52


def _shadow_map(x: np.ndarray, y: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Return percentage-closer filtering: lit taps of a spiral that the value turns."""
    total = np.zeros(())
    for tap in range(_TAPS):
        length = _TAP_RADIUS * math.sqrt((tap + 0.5) / _TAPS)
        cosine, sine = (
            length * math.cos(tap * _GOLDEN_ANGLE),
            length * math.sin(tap * _GOLDEN_ANGLE),
        )
        u = x + cosine * turn[..., 0] - sine * turn[..., 1]
        v = y + sine * turn[..., 0] + cosine * turn[..., 1]
        blocked = np.hypot(u - 0.5, v - 0.5) + 0.06 * np.sin(6 * np.arctan2(v - 0.5, u - 0.5)) < 0.3
        total = total + ~blocked / _TAPS
    return total


SCENES = {
    "soft shadow": Scene("disk", _shadow),
    "ambient occlusion": Scene("cosine", _occlusion),
    "fog": Scene("scalar", _fog),
    "shadow map": Scene("circle", _shadow_map),
}


def tangent_frame(normal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two directions at right angles to unit normals (..., 3) and to each other.

    Source: T. Duff et al., "Building an orthonormal basis, revisited" (2017).

    Example:
        >>> [each.tolist() for each in tangent_frame(np.array([0.0, 0.0, 1.0]))]
        [[1.0, -0.0, -0.0], [-0.0, 1.0, -0.0]]
    """
    x, y, z = np.moveaxis(normal, -1, 0)
    sign = np.copysign(1.0, z)
    a = -1 / (sign + z)
    b = x * y * a
    tangent = np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=-1)
    return tangent, np.stack([b, sign + y * y * a, -y], axis=-1)


def render(scene: str, values: np.ndarray, size: int) -> np.ndarray:
    """Return the picture with one value a pixel: (T, size, size) float64.

    Args:
        scene: a name from SCENES.
        values: (T, H, W, C) of the scene's kind, tiled over the picture.
        size: side of the picture in pixels.
    """
    y, x = ((np.arange(size) + 0.5) / size)[:, None], ((np.arange(size) + 0.5) / size)[None]
    rows, columns = (np.arange(size) % side for side in values.shape[1:3])
    tiled = values[:, rows][:, :, columns].astype(float)
    return np.stack([SCENES[scene].radiance(x, y, frame) for frame in tiled])


@functools.lru_cache(maxsize=8)
def exact_picture(scene: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the variance of the scene over its values: (size, size) float64 each."""
    total, squares = np.zeros((size, size)), np.zeros((size, size))
    for value in value_set(SCENES[scene].kind, _EXACT).values:
        seen = render(scene, value[None, None, None], size)[0]
        total += seen
        squares += seen**2
    mean = total / _EXACT
    return mean, squares / _EXACT - mean**2


def error_db(scene: str, picture: np.ndarray, viewing: ViewingFilter | str | None) -> float:
    """Return the squared error of a picture after a filter, in dB against independent samples.

    Args:
        scene: a name from SCENES.
        picture: (size, size), one sample a pixel.
        viewing: the filter; None for none.
    """
    mean, variance = exact_picture(scene, len(picture))
    view = frame_view((1, *picture.shape), viewing)
    spectrum = np.abs(np.fft.fft2(picture - mean)) ** 2
    error = (spectrum * np.fft.fft2(view.plane).real).sum() / picture.size**2
    return 10 * math.log10(error / (view.white * variance.mean()))


def running_errors_db(
    scene: str, pictures: np.ndarray, rate: float, viewing: ViewingFilter | str | None
) -> list[float]:
    """Return the errors of the running mean after each frame, against independent samples.

    Args:
        scene: a name from SCENES.
        pictures: (T, size, size).
        rate: weight of a new frame.
        viewing: the filter of the mean; None for none.
    """
    history, left, errors = pictures[0], 1.0, []
    for number, picture in enumerate(pictures):
        if number:
            history = history + rate * (picture - history)
            left = (1 - rate) ** 2 * left + rate**2
        errors.append(error_db(scene, history, viewing) - 10 * math.log10(left))
    return errors


def _sees(position: np.ndarray, ray: np.ndarray, longest: float) -> np.ndarray:
    """Return 1.0 where a ray from a position meets no sphere before so many times its length."""
    free = np.ones(np.broadcast_shapes(position.shape, ray.shape)[:-1], bool)
    squared = (ray**2).sum(axis=-1)
    for x, y, height, radius in _SPHERES:
        away = np.array([x, y, height]) - position
        along = (away * ray).sum(axis=-1) / squared
        missed = (away**2).sum(axis=-1) - along**2 * squared
        inside = radius**2 - missed
        nearest = along - np.sqrt(np.maximum(inside, 0) / squared)
        free &= ~((inside > 0) & (nearest < longest) & (along > 0))
    return free.astype(float)
