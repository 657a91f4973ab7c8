"""Values by importance: from a table of densities, an environment, a GGX lobe, or a list of points."""

import math

import numpy as np

from bluenoise.values.distance import CAPS, HALF_SPACES
from bluenoise.values.hilbert_order import hilbert_order
from bluenoise.values.value_set import SPHERE_DISTANCE, ValueSet, spread_points
from dither.errors import InputError
from dither.wording import counted


def density_values(density: np.ndarray, count: int) -> ValueSet:
    """Return positions in the unit square, spread by a table of densities.

    Args:
        density: (H, W), finite and 0 or above, constant within each cell; its sum is arbitrary.
        count: N, the cells of a frame.

    Returns:
        (N, 2) x and y in 0..1, x to the right and y downward, and their density, 1 on average over the
        square.

    Raises:
        InputError: the table is no density.

    Example:
        >>> left = density_values(np.array([[1.0, 0.0]]), 4)
        >>> bool((left.values[:, 0] <= 0.5).all()), left.density.tolist()
        (True, [2.0, 2.0, 2.0, 2.0])
    """
    positions, density = _spread_by(density, count)
    values = positions.astype(np.float32)
    return ValueSet("density", values, values, HALF_SPACES, density.astype(np.float32))


def environment_values(radiance: np.ndarray, count: int) -> ValueSet:
    """Return directions spread by the radiance of an environment.

    Args:
        radiance: (H, W) of latitude and longitude, finite and 0 or above. The first row is +z, the
            first column is the longitude -pi, and longitude 0 is +x.
        count: N, the cells of a frame.

    Returns:
        (N, 3) unit vectors, and their density by solid angle in 1/sr.

    Raises:
        InputError: the radiance is no density.

    Example:
        >>> even = environment_values(np.ones((16, 32)), 64)
        >>> bool(np.allclose(even.density, 1 / (4 * np.pi), rtol=0.01))
        True
    """
    radiance = np.asarray(radiance, float)
    rows = len(radiance)
    edges = np.cos(math.pi * np.arange(rows + 1) / rows)
    # Rows near the poles cover less of the sphere.
    positions, density = _spread_by(radiance * (edges[:-1] - edges[1:])[:, None], count)
    row = np.minimum((positions[:, 1] * rows).astype(int), rows - 1)
    within = positions[:, 1] * rows - row
    height = edges[row] + (edges[row + 1] - edges[row]) * within
    around = 2 * math.pi * positions[:, 0] - math.pi
    flat = np.sqrt(np.maximum(1 - height**2, 0))
    values = np.stack([flat * np.cos(around), flat * np.sin(around), height], 1).astype(np.float32)
    solid_angle = 2 * math.pi * rows * (edges[row] - edges[row + 1])
    return ValueSet(
        "environment", values, values, SPHERE_DISTANCE, (density / solid_angle).astype(np.float32)
    )


def ggx_values(roughness: float, count: int) -> ValueSet:
    """Return microfacet normals of a GGX lobe around +z, spread by D(h) h_z.

    Source: B. Walter et al., "Microfacet models for refraction through rough surfaces" (2007),
    equations 33, 35 and 36.

    Args:
        roughness: alpha, above 0 and at most 1.
        count: N, the cells of a frame.

    Returns:
        (N, 3) unit vectors with z above 0, and their density by solid angle in 1/sr.

    Raises:
        InputError: the roughness is out of range.

    Example:
        >>> bool((ggx_values(0.1, 16).values[:, 2] > 0.5).all())
        True
    """
    if not 0 < roughness <= 1:
        raise InputError(f"the roughness is {roughness}; it must be above 0 and at most 1")
    order = (np.arange(count) + 0.5) / count
    around = 2 * math.pi * spread_points(count, 1)[:, 0]
    height = 1 / np.sqrt(1 + roughness**2 * order / (1 - order))
    flat = np.sqrt(1 - height**2)
    values = np.stack([flat * np.cos(around), flat * np.sin(around), height], 1).astype(np.float32)
    lobe = roughness**2 / (math.pi * (height**2 * (roughness**2 - 1) + 1) ** 2)
    return ValueSet("ggx", values, values, CAPS, (lobe * height).astype(np.float32))


def point_values(points: np.ndarray, count: int, density: np.ndarray | None = None) -> ValueSet:
    """Return given points, each repeated as often as the cells of a frame need.

    Args:
        points: (N, C), C from 1 to 4, finite.
        count: cells of a frame, at least N. If it is no multiple of N, some points occur once more than
            others; they are spread evenly.
        density: (N,) above 0, kept with the points.

    Raises:
        InputError: the points or their density cannot be used.

    Example:
        >>> point_values(np.array([[0.0], [1.0]]), 4).values[:, 0].tolist()
        [0.0, 0.0, 1.0, 1.0]
    """
    points = np.asarray(points)
    if points.ndim != 2 or not 1 <= points.shape[1] <= 4 or points.dtype.kind not in "fiu":
        raise InputError(
            f"the points are {points.dtype} {points.shape}; give numbers (N, C) with C from 1 to 4"
        )
    if not np.isfinite(points).all():
        raise InputError("some points are not finite")
    if not 1 <= len(points) <= count:
        raise InputError(
            f"there are {counted(len(points), 'point')} for {counted(count, 'cell')}; give 1 to {count}"
        )
    if density is not None and not (np.isfinite(density) & (np.asarray(density) > 0)).all():
        raise InputError("some densities of the points are not above 0")
    places = hilbert_order(points)[np.arange(count) * len(points) // count]
    values = points[places].astype(np.float32)
    kept = None if density is None else np.asarray(density)[places].astype(np.float32)
    return ValueSet("points", values, values, HALF_SPACES, kept)


def _spread_by(density: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return positions (N, 2) spread by a table, and the density there, whose mean is 1."""
    density = np.asarray(density, float)
    if density.ndim != 2 or density.size == 0:
        raise InputError(f"the densities have the shape {density.shape}; give rows and columns")
    if not (np.isfinite(density) & (density >= 0)).all() or not density.sum() > 0:
        raise InputError("densities must be finite, 0 or above, and some of them above 0")
    density = density / density.mean()
    even = spread_points(count, 2)
    rows = density.sum(axis=1).cumsum()
    vertical, row = _inverted(even[:, 1] * rows[-1], rows, 0.0)
    columns = density.cumsum(axis=1)
    # One sorted sequence for all rows: each row's sums are raised by the rows before it.
    offsets = np.concatenate([[0.0], columns[:, -1].cumsum()[:-1]])
    wanted = even[:, 0] * columns[row, -1] + offsets[row]
    horizontal, cell = _inverted(wanted, (columns + offsets[:, None]).ravel(), 0.0)
    width = density.shape[1]
    column = np.clip(cell - row * width, 0, width - 1)
    x = (column + np.clip(horizontal - cell, 0, 1)) / width
    y = (row + np.clip(vertical - row, 0, 1)) / len(density)
    return np.stack([x, y], axis=1), density[row, column]


def _inverted(wanted: np.ndarray, sums: np.ndarray, start: float) -> tuple[np.ndarray, np.ndarray]:
    """Return where ascending sums reach values: the place with its fraction, and the place."""
    place = np.minimum(np.searchsorted(sums, wanted, side="right"), len(sums) - 1)
    before = np.where(place > 0, sums[place - 1], start)
    return place + (wanted - before) / np.maximum(sums[place] - before, 1e-300), place
