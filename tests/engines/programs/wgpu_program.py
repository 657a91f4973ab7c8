"""Draws a job with wgpu-py on Vulkan: textures are uploaded from Pillow's or numpy's bytes."""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import wgpu
from PIL import Image

_RAW = {
    "r8": ("u1", "r8unorm"),
    "rg8": ("u1", "rg8unorm"),
    "rgba8": ("u1", "rgba8unorm"),
    "rgb10a2": ("<u4", "rgb10a2unorm"),
    "r16": ("<u2", "r16unorm"),
    "rg16": ("<u2", "rg16unorm"),
    "rgba16": ("<u2", "rgba16unorm"),
    "rgba16f": ("<f2", "rgba16float"),
    "r16ui": ("<u2", "r16uint"),
}
# By the number of channels.
_FLOATS = {1: "r32float", 2: "rg32float", 4: "rgba32float"}
_READ_ALIGNMENT = 256


def _numbers(path: Path, draw: dict) -> tuple[np.ndarray, str]:
    """(T, H, W, C), the first row first, and wgpu's name of their format."""
    if draw["loader"] == "image":
        image = Image.open(path)
        if draw["pixel_format"] in ("rg8", "rgba8"):
            values = np.asarray(image.convert("RGBA"))[None]
            return values, "rgba8unorm-srgb" if draw["trap"] == "srgb" else "rgba8unorm"
        values = np.asarray(image)[None, ..., None]
        return values, "r8unorm" if values.dtype == np.uint8 else "r16unorm"
    content = path.read_bytes()
    start, length = 0, len(content)
    if draw["loader"] == "ktx2":
        # The only mipmap level, in the index behind the header of 80 bytes.
        start, length = struct.unpack_from("<2Q", content, 80)
    floats = ("<f4", _FLOATS[draw["channels"]]) if draw["pixel_format"] == "r32f" else None
    dtype, name = floats or _RAW[draw["pixel_format"]]
    values = np.frombuffer(content[start : start + length], dtype)
    return values.reshape(draw["layers"], draw["rows"], draw["columns"], draw["channels"]), name


def _texture(
    device: wgpu.GPUDevice, values: np.ndarray, name: str, layout: str = "plane", levels: int = 1
) -> wgpu.GPUTextureView:
    layers, rows, columns = values.shape[:3]
    texture = device.create_texture(
        size=(columns, rows, layers),
        mip_level_count=levels,
        dimension="3d" if layout == "volume" else "2d",
        format=name,
        usage=wgpu.TextureUsage.TEXTURE_BINDING | wgpu.TextureUsage.COPY_DST,
    )
    for level in range(levels):
        data = np.ascontiguousarray(values)
        _, rows, columns = data.shape[:3]
        device.queue.write_texture(
            {"texture": texture, "mip_level": level},
            data,
            {"bytes_per_row": data.strides[1], "rows_per_image": rows},
            (columns, rows, layers),
        )
        if level + 1 < levels:
            # The mean of each 2x2 texels, as makers of mipmaps take it.
            values = data.reshape(layers, rows // 2, 2, columns // 2, 2, -1)
            values = values.mean(axis=(2, 4)).round().astype(data.dtype)
    views = {"plane": "2d", "array": "2d-array", "volume": "3d"}
    return texture.create_view(dimension=views[layout])


def _drawn(
    device: wgpu.GPUDevice, source: str, views: list[wgpu.GPUTextureView], size: tuple[int, int]
) -> bytes:
    module = device.create_shader_module(code=source)
    pipeline = device.create_render_pipeline(
        layout="auto",
        vertex={"module": module, "entry_point": "corner"},
        fragment={"module": module, "entry_point": "drawn", "targets": [{"format": "rgba8unorm"}]},
    )
    target = device.create_texture(
        size=(*size, 1),
        format="rgba8unorm",
        usage=wgpu.TextureUsage.RENDER_ATTACHMENT | wgpu.TextureUsage.COPY_SRC,
    )
    group = device.create_bind_group(
        layout=pipeline.get_bind_group_layout(0),
        entries=[{"binding": index, "resource": view} for index, view in enumerate(views)],
    )
    encoder = device.create_command_encoder()
    work = encoder.begin_render_pass(
        color_attachments=[{"view": target.create_view(), "load_op": "clear", "store_op": "store"}]
    )
    work.set_pipeline(pipeline)
    work.set_bind_group(0, group)
    work.draw(3)
    work.end()
    device.queue.submit([encoder.finish()])
    stride = -(-size[0] * 4 // _READ_ALIGNMENT) * _READ_ALIGNMENT
    data = device.queue.read_texture(
        {"texture": target}, {"bytes_per_row": stride, "rows_per_image": size[1]}, (*size, 1)
    )
    return np.asarray(data, np.uint8).reshape(size[1], -1)[:, : size[0] * 4].tobytes()


def main(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    try:
        adapter = wgpu.gpu.request_adapter_sync()
    except Exception as error:  # of whatever kind the driver's absence is
        print(f"no Vulkan (Debian: libvulkan1, mesa-vulkan-drivers): {error}")
        sys.exit(77)
    device = adapter.request_device_sync(required_features=["texture-format16bit-norm"])
    (folder / "runtime.txt").write_text(f"wgpu {wgpu.__version__}, {adapter.info['device']}")
    pictures = {}
    for name in job["pictures"]:
        values = np.asarray(Image.open(folder / f"{name}.png"))[None, ..., None]
        pictures[name] = _texture(device, values, "r8unorm")
    for draw in job["draws"]:
        values, kind = _numbers(folder / draw["file"], draw)
        if draw["trap"] == "flipped":
            values = values[:, ::-1]
        levels = 2 if draw["trap"] == "mipmap" else 1
        noise = _texture(device, values, kind, draw["layout"], levels)
        for name in draw["pictures"]:
            size = job["pictures"][name]
            views = [pictures[name], noise]
            drawn = _drawn(device, draw["fragment"], views, (size["width"], size["height"]))
            (folder / f"{draw['name']}.{name}.rgba").write_bytes(drawn)


main(Path(sys.argv[1]))
