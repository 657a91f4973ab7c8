"""Written files are parsed here with struct, and read with Pillow and tifffile."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence

import dither
from dither.errors import InputError
from dither.images.indexed_files import encode_indexed, read_indexed, write_indexed
from dither.palettes.files import read_colors

COUNTS = (2, 3, 4, 6, 16, 17, 255, 256)
Parsed = tuple[list[list[int]], np.ndarray]


def _case(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of 12x13 pixels that leave the first and last colours out, and unsorted colours."""
    rng = np.random.default_rng(count)
    packed = rng.permutation(np.arange(0, 1 << 24, 997))[:count]
    colors = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1).astype(np.uint8)
    low, high = (1, count - 1) if count > 2 else (0, 2)
    return rng.integers(low, high, (13, 12)), colors


def _unpacked(rows: bytes, bits: int, width: int, stride: int) -> np.ndarray:
    """Return the samples of packed rows, one bit at a time."""
    out = []
    for start in range(0, len(rows), stride):
        text = "".join(f"{byte:08b}" for byte in rows[start : start + stride])
        out.append([int(text[bits * x : bits * x + bits], 2) for x in range(width)])
    return np.array(out)


def _png(data: bytes) -> Parsed:
    """Parse a still PNG: entries of red, green, blue (and alpha), and samples."""
    place, chunks = 8, {}
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        chunks[data[place + 4 : place + 8]] = data[place + 8 : place + 8 + size]
        place += 12 + size
    width, height, bits, kind = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert kind == 3
    plte = chunks[b"PLTE"]
    entries = [list(plte[i : i + 3]) for i in range(0, len(plte), 3)]
    assert bits == next(bits for bits in (1, 2, 4, 8) if len(entries) <= 1 << bits)
    trns = chunks.get(b"tRNS", b"")
    for entry, alpha in zip(entries, trns.ljust(len(entries), b"\xff"), strict=True):
        entry.append(alpha)
    stride = -(-width * bits // 8)
    raw, rows, above = zlib.decompress(chunks[b"IDAT"]), b"", bytes(stride)
    for y in range(height):
        kind, *row = raw[y * (stride + 1) : (y + 1) * (stride + 1)]
        for x in range(stride):
            left, corner = (row[x - 1], above[x - 1]) if x else (0, 0)
            guess = left + above[x] - corner
            paeth = min((left, above[x], corner), key=lambda each: abs(guess - each))
            row[x] += (0, left, above[x], (left + above[x]) // 2, paeth)[kind]
            row[x] &= 255
        above, rows = bytes(row), rows + bytes(row)
    return entries, _unpacked(rows, bits, width, stride)


def _gif_table(data: bytes) -> list[list[int]]:
    """Return the global table, and check that no frame has a table of its own."""
    flags = data[10]
    assert flags & 0x80
    size = 3 << (flags & 7) + 1
    place = 13 + size
    while data[place : place + 1] != b";":
        if data[place] == 0x2C:
            assert data[place + 9] & 0x80 == 0
            place += 11
        else:
            place += 2
        while data[place]:
            place += data[place] + 1
        place += 1
    return [list(data[i : i + 3]) for i in range(13, 13 + size, 3)]


def _bmp(data: bytes) -> Parsed:
    assert struct.unpack_from("<I", data, 2) == (len(data),)
    offset, _, width, height, _, bits, _, _, _, _, used = struct.unpack_from(
        "<IIiiHHIIiiI", data, 10
    )
    assert offset == 54 + (4 << bits)  # the complete table, as firmware expects
    entries = [list(data[i : i + 3])[::-1] for i in range(54, offset, 4)]
    assert all(entry == entries[used - 1] for entry in entries[used:])
    assert bits == next(bits for bits in (1, 4, 8) if used <= 1 << bits)
    stride = -(-width * bits // 32) * 4
    assert len(data) == offset + stride * height
    return entries[:used], _unpacked(data[offset:], bits, width, stride)[::-1]


def _tiff(data: bytes) -> Parsed:
    (start,) = struct.unpack_from("<4xI", data)
    (count,) = struct.unpack_from("<H", data, start)
    tags = {}
    for i in range(count):
        tag, kind, number, value = struct.unpack_from("<HHII", data, start + 2 + 12 * i)
        tags[tag] = (kind, number, value)
    assert list(tags) == sorted(tags)
    bits, width = tags[258][2], tags[256][2]
    assert (bits, tags[259][2], tags[262][2], tags[320][1]) == (8, 1, 3, 768)
    planes = struct.unpack_from(f"<{3 << bits}H", data, tags[320][2])
    assert {value % 257 for value in planes} == {0}
    entries = [[plane // 257 for plane in planes[i :: 1 << bits]] for i in range(1 << bits)]
    rows = data[tags[273][2] :][: tags[279][2]]
    return entries, _unpacked(rows, bits, width, -(-width * bits // 8))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("ending", [".png", ".gif", ".bmp", ".tif"])
def test_a_file_holds_the_palette_in_its_order_and_the_indices(
    tmp_path: Path, count: int, ending: str
) -> None:
    indices, colors = _case(count)
    path = tmp_path / f"p{ending}"
    write_indexed(path, indices, colors)
    data = path.read_bytes()
    if ending == ".gif":
        table, pixels = _gif_table(data), indices  # its pixels are compressed: Pillow reads them
    else:
        table, pixels = {".png": _png, ".bmp": _bmp, ".tif": _tiff}[ending](data)
    assert [entry[:3] for entry in table[:count]] == colors.tolist()
    # Formats with tables of fixed size repeat the last colour.
    assert all(entry[:3] == colors[-1].tolist() for entry in table[count:])
    assert ending != ".png" or len(table) == count
    assert (pixels == indices).all()
    with Image.open(path) as picture:
        assert picture.mode == "P"
        assert (np.asarray(picture) == indices).all()
        assert (np.asarray(picture.convert("RGB")) == colors[indices]).all()
    again, entries = read_indexed(path)
    assert (again == indices).all()
    assert entries.tolist() == [[*color, 255] for color in colors.tolist()]
    assert read_colors(path).tolist() == colors.tolist()


@pytest.mark.parametrize("count", [2, 16, 17, 256])
def test_tifffile_reads_the_indices_and_the_map(count: int) -> None:
    tifffile = pytest.importorskip("tifffile")
    indices, colors = _case(count)
    with tifffile.TiffFile(io.BytesIO(encode_indexed([indices], colors, ".tif"))) as file:
        page = file.pages[0]
        assert page.photometric == tifffile.PHOTOMETRIC.PALETTE
        assert (page.colormap[:, :count] == colors.T.astype(int) * 257).all()
        assert (page.asarray() == indices).all()


@pytest.mark.parametrize("ending", [".png", ".gif"])
@pytest.mark.parametrize("count", [2, 4, 16, 255])
def test_transparent_pixels_follow_the_palette(ending: str, count: int) -> None:
    indices, colors = _case(count)
    alpha = np.full(indices.shape, 255, np.uint8)
    alpha[:4] = 0
    data = encode_indexed([indices], colors, ending, alphas=[alpha])
    table = [entry[:3] for entry in (_png(data)[0] if ending == ".png" else _gif_table(data))]
    assert table[:count] == colors.tolist()
    stored, entries = read_indexed(io.BytesIO(data))
    assert (stored == np.where(alpha == 0, count, indices)).all()
    assert entries[:, 3].tolist() == [255] * count + [0]
    with Image.open(io.BytesIO(data)) as picture:
        rgba = np.asarray(picture.convert("RGBA"))
    assert (rgba[..., 3] == alpha).all()
    assert (rgba[..., :3] == colors[indices])[4:].all()


@pytest.mark.parametrize("ending", [".png", ".gif"])
def test_with_256_colours_one_that_is_not_shown_is_transparent(ending: str) -> None:
    indices, colors = _case(256)
    alpha = np.full(indices.shape, 255, np.uint8)
    alpha[5:] = 0
    spare = max(set(range(256)) - set(indices[:5].ravel().tolist()))
    said: list[str] = []
    data = encode_indexed([indices], colors, ending, alphas=[alpha], log=said.append)
    assert said == [f"palette entry {spare}, which no pixel shows, marks the transparent pixels"]
    stored, table = read_indexed(io.BytesIO(data))
    assert (stored == np.where(alpha == 0, spare, indices)).all()
    assert (table[:, :3] == colors).all()
    assert np.flatnonzero(table[:, 3] == 0).tolist() == [spare]


def test_without_an_entry_for_transparency_the_indices_are_lost_in_png_and_gif_is_refused() -> None:
    _, colors = _case(256)
    indices = np.arange(289).reshape(17, 17) % 256
    alpha = np.full(indices.shape, 255, np.uint8)
    alpha[-1] = 0
    said: list[str] = []
    data = encode_indexed([indices], colors, ".png", alphas=[alpha], log=said.append)
    assert len(said) == 1
    assert "RGBA instead of indices" in said[0]
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "RGBA"
        assert (np.asarray(picture) == np.dstack([colors[indices], alpha])).all()
    with pytest.raises(InputError, match=r"need one more than the palette has; choose \.png"):
        encode_indexed([indices], colors, ".gif", alphas=[alpha])


def test_partial_alpha_takes_entries_after_the_palette_while_there_are_some() -> None:
    indices, colors = _case(6)
    alpha = np.random.default_rng(0).choice(np.array([0, 9, 200, 255], np.uint8), indices.shape)
    table, stored = _png(encode_indexed([indices], colors, ".png", alphas=[alpha]))
    assert table[:6] == [[*color, 255] for color in colors.tolist()]
    assert table[6][3] == 0
    assert [entry[3] for entry in table[7:]] == [9] * 4 + [200] * 4
    assert (stored == indices)[alpha == 255].all()
    expected = np.dstack([colors[indices], alpha])
    assert (np.array(table)[stored] == expected)[alpha > 0].all()
    many = np.arange(156, dtype=np.uint8).reshape(13, 12)
    said: list[str] = []
    _, more = _case(255)
    data = encode_indexed([indices], more, ".png", alphas=[many], log=said.append)
    assert said == [
        "the palette and its transparent colours need more than 256 entries, the most of a PNG; "
        "the file holds RGBA instead of indices"
    ]
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "RGBA"


def test_opaque_alpha_is_no_alpha() -> None:
    indices, colors = _case(6)
    alpha = np.full(indices.shape, 255, np.uint8)
    for ending in (".png", ".gif", ".bmp", ".tif", ".ppm"):
        assert encode_indexed([indices], colors, ending, alphas=[alpha]) == encode_indexed(
            [indices], colors, ending
        )


def test_tiff_and_bmp_have_no_transparent_entries() -> None:
    indices, colors = _case(6)
    alpha = np.zeros(indices.shape, np.uint8)
    said: list[str] = []
    data = encode_indexed([indices], colors, ".tif", alphas=[alpha], log=said.append)
    assert said == ["a TIFF palette has no transparency; the file holds RGBA instead of indices"]
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.mode == "RGBA"
    with pytest.raises(InputError, match=r"BMP cannot store alpha; choose \.png"):
        encode_indexed([indices], colors, ".bmp", alphas=[alpha])


def test_repeated_colours_keep_their_indices() -> None:
    indices = np.arange(12).reshape(3, 4) % 4
    colors = np.array([[0, 0, 0], [255, 255, 255], [0, 0, 0], [9, 9, 9]], np.uint8)
    for ending in (".png", ".gif", ".bmp", ".tif"):
        stored, table = read_indexed(io.BytesIO(encode_indexed([indices], colors, ending)))
        assert (stored == indices).all()
        assert (table[:, :3] == colors).all()


@pytest.mark.parametrize("ending", [".png", ".gif"])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_animations_have_one_table(ending: str, has_alpha: bool) -> None:
    _, colors = _case(17)
    rng = np.random.default_rng(3)
    frames = [rng.integers(2 * step, 2 * step + 3, (8, 9)) for step in range(4)]
    alphas = [(rng.integers(0, 2, (8, 9)) * 255).astype(np.uint8) for _ in frames]
    data = encode_indexed(
        frames,
        colors,
        ending,
        alphas=alphas if has_alpha else None,
        durations=[40, 50, 60, 70],
        plays=0,
    )
    table = _gif_table(data) if ending == ".gif" else None
    assert table is None or table[:17] == colors.tolist()
    _, entries = read_indexed(io.BytesIO(data))
    assert entries[:17, :3].tolist() == colors.tolist()
    assert len(entries) == 17 + has_alpha
    with Image.open(io.BytesIO(data)) as picture:
        shown = [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(picture)]
    for rgba, frame, alpha in zip(shown, frames, alphas, strict=True):
        alpha = alpha if has_alpha else np.full(alpha.shape, 255)
        assert (rgba[..., 3] == alpha).all()
        assert (rgba[..., :3] == colors[frame])[alpha == 255].all()


def test_frames_that_differ_in_equal_colours_keep_their_indices() -> None:
    frames = [np.array([[0, 1, 2, 1]]), np.array([[2, 1, 0, 0]]), np.array([[2, 1, 2, 0]])]
    colors = np.array([[9, 9, 9], [0, 0, 255], [9, 9, 9]], np.uint8)
    data = encode_indexed(frames, colors, ".png", durations=[40] * 3)
    assert data.count(b"fcTL") == 3
    place, stored, areas = 8, [], []
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        kind, chunk = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        assert struct.unpack_from(">I", data, place + 8 + size) == (zlib.crc32(kind + chunk),)
        if kind == b"fcTL":
            areas.append(struct.unpack_from(">4I", chunk, 4))
        if kind in (b"IDAT", b"fdAT"):
            rows = zlib.decompress(chunk[4 * (kind == b"fdAT") :])
            width = areas[-1][0]
            stored.append(_unpacked(rows[1:], 2, width, -(-width * 2 // 8)))
        place += 12 + size
    canvas = stored[0]
    for (width, _, left, _), part, frame in zip(areas, stored, frames, strict=True):
        canvas[0, left : left + width] = part[0]
        assert (canvas == frame).all()


def test_two_colours_become_black_and_white_in_pbm() -> None:
    indices = np.array([[0, 1, 1], [1, 0, 0]])
    paper_first = np.array([[200, 210, 190], [30, 20, 40]], np.uint8)
    said: list[str] = []
    data = encode_indexed([indices], paper_first, ".pbm", log=said.append)
    assert data == b"P4\n3 2\n" + bytes([0b01100000, 0b10000000])  # 1 is black
    assert said == ["a .pbm holds no colours; #1e1428 is written as black and #c8d2be as white"]
    said.clear()
    black_first = np.array([[0] * 3, [255] * 3], np.uint8)
    data = encode_indexed([indices], black_first, ".pbm", log=said.append)
    assert data == b"P4\n3 2\n" + bytes([0b10000000, 0b01100000])
    assert said == []
    with pytest.raises(InputError, match=r"\.pbm cannot store this image; choose \.pnm"):
        encode_indexed([indices], _case(3)[1], ".pbm")


@pytest.mark.parametrize("ending", [".webp", ".ppm", ".pnm"])
def test_other_formats_hold_the_colours(ending: str) -> None:
    indices, colors = _case(6)
    data = encode_indexed([indices], colors, ending)
    assert (dither.read_image(io.BytesIO(data)).color == colors[indices]).all()
    assert encode_indexed([indices], colors.astype(np.int64), ending) == data
    with pytest.raises(InputError, match="the stream has no colour table"):
        read_indexed(io.BytesIO(data))


def test_what_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    indices, colors = _case(6)
    with pytest.raises(InputError, match=r"cannot write .*q\.png: indices run from 0 to 1"):
        write_indexed(tmp_path / "q.png", indices, colors[:2])
    with pytest.raises(InputError, match=r"a colour table holds 300; .* from 0 to 255"):
        write_indexed(tmp_path / "q.png", indices * 0, np.array([[0, 0, 300]]))
    with pytest.raises(InputError, match=r"several frames need the ending \.gif"):
        encode_indexed([indices] * 2, colors, ".bmp", durations=[1, 1])
    with pytest.raises(InputError, match="blur"):
        encode_indexed([indices], colors, ".jpg")
    assert list(tmp_path.iterdir()) == []


def _saved(folder: Path, ending: str, indices: np.ndarray, colors: Any, **options: Any) -> Path:
    """Save indices with Pillow."""
    picture = Image.fromarray(indices.astype(np.uint8))
    picture.putpalette(np.array(colors, np.uint8).tobytes())
    picture.save(folder / f"p{ending}", **options)
    return folder / f"p{ending}"


@pytest.mark.parametrize("ending", [".png", ".gif", ".bmp", ".tif"])
def test_the_tables_of_other_writers_are_read_without_padding(tmp_path: Path, ending: str) -> None:
    # Pillow pads with black to a power of two in GIF, and to 256 in TIFF.
    colors = [[200, 0, 0], [0, 0, 200], [9, 9, 9], [0, 200, 0], [255, 255, 255]]
    path = _saved(tmp_path, ending, np.array([[1, 3]]), colors, optimize=False)
    assert read_colors(path).tolist() == colors


def test_a_black_entry_that_is_shown_or_single_is_no_padding(tmp_path: Path) -> None:
    for shown in (3, 0):
        colors = [[200, 0, 0], [0, 0, 200], [9, 9, 9], [0, 0, 0]]
        path = _saved(tmp_path, ".gif", np.array([[1, shown]]), colors, optimize=False)
        assert read_colors(path).tolist() == colors
    path = _saved(tmp_path, ".tif", np.array([[1, 3]]), colors)
    assert read_colors(path).tolist() == colors


def test_transparent_entries_have_no_colour(tmp_path: Path) -> None:
    colors = [[200, 0, 0], [0, 0, 200], [9, 9, 9], [7, 7, 7]]
    indices = np.array([[3, 1, 2, 0]])
    path = _saved(tmp_path, ".png", indices, colors, transparency=b"\xff\x00\x80")
    assert read_colors(path).tolist() == [colors[0], colors[2], colors[3]]
    path = _saved(tmp_path, ".gif", indices, colors, transparency=2, optimize=False)
    assert read_colors(path).tolist() == [colors[0], colors[1], colors[3]]


def test_a_black_and_white_bmp_has_a_table_and_grey_images_have_none(tmp_path: Path) -> None:
    Image.fromarray(np.array([[True, False]])).save(tmp_path / "1.bmp")
    assert read_colors(tmp_path / "1.bmp").tolist() == [[0] * 3, [255] * 3]
    Image.fromarray(np.array([[9, 7]], np.uint8)).save(tmp_path / "gray.bmp")
    assert read_colors(tmp_path / "gray.bmp").tolist() == [[9] * 3, [7] * 3]
    with pytest.raises(InputError, match=r"gray\.bmp has no colour table; read_image reads"):
        read_indexed(tmp_path / "gray.bmp")
