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
from bluenoise.export.texels import THRESHOLD_FORMATS, Texels, texels
from bluenoise.export.value_texels import VALUE_FORMATS, value_texels
from bluenoise.matrix_set import matrix_set_of
from bluenoise.value_texture import value_texture_of
from dither import InputError
from dither.matrix.catalog import load_channels, load_matrix

PLANE = matrix_set_of(load_matrix("blue-60x68"))
FRAMES = matrix_set_of(np.random.default_rng(2).permutation(3 * 5 * 7).reshape(3, 5, 7))
COLOURS = matrix_set_of(load_channels("blue-64x64-rgb"))
RNG = np.random.default_rng(3)
SPHERE = RNG.normal(size=(3, 5, 7, 3))
SPHERE /= np.linalg.norm(SPHERE, axis=-1, keepdims=True)
BALLS = value_texture_of(SPHERE, "sphere")
BALL = value_texture_of(SPHERE[0], "sphere")
PAIRS = value_texture_of(RNG.random((4, 5, 7, 2)), "vec2")
WEIGHED = value_texture_of(RNG.random((4, 5, 7, 3)), "vec2")
SCALARS = value_texture_of(RNG.random((4, 5, 7, 1)), "scalar")
HELD: list[Texels] = [
    *(texels(PLANE, each) for each in THRESHOLD_FORMATS),
    *(texels(FRAMES, each) for each in THRESHOLD_FORMATS),
    texels(COLOURS, "r32f"),
    *(
        value_texels(BALLS, each)
        for each in VALUE_FORMATS
        if each not in ("r8", "r16", "rg8", "rg16")
    ),
    *(value_texels(BALL, each) for each in ("rgba8", "rgb10a2", "rgba16f")),
    *(value_texels(PAIRS, each) for each in ("rg8", "rg16", "r32f")),
    *(value_texels(WEIGHED, each) for each in ("rgba8", "rgba16", "r32f")),
    *(value_texels(SCALARS, each) for each in ("r8", "r16", "r32f")),
]
# Format numbers as Vulkan and DXGI list them.
VULKAN = {
    9: ("<u1", 1),  # R8_UNORM
    16: ("<u1", 2),  # R8G8_UNORM
    23: ("<u1", 3),  # R8G8B8_UNORM
    37: ("<u1", 4),  # R8G8B8A8_UNORM
    64: ("<u4", 1),  # A2B10G10R10_UNORM_PACK32
    70: ("<u2", 1),  # R16_UNORM
    74: ("<u2", 1),  # R16_UINT
    77: ("<u2", 2),  # R16G16_UNORM
    91: ("<u2", 4),  # R16G16B16A16_UNORM
    97: ("<f2", 4),  # R16G16B16A16_SFLOAT
    100: ("<f4", 1),  # R32_SFLOAT
    103: ("<f4", 2),  # R32G32_SFLOAT
    106: ("<f4", 3),  # R32G32B32_SFLOAT
    109: ("<f4", 4),  # R32G32B32A32_SFLOAT
}
DXGI = {
    61: ("<u1", 1),  # R8_UNORM
    49: ("<u1", 2),  # R8G8_UNORM
    28: ("<u1", 4),  # R8G8B8A8_UNORM
    24: ("<u4", 1),  # R10G10B10A2_UNORM
    56: ("<u2", 1),  # R16_UNORM
    57: ("<u2", 1),  # R16_UINT
    35: ("<u2", 2),  # R16G16_UNORM
    11: ("<u2", 4),  # R16G16B16A16_UNORM
    10: ("<f2", 4),  # R16G16B16A16_FLOAT
    41: ("<f4", 1),  # R32_FLOAT
    16: ("<f4", 2),  # R32G32_FLOAT
    6: ("<f4", 3),  # R32G32B32_FLOAT
    2: ("<f4", 4),  # R32G32B32A32_FLOAT
}


def _u32(content: bytes, offset: int) -> int:
    return struct.unpack_from("<I", content, offset)[0]


def _identity(held: Texels) -> str:
    return f"{held.pixel_format}-{'x'.join(map(str, held.values.shape))}"


