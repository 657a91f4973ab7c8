import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dither.errors import InputError
from dither.images.io import encode_image, read_image, write_image
from dither.images.pillow_conversion import from_pillow
from dither.images.raster_image import RasterImage
from dither.samples import level_values


def _saved(path: Path, picture: Image.Image, **options: Any) -> Path:
    picture.save(path, **options)
    return path


@pytest.mark.parametrize("ending", ["png", "tif", "webp", "bmp", "ppm", "gif", "jpg"])
def test_formats_are_read(tmp_path: Path, photo: np.ndarray, ending: str) -> None:
    options = {"lossless": True} if ending == "webp" else {}
    image = read_image(_saved(tmp_path / f"p.{ending}", Image.fromarray(photo), **options))
    assert image.color.shape == photo.shape
    assert image.color.dtype == np.uint8
    close = {"jpg": 60, "gif": 100}.get(ending, 0)
    assert abs(image.color.astype(int) - photo).max() <= close


def test_modes_keep_what_they_hold(tmp_path: Path, photo: np.ndarray) -> None:
    gray = photo[..., 0]
    picture = Image.fromarray(gray)
    assert (read_image(_saved(tmp_path / "l.png", picture)).color == gray).all()
    one = read_image(_saved(tmp_path / "1.png", Image.fromarray(gray > 99)))
    assert np.unique(one.color).tolist() == [0, 255]
    palette = Image.fromarray(photo).quantize(16)
    expected = np.asarray(palette.convert("RGB"))
    assert (read_image(_saved(tmp_path / "p.png", palette)).color == expected).all()
    deep = gray.astype(np.uint16) * 256 + 7
    for ending in ("png", "tif", "pgm"):
        read = read_image(_saved(tmp_path / f"16.{ending}", Image.fromarray(deep)))
        assert read.color.dtype == np.uint16
        assert (read.color == deep).all()
    real = (gray / 255).astype(np.float32)
    assert (read_image(_saved(tmp_path / "f.tif", Image.fromarray(real))).color == real).all()
    cmyk = read_image(_saved(tmp_path / "c.tif", Image.fromarray(photo).convert("CMYK")))
    assert cmyk.color.shape == photo.shape


def test_alpha_stands_beside_the_colour(tmp_path: Path, photo: np.ndarray) -> None:
    rgba = np.concatenate([photo, photo[..., :1]], axis=2)
    read = read_image(_saved(tmp_path / "rgba.png", Image.fromarray(rgba)))
    assert (read.color == photo).all()
    assert read.alpha is not None
    assert (read.alpha == photo[..., 0]).all()
    gray = read_image(_saved(tmp_path / "la.png", Image.fromarray(rgba[..., 2:])))
    assert gray.color.ndim == 2
    assert gray.alpha is not None
    palette = Image.fromarray(photo).quantize(8)
    clear = read_image(_saved(tmp_path / "p.png", palette, transparency=0))
    assert clear.alpha is not None
    assert (clear.alpha[np.asarray(palette) == 0] == 0).all()
    assert (clear.alpha[np.asarray(palette) != 0] == 255).all()


