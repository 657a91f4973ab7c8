"""Codecs that tifffile lacks: stacks that libtiff compresses, against the arrays before."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dither.errors import InputError
from dither.volumes.regions import Region
from dither.volumes.tiff_codecs import has_codec
from dither.volumes.tiff_files import open_tiff

tifffile = pytest.importorskip("tifffile")

_SHAPE = (3, 37, 45)
_WHOLE = Region(*(slice(0, side) for side in _SHAPE))
_BYTES = np.random.default_rng(1).integers(0, 4, _SHAPE, np.uint8) * np.uint8(85)
VOLUMES: dict[str, np.ndarray] = {
    "grey": _BYTES,
    "16 bits": _BYTES.astype(np.uint16) * np.uint16(201),
    "colours": np.stack([_BYTES, _BYTES.T.reshape(_SHAPE), 255 - _BYTES], axis=3),
    "1 bit": _BYTES > 100,
}
_PREDICTOR = 317


def _save(path: Path, volume: np.ndarray, **options: Any) -> None:
    first, *others = [Image.fromarray(page) for page in volume]
    first.save(path, save_all=True, append_images=others, **options)


@pytest.mark.parametrize("predictor", [1, 2])
@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "zstd"])
@pytest.mark.parametrize("kind", VOLUMES)
def test_stacks_of_any_samples_are_read(
    kind: str, compression: str, predictor: int, tmp_path: Path
) -> None:
    volume, path = VOLUMES[kind], tmp_path / "stack.tif"
    has_predictor = predictor == 2 and kind != "1 bit" and compression != "packbits"
    _save(path, volume, compression=compression, tiffinfo={_PREDICTOR: 2} if has_predictor else {})
    assert (open_tiff(path).read(_WHOLE) == volume).all()


@pytest.mark.parametrize("rows", [5, 37])
@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_stacks_of_fax_machines_are_read(compression: str, rows: int, tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    _save(path, VOLUMES["1 bit"], compression=compression, strip_size=rows * 6)
    assert (open_tiff(path).read(_WHOLE) == VOLUMES["1 bit"]).all()


@pytest.mark.parametrize("compression", ["lzw", "group4", "zstd"])
def test_stacks_that_the_command_writes_can_be_read(
    run: Any, compression: str, tmp_path: Path
) -> None:
    _save(tmp_path / "a.tif", VOLUMES["grey"])
    run(f"dither ordered a.tif -o b.tif --bits 1 --compression {compression}")
    run("dither ordered b.tif -o c.tif --bits 1")
    bits, again = (open_tiff(tmp_path / name).read(_WHOLE) for name in ("b.tif", "c.tif"))
    assert (bits == again).all()


@pytest.mark.parametrize("compression", ["tiff_lzw", "group4", "zstd"])
def test_damaged_parts_are_refused(compression: str, tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    _save(path, VOLUMES["1 bit"], compression=compression)
    opened = open_tiff(path)
    content = path.read_bytes()
    with tifffile.TiffFile(path) as stack:
        page = stack.pages.first
        start, size = page.dataoffsets[0], page.databytecounts[0]
    path.write_bytes(content[:start] + bytes(size) + content[start + size :])
    with pytest.raises(InputError, match="damaged"):
        open_tiff(path).read(_WHOLE)
    assert opened.shape == _SHAPE


@pytest.mark.parametrize(
    ("bits", "planes", "expected"),
    [(8, 1, True), (16, 1, True), (32, 1, True), (64, 1, True), (4, 1, False), (8, 2, False)],
)
def test_codecs_are_for_bits_that_are_unpacked_and_for_channels_of_a_pixel_together(
    bits: int, planes: int, expected: bool, tmp_path: Path
) -> None:
    path = tmp_path / "page.tif"
    samples = np.zeros((8, 16, 3), f"u{max(bits // 8, 1)}")
    tifffile.imwrite(path, samples, photometric="rgb", metadata=None)
    with tifffile.TiffFile(path, mode="r+") as file:
        for tag, value in {258: (bits,) * 3, 259: 5, 284: planes}.items():
            file.pages.first.tags[tag].overwrite(value)
    with tifffile.TiffFile(path) as file:
        assert has_codec(file.pages.first) == expected
