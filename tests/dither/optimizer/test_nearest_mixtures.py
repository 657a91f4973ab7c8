import numpy as np
import pytest

from dither.color import linear_to_oklab, srgb_to_linear
from dither.optimizer.nearest_mixtures import nearest_mixtures

optimize = pytest.importorskip("scipy.optimize")

CUBE = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])


def distances(colors: np.ndarray, mixtures: np.ndarray) -> np.ndarray:
    return np.linalg.norm(linear_to_oklab(mixtures.clip(0, 1)) - linear_to_oklab(colors), axis=1)


def test_what_can_be_mixed_is_itself() -> None:
    colors = np.random.default_rng(0).random((50, 3)) ** 2
    assert np.abs(nearest_mixtures(colors, CUBE) - colors).max() < 1e-6


def test_a_palette_reaches_its_own_colours_black_too() -> None:
    assert np.abs(nearest_mixtures(CUBE, CUBE) - CUBE).max() < 1e-6


@pytest.mark.parametrize("count", [2, 3, 5, 12])
def test_no_mixture_is_much_nearer(count: int) -> None:
    # Against a general minimiser of the distance itself, from several starts.
    rng = np.random.default_rng(count)
    palette, colors = rng.random((count, 3)) ** 2, rng.random((6, 3)) ** 2
    found = distances(colors, nearest_mixtures(colors, palette))

    def distance(shares: np.ndarray, color: np.ndarray) -> float:
        return float(distances(color[None], (shares @ palette)[None])[0] ** 2)

    for color, ours in zip(colors, found, strict=True):
        best = min(
            optimize.minimize(
                *(distance, rng.dirichlet(np.ones(count)), color),
                method="SLSQP",
                bounds=[(0, 1)] * count,
                constraints={"type": "eq", "fun": lambda shares: shares.sum() - 1},
                options={"ftol": 1e-10},
            ).fun
            for _ in range(3)
        )
        assert ours <= max(best, 0) ** 0.5 * 1.02 + 1e-3


def test_mixtures_are_within_the_palette() -> None:
    palette = srgb_to_linear(np.array([[60.0, 60, 60], [200, 60, 60], [60, 200, 60]]) / 255)
    found = nearest_mixtures(CUBE, palette)
    shares = np.linalg.solve(np.vstack([palette.T])[:3], found.T)
    assert (shares > -1e-6).all()
    assert shares.sum(axis=0) == pytest.approx(np.ones(8), abs=1e-6)