def test_photos_are_turned_upright(tmp_path: Path, photo: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    read = read_image(_saved(tmp_path / "p.png", Image.fromarray(photo), exif=exif))
    assert (read.color == np.rot90(photo, -1)).all()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr"])
def test_images_are_converted_in_bands(
    photo: np.ndarray, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = Image.fromarray(photo).convert(mode)
    expected = np.array(picture.convert("L" if mode in "1L" else "RGB"))
    monkeypatch.setattr("dither.images.pillow_conversion._BAND_PIXELS", 7 * photo.shape[1])
    found = from_pillow(picture).color
    assert (found == expected).all()
    assert found.flags.c_contiguous
    assert found.flags.writeable


@pytest.mark.parametrize("ending", ["png", "tif", "webp", "bmp", "ppm", "pgm"])
def test_what_is_written_is_read_again(tmp_path: Path, photo: np.ndarray, ending: str) -> None:
    color = photo if ending != "pgm" else photo[..., 0]
    write_image(tmp_path / f"p.{ending}", RasterImage(color))
    assert (read_image(tmp_path / f"p.{ending}").color == color).all()


@pytest.mark.parametrize("ending", ["png", "tif", "webp"])
def test_alpha_and_profile_are_written(tmp_path: Path, photo: np.ndarray, ending: str) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    write_image(tmp_path / f"p.{ending}", RasterImage(photo, photo[..., 0], profile))
    read = read_image(tmp_path / f"p.{ending}")
    assert (read.color == photo).all()
    assert read.alpha is not None
    assert (read.alpha == photo[..., 0]).all()
    assert read.profile == profile


def test_black_and_white_takes_one_bit(tmp_path: Path, photo: np.ndarray) -> None:
    black_and_white = np.where(photo[..., 0] > 99, 255, 0).astype(np.uint8)
    for ending in ("png", "tif", "pbm"):
        path = tmp_path / f"p.{ending}"
        write_image(path, RasterImage(black_and_white))
        with Image.open(path) as picture:
            assert picture.mode == "1"
        assert (read_image(path).color == black_and_white).all()


@pytest.mark.parametrize(
    ("count", "bits"), [(2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8)]
)
def test_few_colours_take_a_palette(tmp_path: Path, count: int, bits: int) -> None:
    rng = np.random.default_rng(count)
    colors = rng.permutation(1 << 24)[:count]
    colors = np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=1).astype(np.uint8)
    image = colors[rng.permutation(np.arange(60 * 50) % count)].reshape(60, 50, 3)
    write_image(tmp_path / "few.png", RasterImage(image))
    # The byte after the width and height says how many bits an index has, the next that it is one.
    assert (tmp_path / "few.png").read_bytes()[24:26] == bytes([bits, 3])
    assert (read_image(tmp_path / "few.png").color == image).all()


def test_more_colours_do_not(tmp_path: Path) -> None:
    image = np.zeros((1, 257, 3), np.uint8)
    image[0, :, 0], image[0, 256, 1] = np.arange(257) % 256, 1
    write_image(tmp_path / "many.png", RasterImage(image))
    with Image.open(tmp_path / "many.png") as picture:
        assert picture.mode == "RGB"


@pytest.mark.parametrize(
    ("levels", "bits"), [(2, 1), (3, 2), (4, 2), (5, 4), (6, 4), (16, 4), (17, 8), (256, 8)]
)
def test_few_greys_take_few_bits(tmp_path: Path, levels: int, bits: int) -> None:
    gray = level_values(levels, np.dtype(np.uint8))[np.arange(60 * 50) % levels].reshape(60, 50)
    write_image(tmp_path / "p.png", RasterImage(gray))
    assert (tmp_path / "p.png").read_bytes()[24] == bits
    with Image.open(tmp_path / "p.png") as picture:
        assert (np.asarray(picture.convert("L")) == gray).all()
    again = read_image(tmp_path / "p.png").color
    assert again.shape == gray.shape
    assert (again == gray).all()


def test_even_greys_are_grey_to_every_reader(tmp_path: Path) -> None:
    gray = np.arange(16, dtype=np.uint8)[None] * np.uint8(17)
    write_image(tmp_path / "p.png", RasterImage(gray))
    assert (tmp_path / "p.png").read_bytes()[24:26] == bytes([4, 0])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("count", "bits"), [(2, 1), (4, 2), (16, 4), (17, 8), (256, 8)])
