"""Gamut: the colours that mixtures of a palette can reach, the convex hull of its linear light.

The light of a mixture is a weighted mean of the light of its colours.
"""

from dataclasses import dataclass

import numpy as np

from dither.color import LUMINANCE_WEIGHTS, oklab_to_linear

# A colour this far beyond a face counts as inside; light is 0 to 1.
TOLERANCE = 1e-9
# A gamut of mixtures is thickened by this much linear light around a grey, so that it is never flat.
# It is less than a code of 16 bits, so that no rounding error within it is seen.
_THICKNESS = 1e-6
# Steps of the search for the point where a line leaves the gamut. Measured on lines of constant
# lightness and hue, the share is too small by 3e-4 in one case of 100, and by 5e-3 at most.
_STEPS = 12
_TINY = 1e-150
# Distances between colours and faces that are computed at a time, to limit memory.
_BATCH = 1 << 18


@dataclass(frozen=True, eq=False)
class Gamut:
    """A convex solid of colours in linear light.

    Attributes:
        normals: (F, 3) float64, outward unit normals of the faces.
        offsets: (F,) float64; a colour is inside if `normals @ color <= offsets` for every face.
        triangles: (F, 3, 3) float64, the corners of the faces.
    """

    normals: np.ndarray
    offsets: np.ndarray
    triangles: np.ndarray

    @property
    def center(self) -> np.ndarray:
        """Return (3,) float64, a colour well inside."""
        return self.triangles.mean(axis=(0, 1))

    def outside(self, linear: np.ndarray) -> np.ndarray:
        """Return (N,) float64: how far each colour of (N, 3) is beyond a face; 0 or less inside."""
        beyond = np.empty(len(linear))
        for rows in _batches(len(linear), len(self.offsets)):
            distances = self.normals @ linear[rows].T - self.offsets[:, None]
            beyond[rows] = distances.max(axis=0)  # along the first axis, which is faster
        return beyond

    def reach(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Return (N,) float64: the share, 0 to 1, of each line in OKLab that is inside.

        Args:
            start: (N, 3) OKLab, inside or on the surface.
            end: (N, 3) OKLab.
        """
        low, high = np.zeros(len(start)), np.ones(len(start))
        below = np.minimum(self.outside(oklab_to_linear(start)), -TOLERANCE)
        above = self.outside(oklab_to_linear(end))
        whole = above <= TOLERANCE
        above = np.where(whole, 1.0, above)
        for _ in range(_STEPS):
            # Regula falsi; halving the value of an end that stays moves the other end too (Illinois).
            tried = low + (high - low) * (below / (below - above))
            value = self.outside(oklab_to_linear(start + tried[:, None] * (end - start)))
            out = value > 0
            low, high = np.where(out, low, tried), np.where(out, tried, high)
            below, above = np.where(out, below / 2, value), np.where(out, value, above / 2)
        return np.where(whole, 1.0, low)

    def nearest(self, linear: np.ndarray, factors: np.ndarray) -> np.ndarray:
        """Return (N, 3) float64: the nearest colour on the surface.

        Args:
            linear: (N, 3) linear light.
            factors: (N, 3, 3); the distance of a difference d is the length of `factors @ d`.
        """
        out = np.empty(linear.shape)
        for rows in _batches(len(linear), len(self.offsets)):
            out[rows] = _nearest_on_triangles(linear[rows], factors[rows], self.triangles)
        return out


def _batches(count: int, faces: int) -> list[slice]:
    rows = max(1, _BATCH // faces)
    return [slice(start, start + rows) for start in range(0, count, rows)]


def convex_hull(points: np.ndarray) -> Gamut:
    """Return the convex hull of points that do not all lie in one plane.

    Points are added one by one; the faces that a new point sees are replaced by the triangles between
    it and their outline.
    Source: F. Preparata and S. Hong, "Convex hulls of finite sets of points in two and three
    dimensions" (1977), for the outline; M. Kallay's incremental form in Preparata and Shamos,
    "Computational Geometry" (1985).

    Args:
        points: (K, 3) float64.

    Example:
        >>> cube = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
        >>> convex_hull(cube).outside(np.array([[0.5, 0.5, 0.5], [1.5, 0.5, 0.5]])).tolist()
        [-0.5, 0.5]
    """
    first = _tetrahedron(points)
    center = points[first].mean(axis=0)
    corners = [tuple(first[:i] + first[i + 1 :]) for i in range(4)]
    faces = [face for a, b, c in corners for face in _face(points, center, a, b, c)]
    for index in range(len(points)):
        seen = {face for face in faces if face.normal @ points[index] - face.offset > TOLERANCE}
        if not seen:
            continue
        faces = [face for face in faces if face not in seen]
        edges = [edge for face in seen for edge in face.edges]
        # An edge of the outline belongs to one face that is seen, not to two.
        for a, b in sorted(set(edges)):
            if (b, a) not in edges:
                faces += _face(points, center, a, b, index)
    return Gamut(
        np.array([face.normal for face in faces]),
        np.array([face.offset for face in faces]),
        points[[face.corners for face in faces]],
    )


def mixture_gamut(light: np.ndarray, middle: np.ndarray | None = None) -> Gamut:
    """Return the gamut of mixtures of colours, even if they lie in one plane or on one line.

    Args:
        light: (K, 3) float64 linear light.
        middle: (3,) a mixture, around which a flat gamut becomes slightly thicker; if None, half of the
            darkest and half of the lightest colour.

    Example:
        >>> black_and_white = np.array([[0.0, 0, 0], [1, 1, 1]])
        >>> gamut = mixture_gamut(black_and_white)
        >>> (gamut.outside(np.array([[0.2, 0.2, 0.2], [1, 0, 0]])) > 0).tolist()
        [False, True]
    """
    order = (light @ np.array(LUMINANCE_WEIGHTS)).argsort()
    center = light[order[[0, -1]]].mean(axis=0) if middle is None else middle
    spread = _THICKNESS * np.eye(3)
    return convex_hull(np.concatenate([light, center + spread, center - spread]))


@dataclass(frozen=True, eq=False)
class _Face:
    """A triangle of the hull: indices of its corners, counterclockwise seen from outside."""

    corners: tuple[int, int, int]
    normal: np.ndarray
    offset: float

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        a, b, c = self.corners
        return (a, b), (b, c), (c, a)


def _face(points: np.ndarray, center: np.ndarray, a: int, b: int, c: int) -> list[_Face]:
    """Return the face of three points, or none if they lie on one line, which bounds nothing."""
    normal = np.cross(points[b] - points[a], points[c] - points[a])
    length = float(np.linalg.norm(normal))
    if length < TOLERANCE**2:
        return []
    normal = normal / length
    offset = float(normal @ points[a])
    if normal @ center > offset:
        return [_Face((a, c, b), -normal, -offset)]
    return [_Face((a, b, c), normal, offset)]


def _tetrahedron(points: np.ndarray) -> list[int]:
    """Return four points far apart: each is far from the point, line or plane of those before."""
    first = int(points.sum(axis=1).argmin())
    offsets = points - points[first]
    second = int((offsets**2).sum(axis=1).argmax())
    across = np.cross(offsets, offsets[second])
    third = int((across**2).sum(axis=1).argmax())
    fourth = int(abs(offsets @ across[third]).argmax())
    return [first, second, third, fourth]


def _nearest_on_triangles(
    points: np.ndarray, factors: np.ndarray, triangles: np.ndarray
) -> np.ndarray:
    """Return (N, 3): the point nearest to each point on any triangle, in its metric.

    On each triangle this is the foot of the perpendicular, if it is inside, or else on a side. Each
    triangle ABC gets axes of its own, along AB and across it in its plane, and all is computed in
    them: no small number is the difference of two products, however thin the triangle is.
    """
    # One (N, F) array for each coordinate is faster than a last axis of three.
    corners = [[factors[:, i] @ triangles[:, k].T for i in range(3)] for k in range(3)]
    own = [(factors[:, i] * points).sum(axis=1)[:, None] for i in range(3)]
    side, other, way = (
        [end - start for end, start in zip(ends, corners[0], strict=True)]
        for ends in (corners[1], corners[2], own)
    )
    # B is at (b, 0), C at (c, height), the point at (x, y) and `above` the plane.
    b, along = _unit(side)
    c, x = _dot(other, along), _dot(way, along)
    height, across = _unit([each - c * axis for each, axis in zip(other, along, strict=True)])
    y = _dot(way, across)
    above = [each - x * u - y * v for each, u, v in zip(way, along, across, strict=True)]
    third = c - b

    def distance(v: np.ndarray | float, w: np.ndarray | float) -> np.ndarray:
        """Return the squared distance in the plane to A + v AB + w AC."""
        return (x - v * b - w * c) ** 2 + (y - w * height) ** 2

    w = y / np.maximum(height, _TINY)
    v = (x - w * c) / np.maximum(b, _TINY)
    inside = (v >= 0) & (w >= 0) & (v + w <= 1) & (height > _TINY)
    best_v, best_w = np.where(inside, v, 0), np.where(inside, w, 0)
    least = np.where(inside, 0.0, np.inf)
    on_side = np.clip(x / np.maximum(b, _TINY), 0, 1)
    on_other = np.clip((x * c + y * height) / np.maximum(c * c + height * height, _TINY), 0, 1)
    length = np.maximum(third * third + height * height, _TINY)
    on_third = np.clip(((x - b) * third + y * height) / length, 0, 1)
    for v, w in ((on_side, 0.0), (0.0, on_other), (1 - on_third, on_third)):
        far = distance(v, w)
        nearer = far < least
        best_v, best_w = np.where(nearer, v, best_v), np.where(nearer, w, best_w)
        least = np.where(nearer, far, least)
    face = (least + _dot(above, above)).argmin(axis=1)
    rows = np.arange(len(points))
    start, first, second = (triangles[face, k] for k in range(3))
    v, w = best_v[rows, face][:, None], best_w[rows, face][:, None]
    return start + v * (first - start) + w * (second - start)


def _unit(vector: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the lengths of vectors, and vectors of length 1, or 0 where the length is 0."""
    length = np.sqrt(_dot(vector, vector))
    return length, [each / np.maximum(length, _TINY) for each in vector]


def _dot(one: list[np.ndarray], two: list[np.ndarray]) -> np.ndarray:
    """Return the scalar product of vectors given as one array for each coordinate."""
    return one[0] * two[0] + one[1] * two[1] + one[2] * two[2]
