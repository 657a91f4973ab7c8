import importlib
from typing import Any

import numpy as np
import pytest
from diffusion_reference import random_image, reference_codes

from dither.diffusion import ATKINSON, FLOYD_STEINBERG, JARVIS_JUDICE_NINKE, error_diffuse
from dither.diffusion.light import WHITE

pytest.importorskip("numba", reason="an extra of its own")

loops = importlib.import_module("dither.diffusion.compiled.serpentine_lanes")


def test_sums_need_32_bits_or_another_loop() -> None:
    def bits(kernel: Any, low: int, high: int) -> int:
        return loops.fraction_bits(np.array(kernel.taps, np.int64), (low, high))

    assert bits(FLOYD_STEINBERG, 0, WHITE) == 4
    assert bits(FLOYD_STEINBERG, -16 * WHITE, 17 * WHITE) == 4
    assert bits(FLOYD_STEINBERG, -40 * WHITE, 41 * WHITE) == -1
    assert bits(ATKINSON, 0, WHITE) == 3
    # Shares in 1/48 are no whole multiples of a small power of 2.
    assert bits(JARVIS_JUDICE_NINKE, 0, WHITE) == -1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float64])
@pytest.mark.parametrize("color", [0, 255])
def test_errors_at_their_limit_match_the_reference(color: int, dtype: Any) -> None:
    # Nothing but black for a white image: errors grow until they are clipped at 16 times white.
    image = np.full((60, 9, 3), 255 - color, np.uint8)
    palette = np.full((3, 3), color, np.uint8)
    palette[1] = 128
    expected = reference_codes(
        image, FLOYD_STEINBERG, palette=palette, serpentine=True, light="linear", clamp="none"
    )
    scaled = {np.uint8: image, np.uint16: image * np.uint16(257), np.float64: image / 255}[dtype]
    codes = error_diffuse(scaled, palette=palette, light="linear", clamp="none")
    assert (codes == expected).all()


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("clamp", ["none", "range"])
@pytest.mark.parametrize("kernel", [FLOYD_STEINBERG, ATKINSON], ids=["floyd-steinberg", "atkinson"])
def test_wide_images_match_the_loop_in_64_bits(
    kernel: Any, clamp: Any, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, palette = random_image((130, 61, 3)), random_image((count, 3), seed=count)
    # With colours that are all darker or all brighter, errors go far beyond black and white.
    palettes = palette, palette // 8, 255 - palette // 8
    options: dict[str, Any] = {"kernel": kernel, "clamp": clamp}
    codes = [error_diffuse(image, palette=palette, **options) for palette in palettes]
    monkeypatch.setattr(loops, "fraction_bits", lambda taps, bounds: -1)
    expected = [error_diffuse(image, palette=palette, **options) for palette in palettes]
    assert (np.array(codes) == np.array(expected)).all()


def _stripes(height: int, width: int) -> np.ndarray:
    """Return an image with flat bands and a ramp, for which two scans can differ for ever."""
    image = np.empty((height, width, 3), np.uint8)
    image[: height // 3] = (128, 128, 128)
    image[height // 3 : 2 * height // 3] = (90, 60, 200)
    image[2 * height // 3 :] = (np.arange(width) * 255 // width)[:, None]
    return image


@pytest.mark.parametrize("width", [255, 256, 257, 515])
@pytest.mark.parametrize("count", [2, 5, 40])
@pytest.mark.parametrize("kernel", [FLOYD_STEINBERG, ATKINSON], ids=["floyd-steinberg", "atkinson"])
def test_rows_in_parts_match_rows_from_end_to_end(
    kernel: Any, count: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    palette = random_image((count, 3), seed=count)
    images = random_image((9, width, 3)), _stripes(70, width)
    options: dict[str, Any] = {"palette": palette, "kernel": kernel, "light": "encoded"}
    codes = [error_diffuse(image, **options) for image in images]
    monkeypatch.setattr(loops, "fraction_bits", lambda taps, bounds: -1)
    for image, found in zip(images, codes, strict=True):
        assert (found == error_diffuse(image, **options)).all()


def test_parts_that_never_agree_are_scanned_again() -> None:
    # Two colours in turns: which comes first depends on where a scan starts.
    image = np.full((40, 600, 3), 128, np.uint8)
    palette = np.array([[0] * 3, [255] * 3], np.uint8)
    codes = error_diffuse(image, palette=palette, light="encoded")
    whole = error_diffuse(image[..., 0], levels=2)
    assert (codes == whole).all()
