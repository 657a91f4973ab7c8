"""Files are read by a reader of the specification in this module, and by Pillow."""

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from dither.errors import InputError
from dither.images.formats.png import color_png, gray_png, indexed_png, level_parts, png_bytes
from dither.images.indexed import IndexedFrames
from dither.images.raster_image import RasterImage
from dither.images.rows import mapped
from dither.samples import level_values

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place = 8
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        name, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        assert struct.unpack_from(">I", data, place + 8 + size) == (zlib.crc32(name + content),)
        yield name, content
        place += 12 + size


def _read(data: bytes) -> tuple[np.ndarray, int, int]:
    """Return the samples (H, W, channels), bits and colour type, byte by byte."""
    chunks = list(_chunks(data))
    names = [name for name, _ in chunks]
    assert names[0] == b"IHDR"
    assert names[-1] == b"IEND"
    order = [b"IHDR", b"iCCP", b"PLTE", b"tRNS", b"IDAT", b"IEND"]
    assert [order.index(name) for name in names] == sorted(order.index(name) for name in names)
    width, height, bits, kind, *zeros = struct.unpack(">IIBBBBB", chunks[0][1])
    assert zeros == [0, 0, 0]
    raw = zlib.decompress(b"".join(content for name, content in chunks if name == b"IDAT"))
    count = width * CHANNELS[kind]
    stride, back = -(-count * bits // 8), max(1, CHANNELS[kind] * bits // 8)
    assert len(raw) == height * (stride + 1)
    above, rows = bytes(stride), []
    for y in range(height):
        filter_type, *row = raw[y * (stride + 1) : (y + 1) * (stride + 1)]
        for x in range(stride):
            left, corner = (row[x - back], above[x - back]) if x >= back else (0, 0)
            guess = left + above[x] - corner
            paeth = min((left, above[x], corner), key=lambda each: abs(guess - each))
            row[x] += (0, left, above[x], (left + above[x]) // 2, paeth)[filter_type]
            row[x] &= 255
        above = bytes(row)
        text = "".join(f"{byte:08b}" for byte in row)
        rows.append([int(text[bits * i : bits * i + bits], 2) for i in range(count)])
        assert set(text[count * bits :]) <= {"0"}
    return np.array(rows).reshape(height, width, -1), bits, kind


def _pillow(data: bytes, mode: str | None = None) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        picture.verify()
    with Image.open(io.BytesIO(data)) as picture:
        return np.array(picture.convert(mode) if mode else picture)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("width", [1, 7, 8, 9])
def test_grey_is_read_back(bits: int, width: int) -> None:
    generator = np.random.default_rng(width)
    codes = generator.integers(0, 1 << bits, (5, width), np.uint8)
    gray = codes * np.uint8(255 // ((1 << bits) - 1))
    data = gray_png(gray, bits=bits)
    found, stored, kind = _read(data)
    assert (stored, kind) == (bits, 0)
    assert (found[..., 0] == codes).all()
    assert (_pillow(data, "L") == gray).all()


def test_grey_of_16_bits_is_read_back() -> None:
    gray = np.random.default_rng(0).integers(0, 1 << 16, (6, 5), np.uint16)
    for deep in (gray, gray.astype(">u2"), gray[::2, ::-1]):
        data = gray_png(deep, bits=16)
        assert (_read(data)[0][..., 0] == deep).all()
        assert (_pillow(data) == deep).all()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 16, 17, 256])
def test_indices_table_and_alpha_are_read_back(count: int) -> None:
    generator = np.random.default_rng(count)
    table = generator.integers(0, 256, (count, 4), np.uint8)
    table[-1, 3] = 255
    frame = generator.integers(0, count, (9, 7), np.uint8)
    data = indexed_png(IndexedFrames((frame,), table))
    found, bits, kind = _read(data)
    assert (bits, kind) == (IndexedFrames((frame,), table).bits, 3)
    assert (found[..., 0] == frame).all()
    assert (_pillow(data) == frame).all()
    assert (_pillow(data, "RGBA") == table[frame]).all()
    chunks = dict(_chunks(data))
    assert chunks[b"PLTE"] == table[:, :3].tobytes()
    assert len(chunks.get(b"tRNS", b"")) == max([0, *np.flatnonzero(table[:, 3] < 255) + 1])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("with_alpha", [False, True])
def test_colours_are_read_back(photo: np.ndarray, channels: int, with_alpha: bool) -> None:
    color = photo[:9, :11, :channels]
    color = color[..., 0] if channels == 1 else color
    alpha = photo[:9, :11, 1] if with_alpha else None
    data = color_png(color, alpha)
    planes = [color.reshape(9, 11, -1)] + ([] if alpha is None else [alpha[..., None]])
    expected = np.concatenate(planes, axis=2)
    assert (_read(data)[0] == expected).all()
    assert (_pillow(data).reshape(expected.shape) == expected).all()


@given(
    image=npst.arrays(np.uint8, st.tuples(*[st.integers(1, 9)] * 2, st.sampled_from([1, 2, 3, 4]))),
    even=st.sampled_from([1, 17, 85, 255]),
)
def test_every_image_is_read_back(image: np.ndarray, even: int) -> None:
    image = image // np.uint8(even) * np.uint8(even)
    color = image[..., 0] if image.shape[2] < 3 else image[..., :3]
    alpha = image[..., -1] if image.shape[2] in (2, 4) else None
    data = png_bytes(RasterImage(color, alpha))
    _read(data)
    rgba = _pillow(data, "RGBA")
    assert (rgba[..., :3] == color.reshape(*color.shape[:2], -1)).all()
    assert (rgba[..., 3] == (255 if alpha is None else alpha)).all()


def test_large_images_have_chunks_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dither.images.formats.png._CHUNK_BYTES", 1 << 14)
    noise = np.random.default_rng(0).integers(0, 256, (300, 500), np.uint8)
    data = gray_png(noise)
    sizes = [len(content) for name, content in _chunks(data) if name == b"IDAT"]
    assert len(sizes) > 3
    # A block of rows is compressed at a time.
    assert max(sizes) < (1 << 14) + (1 << 17)
    assert (_pillow(data) == noise).all()


def test_the_profile_is_kept_where_pillow_looks_for_it(photo: np.ndarray) -> None:
    images = [photo, photo // 128 * 255, photo[..., 0], photo[..., 0] // 128 * 255]
    images.append(photo[..., 0].astype(np.uint16))
    for color in images:
        with Image.open(io.BytesIO(png_bytes(RasterImage(color, profile=b"icc" * 99)))) as picture:
            assert picture.info["icc_profile"] == b"icc" * 99


def test_sides_that_the_format_cannot_hold_are_refused() -> None:
    wide = np.broadcast_to(np.zeros((1, 1), np.uint8), (1, 1 << 31))
    with pytest.raises(InputError, match=r"at most 2147483647 pixels a side, not 2147483648"):
        gray_png(wide)


@pytest.mark.parametrize("bits", [1, 2])
def test_dithered_files_are_smaller_than_pillows(photo: np.ndarray, bits: int) -> None:
    from dither.diffusion import error_diffuse
    from dither.ordered.levels import ordered_dither

    # Enlarged, with the grain of a photo.
    gray = np.asarray(Image.fromarray(photo[..., 0]).resize((480, 288))).astype(float)
    gray += np.random.default_rng(0).normal(0, 2, gray.shape)
    gray = gray.clip(0, 255).astype(np.uint8)
    step = np.uint8(255 // ((1 << bits) - 1))
    most = {1: 0.9, 2: 0.95}
    for dither in (ordered_dither, error_diffuse):
        codes = dither(gray, levels=1 << bits).astype(np.uint8)
        stream = io.BytesIO()
        picture = Image.fromarray(codes * step)
        if bits == 1:
            picture.convert("1").save(stream, "PNG")
        else:
            picture = Image.fromarray(codes)
            picture.putpalette(np.repeat(np.arange(1 << bits, dtype=np.uint8) * step, 3).tobytes())
            picture.save(stream, "PNG")
        assert len(gray_png(codes * step, bits=bits)) < most[bits] * len(stream.getvalue())


def test_few_levels_need_no_search_for_their_colours() -> None:
    random = np.random.default_rng(4)
    for levels in (2, 3, 4, 5, 6, 7):
        values = level_values(levels, np.dtype(np.uint8))
        for shape in ((9, 40), (30, 40, 3)):
            codes = random.integers(0, levels, shape, np.uint8)
            for shown in (codes, np.minimum(codes, levels - 2), codes * np.uint8(0)):
                wanted = png_bytes(RasterImage(values[shown]))
                assert b"".join(level_parts(shown, values)) == wanted
                rows = mapped(shown, lambda part: part)
                assert b"".join(level_parts(rows, values)) == wanted
