import numpy as np
import pytest

from dither.optimizer.cholesky import solve_positive

pytest.importorskip("numba")


@pytest.mark.parametrize("count", [1, 2, 7, 192])
def test_the_solution_is_numpys_and_the_arguments_stay(count: int) -> None:
    rng = np.random.default_rng(count)
    factor, right = rng.normal(size=(count, count)), rng.normal(size=count)
    matrix = factor @ factor.T + np.eye(count)
    before = matrix.copy(), right.copy()
    assert solve_positive(matrix, right) == pytest.approx(np.linalg.solve(matrix, right), abs=1e-9)
    assert (matrix == before[0]).all()
    assert (right == before[1]).all()


@pytest.mark.parametrize("matrix", [np.zeros((2, 2)), np.ones((2, 2)), -np.eye(2)])
def test_other_matrices_are_refused(matrix: np.ndarray) -> None:
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        solve_positive(matrix, np.array([1.0, 2.0]))
