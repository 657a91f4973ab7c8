"""The shaders of the runtimes: the exported snippet with a main function around it.

All draw the picture at each number of levels in LEVELS, in red, green and blue.
"""

import tempfile
from collections.abc import Callable
from functools import cache
from typing import Literal

from engines.expected import LEVELS, MATRIX

import bluenoise
import dither

Language = Literal["glsl", "panda3d", "love", "webgl", "godot", "wgsl"]
FORMATS: dict[Language, str] = {"godot": "godot", "wgsl": "wgsl"}


def fragment(language: Language, pixel_format: str, *, mipmap: bool = False) -> str:
    """Return a complete fragment shader; in WGSL with the vertex shader.

    Args:
        language: shading language of the runtime.
        pixel_format: of the texture.
        mipmap: fetch from the first smaller mipmap level, a deliberate mistake.
    """
    snippet = _snippet(FORMATS.get(language, "glsl"))
    if mipmap and language == "godot":
        snippet = _replaced(snippet, "place, 0.0)", "place, 1.0)")
    elif mipmap:
        snippet = _replaced(snippet, ", frame), 0)", ", frame) / 2, 1)")
    return _MAINS[language](snippet, pixel_format)


@cache
def _snippet(format_name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        matrix = dither.load_matrix(MATRIX)
        paths = bluenoise.export(matrix, f"{folder}/new", [format_name], name="blue")
        return paths[0].read_text(encoding="utf-8")


def _replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"the snippet has no {old!r}"
    return text.replace(old, new)


def levels_drawn(grey: str) -> str:
    """Return a grey, dithered by a threshold, at each number of levels."""
    return ", ".join(f"blue_dithered({grey}, threshold, {each})" for each in LEVELS)


def _sampler(pixel_format: str) -> str:
    return "highp usampler2D" if pixel_format == "r16ui" else "highp sampler2D"


def _glsl(snippet: str, pixel_format: str) -> str:
    return f"""#version 330
{snippet}
uniform sampler2D picture;
uniform {_sampler(pixel_format)} blue_noise;
out vec4 drawn;
void main() {{
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    int threshold = blue_sample_{pixel_format}(blue_noise, pixel, 0);
    drawn = vec4({levels_drawn("texelFetch(picture, pixel, 0).r")}, 1.0);
}}
"""


def _panda3d(snippet: str, pixel_format: str) -> str:
    # Panda3D stores the lowest row first, in pictures and in the matrix. The offset aligns their top
    # rows if the picture's height is no multiple of the matrix's.
    return f"""#version 330
{snippet}
uniform sampler2D picture;
uniform {_sampler(pixel_format)} blue_noise;
out vec4 drawn;
void main() {{
    ivec2 texel = ivec2(gl_FragCoord.xy);
    ivec2 pixel = texel - ivec2(0, textureSize(picture, 0).y);
    int threshold = blue_sample_{pixel_format}(blue_noise, pixel, 0);
    drawn = vec4({levels_drawn("texelFetch(picture, texel, 0).r")}, 1.0);
}}
"""


def _love(snippet: str, pixel_format: str) -> str:
    return f"""#pragma language glsl3
{snippet}
uniform Image blue_noise;
vec4 effect(vec4 color, Image picture, vec2 place, vec2 screen) {{
    ivec2 pixel = ivec2(screen);
    int threshold = blue_sample_{pixel_format}(blue_noise, pixel, 0);
    return vec4({levels_drawn("texelFetch(picture, pixel, 0).r")}, 1.0);
}}
"""


def _webgl(snippet: str, pixel_format: str) -> str:
    # The libraries add #version and the declaration of outputs.
    return f"""{snippet}
uniform highp sampler2D picture;
uniform {_sampler(pixel_format)} blue_noise;
vec4 decided() {{
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    int threshold = blue_sample_{pixel_format}(blue_noise, pixel, 0);
    return vec4({levels_drawn("texelFetch(picture, pixel, 0).r")}, 1.0);
}}
"""


def _godot(snippet: str, pixel_format: str) -> str:
    # The exported shader is complete; each channel gets its number of levels here.
    for channel, levels in zip("rgb", LEVELS, strict=True):
        snippet = _replaced(
            snippet,
            f"dithered(color.{channel}, threshold, levels)",
            f"dithered(color.{channel}, threshold, {levels})",
        )
    if pixel_format == "rg8":
        return snippet
    # The exported shader reads rg8; Godot can hold these formats too.
    scale = {"r8": "255.0 + 0.5", "r32f": "255.0"}.get(pixel_format)
    if scale is None:
        scale = "65535.0 + 0.5) / int(257.0"
    sampled = "threshold_of(textureLod(bluenoise, place, 0.0).rg)"
    return _replaced(snippet, sampled, f"int(textureLod(bluenoise, place, 0.0).r * {scale})")


def _wgsl(snippet: str, pixel_format: str) -> str:
    return f"""{snippet}
@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var blue_noise: texture_2d<{"u32" if pixel_format == "r16ui" else "f32"}>;
@vertex fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {{
    return vec4<f32>(f32(i32(index & 1) * 4 - 1), f32(i32(index >> 1) * 4 - 1), 0.0, 1.0);
}}
@fragment fn drawn(@builtin(position) place: vec4<f32>) -> @location(0) vec4<f32> {{
    let pixel = vec2<i32>(place.xy);
    let grey = textureLoad(picture, pixel, 0).r;
    let threshold = blue_sample_{pixel_format}(blue_noise, pixel, 0);
    return vec4<f32>({levels_drawn("grey")}, 1.0);
}}
"""


_MAINS: dict[Language, Callable[[str, str], str]] = {
    "glsl": _glsl,
    "panda3d": _panda3d,
    "love": _love,
    "webgl": _webgl,
    "godot": _godot,
    "wgsl": _wgsl,
}
