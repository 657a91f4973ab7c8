"""Shaders that dither with a frame of a matrix, or draw values as numbers, in each runtime."""

import tempfile
from functools import cache

from engines.contents import FRAME, SHAPE, matrix, values_of
from engines.shaders import FORMATS, Language, levels_drawn

import bluenoise
from bluenoise.export.formats import TEXTURES

# contents.SCALE. Godot 3 keeps six digits of a constant.
_SCALE = "1024.0 * 1024.0"
_DECODERS = {
    "r8": "unorm8",
    "rg8": "unorm8",
    "rgba8": "unorm8",
    "rgb10a2": "unorm10",
    "r16": "unorm16",
    "rg16": "unorm16",
    "rgba16": "unorm16",
    "rgba16f": "float",
    "r32f": "float",
    "octahedral8": "octahedral",
    "octahedral16": "octahedral",
}
_SAMPLERS = {"plane": "sampler2D", "array": "sampler2DArray", "volume": "sampler3D"}
_LOVE_SAMPLERS = {"plane": "Image", "array": "ArrayImage", "volume": "VolumeImage"}
_WGSL_TEXTURES = {"plane": "texture_2d", "array": "texture_2d_array", "volume": "texture_3d"}
_FETCHES = {
    "plane": "texelFetch(blue_noise, blue_cell(place, frame), 0)",
    "array": "texelFetch(blue_noise, blue_layer(place, frame), 0)",
    "volume": "texelFetch(blue_noise, blue_layer(place, frame), 0)",
}
_WGSL_FETCHES = {
    "plane": "textureLoad(blue_noise, blue_cell(place, frame), 0)",
    "array": "textureLoad(blue_noise, blue_layer(place, frame).xy, blue_layer(place, frame).z, 0)",
    "volume": "textureLoad(blue_noise, blue_layer(place, frame), 0)",
}
# Panda3D stores the last row first, and the last slice of a volume.
_PANDA3D_FETCHES = {
    "plane": "texelFetch(blue_noise, ivec2(0, textureSize(blue_noise, 0).y - 1) + ivec2(1, -1) * "
    "blue_cell(place, frame), 0)",
    "array": "texelFetch(blue_noise, ivec3(0, textureSize(blue_noise, 0).y - 1, 0) + ivec3(1, -1, 1) * "
    "blue_layer(place, frame), 0)",
    "volume": "texelFetch(blue_noise, ivec3(0, textureSize(blue_noise, 0).yz - 1) + ivec3(1, -1, -1) * "
    "blue_layer(place, frame), 0)",
}


def content_fragment(language: Language, content: str, texture: str, layout: str) -> str:
    """Return a complete fragment shader; in WGSL with the vertex shader.

    Args:
        language: shading language of the runtime.
        content: "frames", or values of `engines.contents`.
        texture: format of the texture.
        layout: "plane", "array" or "volume".
    """
    snippet = _snippet(FORMATS.get(language, "glsl"), content)
    texel_format = TEXTURES[texture].texel_format
    wgsl = language == "wgsl"
    fetch = {"wgsl": _WGSL_FETCHES, "panda3d": _PANDA3D_FETCHES}.get(language, _FETCHES)[layout]
    if content == "frames":
        body = _dithered(language, texel_format, fetch)
    else:
        body = _numbers(content, texel_format, fetch, wgsl)
    integers = texel_format == "r16ui"
    if wgsl:
        return f"""{snippet}
@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var blue_noise: {_WGSL_TEXTURES[layout]}<{"u32" if integers else "f32"}>;
@vertex fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {{
    return vec4<f32>(f32(i32(index & 1) * 4 - 1), f32(i32(index >> 1) * 4 - 1), 0.0, 1.0);
}}
@fragment fn drawn(@builtin(position) at: vec4<f32>) -> @location(0) vec4<f32> {{
    let pixel = vec2<i32>(at.xy);
    let seen = textureLoad(picture, pixel, 0).r;
{body}
}}
"""
    if language == "godot":
        return _godot(snippet, content, texel_format)
    sampler = f"{'u' if integers else ''}{_SAMPLERS[layout]}"
    if language == "love":
        return f"""#pragma language glsl3
{snippet}
uniform {_LOVE_SAMPLERS[layout]} blue_noise;
vec4 effect(vec4 color, Image picture, vec2 at, vec2 screen) {{
    ivec2 pixel = ivec2(screen);
    float seen = texelFetch(picture, pixel, 0).r;
{body}
}}
"""
    if language == "webgl":
        return f"""{snippet}
uniform highp sampler2D picture;
uniform highp {sampler} blue_noise;
vec4 decided() {{
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    float seen = texelFetch(picture, pixel, 0).r;
{body}
}}
"""
    # Panda3D hands over the highest row first.
    row = "textureSize(picture, 0).y - 1 - texel.y" if language == "panda3d" else "texel.y"
    return f"""#version 330
{snippet}
uniform sampler2D picture;
uniform {sampler} blue_noise;
out vec4 drawn;
vec4 decided() {{
    ivec2 texel = ivec2(gl_FragCoord.xy);
    ivec2 pixel = ivec2(texel.x, {row});
    float seen = texelFetch(picture, texel, 0).r;
{body}
}}
void main() {{ drawn = decided(); }}
"""


