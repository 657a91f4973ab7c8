"""Draws a job with Panda3D on EGL; every file goes through Panda3D's own loaders."""

import json
import sys
from pathlib import Path

from panda3d.core import (
    Camera,
    CardMaker,
    Filename,
    FrameBufferProperties,
    GraphicsEngine,
    GraphicsOutput,
    GraphicsPipe,
    GraphicsPipeSelection,
    NodePath,
    OrthographicLens,
    PandaSystem,
    PNMImage,
    SamplerState,
    Shader,
    Texture,
    WindowProperties,
    loadPrcFileData,
)

# Sizes that are no powers of two stay as they are.
loadPrcFileData(
    "",
    "load-display p3headlessgl\naudio-library-name null\ngl-version 3 3\n"
    "textures-power-2 none\nnotify-level-display error",
)

_VERTEX = """#version 330
in vec4 p3d_Vertex;
void main() { gl_Position = vec4(p3d_Vertex.xz, 0.0, 1.0); }
"""
_RAW = {
    "r8": (Texture.T_unsigned_byte, Texture.F_red),
    "r16": (Texture.T_unsigned_short, Texture.F_r16),
    "r16ui": (Texture.T_unsigned_short, Texture.F_r16i),
    "r32f": (Texture.T_float, Texture.F_r32),
}


def _texture(path: Path, draw: dict) -> Texture | None:
    texture = Texture(draw["name"])
    if draw["loader"] == "raw":
        texture.setup_2d_texture(draw["columns"], draw["rows"], *_RAW[draw["pixel_format"]])
        # Panda3D's own rows go upwards.
        data, size = path.read_bytes(), path.stat().st_size // draw["rows"]
        rows = [data[at : at + size] for at in range(0, len(data), size)]
        texture.set_ram_image(b"".join(rows[::-1]))
    elif draw["trap"] == "flipped":
        image = PNMImage(Filename.from_os_specific(str(path)))
        image.flip(False, True, False)
        texture.load(image)
    elif not texture.read(Filename.from_os_specific(str(path))):
        return None
    texture.minfilter = texture.magfilter = SamplerState.FT_nearest
    if draw["trap"] == "srgb":
        texture.format = Texture.F_srgb
    if draw["trap"] == "mipmap":
        texture.minfilter = SamplerState.FT_nearest_mipmap_nearest
    return texture


def _drawn(engine: GraphicsEngine, output: GraphicsOutput, scene: NodePath) -> bytes:
    """RGBA, the highest row first."""
    seen = Texture()
    output.add_render_texture(seen, GraphicsOutput.RTM_copy_ram)
    engine.render_frame()
    data = bytes(seen.get_ram_image_as("RGBA"))
    size = 4 * seen.get_x_size()
    return b"".join(data[at : at + size] for at in range(len(data) - size, -1, -size))


def main(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    pipe = GraphicsPipeSelection.get_global_ptr().make_default_pipe()
    engine = GraphicsEngine.get_global_ptr()
    properties = FrameBufferProperties()
    properties.set_rgba_bits(8, 8, 8, 8)
    outputs = {}
    for name, size in job["pictures"].items():
        output = engine.make_output(
            pipe,
            name,
            0,
            properties,
            WindowProperties.size(size["width"], size["height"]),
            GraphicsPipe.BF_refuse_window,
        )
        if output is None or output.gsg is None:
            print("no OpenGL 3.3 on EGL (Debian: libegl1, libgl1-mesa-dri)")
            sys.exit(77)
        scene = NodePath(name)
        cards = CardMaker(name)
        cards.set_frame(-1, 1, -1, 1)
        card = scene.attach_new_node(cards.generate())
        lens = OrthographicLens()
        lens.set_film_size(2, 2)
        lens.set_near_far(-10, 10)
        output.make_display_region().camera = scene.attach_new_node(Camera(name, lens))
        picture = Texture(name)
        picture.read(Filename.from_os_specific(str(folder / f"{name}.png")))
        picture.minfilter = picture.magfilter = SamplerState.FT_nearest
        card.set_shader_input("picture", picture)
        output.active = False
        outputs[name] = (output, card)
    first = next(iter(outputs.values()))[0]
    (folder / "runtime.txt").write_text(
        f"Panda3D {PandaSystem.get_version_string()}, {first.gsg.driver_renderer}"
    )
    for draw in job["draws"]:
        noise = _texture(folder / draw["file"], draw)
        if noise is None:
            (folder / f"{draw['name']}.problem").write_text("Texture.read refuses the file")
            continue
        for name in draw["pictures"]:
            output, card = outputs[name]
            card.set_shader(Shader.make(Shader.SL_GLSL, _VERTEX, draw["fragment"]))
            card.set_shader_input("blue_noise", noise)
            output.active = True
            drawn = _drawn(engine, output, card)
            output.active = False
            output.clear_render_textures()
            (folder / f"{draw['name']}.{name}.rgba").write_bytes(drawn)


main(Path(sys.argv[1]))
