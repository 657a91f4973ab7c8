"""The search over black and over white: its loss, its views and the refit of entries with alpha."""

import numpy as np
import pytest

from dither.color import linear_to_oklab, srgb_to_linear
from dither.images.raster_image import RasterImage
from dither.optimizer.blur import autocorrelation_taps, mirrored_taps
from dither.optimizer.config import SearchConfig
from dither.optimizer.loss import error_field, palette_cones, pixel_errors, roots_to_error
from dither.palettes.rgba import RgbaPalette, learn_rgba, rgba_codes
from dither.small_files import match_search, rgba_views
from dither.small_files.match_pixels import Picture, change_pixel, loss_change
from dither.small_files.optimize_rgba import optimize_rgba, rgba_config

CONFIG = SearchConfig(sigma=1.0, lightness_penalty=0.1, color_penalty=0.025, mean_weight=0.0)


def picture(size: int = 40) -> RasterImage:
    """Return a ball with a hard edge and a soft shadow."""
    y, x = np.mgrid[0:size, 0:size]
    far = np.hypot(y - size * 0.55, x - size * 0.5)
    alpha = np.clip(200 * np.exp(-((far / size * 3) ** 2)), 0, 255)
    ball = np.hypot(y - size * 0.4, x - size * 0.5) < size * 0.2
    color = np.where(ball[..., None], np.stack([200 + 0 * x, 4 * x, 3 * y], axis=2), 0)
    image = np.where(alpha < 8, 0, alpha)
    return RasterImage(color.astype(np.uint8), np.where(ball, 255, image).astype(np.uint8))


def total_loss(indices: np.ndarray, palette: RgbaPalette, image: rgba_views.RgbaImage) -> float:
    total = 0.0
    for light, view in zip(rgba_views.seen(palette.colors), image.views, strict=True):
        errors = pixel_errors(indices, light, view, CONFIG)
        total += float(np.vdot(error_field(errors.astype(np.float32).copy(), CONFIG), errors))
        own = np.square(linear_to_oklab(light)[indices] - view.original) @ CONFIG.penalty
        total += float((own * image.penalties).sum())
    return total


@pytest.mark.parametrize("color", [[0, 0, 0, 128], [255, 128, 0, 255], [9, 9, 9, 0]])
def test_views_are_what_a_browser_shows(color: list) -> None:
    codes = np.array(color, np.uint8)
    for background, light in zip((0, 255), rgba_views.seen(codes), strict=True):
        shown = (codes[:3] * (color[3] / 255) + background * (1 - color[3] / 255)) / 255
        assert light == pytest.approx(srgb_to_linear(shown))


def test_the_change_of_the_loss_is_that_of_all_views() -> None:
    raster = picture(24)
    palette = learn_rgba([raster], 7)
    image = rgba_views.prepare_rgba(rgba_codes(raster))
    indices = rgba_views.nearest_indices(image, palette)
    state = rgba_views.init(indices, palette, image, CONFIG)
    taps = autocorrelation_taps(CONFIG.sigma)
    lights = rgba_views.seen(palette.colors)
    views = Picture(
        *(state.pixels, state.indices, state.weights, state.field, state.candidates),
        np.concatenate([palette_cones(light) for light in lights], axis=1),
        np.concatenate([linear_to_oklab(light).astype(np.float32) for light in lights], axis=1),
        *(roots_to_error(CONFIG), mirrored_taps(taps, 24), mirrored_taps(taps, 24), taps),
        CONFIG.penalty.astype(np.float32),
    )
    reach = len(taps) // 2
    before = total_loss(state.indices, palette, image)
    for y, x in ((12, 12), (15, 9), (20, 16)):
        color = next(k for k in range(1, len(palette)) if k != state.indices[y, x])
        errors = np.zeros((reach + 1, 6), np.float32)
        change = loss_change.python(views, errors, 0, reach, y, x, color)
        if (
            raster.alpha is not None
            and raster.alpha[y, x] == 255
            and palette.colors[color, 3] < 255
        ):
            assert change > 1e5
        else:
            other = state.indices.copy()
            other[y, x] = color
            assert change == pytest.approx(total_loss(other, palette, image) - before, rel=0.02)
        change_pixel.python(views, np.zeros(3, np.float32), y, x, color)
        before = total_loss(state.indices, palette, image)
    fresh = rgba_views.init(state.indices, palette, image, CONFIG)
    np.testing.assert_allclose(views.field, fresh.field, atol=2e-5)


def test_refit_lowers_the_loss_and_keeps_the_kinds() -> None:
    raster = picture()
    palette = learn_rgba([raster], 9)
    image = rgba_views.prepare_rgba(rgba_codes(raster))
    moved = palette.colors.copy()
    moved[1 : palette.first_opaque, 3] = (moved[1 : palette.first_opaque, 3] * 0.8).astype(np.uint8)
    moved[palette.first_opaque :, 0] -= 20
    start = RgbaPalette(moved)
    indices = rgba_views.nearest_indices(image, palette)
    found = RgbaPalette(rgba_views.refit(indices, start, image, CONFIG))
    assert total_loss(indices, found, image) < 0.5 * total_loss(indices, start, image)
    assert found.first_opaque == palette.first_opaque
    assert found.colors[0].tolist() == [0, 0, 0, 0]


def test_a_pass_lowers_the_loss() -> None:
    raster = picture()
    palette = learn_rgba([raster], 6)
    image = rgba_views.prepare_rgba(rgba_codes(raster))
    indices = rgba_views.nearest_indices(image, palette)
    state = rgba_views.init(indices, palette, image, CONFIG)
    state, _ = match_search.step(state, rgba_views.seen(palette.colors), CONFIG, 1e-9)
    assert total_loss(state.indices, palette, image) < 0.97 * total_loss(indices, palette, image)


def test_opaque_stays_opaque_hidden_stays_hidden_and_few_colours_stay() -> None:
    raster = picture()
    assert raster.alpha is not None
    found = optimize_rgba(raster, 12)
    alpha = found.palette.colors[found.indices][..., 3]
    assert len(found.palette) <= 12
    assert (alpha[raster.alpha == 255] == 255).all()
    assert (alpha[raster.alpha == 0] == 0).all()
    strange = np.where(raster.alpha[..., None] == 0, np.uint8(200), raster.color)
    again = optimize_rgba(RasterImage(strange, raster.alpha), 12)
    assert np.array_equal(again.indices, found.indices)
    few = RasterImage(raster.color // 128 * 128, raster.alpha // 64 * 64)
    kept = optimize_rgba(few, 64)
    assert np.array_equal(kept.palette.colors[kept.indices], rgba_codes(few))


def test_more_colours_have_a_larger_penalty() -> None:
    penalties = [rgba_config(colors).lightness_penalty for colors in (4, 16, 32, 64, 256)]
    assert penalties == pytest.approx([0.06, 0.06, 0.1149, 0.22, 0.22], abs=1e-4)