def test_few_colours_with_alpha_take_a_palette(
    tmp_path: Path, channels: int, count: int, bits: int
) -> None:
    rng = np.random.default_rng(count)
    table = rng.integers(0, 256, (count, 4), np.uint8)
    table[:, 0] = np.arange(count)
    table[: count // 2, 3] = 255
    image = table[rng.permutation(np.arange(60 * 50) % count)].reshape(60, 50, 4)
    color = image[..., 0] if channels == 1 else image[..., :3]
    write_image(tmp_path / "p.png", RasterImage(color, image[..., 3]))
    assert (tmp_path / "p.png").read_bytes()[24:26] == bytes([bits, 3])
    expected = np.dstack([color] * (4 - channels if channels == 1 else 1) + [image[..., 3]])
    with Image.open(tmp_path / "p.png") as picture:
        assert (np.asarray(picture.convert("RGBA")) == expected).all()


def test_a_grey_profile_keeps_grey_from_a_palette(tmp_path: Path) -> None:
    gray = np.array([[3, 4]], np.uint8)
    write_image(tmp_path / "p.png", RasterImage(gray, profile=b"grey"))
    assert (tmp_path / "p.png").read_bytes()[24:26] == bytes([8, 0])


def test_a_gif_holds_its_pixels(tmp_path: Path, photo: np.ndarray) -> None:
    few = photo // 64 * 64
    write_image(tmp_path / "p.gif", RasterImage(few))
    assert (read_image(tmp_path / "p.gif").color == few).all()
    alpha = np.where(photo[..., 0] < 99, 127, 128).astype(np.uint8)
    write_image(tmp_path / "a.gif", RasterImage(few, alpha))
    again = read_image(tmp_path / "a.gif")
    assert again.alpha is not None
    assert (again.alpha == np.where(alpha < 128, 0, 255)).all()
    assert (again.color == few)[alpha >= 128].all()
    with pytest.raises(InputError, match="at most 256 colours"):
        write_image(tmp_path / "q.gif", RasterImage(photo))
    assert not (tmp_path / "q.gif").exists()


def test_16_bit_grey_is_written_whole(tmp_path: Path, photo: np.ndarray) -> None:
    deep = photo[..., 0].astype(np.uint16) * 256 + 7
    write_image(tmp_path / "p.png", RasterImage(deep))
    assert (read_image(tmp_path / "p.png").color == deep).all()
    with pytest.raises(InputError, match="8 bits"):
        write_image(tmp_path / "q.png", RasterImage(photo.astype(np.uint16)))


def test_what_a_format_cannot_hold_is_one_sentence(tmp_path: Path, photo: np.ndarray) -> None:
    with pytest.raises(InputError, match="blur"):
        write_image(tmp_path / "p.jpg", RasterImage(photo))
    with pytest.raises(InputError, match=r"\.png"):
        write_image(tmp_path / "p.docx", RasterImage(photo))
    with pytest.raises(InputError, match="alpha"):
        write_image(tmp_path / "p.bmp", RasterImage(photo, photo[..., 0]))
    with pytest.raises(InputError, match="float32"):
        write_image(tmp_path / "p.png", RasterImage(photo[..., 0].astype(np.float32)))
    gray = photo[..., 0]
    for ending, color in (("pbm", gray), ("pbm", photo), ("pgm", photo)):
        with pytest.raises(InputError, match=r"\.pnm"):
            write_image(tmp_path / f"p.{ending}", RasterImage(color))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("ending", "magic"), [("pbm", b"P4"), ("pgm", b"P5"), ("ppm", b"P6")])
def test_pnm_files_are_what_their_ending_says(tmp_path: Path, ending: str, magic: bytes) -> None:
    path = tmp_path / f"p.{ending}"
    write_image(path, RasterImage(np.array([[0, 255]], np.uint8)))
    assert path.read_bytes().startswith(magic)


def test_what_is_no_image_is_one_sentence(tmp_path: Path, photo: np.ndarray) -> None:
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(InputError, match="not an image"):
        read_image(tmp_path / "text.png")
    with pytest.raises(InputError, match="no such file"):
        read_image(tmp_path / "none.png")
    with pytest.raises(InputError, match="folder"):
        read_image(tmp_path)
    # A format of Pillow's that is not on the list: some of those start other programs.
    Image.fromarray(photo).save(tmp_path / "p.eps")
    with pytest.raises(InputError, match="not an image"):
        read_image(tmp_path / "p.eps")


def test_large_images_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    small = _saved(tmp_path / "small.png", Image.new("1", (30, 20)))
    with pytest.raises(InputError, match=r"more than 599 pixels$"):
        read_image(small, max_pixels=599)
    assert read_image(small, max_pixels=600).color.shape == (20, 30)
    for side in (16385, 1 << 20):
        # The same file, whose header now promises a square of that side.
        content = bytearray(small.read_bytes())
        content[16:24] = struct.pack(">II", side, side)
        content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
        bomb = tmp_path / "bomb.png"
        bomb.write_bytes(content)
        with pytest.raises(InputError, match="more than 268435456 pixels"):
            read_image(bomb)


@given(
    ending=st.sampled_from(["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PPM"]),
    where=st.floats(0, 1, exclude_max=True),
    bit=st.integers(0, 7),
    cut=st.booleans(),
)
def test_damage_is_one_sentence_or_an_image(
    tmp_path_factory: pytest.TempPathFactory, ending: str, where: float, bit: int, cut: bool
) -> None:
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)).save(
        stream, ending
    )
    content = bytearray(stream.getvalue())
    place = int(where * len(content))
    if cut:
        del content[place:]
    else:
        content[place] ^= 1 << bit
    path = tmp_path_factory.mktemp("damage") / "image"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        assert read_image(path).color.ndim in (2, 3)


