import io

import numpy as np
import pytest
from PIL import Image

from dither.errors import InputError
from dither.images.formats import tiff_storage
from dither.images.formats.tiff import compression_like, indexed_tiff_parts, tiff_bytes, tiff_parts
from dither.images.formats.tiff_storage import Compression
from dither.images.indexed import IndexedFrames


def test_what_exceeds_32_bits_is_refused_before_work() -> None:
    wide = np.broadcast_to(np.zeros((1, 1), np.uint8), (1 << 12, 1 << 20))
    with pytest.raises(InputError, match=r"less than 4 GiB, not 4294967296 bytes; choose \.png"):
        tiff_bytes(IndexedFrames((wide,), np.full((256, 4), 255, np.uint8)))


def decoded(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        return picture.copy()


@pytest.mark.parametrize("compression", ["none", "deflate", "lzw", "zstd"])
def test_all_kinds_of_pixels_in_strips(
    compression: Compression, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiff_storage, "_STRIP_BYTES", 100)
    random = np.random.default_rng(3).integers
    for shape in ((23, 17), (23, 17, 3)):
        color = random(0, 256, shape, np.uint8)
        for alpha in (None, random(0, 256, shape[:2], np.uint8)):
            content = b"".join(tiff_parts(color, alpha, compression=compression))
            planes = color if color.ndim == 3 else color[..., None]
            wanted = planes if alpha is None else np.concatenate([planes, alpha[..., None]], axis=2)
            np.testing.assert_array_equal(
                np.asarray(decoded(content)).reshape(wanted.shape), wanted
            )
    deep = random(0, 65536, (23, 17), np.uint16)
    content = b"".join(tiff_parts(deep, compression=compression))
    np.testing.assert_array_equal(np.asarray(decoded(content)), deep)
    black_and_white = random(0, 2, (23, 17), np.uint8) * np.uint8(255)
    picture = decoded(
        b"".join(tiff_parts(black_and_white, profile=b"icc!!", compression=compression))
    )
    assert picture.mode == "1"
    assert picture.info["icc_profile"] == b"icc!!"
    np.testing.assert_array_equal(np.asarray(picture.convert("L")), black_and_white)
    table = np.array([[9, 9, 9, 255], [255, 0, 0, 255]], np.uint8)
    found = IndexedFrames((black_and_white // np.uint8(255),), table)
    shown = decoded(b"".join(indexed_tiff_parts(found, compression=compression)))
    np.testing.assert_array_equal(
        np.asarray(shown.convert("RGB")), table[black_and_white // np.uint8(255), :3]
    )


def test_group4_is_read_by_tifffile_and_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff_storage, "_STRIP_BYTES", 50)
    bits = np.random.default_rng(3).integers(0, 2, (41, 60), np.uint8) * np.uint8(255)
    content = b"".join(tiff_parts(bits, compression="group4"))
    picture = decoded(content)
    assert (picture.mode, picture.info["compression"]) == ("1", "group4")
    np.testing.assert_array_equal(np.asarray(picture.convert("L")), bits)
    with pytest.raises(
        InputError, match="group4 compresses 1 bit per pixel, and this result has 24"
    ):
        tiff_parts(np.zeros((2, 2, 3), np.uint8), compression="group4")


def test_the_compression_of_the_source_is_kept_where_it_can_be() -> None:
    bits, greys = np.array([[0, 255]], np.uint8), np.array([[0, 7]], np.uint8)
    for name, like, wanted in (
        ("group3", "group4", "group4"),
        ("tiff_lzw", "lzw", "tiff_lzw"),
        ("jpeg", "deflate", "tiff_adobe_deflate"),
        ("raw", "none", "raw"),
        (None, None, "raw"),
    ):
        assert compression_like(name) == like
        content = b"".join(tiff_parts(bits, like=compression_like(name)))
        assert decoded(content).info["compression"] == wanted
    content = b"".join(tiff_parts(greys, like="group4"))
    assert decoded(content).info["compression"] == "tiff_adobe_deflate"
