import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dither.errors import InputError
from dither.volumes.block import LevelDither
from dither.volumes.work import volume_work

zarr = pytest.importorskip("zarr")

HALF = LevelDither(levels=2)


def _array(path: Path, shape: tuple[int, ...] = (4, 16, 16), **options: Any) -> Path:
    """An array of fill values, without chunks."""
    zarr.create_array(str(path), shape=shape, dtype="u1", **{"chunks": (2, 8, 8), **options})
    return path


def _refused(source: Path, target: Path, **options: Any) -> str:
    before = sorted(source.parent.rglob("*"))
    with pytest.raises(InputError) as refused, volume_work(source, target, HALF, **options):
        pass
    assert sorted(source.parent.rglob("*")) == before
    return str(refused.value)


def test_blocks_at_work_share_the_memory_as_far_as_their_pieces_fit(tmp_path: Path) -> None:
    """Two bytes are taken for each voxel, four times: 8 chunks of 250,000 voxels fit in 16 MB."""
    source = _array(tmp_path / "in.zarr", (20, 500, 500), chunks=(1, 500, 500))

    def planned(at_once: int) -> tuple[int, int]:
        target = tmp_path / "out.zarr"
        with volume_work(source, target, HALF, memory=16_000_000, at_once=at_once) as work:
            return work.block[0], work.at_once

    found = [planned(at_once) for at_once in (1, 2, 3, 8, 50)]
    assert found == [(8, 1), (4, 2), (2, 3), (1, 8), (1, 8)]


def test_a_target_within_the_source_is_refused(tmp_path: Path) -> None:
    source = _array(tmp_path / "v.zarr")
    (tmp_path / "link").symlink_to(source)
    for target in (source / "out.zarr", source / "out.tif", tmp_path / "link" / "out.zarr"):
        assert "it lies in" in _refused(source, target)
    with volume_work(source, tmp_path / "v.zarr.zarr", HALF):
        pass


def test_a_group_is_not_replaced_even_by_one_of_its_arrays(tmp_path: Path) -> None:
    group = tmp_path / "out.zarr"
    zarr.create_group(str(group))
    inner = _array(group / "inner")
    assert "is a group" in _refused(inner, group)
    assert "is a group" in _refused(_array(tmp_path / "v.zarr"), group)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices")
@pytest.mark.parametrize("ending", [".tif", ".zarr"])
def test_a_pipe_or_a_device_is_not_replaced(ending: str, tmp_path: Path) -> None:
    source = _array(tmp_path / "v.zarr")
    os.mkfifo(tmp_path / f"pipe{ending}")
    (tmp_path / f"null{ending}").symlink_to("/dev/null")
    for name in ("pipe", "null"):
        assert "is no file, but a device" in _refused(source, tmp_path / f"{name}{ending}")


def test_links_in_a_circle_are_one_sentence(tmp_path: Path) -> None:
    for name in ("v.tif", "v.zarr"):
        (tmp_path / name).symlink_to(name)
        _refused(tmp_path / name, tmp_path / "out.zarr")


def test_a_chunk_larger_than_its_array_counts_as_a_whole(tmp_path: Path) -> None:
    source = _array(tmp_path / "v.zarr", chunks=(200, 200, 1000))
    sentence = _refused(source, tmp_path / "out.zarr", memory=39_000_000)
    assert "decompresses to 40000000 bytes, more than the memory of 39000000" in sentence
    with volume_work(source, tmp_path / "out.zarr", HALF, memory=40_000_000):
        pass


def test_chunks_of_a_voxel_are_many_things_in_memory(tmp_path: Path) -> None:
    """A million of them took gigabytes at once."""
    shape, memory = (100, 100, 100), 16_000_000
    for chunks, most in (((1, 1, 1), memory // 2000), ((10, 10, 10), math.prod(shape))):
        path = _array(tmp_path / f"{chunks[0]}.zarr", shape, chunks=chunks)
        with volume_work(path, tmp_path / "out.zarr", HALF, memory=memory) as work:
            assert most // 4 < np.prod(work.block) <= most