def test_grey_of_32_bits_is_read_up_to_16(tmp_path: Path) -> None:
    gray = np.array([[0, 65535]], np.int32)
    assert (read_image(_saved(tmp_path / "deep.tif", Image.fromarray(gray))).color == gray).all()
    path = _saved(tmp_path / "deeper.tif", Image.fromarray(gray + 1))
    with pytest.raises(InputError, match=r"deeper\.tif .*values from 0 to 65535, not 1 to 65536"):
        read_image(path)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_truncated_png_is_refused(tmp_path: Path, photo: np.ndarray, part: float) -> None:
    path = _saved(tmp_path / "p.png", Image.fromarray(photo))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(InputError, match="damaged"):
        read_image(path)


PNG = encode_image(
    RasterImage(np.arange(300, dtype=np.uint16).reshape(15, 20).astype(np.uint8)), ".png"
)


def test_bytes_after_a_png_are_ignored() -> None:
    assert read_image(io.BytesIO(PNG + b"more")).color.shape == (15, 20)


@given(st.integers(0, len(PNG) - 1))
def test_every_cut_of_a_png_is_refused(size: int) -> None:
    with pytest.raises(InputError, match=r"damaged|not an image"):
        read_image(io.BytesIO(PNG[:size]))


@given(st.integers(0, 8 * len(PNG) - 1))
def test_every_changed_bit_of_a_png_is_refused(place: int) -> None:
    changed = bytearray(PNG)
    changed[place // 8] ^= 1 << place % 8
    with pytest.raises(InputError, match=r"damaged|not an image"):
        read_image(io.BytesIO(bytes(changed)))


@pytest.mark.parametrize("ending", ["png", "tif", "webp"])
def test_an_opaque_alpha_is_none(tmp_path: Path, photo: np.ndarray, ending: str) -> None:
    rgba = np.dstack([photo, np.full(photo.shape[:2], 255, np.uint8)])
    options = {"lossless": True} if ending == "webp" else {}
    path = _saved(tmp_path / f"p.{ending}", Image.fromarray(rgba), **options)
    assert read_image(path).alpha is None
    rgba[3, 4, 3] = 254
    path = _saved(tmp_path / f"p.{ending}", Image.fromarray(rgba), **options)
    assert read_image(path).alpha is not None


@pytest.mark.parametrize("ending", ["bmp", "ppm", "tif", "png", "webp", "gif"])
def test_formats_without_alpha_take_one_that_is_opaque(
    tmp_path: Path, photo: np.ndarray, ending: str
) -> None:
    few = photo // 128 * 255
    write_image(tmp_path / f"a.{ending}", RasterImage(few, np.full(few.shape[:2], 255, np.uint8)))
    write_image(tmp_path / f"b.{ending}", RasterImage(few))
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


@pytest.mark.parametrize("partial", [False, True])
def test_deep_grey_is_written_with_its_transparency(tmp_path: Path, partial: bool) -> None:
    gray = np.random.default_rng(0).integers(0, 65536, (40, 50)).astype(np.uint16)
    alpha = np.where(gray % 3 == 0, 0, 255).astype(np.uint8)
    alpha[0, 0] = 100 if partial else 255
    write_image(tmp_path / "out.png", RasterImage(gray, alpha))
    if partial:  # a reader of all 16 bits
        content = (tmp_path / "out.png").read_bytes()
        assert content[24:26] == b"\x10\x04"
        with Image.open(tmp_path / "out.png") as picture:
            found = np.asarray(picture)
        assert np.array_equal(found[..., -1], alpha)
        assert np.array_equal(found[..., 0], gray >> 8)
    else:
        image = read_image(tmp_path / "out.png")
        assert image.alpha is not None
        assert np.array_equal(image.alpha, alpha)
        assert np.array_equal(image.color[alpha > 0], gray[alpha > 0])
    with pytest.raises(InputError, match=r"without alpha as \.tif or \.pnm"):
        write_image(tmp_path / "out.tif", RasterImage(gray, alpha))
