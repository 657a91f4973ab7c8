import lzma
import math
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dither.errors import InputError
from dither.images.formats.tiff_storage import Compression
from dither.palettes.palette import Palette
from dither.volumes import new_tiff
from dither.volumes.new_tiff import compress_tiff, make_bilevel_tiff, make_tiff
from dither.volumes.regions import Region, regions
from dither.volumes.tiff_files import open_tiff, tiff_extent
from dither.volumes.tiff_pages import has_several_pages, page_offsets

tifffile = pytest.importorskip("tifffile")

RNG = np.random.default_rng(1)


def _region(*bounds: tuple[int, int]) -> Region:
    return Region(*(slice(*pair) for pair in bounds))


def _whole(shape: tuple[int, ...]) -> Region:
    return _region(*((0, side) for side in shape[:3]))


VOLUME = RNG.integers(0, 256, (5, 37, 45), np.uint8)
KINDS: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
    "plain": (VOLUME, {}),
    "big": (VOLUME, {"bigtiff": True}),
    "strips": (VOLUME, {"compression": "zlib", "rowsperstrip": 10}),
    "one strip": (VOLUME, {"compression": "zlib", "rowsperstrip": 37}),
    "tiles": (VOLUME, {"tile": (16, 32)}),
    "packed tiles": (VOLUME, {"tile": (16, 32), "compression": "zlib", "predictor": True}),
    "big-endian": (VOLUME.astype(np.uint16) * 201, {"byteorder": ">"}),
    "floats": (VOLUME.astype(np.float32) / 255, {"compression": "zlib", "byteorder": ">"}),
    "imagej": (VOLUME, {"imagej": True}),
    "colours": (RNG.integers(0, 256, (4, 20, 30, 3), np.uint8), {"photometric": "rgb"}),
    "alpha": (RNG.integers(0, 256, (4, 20, 30, 4), np.uint8), {"tile": (16, 16)}),
    "apart": (VOLUME, {"metadata": None, "description": "none"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_region_is_what_tifffile_reads(kind: str, tmp_path: Path) -> None:
    volume, options = KINDS[kind]
    path = tmp_path / "volume.tif"
    tifffile.imwrite(path, volume, photometric=options.pop("photometric", None), **options)
    opened = open_tiff(path)
    assert (opened.shape, opened.dtype.name) == (volume.shape, volume.dtype.name)
    assert tiff_extent(path) == (len(volume), volume.nbytes)
    np.testing.assert_array_equal(opened.read(_whole(volume.shape)), volume)
    for region in (
        _region((1, 3), (9, 11), (0, volume.shape[2])),
        _region((2, 4), (5, 20), (13, 30)),
    ):
        np.testing.assert_array_equal(opened.read(region), volume[region])


def test_pages_that_lie_apart_are_found(tmp_path: Path) -> None:
    path = tmp_path / "volume.tif"
    pages = [Image.fromarray(page) for page in VOLUME]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    np.testing.assert_array_equal(open_tiff(path).read(_whole(VOLUME.shape)), VOLUME)


def test_bits_and_inverted_greys_are_read_as_pillow_shows_them(tmp_path: Path) -> None:
    bits = VOLUME[0] > 99
    Image.fromarray(bits).save(tmp_path / "bits.tif")
    np.testing.assert_array_equal(
        open_tiff(tmp_path / "bits.tif").read(_whole((1, 37, 45)))[0], bits
    )
    path = tmp_path / "inverted.tif"
    tifffile.imwrite(path, VOLUME[0], photometric="miniswhite")
    with Image.open(path) as picture:
        shown = np.asarray(picture)
    np.testing.assert_array_equal(open_tiff(path).read(_whole((1, 37, 45)))[0], shown)


@given(data=st.data(), stacked=st.booleans(), channels=st.sampled_from([(), (2,), (3,), (4,)]))
def test_what_is_written_by_regions_is_read_as_one(
    data: st.DataObject,
    stacked: bool,
    channels: tuple[int, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("tiff") / "out.tif"
    shape = (data.draw(st.integers(2, 4)) if stacked else 1, 7, 9, *channels)
    values = RNG.integers(0, 65536, shape, np.uint16)
    made = make_tiff(path, shape, values.dtype)
    cut, across = data.draw(st.integers(0, 7)), data.draw(st.integers(0, 9))
    for rows in ((0, cut), (cut, 7)):
        for columns in ((0, across), (across, 9)):
            region = _region((0, shape[0]), rows, columns)
            made.write(region, values[region])
    np.testing.assert_array_equal(tifffile.imread(path), values if stacked else values[0])
    np.testing.assert_array_equal(open_tiff(path).read(_whole(shape)), values)


def test_indices_are_shown_in_the_colours_of_their_palette(tmp_path: Path) -> None:
    palette = Palette.from_hex("102030 ffffff 00ff00")
    indices = RNG.integers(0, 3, (2, 7, 9), np.uint8)
    make_tiff(tmp_path / "out.tif", indices.shape, indices.dtype, palette=palette).write(
        _whole(indices.shape), indices
    )
    with Image.open(tmp_path / "out.tif") as picture:
        for layer in range(2):
            picture.seek(layer)
            shown = np.asarray(picture.convert("RGB"))
            np.testing.assert_array_equal(shown, palette.colors[indices[layer]])


def test_resolution_and_profile_are_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "volume.tif"
    options: dict[str, Any] = {"resolution": (300, 600), "resolutionunit": "inch"}
    tifffile.imwrite(path, VOLUME, iccprofile=b"profile", **options)
    make_tiff(tmp_path / "out.tif", VOLUME.shape, VOLUME.dtype, like=open_tiff(path))
    with tifffile.TiffFile(tmp_path / "out.tif") as written:
        page = written.pages[0]
        assert page.get_resolution("inch") == (300, 600)
        assert page.iccprofile == b"profile"


def test_more_than_32_bits_of_bytes_make_a_bigtiff(tmp_path: Path) -> None:
    make_tiff(
        tmp_path / "out.tif", (3, 40000, 40000), np.dtype(np.uint8)
    )  # with holes, so it is small
    with tifffile.TiffFile(tmp_path / "out.tif") as written:
        assert written.is_bigtiff
        assert len(written.pages) == 3


REFUSED: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
    "int16": (VOLUME.astype(np.int16), {}),
    "nor RGB": (VOLUME, {"photometric": "palette", "colormap": np.zeros((3, 256), np.uint16)}),
    "planes of their own": (VOLUME[:3], {"photometric": "rgb", "planarconfig": "separate"}),
    "alpha": (
        RNG.integers(0, 256, (9, 9, 4), np.uint8),
        {"photometric": "rgb", "extrasamples": ["assocalpha"]},
    ),
    "turned": (VOLUME, {"extratags": [(274, 3, 1, 6, True)]}),
    "5 channels": (RNG.integers(0, 256, (9, 9, 5), np.uint8), {"planarconfig": "contig"}),
}


@pytest.mark.parametrize("why", REFUSED)
def test_other_kinds_of_samples_are_refused(why: str, tmp_path: Path) -> None:
    samples, options = REFUSED[why]
    options = {"photometric": "minisblack", **options}
    tifffile.imwrite(tmp_path / "other.tif", samples, **options)
    with pytest.raises(InputError, match=f"other.tif is not dithered in blocks: .*{why}"):
        open_tiff(tmp_path / "other.tif")


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"tile": (16, 16)}], ids=str)
def test_a_file_that_ends_early_is_refused(options: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "volume.tif"
    tifffile.imwrite(path, VOLUME, **options)
    content = path.read_bytes()
    for end in (0, 4, 9, 100, len(content) // 2, len(content) - 1):
        (tmp_path / f"{end}.tif").write_bytes(content[:end])
        # The last bytes need not be of samples; then nothing may be missing.
        if not options and end == len(content) - 1:
            found = open_tiff(tmp_path / f"{end}.tif").read(_whole(VOLUME.shape))
            np.testing.assert_array_equal(found, VOLUME)
            continue
        with pytest.raises(InputError, match=f"{end}.tif "):
            open_tiff(tmp_path / f"{end}.tif").read(_whole(VOLUME.shape))


@given(data=st.data(), options=st.sampled_from([{}, {"compression": "zlib"}, {"tile": (16, 16)}]))
def test_damage_of_any_kind_is_one_sentence(
    data: st.DataObject, options: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "volume.tif"
    tifffile.imwrite(path, VOLUME, photometric="minisblack", **options)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 600))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        opened = open_tiff(path)
        if math.prod(opened.shape) < 1 << 24:
            opened.read(_whole(opened.shape))
            make_tiff(folder / "out.tif", opened.shape, opened.dtype, like=opened)
    except InputError as error:
        sentence = str(error)
        if "\n" in sentence or "volume.tif" not in sentence:
            raise


@pytest.mark.parametrize(
    ("compression", "packed"), [("zlib", zlib.compress), ("lzma", lzma.compress)]
)
def test_a_strip_that_unpacks_to_far_more_is_refused(
    compression: str, packed: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """The bytes of one strip are those of a bomb: a mebibyte of zeros."""
    path = tmp_path / "bomb.tif"
    volume = RNG.integers(0, 256, (400, 400), np.uint8)  # packs to more than the bomb takes
    tifffile.imwrite(path, volume, compression=compression, rowsperstrip=400)
    np.testing.assert_array_equal(open_tiff(path).read(_whole((1, 400, 400)))[0], volume)
    with tifffile.TiffFile(path) as tiff:
        (offset,), (count,) = tiff.pages[0].dataoffsets, tiff.pages[0].databytecounts
    bomb = packed(bytes(1 << 20))
    assert len(bomb) <= count
    content = bytearray(path.read_bytes())
    content[offset : offset + len(bomb)] = bomb
    path.write_bytes(content)
    with pytest.raises(InputError, match="decompresses to more than its samples"):
        open_tiff(path).read(_whole((1, 400, 400)))


@pytest.mark.parametrize("big", [False, True])
def test_pages_in_a_circle_are_refused(big: bool, tmp_path: Path) -> None:
    """Found by fuzzing: the library goes round until the numbers end."""
    path = tmp_path / "in.tif"
    pages = RNG.integers(0, 256, (3, 8, 8), np.uint8)
    with tifffile.TiffWriter(path, bigtiff=big) as writer:
        for page in pages:
            writer.write(page, contiguous=False)
    places = list(page_offsets(path))
    with tifffile.TiffFile(path) as tiff:
        assert places == [page.offset for page in tiff.pages]
        bits, count, entry = (8, 8, 20) if big else (4, 2, 12)
        last = places[-1]
    data = bytearray(path.read_bytes())
    entries = int.from_bytes(data[last : last + count], "little")
    end = last + count + entries * entry
    assert not any(data[end : end + bits])
    data[end : end + bits] = places[1].to_bytes(bits, "little")
    path.write_bytes(data)
    assert has_several_pages(path)
    with pytest.raises(InputError, match="lead round in a circle, back to byte"):
        open_tiff(path)


def test_what_is_no_tiff_is_one_sentence(tmp_path: Path) -> None:
    Image.fromarray(VOLUME[0]).save(tmp_path / "picture.png")
    with pytest.raises(InputError, match="neither a TIFF nor a Zarr array"):
        open_tiff(tmp_path / "picture.png")
    with pytest.raises(InputError, match="no such file"):
        open_tiff(tmp_path / "none.tif")
    with pytest.raises(InputError, match=r"cannot read s3://bucket/a\.tif: it is an address"):
        open_tiff(Path("s3://bucket/a.tif"))
    with pytest.raises(InputError, match="cannot read"):
        open_tiff(tmp_path)


@pytest.mark.parametrize("compression", ["none", "deflate"])
def test_large_stacks_of_black_and_white_are_bigtiff(
    tmp_path: Path, compression: Compression, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_tiff, "_MAX_CLASSIC_BYTES", 100)
    values = VOLUME > 127
    made = make_bilevel_tiff(tmp_path / "out.tif", values.shape)
    for region in regions(values.shape, (2, 10, 16)):
        made.write(region, values[region])
    if compression != "none":
        compress_tiff(made, compression)
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert file.is_bigtiff
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "out.tif"), values)
