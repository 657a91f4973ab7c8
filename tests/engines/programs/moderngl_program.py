"""Draws a job with moderngl on EGL: textures are uploaded from Pillow's or numpy's bytes."""

import json
import struct
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
from PIL import Image

_EIGHT, _SIXTEEN = ("r8", "rg8", "rgba8"), ("r16", "rg16", "rgba16")
_DTYPES = {"r16ui": "<u2", "r32f": "<f4", "rgba16f": "<f2"}
_DTYPES |= dict.fromkeys(_EIGHT, "u1") | dict.fromkeys(_SIXTEEN, "<u2")
# moderngl's names: normalised, integer, float.
_MODERNGL = {"r16ui": "u2", "r32f": "f4", "rgba16f": "f2"}
_MODERNGL |= dict.fromkeys(_EIGHT, "f1") | dict.fromkeys(_SIXTEEN, "nu2")
_SRGB8 = 0x8C41
_TRIANGLE = """#version 330
void main() { gl_Position = vec4(ivec2(gl_VertexID & 1, gl_VertexID >> 1) * 4 - 1, 0.0, 1.0); }
"""


def _numbers(path: Path, draw: dict) -> np.ndarray:
    """(T, H, W, C), the first row first."""
    if draw["loader"] == "image":
        values = np.asarray(Image.open(path))
        values = values.reshape(1, *values.shape[:2], -1)
    else:
        content = path.read_bytes()
        start, length = 0, len(content)
        if draw["loader"] == "ktx2":
            # The only mipmap level, in the index behind the header of 80 bytes.
            start, length = struct.unpack_from("<2Q", content, 80)
        values = np.frombuffer(content[start : start + length], _DTYPES[draw["pixel_format"]])
        values = values.reshape(draw["layers"], draw["rows"], draw["columns"], draw["channels"])
    return values[:, ::-1] if draw["trap"] == "flipped" else values


def _texture(context: moderngl.Context, values: np.ndarray, draw: dict) -> Any:
    layers, rows, columns, channels = values.shape
    size = (columns, rows)
    if draw["trap"] == "srgb":
        return context.texture(size, channels, values.tobytes(), 0, 1, "f1", _SRGB8)
    kind = "f1" if values.dtype == np.uint8 else _MODERNGL[draw["pixel_format"]]
    data = values.tobytes()
    if draw["layout"] == "plane":
        texture = context.texture(size, channels, data, 0, 1, kind)
    else:
        make = context.texture3d if draw["layout"] == "volume" else context.texture_array
        texture = make((*size, layers), channels, data, alignment=1, dtype=kind)
    texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
    if draw["trap"] == "mipmap":
        texture.build_mipmaps()
        texture.filter = (moderngl.NEAREST_MIPMAP_NEAREST, moderngl.NEAREST)
    return texture


def _context() -> moderngl.Context:
    settings: dict[str, Any] = {"backend": "egl"}
    try:
        return moderngl.create_context(require=330, standalone=True, **settings)
    except Exception as error:  # of whatever kind the driver's absence is
        print(f"no OpenGL 3.3 on EGL (Debian: libegl1, libgl1-mesa-dri): {error}")
        sys.exit(77)


def main(folder: Path) -> None:
    """Draw what a job's folder asks for."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    context = _context()
    about = f"moderngl {version('moderngl')}, {context.info['GL_RENDERER']}"
    (folder / "runtime.txt").write_text(about, encoding="utf-8")
    for draw in job["draws"]:
        noise = _texture(context, _numbers(folder / draw["file"], draw), draw)
        program = context.program(vertex_shader=_TRIANGLE, fragment_shader=draw["fragment"])
        program["picture"], program["blue_noise"] = 0, 1
        for name in draw["pictures"]:
            size = job["pictures"][name]
            pair = (size["width"], size["height"])
            greys = np.asarray(Image.open(folder / f"{name}.png"))
            context.texture(pair, 1, greys.tobytes(), 0, 1).use(0)
            noise.use(1)
            frame = context.simple_framebuffer(pair, 4)
            frame.use()
            context.vertex_array(program, []).render(moderngl.TRIANGLES, vertices=3)
            drawn = frame.read(components=4, alignment=1)
            (folder / f"{draw['name']}.{name}.rgba").write_bytes(drawn)


main(Path(sys.argv[1]))
