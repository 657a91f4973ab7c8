import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from dither.comparison.embedded import Picture, picture_address, shown_pixels


def _kind_and_content(address: str) -> tuple[str, bytes]:
    head, content = address.split(",")
    return head.removeprefix("data:image/").removesuffix(";base64"), base64.b64decode(content)


def _read(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        return np.array(picture.convert("RGB"))


def _jpeg(picture: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    "pixels",
    [
        np.array([[False, True]]),
        np.arange(256, dtype=np.uint8).reshape(16, 16),
        np.arange(256, dtype=np.uint8).reshape(16, 16, 1),
        np.arange(48, dtype=np.uint8).reshape(4, 4, 3),
        np.random.default_rng(0).integers(0, 256, (40, 30, 3)).astype(np.uint8),
        np.array([[0, 128, 129, 65535]], np.uint16),
        np.array([[0, 0.25, 1]], np.float32),
    ],
    ids=lambda pixels: f"{pixels.dtype}-{pixels.shape}",
)
def test_what_is_embedded_is_the_picture(pixels: np.ndarray) -> None:
    kind, content = _kind_and_content(picture_address(Picture("any", pixels)))
    white = {"b": 1, "f": 1}.get(pixels.dtype.kind) or np.iinfo(pixels.dtype).max
    codes = np.rint(pixels.reshape(*pixels.shape[:2], -1) / white * 255)
    assert kind == "png"
    assert np.array_equal(_read(content), np.broadcast_to(codes, (*codes.shape[:2], 3)))
    assert shown_pixels(pixels).ndim == (3 if pixels.shape[2:] == (3,) else 2)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_stays_one_without_its_metadata(
    photo: np.ndarray, mode: str, options: dict[str, object]
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.fromarray(photo).convert(mode)
    file = _jpeg(picture, exif=exif, comment=b"secret", icc_profile=profile, **options)
    pixels = np.array(Image.open(io.BytesIO(file)))
    for tail in (b"", b"a second picture"):
        kind, content = _kind_and_content(picture_address(Picture("any", pixels, file + tail)))
        assert kind == "jpeg"
        assert np.array_equal(np.array(Image.open(io.BytesIO(content))), pixels)
        for word in (b"where I live", b"secret", b"ICC_PROFILE", b"second"):
            assert (word in file + tail) == (word != b"second" or bool(tail))
            assert word not in content


def test_a_jpeg_that_browsers_would_show_otherwise_becomes_a_png(photo: np.ndarray) -> None:
    upright = np.array(Image.open(io.BytesIO(_jpeg(Image.fromarray(photo)))))
    turned = Image.Exif()
    turned[0x0112] = 3
    file = _jpeg(Image.fromarray(photo), exif=turned)
    flipped = upright[::-1, ::-1]
    cmyk = _jpeg(Image.fromarray(photo).convert("CMYK"))
    as_rgb = np.array(Image.open(io.BytesIO(cmyk)).convert("RGB"))
    good = _jpeg(Image.fromarray(photo))
    cases = [
        (flipped, file),
        (as_rgb, cmyk),
        (255 - upright, good),  # another picture
        (upright[:9], good),
        *((upright, good[:length]) for length in (2, 3, 20, 300, len(good) - 2)),
    ]
    for pixels, stored in cases:
        kind, content = _kind_and_content(picture_address(Picture("any", pixels, stored)))
        assert kind == "png"
        assert np.array_equal(_read(content), pixels)