@pytest.mark.parametrize("volume", [False, True])
@pytest.mark.parametrize("held", HELD, ids=_identity)
def test_ktx2_by_its_specification(held: Texels, volume: bool) -> None:
    if volume and not held.has_frames:
        with pytest.raises(InputError, match="a volume needs frames"):
            ktx2(held, volume=True)
        return
    content = ktx2(held, volume=volume)
    frames, height, width, numbers = held.values.shape
    assert content[:12] == bytes.fromhex("AB4B5458203230BB0D0A1A0A")
    dtype, count = VULKAN[_u32(content, 12)]
    assert count == numbers
    assert _u32(content, 16) == np.dtype(dtype).itemsize
    depth, layers = (frames, 0) if volume else (0, frames if held.has_frames else 0)
    assert [_u32(content, at) for at in (20, 24, 28, 32)] == [width, height, depth, layers]
    assert [_u32(content, at) for at in (36, 40, 44)] == [1, 1, 0]
    start, length, unpacked = struct.unpack_from("<3Q", content, 80)
    size = np.dtype(dtype).itemsize * numbers
    assert start % np.lcm(4, size) == 0
    assert start + length == len(content)
    assert length == unpacked
    read = np.frombuffer(content, dtype, offset=start).reshape(held.values.shape)
    assert np.array_equal(read, held.values)
    # The data format descriptor: size, then one basic block with a sample for each channel.
    at, total = _u32(content, 48), _u32(content, 52)
    widths = [10, 10, 10, 2] if held.pixel_format == "rgb10a2" else [8 * size // numbers] * numbers
    assert (_u32(content, at), total) == (total, 28 + 16 * len(widths))
    assert content[at + 12 : at + 16] == bytes([1, 1, 1, 0])  # RGB, BT.709, linear
    assert content[at + 20] == size
    samples = [struct.unpack_from("<HBB", content, at + 28 + 16 * c) for c in range(len(widths))]
    assert [bits + 1 for _, bits, _ in samples] == widths
    assert [place for place, _, _ in samples] == np.cumsum([0, *widths])[:-1].tolist()
    is_float = np.dtype(dtype).kind == "f"
    assert [channel & 15 for _, _, channel in samples] == [0, 1, 2, 15][: len(widths)]
    assert all((channel & 0xC0 == 0xC0) == is_float for _, _, channel in samples)
    key = b"KTXorientation\0" + (b"rdi\0" if volume else b"rd\0")
    assert key in content[:start]


@pytest.mark.parametrize("volume", [False, True])
@pytest.mark.parametrize("held", HELD, ids=_identity)
def test_dds_by_its_specification(held: Texels, volume: bool) -> None:
    if volume and not held.has_frames:
        with pytest.raises(InputError, match="a volume needs frames"):
            dds(held, volume=True)
        return
    content = dds(held, volume=volume)
    frames, height, width, numbers = held.values.shape
    assert content[:4] == b"DDS "
    assert [_u32(content, at) for at in (4, 76)] == [124, 32]
    assert content[84:88] == b"DX10"
    assert [_u32(content, at) for at in (12, 16)] == [height, width]
    dtype, count = DXGI[_u32(content, 128)]
    assert count == numbers
    assert _u32(content, 20) == width * numbers * np.dtype(dtype).itemsize
    # Depth, dimension and array size; the flags of depth, of complex surfaces and of volumes.
    facts = [_u32(content, at) for at in (24, 132, 140)]
    assert facts == ([frames, 4, 1] if volume else [0, 3, frames])
    assert bool(_u32(content, 8) & 0x800000) == volume
    assert [_u32(content, at) for at in (108, 112)] == (
        [0x1008, 0x200000] if volume else [0x1000, 0]
    )
    read = np.frombuffer(content, dtype, offset=148).reshape(held.values.shape)
    assert np.array_equal(read, held.values)


def test_a_volume_has_sides_of_at_most_2048() -> None:
    wide = np.arange(2 * 2049).reshape(2, 1, 2049)
    for encode in (ktx2, dds):
        with pytest.raises(InputError, match="sides of a volume are at most 2048"):
            encode(texels(matrix_set_of(wide), "r32f"), volume=True)


def test_dds_without_three_8_bit_channels() -> None:
    with pytest.raises(InputError, match="no r8 format of 3 channels"):
        dds(texels(COLOURS, "r8"))


# It aborts on 8 bits, and has no formats of 10 bits or of three channels.
PANDA3D = [
    held
    for held in HELD
    if held.values.dtype.itemsize > 1
    and held.pixel_format != "rgb10a2"
    and held.values.shape[-1] != 3
]


@pytest.mark.parametrize("volume", [False, True])
@pytest.mark.parametrize("held", PANDA3D, ids=_identity)
def test_panda3d_reads_dds(held: Texels, volume: bool, tmp_path: Path) -> None:
    core = pytest.importorskip("panda3d.core", reason="an independent reader")
    if volume and not held.has_frames:
        return
    path = tmp_path / "m.dds"
    path.write_bytes(dds(held, volume=volume))
    texture = core.Texture()
    assert texture.read(core.Filename(str(path)))
    frames, height, width, channels = held.values.shape
    sizes = (texture.get_x_size(), texture.get_y_size(), texture.get_z_size())
    assert sizes == (width, height, frames)
    assert texture.texture_type == (
        core.Texture.TT_3d_texture
        if volume
        else core.Texture.TT_2d_texture_array
        if frames > 1
        else core.Texture.TT_2d_texture
    )
    read = np.frombuffer(bytes(texture.get_ram_image()), held.values.dtype)
    # Panda3D keeps the last row first, the last slice of a volume too, and blue before red.
    planes = read.reshape(held.values.shape)[:: -1 if volume else 1, ::-1]
    if channels > 2:
        planes = planes[..., [2, 1, 0, 3][:channels]]
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
    cases = [(held, False) for held in HELD] + [(held, True) for held in HELD if held.has_frames]
    for index, (held, volume) in enumerate(cases):
        (tmp_path / f"{index}.ktx2").write_bytes(ktx2(held, volume=volume))
    paths = [f"{index}.ktx2" for index in range(len(cases))]
    done = subprocess.run(
        ["node", "read.mjs", *paths], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for path, facts, (one, volume) in zip(paths, json.loads(done.stdout), cases, strict=True):
        number, size, width, height, depth, layers, *rest = facts
        frames, rows, columns, _ = one.values.shape
        dtype, _ = VULKAN[number]
        assert (size, width, height) == (np.dtype(dtype).itemsize, columns, rows)
        assert (depth, layers) == ((frames, 0) if volume else (0, frames if one.has_frames else 0))
        assert rest == [1, 1, 1, 1, one.channels, "rdi" if volume else "rd"]
        read = np.fromfile(tmp_path / f"{path}.data", dtype)
        assert np.array_equal(read.reshape(one.values.shape), one.values)
