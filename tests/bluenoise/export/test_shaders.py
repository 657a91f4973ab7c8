"""The snippets compiled as C++ and run for all greys and ranks, and taken by shader compilers."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from bluenoise.export.shaders import LANGUAGES, Language, c_header, identifier, shader
from bluenoise.export.texels import flipbook, texels
from bluenoise.matrix_set import matrix_set_of
from bluenoise.value_texture import KINDS, ValueTexture, value_texture_of
from dither import InputError, ordered_dither, requantize
from dither.matrix.catalog import load_matrix
from dither.matrix.threshold_matrix import ThresholdMatrix

SMALL = ThresholdMatrix(np.random.default_rng(3).permutation(5 * 12 * 7).reshape(5, 12, 7))
LEVELS = (2, 3, 4, 17, 255, 256)
COMPILER = shutil.which("g++") or shutil.which("c++")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no compiler of C++ is here")

_MAIN = """
int main(int, char **arguments) {
    const int frames = FRAMES, height = HEIGHT, width = WIDTH, sheet = SHEET;
    std::size_t count = COUNT;
    sampler2D r8{sheet, {}}, rg8{sheet, {}}, r16{sheet, {}}, r32f{sheet, {}};
    usampler2D r16ui{sheet, {}};
    std::vector<std::uint8_t> bytes(count), pairs(2 * count);
    std::vector<std::uint16_t> codes(count);
    std::vector<float> floats(count);
    std::FILE *file = std::fopen(arguments[1], "rb");
    if (std::fread(bytes.data(), 1, count, file) + std::fread(pairs.data(), 1, 2 * count, file) +
            std::fread(codes.data(), 2, count, file) + std::fread(floats.data(), 4, count, file) !=
        5 * count) return 1;
    for (std::size_t i = 0; i < count; i++) {
        r8.texels.push_back({bytes[i] / 255.f, {}});
        rg8.texels.push_back({0, {pairs[2 * i] / 255.f, pairs[2 * i + 1] / 255.f}});
        r16.texels.push_back({codes[i] / 65535.f, {}});
        r16ui.texels.push_back({codes[i], {}});
        r32f.texels.push_back({floats[i], {}});
    }
    std::vector<std::uint8_t> out;
    for (int frame = 0; frame < frames + 1; frame++)
        for (int grey = 0; grey < 256; grey++)
            for (int y = -height; y < height; y++)
                for (int x = -width; x < width; x++) {
                    ivec2 pixel(x, y);
                    int t = ID_sample_rg8(rg8, pixel, frame);
                    if (t != ID_sample_r8(r8, pixel, frame)) return 2;
                    if (t != ID_sample_r16(r16, pixel, frame)) return 3;
                    if (t != ID_sample_r16ui(r16ui, pixel, frame)) return 4;
                    if (t != ID_sample_r32f(r32f, pixel, frame)) return 5;
                    const int some[] = {SOME};
                    for (int levels : some) {
                        out.push_back(std::uint8_t(ID_level(grey, t, levels)));
                        float value = ID_dithered(grey / 255.f, t, levels);
                        out.push_back(std::uint8_t(value * 255.f + 0.5f));
                    }
                }
    std::fwrite(out.data(), 1, out.size(), stdout);
}
"""


def _main(matrix: ThresholdMatrix, name: str) -> str:
    frames, height, width = matrix.planes.shape
    sheet = flipbook(matrix.planes[..., None])
    filled = {
        "FRAMES": frames,
        "HEIGHT": height,
        "WIDTH": width,
        "SHEET": sheet.shape[1],
        "COUNT": sheet.size,
        "SOME": ", ".join(map(str, LEVELS)),
        "ID": identifier(name),
    }
    return re.sub("|".join(filled), lambda found: str(filled[found[0]]), _MAIN)


@needs_compiler
@pytest.mark.parametrize("language", ["glsl", pytest.param("hlsl", marks=pytest.mark.slow)])
def test_every_grey_and_rank_is_decided_as_in_numpy(language: Language, tmp_path: Path) -> None:
    held = matrix_set_of(SMALL)
    snippet = shader(language, held, "small").decode().replace("precision highp", "// precision")
    header = Path(__file__).with_name("glsl.hpp").read_text()
    (tmp_path / "m.cpp").write_text(header + snippet + _main(SMALL, "small"))
    sheets = [flipbook(texels(held, each).values) for each in ("r8", "rg8", "r16", "r32f")]
    (tmp_path / "sheets").write_bytes(b"".join(sheet.tobytes() for sheet in sheets))
    # As in a shader, 0.5 is a number of single precision.
    options = ["-std=c++17", "-O1", "-fsingle-precision-constant", "-o", "run", "m.cpp"]
    subprocess.run([str(COMPILER), *options], cwd=tmp_path, check=True)
    done = subprocess.run(["./run", "sheets"], cwd=tmp_path, capture_output=True, check=True)
    out = np.frombuffer(done.stdout, np.uint8).reshape(6, 256, 24, 14, len(LEVELS), 2)
    for frame in range(6):
        for grey in range(256):
            image = np.full((24, 14), grey, np.uint8)
            for index, levels in enumerate(LEVELS):
                codes = ordered_dither(image, SMALL, levels=levels, phase=(frame, 0, 0))
                assert np.array_equal(out[frame, grey, ..., index, 0], codes)
                shown = requantize(image, SMALL, levels=levels, phase=(frame, 0, 0))
                assert np.array_equal(out[frame, grey, ..., index, 1], shown)


@pytest.mark.skipif(shutil.which("glslangValidator") is None, reason="Debian's glslang-tools")
@pytest.mark.parametrize("version", ["130", "330", "300 es"])
def test_the_reference_compiler_takes_glsl(version: str, tmp_path: Path) -> None:
    snippet = shader("glsl", matrix_set_of(SMALL), "8x8").decode()
    main = (
        "uniform sampler2D m; uniform usampler2D n; uniform sampler2DArray a; uniform sampler3D b;"
        " out vec4 o; void main() {"
        " ivec2 p = ivec2(gl_FragCoord.xy); ivec3 l = matrix_8x8_layer(p, 1);"
        " o = vec4(matrix_8x8_dithered(0.5,"
        " matrix_8x8_sample_rg8(m, p, 0) + matrix_8x8_sample_r16ui(n, p, 0) +"
        " matrix_8x8_of_r16(texelFetch(a, l, 0).r + texelFetch(b, l, 0).r), 2)); }"
    )
    precision = "precision highp float;\n" if "es" in version else ""
    (tmp_path / "m.frag").write_text(f"#version {version}\n{precision}{snippet}{main}")
    subprocess.run(["glslangValidator", "m.frag"], cwd=tmp_path, check=True)


@pytest.mark.skipif(shutil.which("glslangValidator") is None, reason="Debian's glslang-tools")
def test_the_reference_compiler_takes_hlsl(tmp_path: Path) -> None:
    snippet = shader("hlsl", matrix_set_of(SMALL), "small").decode()
    main = (
        "Texture2D<float4> m; Texture2D<uint4> n; Texture3D<float4> b;"
        " float4 main(float4 at: SV_Position): SV_Target {"
        " int2 p = int2(at.xy); int t = small_sample_rg8(m, p, 0) + small_sample_r16ui(n, p, 0) +"
        " small_of_r16(b.Load(int4(small_layer(p, 1), 0)).r);"
        " return small_dithered(0.5, t, 2).xxxx; }"
    )
    (tmp_path / "m.hlsl").write_text(snippet + main)
    options = ["-D", "-V", "-S", "frag", "-e", "main", "-o", "m.spv", "m.hlsl"]
    subprocess.run(["glslangValidator", *options], cwd=tmp_path, check=True)


@needs_compiler
@pytest.mark.parametrize("compiler", [["gcc", "-xc", "-std=c99"], ["g++", "-xc++", "-std=c++11"]])
def test_the_header_decides_as_numpy_does(compiler: list[str], tmp_path: Path) -> None:
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"{compiler[0]} is not here")
    matrix = load_matrix("blue-64x64")
    (tmp_path / "m.h").write_bytes(c_header(matrix_set_of(matrix), "blue-64x64"))
    (tmp_path / "m.c").write_text(
        '#include "m.h"\n#include <stdio.h>\n'
        "int main(void) { for (int v = 0; v < 256; v++)"
        " for (unsigned y = 0; y < 64; y++) for (unsigned x = 0; x < 64; x++) {"
        " putchar(blue_64x64_bit((uint8_t)v, x + 64, y + 128, 3));"
        " putchar((int)blue_64x64_level((uint8_t)v, x, y, 0, 17)); } return 0; }"
    )
    options = ["-Wall", "-Wextra", "-Wconversion", "-Werror", "-O1", "-o", "run", "m.c"]
    subprocess.run([*compiler, *options], cwd=tmp_path, check=True)
    done = subprocess.run(["./run"], cwd=tmp_path, capture_output=True, check=True)
    out = np.frombuffer(done.stdout, np.uint8).reshape(256 * 64, 64, 2)
    image = np.repeat(np.arange(256, dtype=np.uint8), 64)[:, None].repeat(64, axis=1)
    assert np.array_equal(out[..., 0], ordered_dither(image, matrix, levels=2))
    assert np.array_equal(out[..., 1], ordered_dither(image, matrix, levels=17))


@pytest.mark.parametrize("language", ["glsl", "hlsl", "wgsl", "gdshader"])
def test_snippets_know_the_size_and_the_frames(language: Language) -> None:
    text = shader(language, matrix_set_of(SMALL), "small").decode()
    assert "$" not in text
    assert re.search(r"(\(|WIDTH = )7\b", text)
    assert re.search(r"frames(: i32)? = 5;", text, re.IGNORECASE)
    assert re.search(r"columns(: i32)? = 5;", text, re.IGNORECASE)


def test_noise_decides_nothing() -> None:
    noise = matrix_set_of(np.linspace(-1, 1, 30).reshape(5, 6))
    with pytest.raises(InputError, match="noise has no thresholds"):
        shader("glsl", noise, "noise")
    with pytest.raises(InputError, match="noise has no thresholds"):
        c_header(noise, "noise")
    with pytest.raises(InputError, match="3 channels"):
        c_header(matrix_set_of([load_matrix("blue-16x16")] * 3), "rgb")


def _values(kind: str, *, frames: bool, pdf: bool) -> ValueTexture:
    facts = KINDS[kind]
    count = facts.components or 4
    values = np.abs(np.random.default_rng(4).normal(size=(3, 4, 5, count))) + 0.1
    values /= np.linalg.norm(values, axis=-1, keepdims=True) + (0 if facts.unit else 1)
    if pdf and count < 4:
        values = np.concatenate([values, np.full((3, 4, 5, 1), 2.5)], axis=-1)
    return value_texture_of(values if frames else values[0], kind, pdf=pdf and count < 4)


VALUES = [
    (kind, frames, pdf)
    for kind in KINDS
    for frames, pdf in ((False, False), (False, True), (True, True))
]


@pytest.mark.skipif(shutil.which("glslangValidator") is None, reason="Debian's glslang-tools")
@pytest.mark.parametrize(("kind", "frames", "pdf"), VALUES)
def test_the_reference_compiler_takes_the_decoding_of_values(
    kind: str, frames: bool, pdf: bool, tmp_path: Path
) -> None:
    found = _values(kind, frames=frames, pdf=pdf)
    extra = ["v_of_octahedral(t).x"] if found.unit and found.components == 3 else []
    extra += ["v_pdf_of_unorm(t)", "v_pdf_of_float(t)"] if found.pdf is not None else []
    part = "" if found.components == 1 else ".x"
    decoded = [f"v_of_{each}(t){part}" for each in ("unorm8", "unorm10", "unorm16", "float")]
    if kind in ("scalar", "phase", "circle") and not frames:
        decoded.append(f"v_animated(v_of_unorm8(t), 7){part}")
    total = " + ".join(decoded + extra)
    glsl = shader("glsl", found, "v").decode()
    assert ("_animated" in glsl) == (kind in ("scalar", "phase", "circle") and not frames)
    assert ("_pdf_of" in glsl) == (found.pdf is not None)
    assert "$" not in glsl
    (tmp_path / "v.frag").write_text(
        f"#version 300 es\nprecision highp float;\n{glsl}"
        "uniform sampler2D m; uniform sampler2DArray n; uniform sampler3D o; out vec4 s; void main() {"
        " ivec2 p = ivec2(gl_FragCoord.xy); vec4 t = texelFetch(m, v_cell(p, 1), 0) +"
        " texelFetch(n, v_layer(p, 1), 0) + texelFetch(o, v_layer(p, 1), 0);"
        f" s = vec4({total}); }}"
    )
    (tmp_path / "v.hlsl").write_text(
        shader("hlsl", found, "v").decode()
        + "Texture2D<float4> m; Texture2DArray<float4> n; Texture3D<float4> o;"
        " float4 main(float4 at: SV_Position): SV_Target { int2 p = int2(at.xy);"
        " float4 t = m.Load(int3(v_cell(p, 1), 0)) + n.Load(int4(v_layer(p, 1), 0)) +"
        f" o.Load(int4(v_layer(p, 1), 0)); return ({total}).xxxx; }}"
    )
    subprocess.run(["glslangValidator", "v.frag"], cwd=tmp_path, check=True)
    options = ["-D", "-V", "-S", "frag", "-e", "main", "-o", "v.spv", "v.hlsl"]
    subprocess.run(["glslangValidator", *options], cwd=tmp_path, check=True)


@pytest.mark.parametrize("language", LANGUAGES.values())
def test_scales_and_offsets_of_values(language: Language) -> None:
    def numbers(kind: str) -> list[str]:
        text = shader(language, _values(kind, frames=False, pdf=False), "v").decode()
        (line,) = re.findall(r"of_unorm8\((?:\w+ )?texel[:)].*?\{\s*return (.*?);", text, re.DOTALL)
        return re.findall(r"normalize|-?\d+\.\d+", line)

    assert numbers("scalar") == ["0.99609375", "0.001953125"]
    assert numbers("vec2") == ["1.0", "0.0"]
    assert numbers("disk") == ["2.0", "-1.0"]
    assert numbers("circle") == ["normalize", "2.0", "-1.0"]
    assert [float(each) for each in numbers("scalar")] == [255 / 256, 0.5 / 256]
