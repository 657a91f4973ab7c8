"""Cut a cloud of weighted points into boxes by median cut."""

import heapq

import numpy as np


def cut_at_medians(points: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """Cut the box of all points in two, again and again, and return the box of each point.

    The next box is that with the largest product of its weight and its longest side. It is cut where
    the weights of both parts are nearest to equal, along that side.

    Source: P. Heckbert, "Color image quantization for frame buffer display" (SIGGRAPH 1982); D.
    Bloomberg, "Color quantization using modified median cut" (2008).

    Args:
        points: (N, D) float.
        weights: (N,) float, above 0.
        count: number of boxes, 1 or more.

    Returns:
        (N,) intp, 0 to `count` - 1; fewer boxes if fewer points are distinct.

    Example:
        >>> points = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0], [9.0, 0.0]])
        >>> cut_at_medians(points, np.ones(4), 2).tolist()
        [0, 0, 1, 1]
        >>> cut_at_medians(points, np.array([1.0, 1.0, 1.0, 3.0]), 2).tolist()
        [0, 0, 0, 1]
    """
    # Boxes, largest first: the negative product, a number that orders equal ones, axis and points.
    boxes = [_box(points, weights, np.arange(len(points)), 0)]
    while len(boxes) < count and boxes[0][0] < 0:
        _, number, axis, members = heapq.heappop(boxes)
        members = members[np.argsort(points[members, axis], kind="stable")]
        cumulative = np.cumsum(weights[members])
        first = int(abs(cumulative[:-1] - cumulative[-1] / 2).argmin()) + 1
        heapq.heappush(boxes, _box(points, weights, members[:first], number))
        heapq.heappush(boxes, _box(points, weights, members[first:], len(boxes)))
    box_of = np.empty(len(points), np.intp)
    for _, number, _, members in boxes:
        box_of[members] = number
    return box_of


def _box(
    points: np.ndarray, weights: np.ndarray, members: np.ndarray, number: int
) -> tuple[float, int, int, np.ndarray]:
    inside = points[members]
    sides = inside.max(axis=0) - inside.min(axis=0)
    axis = int(sides.argmax())
    return -float(weights[members].sum() * sides[axis]), number, axis, members
