import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dither.errors import InputError
from dither.matrix import catalog
from dither.matrix.catalog import load_channels, load_matrix
from dither.matrix.png_samples import first_channel_16
from dither.matrix.textures import TEXTURE_ENDINGS, read_texture
from dither.matrix.threshold_matrix import ThresholdMatrix

VALUES = np.random.default_rng(7).integers(0, 65536, (13, 17, 4)).astype(np.uint16)
BYTES = (VALUES >> 8).astype(np.uint8)


def _png(values: np.ndarray, filters: tuple[int, ...] = (0,), interlaced: bool = False) -> bytes:
    """A PNG of 16 bits, written by the definition, byte by byte."""
    height, width, channels = values.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    starts = [(0, 0, 1, 1)]
    if interlaced:
        starts = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2)]
        starts += [(0, 1, 2, 2), (1, 0, 2, 1)]
    raw = b""
    for top, left, down, right in starts:
        part = values[top::down, left::right]
        if part.size:
            raw += _filtered(part.astype(">u2").tobytes(), len(part), 2 * channels, filters)
    header = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, interlaced)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _filtered(data: bytes, height: int, pixel: int, filters: tuple[int, ...]) -> bytes:
    width = len(data) // height
    above = bytes(width)
    out = b""
    for row in range(height):
        line = data[row * width : (row + 1) * width]
        kind = filters[row % len(filters)]
        left = bytes(pixel) + line[:-pixel]
        corner = bytes(pixel) + above[:-pixel]
        out += bytes([kind])
        for x, a, b, c in zip(line, left, above, corner, strict=True):
            distances = {a: abs(b - c), b: abs(a - c), c: abs(a + b - 2 * c)}
            least = min(abs(b - c), abs(a - c), abs(a + b - 2 * c))
            paeth = next(each for each in (a, b, c) if distances[each] == least)
            out += bytes([(x - (0, a, b, (a + b) // 2, paeth)[kind]) & 255])
        above = line
    return out


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("filters", [(0,), (1,), (2,), (3,), (4,), (4, 3, 2, 1, 0)])
@pytest.mark.parametrize("interlaced", [False, True])
def test_sixteen_bits_are_kept_in_every_png(
    tmp_path: Path, channels: int, filters: tuple[int, ...], interlaced: bool
) -> None:
    content = _png(VALUES[..., :channels], filters, interlaced)
    (tmp_path / "t.png").write_bytes(content)
    assert (read_texture(tmp_path / "t.png") == VALUES[..., 0]).all()
    with Image.open(tmp_path / "t.png") as picture:  # the file is right for Pillow too
        seen = np.asarray(picture)
    high = (seen if seen.ndim == 2 else seen[..., 0]) >> (8 if channels == 1 else 0)
    assert (high == BYTES[..., 0]).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("ending", ["png", "tif", "TIFF"])
def test_textures_of_eight_bits_are_taken_by_their_first_channel(
    tmp_path: Path, channels: int, ending: str
) -> None:
    values = BYTES[..., 0] if channels == 1 else BYTES[..., :channels]
    Image.fromarray(values).save(tmp_path / f"t.{ending}")
    (matrix,) = load_channels(tmp_path / f"t.{ending}")
    assert (matrix.ranks == ThresholdMatrix.from_values(BYTES[..., 0]).ranks).all()


def test_tiff_textures_of_16_bits_and_floats_are_taken(tmp_path: Path) -> None:
    import tifffile

    gray = VALUES[..., 0]
    Image.fromarray(gray).save(tmp_path / "gray.tif")
    Image.fromarray(gray.astype(np.float32)).save(tmp_path / "float.tif")
    tifffile.imwrite(tmp_path / "rgb.tif", VALUES[..., :3], photometric="rgb")
    tifffile.imwrite(tmp_path / "big.tif", gray.astype(">u2"), byteorder=">")
    frames = np.random.default_rng(0).permutation(5 * 6 * 7).reshape(5, 6, 7).astype(np.uint16)
    tifffile.imwrite(tmp_path / "frames.tif", frames, photometric="minisblack")
    for name in ("gray", "float", "rgb", "big"):
        assert (read_texture(tmp_path / f"{name}.tif") == gray).all(), name
    assert (load_matrix(tmp_path / "frames.tif").ranks == frames).all()


def test_palettes_and_single_bits_are_textures(tmp_path: Path) -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(ramp).convert("P").save(tmp_path / "p.gif")
    assert (load_matrix(tmp_path / "p.gif").ranks.ravel() == np.arange(256)).all()
    Image.fromarray(ramp > 200).save(tmp_path / "one.png")
    assert load_matrix(tmp_path / "one.png").ranks[0, 0] == 0


def test_the_catalog_lists_the_endings() -> None:
    assert catalog._TEXTURE_ENDINGS == TEXTURE_ENDINGS


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("t.png", b"no image", "is not an image"),
        ("t.png", _png(VALUES)[:-20], "is damaged"),
        ("t.png", b"", "is not an image"),
        ("t.tif", b"II*\0", "is"),
    ],
)
def test_damaged_textures_are_one_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=sentence) as raised:
        load_matrix(tmp_path / name)
    assert "\n" not in str(raised.value)


def test_one_colour_is_no_texture(tmp_path: Path) -> None:
    Image.new("L", (4, 4), 9).save(tmp_path / "t.png")
    with pytest.raises(InputError, match=r"t.png: all 16 values of the matrix are 9: no order"):
        load_matrix(tmp_path / "t.png")
    with pytest.raises(InputError, match="no such file"):
        load_matrix(tmp_path / "none.png")


@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_patched_files_give_values_or_one_sentence(place: int, patch: bytes) -> None:
    whole = _png(VALUES[:5, :5], (4, 3))
    start = place % len(whole)
    data = whole[:start] + patch + whole[start + len(patch) :]
    sentence = ""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "t.png").write_bytes(data)
        try:
            read_texture(Path(folder) / "t.png")
        except InputError as error:
            sentence = str(error)
        try:
            first_channel_16(data)  # its caller has compared the checksums
        except InputError as error:
            sentence += str(error)
    assert "\n" not in sentence
