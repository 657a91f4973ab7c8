"""Error diffusion of inks whose dots avoid each other."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from dither.diffusion.compiled import inks as loops
from dither.diffusion.error_diffusion import error_diffuse
from dither.diffusion.inks import ink_diffusion
from dither.diffusion.kernels import DiffusionKernel
from dither.errors import InputError

# Light that passes solid cyan, magenta, yellow and black, as luminance.
_PASSED = np.array([0.35, 0.25, 0.8, 0.03])


def flat(*amounts: int, side: int = 128) -> np.ndarray:
    return np.zeros((side, side, len(amounts)), np.uint8) + np.array(amounts, np.uint8)


def independent(amounts: np.ndarray) -> np.ndarray:
    planes = [error_diffuse(np.ascontiguousarray(plane)) for plane in np.moveaxis(amounts, 2, 0)]
    return np.stack(planes, axis=2)


def blurred(values: np.ndarray) -> float:
    return float(gaussian_filter(values.astype(float), 1.5, mode="wrap").std())


@pytest.mark.parametrize("levels", [2, 4, 256])
def test_each_ink_keeps_its_mean(levels: int) -> None:
    amounts = flat(9, 100, 0, 255, 130, 31)
    found = ink_diffusion(levels=levels)(amounts)
    np.testing.assert_allclose(
        found.mean(axis=(0, 1)) / (levels - 1), amounts[0, 0] / 255, atol=0.004
    )
    assert set(np.unique(found[..., 2])) == {0}
    assert set(np.unique(found[..., 3])) == {levels - 1}


def test_along_a_row_the_number_of_dots_is_the_rounded_sum() -> None:
    rng = np.random.default_rng(1)
    amounts = rng.integers(1, 80, (1, 500, 5), np.uint8)
    ahead = DiffusionKernel(((0, 1),), origin=0)
    found = ink_diffusion(kernel=ahead)(amounts)
    wanted = amounts.sum(axis=2, dtype=int).cumsum() / 255
    assert np.abs(found.sum(axis=2).cumsum() - wanted).max() <= 0.5
    assert np.abs(found.cumsum(axis=1) - amounts.cumsum(axis=1, dtype=int) / 255).max() < 1


@pytest.mark.parametrize("amounts", [(10, 8, 12, 9), (31, 25, 28, 20), (64, 50, 80, 40), (100, 70)])
def test_dots_of_inks_that_leave_paper_share_no_pixel(amounts: tuple) -> None:
    image = flat(*amounts)
    found, before = ink_diffusion()(image), independent(image)
    assert (found.sum(axis=2) > 1).mean() < 0.006 < (before.sum(axis=2) > 1).mean()
    assert blurred(found.sum(axis=2)) < 0.6 * blurred(before.sum(axis=2))


@pytest.mark.parametrize(
    "amounts", [(31, 25, 28, 20), (90, 60, 40, 0), (100, 100, 100, 30), (200, 150, 100, 50)]
)
def test_the_light_has_less_grain(amounts: tuple) -> None:
    image = flat(*amounts)
    seen = [
        blurred(np.prod(np.where(dots > 0, _PASSED, 1.0), axis=2))
        for dots in (ink_diffusion()(image), independent(image))
    ]
    assert seen[0] < 0.75 * seen[1]
    for ink in range(4):
        own = [blurred(dots[..., ink]) for dots in (ink_diffusion()(image), independent(image))]
        assert own[0] < 1.6 * own[1] + 1e-9


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"serpentine": False, "kernel": "stucki", "levels": 3},
        {"noise": 0.5, "seed": 3},
        {"clamp": "range", "kernel": "atkinson"},
    ],
)
def test_the_compiled_loop_is_that_in_python(
    monkeypatch: pytest.MonkeyPatch, options: dict
) -> None:
    amounts = np.random.default_rng(2).integers(0, 256, (20, 17, 3), np.uint8)
    compiled = ink_diffusion(**options)(amounts)
    monkeypatch.setattr(loops, "diffuse_rows", loops.diffuse_rows.python)
    monkeypatch.setattr(loops, "threshold", loops.threshold.python)
    diffuse = ink_diffusion(**options)
    with np.errstate(over="ignore"):
        bands = np.concatenate([diffuse(amounts[:7]), diffuse(amounts[7:])])
    np.testing.assert_array_equal(bands, compiled)


def test_kernels_that_depend_on_the_tone_are_refused() -> None:
    with pytest.raises(InputError, match="each ink by itself"):
        ink_diffusion(kernel="ostromoukhov")


def test_no_amount_of_error_leaves_each_pixel_to_itself() -> None:
    dark = np.full((8, 8, 2), 100, np.uint8)
    # Together the inks lack 200 of 255: one dot, for the first ink, at every pixel.
    assert ink_diffusion(amount=0.0)(dark).reshape(-1, 2).tolist() == [[1, 0]] * 64
    with pytest.raises(InputError, match="amount is 2; it must be from 0 to 1"):
        ink_diffusion(amount=2)
