"""TIFF volumes with a colour profile against images that are read whole."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from icc_profiles import gray_profile, rgb_profile
from PIL import Image

import dither
from dither.images.described_colors import DescribedColors, from_h273, to_srgb
from dither.volumes.block import LevelDither
from dither.volumes.stream import dither_volume
from dither.volumes.tiff_colors import in_srgb, tiff_colors

P3 = from_h273(12, 13).primaries
PROFILE = rgb_profile(P3, 2.2)
PAGES = np.random.default_rng(0).integers(0, 256, (3, 40, 24, 3), np.uint8)
SMALL: dict[str, Any] = {"memory": 16_000_000, "threads": 1}


def saved(path: Path, pages: np.ndarray, profile: bytes = PROFILE, **options: Any) -> Path:
    kind = "rgb" if pages.shape[-1] in (3, 4) else "minisblack"
    tifffile.imwrite(path, pages, photometric=kind, iccprofile=profile, **options)  # pyright: ignore
    return path


def whole(path: Path, page: int = 0) -> np.ndarray:
    """Return a page as the code for images reads it."""
    with Image.open(path) as picture:
        picture.seek(page)
        picture.copy().save(path.with_suffix(".png"), icc_profile=picture.info.get("icc_profile"))
    return np.asarray(dither.read_image(path.with_suffix(".png")))


@pytest.mark.parametrize(
    "options",
    [{}, {"compression": "zlib", "tile": (16, 16)}, {"rowsperstrip": 7}, {"byteorder": ">"}],
)
def test_every_page_is_converted_as_an_image_is(tmp_path: Path, options: dict[str, Any]) -> None:
    source = saved(tmp_path / "in.tif", PAGES, **options)
    dither_volume(source, tmp_path / "out.tif", LevelDither(levels=256), **SMALL)
    found = tifffile.imread(tmp_path / "out.tif")
    for number in range(3):
        assert (found[number] == whole(source, number)).all()
    with tifffile.TiffFile(tmp_path / "out.tif") as tiff:
        assert 34675 not in tiff.pages.first.tags
    dither_volume(
        *(source, tmp_path / "same.tif", LevelDither(levels=256)), color_management=False, **SMALL
    )
    assert (tifffile.imread(tmp_path / "same.tif") == PAGES).all()
    with tifffile.TiffFile(tmp_path / "same.tif") as tiff:
        assert tiff.pages.first.iccprofile == PROFILE


def test_alpha_stays(tmp_path: Path) -> None:
    alpha = np.random.default_rng(1).integers(0, 256, (3, 40, 24, 1), np.uint8)
    pages = np.concatenate([PAGES, alpha], axis=3)
    source = saved(tmp_path / "in.tif", pages, extrasamples=["unassalpha"])
    found = in_srgb(pages, tiff_colors(source, 4))
    assert (found[..., 3:] == alpha).all()
    assert (found[0] == whole(source)).all()


def test_16_bits_keep_their_depth(tmp_path: Path) -> None:
    pages = np.random.default_rng(2).integers(0, 65536, (2, 9, 8, 3), np.uint16)
    found = in_srgb(pages, tiff_colors(saved(tmp_path / "in.tif", pages), 3))
    assert found.dtype == np.uint16
    wanted = [to_srgb(page, DescribedColors(P3, 2.2)) for page in pages]
    away = np.abs(found.astype(int) - np.array(wanted))
    assert np.quantile(away, 0.99) <= 60


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_is_converted_as_an_image_is(tmp_path: Path, dtype: type) -> None:
    pages = np.linspace(0, np.iinfo(dtype).max, 2 * 8 * 16).astype(dtype).reshape(2, 8, 16)
    source = saved(tmp_path / "in.tif", pages, gray_profile(1.0))
    found = in_srgb(pages, tiff_colors(source, 1))
    assert (found[0] == whole(source)).all()
    assert (found[0] != pages[0]).any()


def test_what_has_no_codes_stays(tmp_path: Path) -> None:
    light = np.random.default_rng(3).random((2, 4, 4, 3)).astype(np.float32)
    source = tiff_colors(saved(tmp_path / "in.tif", light), 3)
    assert in_srgb(light, source) is light
    bits = light[..., 0] > 0.5
    assert in_srgb(bits, source) is bits


def test_a_profile_that_does_not_fit_is_told(tmp_path: Path) -> None:
    source = saved(tmp_path / "in.tif", PAGES, b"no profile")
    done = dither_volume(source, tmp_path / "out.tif", LevelDither(levels=256), **SMALL)
    assert "in.tif has a colour profile that cannot be read" in done.note
    assert (tifffile.imread(tmp_path / "out.tif") == PAGES).all()
