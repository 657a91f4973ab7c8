"""KTX 2 and DDS, read back by their specifications and by independent readers."""

import json
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from bluenoise.export.dds import dds
from bluenoise.export.ktx2 import ktx2
from bluenoise.export.texels import THRESHOLD_FORMATS, PixelFormat, Texels, texels
from bluenoise.matrix_set import MatrixSet, matrix_set_of
from dither import InputError
from dither.matrix.catalog import load_channels, load_matrix

PLANE = matrix_set_of(load_matrix("blue-60x68"))
FRAMES = matrix_set_of(np.random.default_rng(2).permutation(3 * 5 * 7).reshape(3, 5, 7))
COLOURS = matrix_set_of(load_channels("blue-64x64-rgb"))
CASES: list[tuple[PixelFormat, MatrixSet]] = [
    *((each, PLANE) for each in THRESHOLD_FORMATS),
    *((each, FRAMES) for each in THRESHOLD_FORMATS),
    ("r32f", COLOURS),
]
# Format numbers as Vulkan and DXGI list them.
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


@pytest.mark.parametrize(("pixel_format", "matrix_set"), CASES)
def test_ktx2_by_its_specification(pixel_format: PixelFormat, matrix_set: MatrixSet) -> None:
    held = texels(matrix_set, pixel_format)
    content = ktx2(held)
    frames, height, width, channels = held.values.shape
    assert content[:12] == bytes.fromhex("AB4B5458203230BB0D0A1A0A")
    dtype, count = VULKAN[_u32(content, 12)]
    assert count == channels
    assert _u32(content, 16) == np.dtype(dtype).itemsize
    layers = frames if matrix_set.has_frames else 0
    assert [_u32(content, at) for at in (20, 24, 28, 32)] == [width, height, 0, layers]
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


@pytest.mark.parametrize(("pixel_format", "matrix_set"), CASES)
def test_dds_by_its_specification(pixel_format: PixelFormat, matrix_set: MatrixSet) -> None:
    held = texels(matrix_set, pixel_format)
    content = dds(held)
    frames, height, width, channels = held.values.shape
    assert content[:4] == b"DDS "
    assert [_u32(content, at) for at in (4, 76)] == [124, 32]
    assert content[84:88] == b"DX10"
    assert [_u32(content, at) for at in (12, 16)] == [height, width]
    dtype, count = DXGI[_u32(content, 128)]
    assert count == channels
    assert _u32(content, 20) == width * channels * np.dtype(dtype).itemsize
    assert [_u32(content, at) for at in (24, 132, 140)] == [0, 3, frames]
    read = np.frombuffer(content, dtype, offset=148).reshape(held.values.shape)
    assert np.array_equal(read, held.values)


def test_dds_without_three_8_bit_channels() -> None:
    with pytest.raises(InputError, match="no r8 format of 3 channels"):
        dds(texels(COLOURS, "r8"))


@pytest.mark.parametrize("pixel_format", ["r16", "r16ui", "r32f"])  # it aborts on those of 8 bits
def test_panda3d_reads_dds(pixel_format: PixelFormat, tmp_path: Path) -> None:
    core = pytest.importorskip("panda3d.core", reason="an independent reader")
    for matrix_set in (PLANE, FRAMES):
        held = texels(matrix_set, pixel_format)
        path = tmp_path / "m.dds"
        path.write_bytes(dds(held))
        texture = core.Texture()
        assert texture.read(core.Filename(str(path)))
        frames, height, width, _ = held.values.shape
        sizes = (texture.get_x_size(), texture.get_y_size(), texture.get_z_size())
        assert sizes == (width, height, frames)
        read = np.frombuffer(bytes(texture.get_ram_image()), held.values.dtype)
        # Panda3D keeps the last row first.
        planes = read.reshape(held.values.shape)[:, ::-1]
        assert np.array_equal(planes, held.values)


_READ = """
import { read } from "ktx-parse"; import { readFileSync, writeFileSync } from "node:fs";
const facts = [];
for (const path of process.argv.slice(2)) {
    const file = read(readFileSync(path));
    writeFileSync(path + ".data", file.levels[0].levelData);
    const { colorModel, transferFunction, samples } = file.dataFormatDescriptor[0];
    facts.push([file.vkFormat, file.typeSize, file.pixelWidth, file.pixelHeight, file.pixelDepth,
        file.layerCount, file.faceCount, file.levels.length, colorModel, transferFunction,
        samples.length, file.keyValue["KTXorientation"]]);
}
console.log(JSON.stringify(facts));
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="the reader of three.js comes from npm")
def test_three_js_reads_ktx2(tmp_path: Path) -> None:
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "ktx-parse@1"]
    (tmp_path / "package.json").write_text('{"private": true}')
    if subprocess.run(install, cwd=tmp_path, capture_output=True).returncode:
        pytest.skip("npm cannot install ktx-parse here")
    (tmp_path / "read.mjs").write_text(_READ)
    held: list[Texels] = []
    for index, (pixel_format, matrix_set) in enumerate(CASES):
        held.append(texels(matrix_set, pixel_format))
        (tmp_path / f"{index}.ktx2").write_bytes(ktx2(held[-1]))
    paths = [f"{index}.ktx2" for index in range(len(CASES))]
    done = subprocess.run(
        ["node", "read.mjs", *paths], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for path, facts, one in zip(paths, json.loads(done.stdout), held, strict=True):
        number, size, width, height, depth, layers, *rest = facts
        frames, rows, columns, channels = one.values.shape
        dtype, _ = VULKAN[number]
        assert (size, width, height) == (np.dtype(dtype).itemsize, columns, rows)
        assert (depth, layers) == (0, frames if one.has_frames else 0)
        assert rest == [1, 1, 1, 1, channels, "rd"]
        read = np.fromfile(tmp_path / f"{path}.data", dtype)
        assert np.array_equal(read.reshape(one.values.shape), one.values)
