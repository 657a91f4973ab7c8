"""Fewest bytes of images with partial alpha, against error diffusion to the same number of entries."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from dither.cli.app import app
from dither.diffusion.rgba import diffuse_rgba
from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.metrics import image_errors
from dither.palettes.rgba import learn_rgba, rgba_codes
from dither.small_files.fewest_rgba import encoded_rgba_tightly, optimize_rgba_bytes
from dither.small_files.optimize_rgba import optimize_rgba


def shadow(height: int = 120, width: int = 160) -> RasterImage:
    """Return the soft shadow of a rectangle."""
    alpha = np.zeros((height, width))
    alpha[height // 4 : -height // 4, width // 4 : -width // 4] = 160
    alpha = np.rint(gaussian_filter(alpha, 12)).astype(np.uint8)
    return RasterImage(np.zeros((height, width, 3), np.uint8), alpha)


def over(codes: np.ndarray, gray: int) -> np.ndarray:
    background = Image.new("RGBA", codes.shape[1::-1], (gray, gray, gray, 255))
    return np.asarray(Image.alpha_composite(background, Image.fromarray(codes)).convert("RGB"))


def blurred(image: RasterImage, shown: np.ndarray) -> float:
    before = rgba_codes(image)
    return sum(
        image_errors(over(before, gray), over(shown, gray)).blurred_1_5 for gray in (0, 128, 255)
    )


def test_a_soft_shadow_is_smaller_and_no_worse_than_diffused() -> None:
    image, colors = shadow(), 16
    palette = learn_rgba([image], colors)
    diffused = diffuse_rgba(image, palette)
    found = optimize_rgba(image, colors)
    sizes = [
        len(encoded_rgba_tightly(indices, entries))
        for indices, entries in (
            (found.indices, found.palette.colors),
            (diffused, palette.colors),
        )
    ]
    assert sizes[0] < 0.75 * sizes[1]
    shown = found.palette.colors[found.indices]
    assert blurred(image, shown) < 1.02 * blurred(image, palette.colors[diffused])


def test_targets_are_kept() -> None:
    image = shadow()
    small = optimize_rgba_bytes(image, max_bytes=1500)
    assert 1200 < len(small.content) <= 1500
    look = optimize_rgba_bytes(image, look=80)
    assert look.look >= 80
    fine, coarse = (optimize_rgba_bytes(image, rate=rate) for rate in (0.05, 5))
    assert len(coarse.content) < len(fine.content)
    assert coarse.look < fine.look
    with Image.open(BytesIO(small.content)) as file:
        shown = np.asarray(file.convert("RGBA"))
    np.testing.assert_array_equal(shown, small.palette.colors[small.indices])
    with pytest.raises(InputError, match="does not fit in 100 bytes"):
        optimize_rgba_bytes(image, max_bytes=100)


def test_the_command_keeps_alpha_within_bytes(tmp_path: Path) -> None:
    source = tmp_path / "shadow.png"
    Image.fromarray(rgba_codes(shadow())).save(source)

    def run(*arguments: object) -> None:
        app(["optimize", str(source), *map(str, arguments), "--quiet"], standalone_mode=False)

    for name in ("o.png", "o.webp"):
        run("-o", tmp_path / name, "--max-bytes", "2k")
        assert (tmp_path / name).stat().st_size <= 2000
        with Image.open(tmp_path / name) as file:
            assert len(np.unique(np.asarray(file.convert("RGBA"))[..., 3])) > 8
