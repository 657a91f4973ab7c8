"""Solve symmetric positive definite equations in one thread.

numpy's solver shares so small a matrix among threads, which wait for each other many times as long as
they compute. The matrix is factored as L L^T (A.-L. Cholesky, published by E. Benoit in 1924).
"""

import numpy as np

from dither.native.loop import compiled


def solve_positive(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return x with `matrix` x = `right`.

    Args:
        matrix: (N, N) float64, symmetric and positive definite.
        right: (N,) float64.

    Raises:
        numpy.linalg.LinAlgError: the matrix is not positive definite.

    Example:
        >>> solve_positive(np.array([[4.0, 2.0], [2.0, 3.0]]), np.array([2.0, 5.0])).tolist()
        [-0.5, 2.0]
    """
    out = np.array(right, np.float64)
    solve_in_place(np.array(matrix, np.float64, order="C"), out)
    if not np.isfinite(out).all():
        raise np.linalg.LinAlgError("the matrix is not positive definite")
    return out


@compiled(fastmath=True, zero_division=False)
def solve_in_place(matrix: np.ndarray, right: np.ndarray) -> None:
    """Write the solution over `right`, and the rows of L^T over the upper half of `matrix`."""
    count = len(right)
    for i in range(count):
        row = matrix[i]
        scale = 1 / np.sqrt(row[i])
        for k in range(i, count):
            row[k] *= scale
        right[i] *= scale
        for j in range(i + 1, count):
            below, factor = matrix[j, j:], row[j]
            rest = row[j:]
            for k in range(len(rest)):
                below[k] -= factor * rest[k]
            right[j] -= factor * right[i]
    for i in range(count - 1, -1, -1):
        total = right[i]
        for k in range(i + 1, count):
            total -= matrix[i, k] * right[k]
        right[i] = total / matrix[i, i]