@cache
def _snippet(format_name: str, content: str) -> str:
    held = matrix() if content == "frames" else values_of(content)
    with tempfile.TemporaryDirectory() as folder:
        paths = bluenoise.export(held, f"{folder}/new", [format_name], name="blue")
        return paths[0].read_text(encoding="utf-8")


def _dithered(language: Language, texel_format: str, fetch: str) -> str:
    """Return the lines that dither a sample, seen, with the matrix's frame."""
    parts = "rg" if texel_format == "rg8" else "r"
    of = f"blue_of_{texel_format}"
    if language == "wgsl":
        return f"""    let place = pixel;
    let frame = {FRAME};
    let threshold = {of}({fetch}.{parts});
    return vec4<f32>({levels_drawn("seen")}, 1.0);"""
    return f"""    ivec2 place = pixel;
    int frame = {FRAME};
    int threshold = {of}({fetch}.{parts});
    return vec4({levels_drawn("seen")}, 1.0);"""


def _numbers(content: str, texel_format: str, fetch: str, wgsl: bool) -> str:
    """Return the lines that draw a part of a value in fixed point.

    The picture, which is 0, is added: compilers drop what is not used.
    """
    _, height, width = SHAPE
    held = values_of(content)
    parts = ["value"] if held.components == 1 else [f"value.{each}" for each in "xyz"]
    parts = parts[: held.components]
    parts += ["0.0"] * (3 - len(parts)) + ["0.0"]
    if held.pdf is not None:
        kind = "float" if _DECODERS[texel_format] == "float" else "unorm"
        parts[3] = f"blue_pdf_of_{kind}(texel_found)"
    decode = f"blue_of_{_DECODERS[texel_format]}(texel_found)"
    if wgsl:
        return f"""    let place = vec2<i32>(pixel.x % {width}, pixel.y % {height});
    let part = pixel.x / {width};
    let frame = pixel.y / {height};
    let texel_found = {fetch};
    let value = {decode};
    var numbers = vec4<f32>({", ".join(parts)});
    let places = i32((numbers[part] + seen + 2.0) * {_SCALE} + 0.5);
    let bytes = vec3<i32>(places >> 16, (places >> 8) & 255, places & 255);
    return vec4<f32>(vec3<f32>(bytes) / 255.0, 1.0);"""
    kind = ("float", "vec2", "vec3")[held.components - 1]
    return f"""    ivec2 place = ivec2(pixel.x % {width}, pixel.y % {height});
    int part = pixel.x / {width};
    int frame = pixel.y / {height};
    vec4 texel_found = {fetch};
    {kind} value = {decode};
    vec4 parts = vec4({", ".join(parts)});
    vec4 chosen = 1.0 - min(abs(vec4(float(part)) - vec4(0.0, 1.0, 2.0, 3.0)), vec4(1.0));
    float one = dot(parts, chosen);
    int places = int((one + seen + 2.0) * {_SCALE} + 0.5);
    return vec4(vec3(ivec3(places >> 16, (places >> 8) & 255, places & 255)) / 255.0, 1.0);"""


def _godot(snippet: str, content: str, texel_format: str) -> str:
    """Return the exported shader with another end: Godot's is complete."""
    if content == "frames":
        for channel, levels in zip("rgb", ("2", "4", "16"), strict=True):
            snippet = snippet.replace(
                f"dithered(color.{channel}, threshold, levels)",
                f"dithered(color.{channel}, threshold, {levels})",
            )
        return snippet.replace("int frame = 0", f"int frame = {FRAME}")
    fetch = "textureLod(bluenoise, cell_of(place, time) / vec2(textureSize(bluenoise, 0)), 0.0)"
    body = _numbers(content, texel_format, fetch, wgsl=False)
    body = body.replace("blue_", "").replace("int frame =", "int time =")
    return f"""{snippet.partition("void fragment()")[0]}
vec4 decided(ivec2 pixel, float seen) {{
{body}
}}

void fragment() {{
	COLOR = decided(ivec2(UV / TEXTURE_PIXEL_SIZE), texture(TEXTURE, UV).r);
}}
"""
