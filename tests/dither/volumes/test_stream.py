import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from peak_memory import peak_memory

from dither.errors import InputError, TooLargeError
from dither.matrix.threshold_matrix import ThresholdMatrix
from dither.palettes.palette import Palette
from dither.volumes.block import LevelDither, PaletteDither, dither_block
from dither.volumes.stream import dither_volume
from dither.volumes.work import LEAST_MEMORY, volume_work

tifffile = pytest.importorskip("tifffile")
zarr = pytest.importorskip("zarr")

RNG = np.random.default_rng(1)
FRAMES = ThresholdMatrix(RNG.permutation(3 * 5 * 4).reshape(3, 5, 4))
TWO = LevelDither(levels=2, matrix=FRAMES)
PALETTE = Palette.from_hex("000000 ff0000 ffffff")


def _write(path: Path, values: np.ndarray, **options: Any) -> None:
    if path.suffix == ".tif":
        tifffile.imwrite(path, values, **{"photometric": "minisblack", **options})
        return
    options = {"chunks": tuple(min(8, side) for side in values.shape), **options}
    zarr.create_array(str(path), shape=values.shape, dtype=values.dtype, **options)[...] = values


def _codes(values: np.ndarray) -> np.ndarray:
    """Return the codes of samples; black and white has 1 bit in a TIFF."""
    return values * np.uint8(255) if values.dtype == np.bool_ else values


def _read(path: Path) -> np.ndarray:
    if path.suffix == ".tif":
        return _codes(tifffile.imread(path))
    return zarr.open_array(str(path), mode="r")[...]


