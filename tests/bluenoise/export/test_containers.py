"""KTX 2 and DDS, read back by their specifications and, where there are any, by others' readers."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from bluenoise.export.dds import dds
from bluenoise.export.ktx2 import ktx2
from bluenoise.export.texels import PIXEL_FORMATS, PixelFormat, Source, Texels, source, texels
from dither import InputError
from dither.matrix.catalog import load_channels, load_matrix

PLANE = source(load_matrix("blue-60x68"))
FRAMES = source(np.random.default_rng(2).permutation(3 * 5 * 7).reshape(3, 5, 7))
COLOURS = source(load_channels("blue-64x64-rgb"))
CASES: list[tuple[PixelFormat, Source, bool]] = [
    *((each, PLANE, False) for each in PIXEL_FORMATS),
    *((each, FRAMES, volume) for each in PIXEL_FORMATS for volume in (False, True)),
    ("r32f", COLOURS, False),
]
# By the number in the file: as Vulkan and DXGI list them.
VULKAN = {
    9: ("<u1", 1),
    16: ("<u1", 2),
    23: ("<u1", 3),
    70: ("<u2", 1),
    74: ("<u2", 1),
    100: ("<f4", 1),
    106: ("<f4", 3),
}
DXGI = {
    61: ("<u1", 1),
    49: ("<u1", 2),
    56: ("<u2", 1),
    57: ("<u2", 1),
    41: ("<f4", 1),
    6: ("<f4", 3),
}


def _u32(content: bytes, offset: int) -> int:
    return struct.unpack_from("<I", content, offset)[0]


@pytest.mark.parametrize(("pixel_format", "made_of", "volume"), CASES)
def test_ktx2_by_its_specification(
    pixel_format: PixelFormat, made_of: Source, volume: bool
) -> None:
    held = texels(made_of, pixel_format)
    content = ktx2(held, volume=volume)
    frames, height, width, channels = held.values.shape
    assert content[:12] == bytes.fromhex("AB4B5458203230BB0D0A1A0A")
    dtype, count = VULKAN[_u32(content, 12)]
    assert count == channels
    assert _u32(content, 16) == np.dtype(dtype).itemsize
    depth, layers = (frames, 0) if volume else (0, frames if made_of.has_frames else 0)
    assert [_u32(content, at) for at in (20, 24, 28, 32)] == [width, height, depth, layers]
    assert [_u32(content, at) for at in (36, 40, 44)] == [1, 1, 0]
    start, length, unpacked = struct.unpack_from("<3Q", content, 80)
    assert start % np.lcm(4, np.dtype(dtype).itemsize * channels) == 0
    assert start + length == len(content)
    assert length == unpacked
    read = np.frombuffer(content, dtype, offset=start).reshape(held.values.shape)
    assert np.array_equal(read, held.values)
    # The data format descriptor: size, then one basic block with a sample for each channel.
    at, size = _u32(content, 48), _u32(content, 52)
    assert (_u32(content, at), size) == (size, 28 + 16 * channels)
    assert content[at + 12 : at + 16] == bytes([1, 1, 1, 0])  # RGB, BT.709, linear
    assert content[at + 20] == np.dtype(dtype).itemsize * channels


@pytest.mark.parametrize(("pixel_format", "made_of", "volume"), CASES)
def test_dds_by_its_specification(pixel_format: PixelFormat, made_of: Source, volume: bool) -> None:
    held = texels(made_of, pixel_format)
    content = dds(held, volume=volume)
    frames, height, width, channels = held.values.shape
    assert content[:4] == b"DDS "
    assert [_u32(content, at) for at in (4, 76)] == [124, 32]
    assert content[84:88] == b"DX10"
    assert [_u32(content, at) for at in (12, 16)] == [height, width]
    dtype, count = DXGI[_u32(content, 128)]
    assert count == channels
    assert _u32(content, 20) == width * channels * np.dtype(dtype).itemsize
    assert [_u32(content, at) for at in (132, 140)] == ([4, 1] if volume else [3, frames])
    assert _u32(content, 24) == (frames if volume else 0)
    read = np.frombuffer(content, dtype, offset=148).reshape(held.values.shape)
    assert np.array_equal(read, held.values)


def test_what_they_cannot_hold_is_refused() -> None:
    with pytest.raises(InputError, match="needs a matrix with frames"):
        ktx2(texels(PLANE, "r16"), volume=True)
    with pytest.raises(InputError, match="needs a matrix with frames"):
        dds(texels(PLANE, "r16"), volume=True)
    with pytest.raises(InputError, match="no r8 of 3 channels"):
        dds(texels(COLOURS, "r8"))


@pytest.mark.parametrize("pixel_format", ["r16", "r16ui", "r32f"])  # it aborts on those of 8 bits
@pytest.mark.parametrize("volume", [False, True])
def test_panda3d_reads_dds(pixel_format: PixelFormat, volume: bool, tmp_path: Path) -> None:
    core = pytest.importorskip("panda3d.core", reason="an independent reader")
    for made_of in (FRAMES,) if volume else (PLANE, FRAMES):
        held = texels(made_of, pixel_format)
        path = tmp_path / "m.dds"
        path.write_bytes(dds(held, volume=volume))
        texture = core.Texture()
        assert texture.read(core.Filename(str(path)))
        frames, height, width, _ = held.values.shape
        sizes = (texture.get_x_size(), texture.get_y_size(), texture.get_z_size())
        assert sizes == (width, height, frames)
        read = np.frombuffer(bytes(texture.get_ram_image()), held.values.dtype)
        # Panda3D keeps the last row first, and of a volume the last plane.
        planes = read.reshape(held.values.shape)[:: -1 if volume else 1, ::-1]
        assert np.array_equal(planes, held.values)


_READ = """
import { read } from "ktx-parse"; import { readFileSync, writeFileSync } from "node:fs";
const told = [];
for (const path of process.argv.slice(2)) {
    const file = read(readFileSync(path));
    writeFileSync(path + ".data", file.levels[0].levelData);
    const { colorModel, transferFunction, samples } = file.dataFormatDescriptor[0];
    told.push([file.vkFormat, file.typeSize, file.pixelWidth, file.pixelHeight, file.pixelDepth,
        file.layerCount, file.faceCount, file.levels.length, colorModel, transferFunction,
        samples.length, file.keyValue["KTXorientation"]]);
}
console.log(JSON.stringify(told));
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="the reader of three.js comes from npm")
def test_the_reader_of_three_js_reads_ktx2(tmp_path: Path) -> None:
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "ktx-parse@1"]
    (tmp_path / "package.json").write_text('{"private": true}')
    if subprocess.run(install, cwd=tmp_path, capture_output=True).returncode:
        pytest.skip("npm cannot install ktx-parse here")
    (tmp_path / "read.mjs").write_text(_READ)
    held: list[tuple[Texels, bool]] = []
    for index, (pixel_format, made_of, volume) in enumerate(CASES):
        held.append((texels(made_of, pixel_format), volume))
        (tmp_path / f"{index}.ktx2").write_bytes(ktx2(held[-1][0], volume=volume))
    paths = [f"{index}.ktx2" for index in range(len(CASES))]
    done = subprocess.run(
        ["node", "read.mjs", *paths], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for path, told, (one, volume) in zip(paths, json.loads(done.stdout), held, strict=True):
        number, size, width, height, depth, layers, *rest = told
        frames, rows, columns, channels = one.values.shape
        dtype, _ = VULKAN[number]
        layered = frames if one.has_frames and not volume else 0
        assert (size, width, height) == (np.dtype(dtype).itemsize, columns, rows)
        assert (depth, layers) == (frames if volume else 0, layered)
        assert rest == [1, 1, 1, 1, channels, "rdi" if volume else "rd"]
        read = np.fromfile(tmp_path / f"{path}.data", dtype)
        assert np.array_equal(read.reshape(one.values.shape), one.values)
