import numpy as np
import pytest

pytest.importorskip("numba")

from scipy.optimize import minimize

from dither.cells.diffusion_loop import diffuse
from dither.cells.samples import cell_samples
from dither.color import LINEAR_TO_CONES, ROOTS_TO_OKLAB, linear_to_oklab

PENALTY = np.array([0.05, 0.0125, 0.0125])


def _mixture_loss(sample: np.ndarray, colors: np.ndarray) -> float:
    """Return the least loss of a mixture, by a solver that knows nothing of the loop."""
    cones, slopes, lab = np.split(sample, 3)
    errors = (colors @ LINEAR_TO_CONES.T - cones) * slopes @ ROOTS_TO_OKLAB.T
    own = (linear_to_oklab(colors) - lab) ** 2 @ PENALTY
    count = len(colors)
    found = minimize(
        lambda shares: ((shares @ errors) ** 2).sum() + shares @ own,
        np.full(count, 1 / count),
        bounds=[(0, 1)] * count,
        constraints={"type": "eq", "fun": lambda shares: shares.sum() - 1},
        tol=1e-12,
    )
    return float(found.fun)


@pytest.mark.parametrize("count", [2, 4, 9])
def test_losses_are_those_of_the_best_mixtures(count: int) -> None:
    rng = np.random.default_rng(count)
    blurred, slots = rng.random((4, 8, 3)), rng.random((12, 3))
    sets = np.array([rng.permutation(12)[:count] for _ in range(3)], np.uint8)
    samples = cell_samples(blurred, (4, 4), PENALTY)
    assert samples.values.shape == (2, 4, 9)
    losses = samples.losses(slots, sets)
    for cell, number in np.ndindex(2, 3):
        colors = slots[sets[number]]
        each = [_mixture_loss(sample, colors) for sample in samples.values[cell]]
        # A sample stands for 4 pixels; the loop stops a little above the least.
        assert losses[cell, number] == pytest.approx(4 * sum(each), rel=0.02, abs=1e-4)


def test_samples_are_those_of_the_cell() -> None:
    ramp = np.broadcast_to(np.arange(24)[None, :, None] / 24, (16, 24, 3))
    samples = cell_samples(ramp, (8, 8), PENALTY)
    light = samples.values[..., 0].reshape(2, 3, -1)
    for column in range(3):
        assert 8 * column / 24 - 1e-9 <= light[:, column].min()
        assert light[:, column].max() <= (8 * column + 7) / 24 + 1e-9
    assert samples.weights.sum() == 16 * 24


def test_masked_pixels_do_not_count(photo: np.ndarray) -> None:
    blurred = photo / 255
    mask = np.zeros(photo.shape[:2], bool)
    mask[:8, :12] = True
    weights = cell_samples(blurred, (8, 8), PENALTY, mask).weights
    assert weights[0].sum() == 0
    assert weights[1].sum() == 32
    assert weights[2].sum() == 64


def test_error_diffusion_as_compiled_and_in_python() -> None:
    rng = np.random.default_rng(1)
    light, palette = rng.random((6, 7, 3)), rng.random((4, 3))
    rows = rng.integers(2, size=(6, 7)).astype(np.int32)
    sets = np.array([[0, 1], [2, 3]], np.uint8)
    results = []
    for each in (diffuse, diffuse.python):
        out = np.empty((6, 7), np.uint8)
        each(
            *(light.copy(), rows, sets, palette, LINEAR_TO_CONES, ROOTS_TO_OKLAB),
            *(linear_to_oklab(palette), 0.3, out),
        )
        results.append(out)
    np.testing.assert_array_equal(*results)
    assert (results[0] // 2 == rows).all()