@pytest.mark.parametrize("target", ["out.tif", "out.zarr"])
@given(data=st.data())
@settings(max_examples=10)
def test_a_file_of_odd_pieces_is_dithered_as_in_one(
    target: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The memory is so little, as seen by the volume, that blocks are small."""
    folder = tmp_path_factory.mktemp("volume")
    # Sides of 1, and 3 or 4 columns, could be an image's.
    shape = tuple(data.draw(st.integers(least, 19)) for least in (2, 2, 5))
    # A piece of a palette's volume has at most 280 voxels.
    sides = tuple(data.draw(st.integers(1, min(side, 6))) for side in shape)
    kind = data.draw(st.sampled_from(["plain", "strips", "tiles", "zarr"]))
    volume = RNG.integers(0, 256, shape, np.uint8)
    source = folder / ("in.zarr" if kind == "zarr" else "in.tif")
    options: dict[str, dict[str, Any]] = {
        "plain": {},
        "strips": {"compression": "zlib", "rowsperstrip": sides[1]},
        "tiles": {"tile": (16, 16), "compression": "zlib"},
        "zarr": {"chunks": sides},
    }
    _write(source, volume, **options[kind])
    dithering = data.draw(st.sampled_from([TWO, PaletteDither(PALETTE, FRAMES, mix="two")]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dither.volumes.work._SHARE", LEAST_MEMORY // 1400)
        done = dither_volume(source, folder / target, dithering, memory=LEAST_MEMORY)
    wanted = dither_block(volume, (0, 0, 0), dithering)
    assert done.shape == volume.shape
    np.testing.assert_array_equal(_read(folder / target), wanted)
    assert {path.name for path in folder.iterdir()} == {source.name, target}


@pytest.mark.parametrize("source", ["in.tif", "in.zarr"])
@pytest.mark.parametrize("target", ["out.tif", "out.zarr"])
@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3), (4, 20, 30, 3), (20, 30, 4)])
def test_images_and_colours_keep_their_axes(
    source: str, target: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    values = RNG.integers(0, 65536, shape, np.uint16)
    options = {"photometric": "rgb"} if source == "in.tif" and len(shape) > 2 else {}
    _write(tmp_path / source, values, **options)
    done = dither_volume(tmp_path / source, tmp_path / target, LevelDither(levels=3))
    stacked = values if len(shape) == 4 else values[None]
    wanted = dither_block(stacked, (0, 0, 0), LevelDither(levels=3))
    assert (done.shape, done.dtype, done.blocks) == (shape, np.uint8, 1)
    np.testing.assert_array_equal(_read(tmp_path / target).reshape(wanted.shape), wanted)


def test_indices_of_materials_are_stored_with_their_colours(tmp_path: Path) -> None:
    volume = RNG.integers(0, 256, (4, 20, 30, 3), np.uint8)
    _write(tmp_path / "in.zarr", volume)
    dithering = PaletteDither(PALETTE, mix="two")
    for target in ("out.zarr", "out.tif"):
        assert dither_volume(tmp_path / "in.zarr", tmp_path / target, dithering).shape == (
            4,
            20,
            30,
        )
    wanted = dither_block(volume, (0, 0, 0), dithering)
    np.testing.assert_array_equal(_read(tmp_path / "out.zarr"), wanted)
    np.testing.assert_array_equal(_read(tmp_path / "out.tif"), wanted)
    assert zarr.open_array(str(tmp_path / "out.zarr")).attrs["palette"] == PALETTE.hex


@pytest.mark.parametrize("target", ["out.tif", "out.zarr"])
def test_blocks_can_be_done_elsewhere_in_any_order(target: str, tmp_path: Path) -> None:
    volume = RNG.integers(0, 256, (5, 20, 30), np.uint8)
    _write(tmp_path / "in.zarr", volume)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dither.volumes.work._SHARE", LEAST_MEMORY // 2000)
        with volume_work(tmp_path / "in.zarr", tmp_path / target, TWO, memory=LEAST_MEMORY) as work:
            places = work.regions()
            assert len(places) > 3
            for place in reversed(places):
                pickle.loads(pickle.dumps(work)).do(pickle.loads(pickle.dumps(place)))
    np.testing.assert_array_equal(_read(tmp_path / target), dither_block(volume, (0, 0, 0), TWO))


def test_processes_and_threads_write_the_same_bytes(tmp_path: Path) -> None:
    """The volume has as many voxels as make several blocks of the least memory."""
    volume = np.resize(RNG.integers(0, 256, (1, 500, 700), np.uint8), (20, 500, 700))
    _write(tmp_path / "in.tif", volume)
    shares: list[float] = []
    dither_volume(tmp_path / "in.tif", tmp_path / "one.tif", TWO, threads=1)
    for at_once in ({"jobs": 2}, {"threads": 3}):
        options = {"memory": 2 * LEAST_MEMORY, "on_progress": lambda share, _: shares.append(share)}
        options |= at_once
        done = dither_volume(tmp_path / "in.tif", tmp_path / "two.tif", TWO, **options)
        assert done.blocks > 3
        assert sorted(shares) == shares
        assert shares[-1] == 1
        assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()
        shares.clear()


@given(shape=st.tuples(*[st.integers(5, 60)] * 3), room=st.integers(500, 20000), data=st.data())
def test_blocks_cut_no_chunk_and_no_strip(
    shape: tuple[int, int, int],
    room: int,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Two machines that wrote into one chunk would undo each other's work."""
    folder = tmp_path_factory.mktemp("volume")
    usual = tuple(data.draw(st.integers(1, side)) for side in shape)
    options: dict[str, Any] = data.draw(
        st.sampled_from([{}, {"compression": "zlib", "rowsperstrip": 7}, {"tile": (16, 32)}])
    )
    _write(folder / "in.tif", np.zeros(shape, np.uint8), **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dither.volumes.work.default_chunks", lambda shape: usual)
        patch.setattr("dither.volumes.work._SHARE", LEAST_MEMORY // 2 // room)
        try:
            with volume_work(
                folder / "in.tif", folder / "out.zarr", TWO, memory=LEAST_MEMORY
            ) as work:
                pieces = [work.target.grid, work.source.grid if options else (1, 1, 1)]
                places = work.regions()
        except InputError as error:
            assume("are stored as one" not in str(error))
            raise
    for place in places:
        for sides in pieces:
            for part, side, whole in zip(place, sides, shape, strict=True):
                assert part.start % side == 0
                assert part.stop % side == 0 or part.stop == whole


@pytest.mark.parametrize("target", ["out.tif", "out.zarr"])
def test_what_is_stopped_leaves_what_was_there(target: str, tmp_path: Path) -> None:
    old, new = np.zeros((2, 8, 8), np.uint8), np.full((2, 8, 8), 255, np.uint8)
    _write(tmp_path / target, old)
    _write(tmp_path / "in.zarr", new)

    def stop(share: float, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dither_volume(tmp_path / "in.zarr", tmp_path / target, TWO, on_progress=stop)
    np.testing.assert_array_equal(_read(tmp_path / target), old)
    assert {path.name for path in tmp_path.iterdir()} == {"in.zarr", target}
    dither_volume(tmp_path / "in.zarr", tmp_path / target, TWO)
    np.testing.assert_array_equal(_read(tmp_path / target), new)


def test_a_volume_can_take_its_own_place(tmp_path: Path) -> None:
    volume = RNG.integers(0, 256, (3, 8, 8), np.uint8)
    for name in ("in.zarr", "in.tif"):
        _write(tmp_path / name, volume)
        dither_volume(tmp_path / name, tmp_path / name, TWO)
        np.testing.assert_array_equal(_read(tmp_path / name), dither_block(volume, (0, 0, 0), TWO))


def test_what_cannot_be_done_is_one_sentence(tmp_path: Path) -> None:
    source = tmp_path / "in.zarr"
    _write(source, np.zeros((2, 400, 400), np.uint8), chunks=(2, 400, 400))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dither.volumes.work._SHARE", 40)
        with pytest.raises(InputError, match=r"2 x 400 x 400 voxels are stored as one.* 26 MB"):
            dither_volume(source, tmp_path / "out.tif", TWO, memory=LEAST_MEMORY)
    with pytest.raises(InputError, match="memory is 1 bytes"):
        dither_volume(source, tmp_path / "out.tif", TWO, memory=1)
    with pytest.raises(TooLargeError, match="320000 voxels, more than 9"):
        dither_volume(source, tmp_path / "out.tif", TWO, max_voxels=9)
    with pytest.raises(InputError, match=r"written as .tif, .tiff or .zarr"):
        dither_volume(source, tmp_path / "out.png", TWO)
    with pytest.raises(InputError, match="strength is 2; it must be from 0 to 1"):
        LevelDither(levels=2, strength=2)
    (tmp_path / "album.zarr").mkdir()
    (tmp_path / "album.zarr" / "photo.jpg").touch()
    with pytest.raises(InputError, match="it is a folder"):
        dither_volume(source, tmp_path / "album.zarr", TWO)
    (tmp_path / "file.zarr").touch()
    with pytest.raises(InputError, match="it is a file"):
        dither_volume(source, tmp_path / "file.zarr", TWO)
    assert not list(tmp_path.glob("out*"))


_MEASURED = """
import sys
import tifffile, zarr
from dither.volumes.stream import dither_volume
from dither.volumes.block import LevelDither
dither_volume(sys.argv[1], sys.argv[2], LevelDither(levels=2), memory=int(sys.argv[3]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("source", "target"), [("in.tif", "out.tif"), ("in.zarr", "out.zarr")])
def test_a_gibibyte_takes_less_than_256_megabytes(source: str, target: str, tmp_path: Path) -> None:
    """Of the whole process, its libraries counted; the volume has 2048 x 2048 x 256 voxels."""
    shape = (256, 2048, 2048)
    tile = RNG.integers(0, 256, (2048, 2048), np.uint8)
    if source == "in.tif":
        pages = (np.roll(tile, layer, 0) for layer in range(shape[0]))
        tifffile.imwrite(tmp_path / source, pages, shape=shape, dtype=np.uint8)
    else:
        options = {"shape": shape, "dtype": "u1", "chunks": (16, 256, 256)}
        array = zarr.create_array(str(tmp_path / source), **options)
        for layer in range(0, shape[0], 16):
            array[layer : layer + 16] = np.stack([np.roll(tile, layer + i, 0) for i in range(16)])
    paths = [str(tmp_path / source), str(tmp_path / target)]
    command = [sys.executable, "-c", _MEASURED, *paths, "256000000"]
    assert peak_memory(command) < 256_000_000
    layer = 201
    wanted = dither_block(np.roll(tile, layer, 0)[None], (layer, 0, 0), LevelDither(levels=2))[0]
    written = (
        _codes(tifffile.imread(paths[1], key=layer))
        if target == "out.tif"
        else _layer(paths[1], layer)
    )
    np.testing.assert_array_equal(written, wanted)


def _layer(path: str, layer: int) -> np.ndarray:
    return np.asarray(zarr.open_array(path, mode="r")[layer])
