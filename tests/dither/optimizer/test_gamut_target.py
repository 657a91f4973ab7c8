import numpy as np
import pytest

from dither.color import linear_to_oklab, srgb_to_linear
from dither.optimizer.blur import gaussian_blur
from dither.optimizer.gamut_target import gamut_target
from dither.palettes.palette_like import load_palette

pytest.importorskip("jax")
pytest.importorskip("numba")

CUBE = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])


def targets_of(wanted: np.ndarray, palette: np.ndarray) -> np.ndarray:
    return gamut_target(wanted, len(palette), sigma=1.5).targets(palette)


def test_what_all_colours_can_mix_is_the_picture_itself(photo: np.ndarray) -> None:
    targets = targets_of(photo, CUBE)
    lab = linear_to_oklab(np.clip(targets, 0, 1))
    assert np.abs(lab - linear_to_oklab(srgb_to_linear(photo / 255))).mean() < 0.02


def test_greys_are_nearly_all_that_black_and_white_reach() -> None:
    red = np.full((30, 30, 3), [200, 40, 40], np.uint8)
    targets = targets_of(red, CUBE[[0, 7]])
    lab = linear_to_oklab(targets[15, 15].astype(float))
    wanted = linear_to_oklab(srgb_to_linear(red[0, 0] / 255))
    assert lab[0] == pytest.approx(wanted[0], abs=0.01)
    assert np.hypot(*lab[1:]) < 0.03 < np.hypot(*wanted[1:])


def test_turned_pictures_are_shifted_too(photo: np.ndarray) -> None:
    turned = np.rot90(photo)
    assert not turned.flags.c_contiguous
    palette = CUBE[[0, 1, 7]]
    copied = targets_of(np.ascontiguousarray(turned), palette)
    np.testing.assert_array_equal(targets_of(turned, palette), copied)


def test_detail_finer_than_the_blur_is_kept() -> None:
    checks = np.indices((40, 40)).sum(axis=0) % 2 * 120
    picture = np.repeat(checks[..., None].astype(np.uint8), 3, axis=2)
    dark = srgb_to_linear(np.array([[30.0, 30.0, 30.0], [90.0, 90.0, 90.0]]) / 255)
    targets = targets_of(picture, dark)
    assert np.abs(np.diff(targets[20, 10:30, 0])).min() == pytest.approx(
        srgb_to_linear(np.array(120 / 255)), rel=0.01
    )


def test_a_ramp_beyond_the_palette_does_not_fall() -> None:
    ramp = np.linspace(90, 255, 640).round().astype(np.uint8)
    picture = np.repeat(np.repeat(ramp[None, :, None], 24, axis=0), 3, axis=2)
    palette = load_palette("inky-spectra-6").linear
    seen = gaussian_blur(targets_of(picture, palette), 1.5)[12]
    assert np.diff(linear_to_oklab(seen.astype(float))[:, 0]).min() > -3e-4


def test_colours_of_the_palette_stay_as_they_are() -> None:
    palette = load_palette("inky-spectra-6")
    for color in palette.colors:
        flat = np.broadcast_to(color, (30, 30, 3)).copy()
        assert targets_of(flat, palette.linear) == pytest.approx(
            np.broadcast_to(srgb_to_linear(color / 255), flat.shape), abs=1e-6
        )
