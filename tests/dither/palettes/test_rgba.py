"""Palettes whose entries have an alpha."""

import numpy as np
import pytest

from dither.color import linear_to_oklab, srgb_to_linear
from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.palettes.rgba import RgbaPalette, learn_rgba


def shadow(size: int = 96) -> RasterImage:
    y, x = np.mgrid[0:size, 0:size] - size / 2
    alpha = np.clip(300 - 8 * np.hypot(y, x), 0, 200).astype(np.uint8)
    return RasterImage(np.zeros((size, size), np.uint8), alpha)


def cutout(size: int = 96) -> RasterImage:
    y, x = np.mgrid[0:size, 0:size]
    waves = np.stack([np.sin(x / 11 + c) + np.cos(y / 9 - c) for c in range(3)], axis=2)
    color = np.clip(waves * 60 + 128, 0, 255).astype(np.uint8)
    alpha = np.clip((40 - np.hypot(y - size / 2, x - size / 2)) * 20, 0, 255).astype(np.uint8)
    return RasterImage(color, alpha)


def error(image: RasterImage, palette: RgbaPalette) -> float:
    """Mean squared OKLab error of the nearest entries over black and over white, written plainly."""
    assert image.alpha is not None
    color = np.stack([image.color] * 3, axis=2) if image.color.ndim == 2 else image.color
    share, own = image.alpha[..., None] / 255, palette.colors[:, 3:] / 255
    total = np.zeros((*image.alpha.shape, len(palette)))
    for behind in (0.0, 1.0):
        wanted = srgb_to_linear(color / 255) * share + behind * (1 - share)
        entries = srgb_to_linear(palette.colors[:, :3] / 255) * own + behind * (1 - own)
        difference = linear_to_oklab(wanted)[..., None, :] - linear_to_oklab(entries)
        total += (difference**2).sum(axis=-1) / 2
    return float(total.min(axis=-1)[image.alpha > 0].mean())


def test_a_shadow_gets_shades_of_its_alpha() -> None:
    palette = learn_rgba([shadow()], 16)
    assert palette.colors[0].tolist() == [0, 0, 0, 0]
    assert len(palette) == 16
    assert (palette.colors[:, :3] == 0).all()
    steps = np.diff(np.sort(palette.colors[:, 3]).astype(int))
    assert steps.min() > 0
    assert steps.max() < 60


@pytest.mark.parametrize("colors", [8, 32])
def test_k_means_is_better_than_uniform_and_than_pillows_octree(colors: int) -> None:
    from PIL import Image

    image = cutout()
    palette = learn_rgba([image], colors)
    assert image.alpha is not None
    assert len(palette) <= colors
    assert palette.colors[0].tolist() == [0, 0, 0, 0]
    picture = Image.fromarray(np.dstack([image.color, image.alpha]))
    octree = np.unique(
        np.array(picture.quantize(colors, method=2).convert("RGBA")).reshape(-1, 4), axis=0
    )
    octree = octree[np.argsort(octree[:, 3], kind="stable")]
    octree = np.concatenate([[[0, 0, 0, 0]], octree[octree[:, 3] > 0]]).astype(np.uint8)
    assert error(image, palette) < 0.7 * error(image, RgbaPalette(octree))


def test_opaque_pixels_get_an_opaque_entry() -> None:
    image = cutout()
    for colors in (3, 5, 20):
        assert learn_rgba([image], colors).colors[-1, 3] == 255


def test_hidden_colours_do_not_matter_and_frames_share_a_palette() -> None:
    image = cutout()
    assert image.alpha is not None
    strange = np.where(image.alpha[..., None] == 0, np.uint8(77), image.color)
    one = learn_rgba([image, shadow()], 20)
    two = learn_rgba([RasterImage(strange, image.alpha), shadow()], 20)
    assert one.hex == two.hex
    assert learn_rgba([image], 20).hex != one.hex


def test_few_colours_are_kept() -> None:
    color = np.array([[1, 2, 3, 4]], np.uint8)
    image = RasterImage(color, np.array([[9, 0, 255, 9]], np.uint8))
    assert learn_rgba([image], 5).hex == ["#00000000", "#01010109", "#04040409", "#030303ff"]


@pytest.mark.parametrize(
    ("colors", "words"),
    [
        (np.zeros((2, 3), np.uint8), "red, green, blue and alpha"),
        (np.zeros((2, 4), int), "is uint8"),
        (np.zeros((2, 4), np.uint8), "the only fully transparent entry"),
        (np.array([[0, 0, 0, 255], [0, 0, 0, 9]], np.uint8), "opaque entries are the last"),
    ],
)
def test_what_is_no_palette_with_alpha(colors: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        RgbaPalette(colors)
    with pytest.raises(InputError, match="from 2 to 256"):
        learn_rgba([shadow()], 257)
