"""Dithering to palettes with alpha, by error diffusion and by a matrix."""

from collections.abc import Callable

import numpy as np
import pytest

from dither.color import srgb_to_linear
from dither.diffusion.compiled import rgba as loops
from dither.diffusion.rgba import diffuse_rgba
from dither.images.raster_image import RasterImage
from dither.ordered import rgba_loops
from dither.ordered.rgba import ordered_rgba
from dither.palettes import rgba_nearest
from dither.palettes.rgba import RgbaPalette, learn_rgba, premultiplied, rgba_codes


def picture(size: int = 64) -> RasterImage:
    y, x = np.mgrid[0:size, 0:size]
    waves = np.stack([np.sin(x / 11 + c) + np.cos(y / 9 - c) for c in range(3)], axis=2)
    color = np.clip(waves * 60 + 128, 0, 255).astype(np.uint8)
    alpha = np.clip((size * 0.45 - np.hypot(y - size / 2, x - size / 2)) * 16, 0, 255)
    return RasterImage(color, alpha.astype(np.uint8))


def by_matrix(image: RasterImage, palette: RgbaPalette) -> np.ndarray:
    return ordered_rgba(image, palette, "blue-64x64")


@pytest.mark.parametrize("by", [diffuse_rgba, by_matrix])
def test_means_of_light_and_coverage_are_kept(by: Callable) -> None:
    palette = RgbaPalette(
        np.array([[0, 0, 0, 0], [255, 0, 0, 128], [0, 0, 0, 255], [255, 255, 255, 255]], np.uint8)
    )
    for wanted in ([120, 0, 0, 90], [30, 30, 30, 200], [90, 60, 60, 140]):
        image = RasterImage(
            np.full((64, 64, 3), wanted[:3], np.uint8), np.full((64, 64), wanted[3], np.uint8)
        )
        found = premultiplied(palette.colors[by(image, palette)]).mean(axis=(0, 1))
        light = srgb_to_linear(np.array(wanted[:3]) / 255) * wanted[3] / 255
        assert found == pytest.approx([*light, wanted[3] / 255], abs=0.035)


@pytest.mark.parametrize("by", [diffuse_rgba, by_matrix])
def test_opaque_stays_opaque_and_hidden_stays_hidden(by: Callable) -> None:
    image = picture()
    assert image.alpha is not None
    palette = learn_rgba([image], 12)
    found = palette.colors[by(image, palette)][..., 3]
    assert (found[image.alpha == 255] == 255).all()
    assert (found[image.alpha == 0] == 0).all()
    strange = np.where(image.alpha[..., None] == 0, np.uint8(200), image.color)
    other = by(RasterImage(strange, image.alpha), palette)
    assert np.array_equal(other, by(image, palette))


@pytest.mark.parametrize("kernel", ["floyd-steinberg", "stucki", "sierra-lite", "atkinson"])
@pytest.mark.parametrize("serpentine", [True, False])
def test_the_compiled_loop_is_that_in_python(
    monkeypatch: pytest.MonkeyPatch, kernel: str, serpentine: bool
) -> None:
    image = picture(20)
    palette = learn_rgba([image], 6)
    compiled = diffuse_rgba(image, palette, kernel=kernel, serpentine=serpentine)
    monkeypatch.setattr(loops, "nearest_entry", rgba_nearest.nearest_entry.python)
    monkeypatch.setattr(loops, "diffuse_rows", loops.diffuse_rows.python)
    assert np.array_equal(
        diffuse_rgba(image, palette, kernel=kernel, serpentine=serpentine), compiled
    )


def test_the_compiled_loop_of_mixtures_is_that_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    image = picture(20)
    palette = learn_rgba([image], 6)
    compiled = by_matrix(image, palette)
    monkeypatch.setattr(rgba_loops, "nearest_entry", rgba_nearest.nearest_entry.python)
    monkeypatch.setattr(rgba_loops, "mix_rows", rgba_loops.mix_rows.python)
    assert np.array_equal(by_matrix(image, palette), compiled)


def test_the_nearest_entry_is_that_over_black_and_white() -> None:
    generator = np.random.default_rng(0)
    colors = generator.integers(1, 256, (20, 4)).astype(np.uint8)
    colors = colors[np.argsort(colors[:, 3])]
    entries = np.rint(RgbaPalette(colors).premultiplied * 65536).astype(np.int64)
    for wanted in rgba_codes(picture(8)).reshape(-1, 4):
        point = np.rint(premultiplied(wanted) * 65536).astype(np.int64)
        over = [
            (entries[:, :3] - point[:3]),
            (entries[:, :3] - entries[:, 3:]) - (point[:3] - point[3]),
        ]
        errors = np.sum([(part**2).sum(axis=1) for part in over], axis=0)
        found = rgba_nearest.nearest_entry.python(*point.tolist(), entries, 0)
        assert errors[found] == errors.min()
