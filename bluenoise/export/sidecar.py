"""The JSON sidecar of a texture: how to sample it, what it decides or holds, traps, and provenance."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from bluenoise.export.formats import TEXTURES, Content, ExportedFile, Layout
from bluenoise.export.texels import PixelFormat, Texels, grid
from bluenoise.export.value_facts import value_facts
from bluenoise.export.value_texels import ValueFormat
from bluenoise.matrix_set import MatrixSet, shipped_entry
from bluenoise.value_texture import ValueTexture

_SIXTEEN_BITS = "code = floor((2 rank + 1) 65535 / (2 ranks)), plus 1 if that is a multiple of 257"
_ENCODING: dict[PixelFormat, str] = {
    "r8": "code = floor((2 rank + 1) 255 / (2 ranks))",
    "rg8": f"{_SIXTEEN_BITS}; red = code >> 8, green = code & 255",
    "r16": f"{_SIXTEEN_BITS}; sampled as code / 65535",
    "r16ui": _SIXTEEN_BITS,
    "r32f": "threshold = (rank + 1/2) / ranks, kept 2^-20 away from every v / 255",
}
_THRESHOLD: dict[PixelFormat, str] = {
    "r8": "T = round(255 red)",
    "rg8": "T = floor((256 round(255 red) + round(255 green)) / 257)",
    "r16": "T = floor(round(65535 red) / 257)",
    "r16ui": "T = floor(red / 257)",
    "r32f": "T = floor(255 red)",
}
_ONE_BIT: dict[PixelFormat, str] = {
    "r8": "as floats: v / 255 > red + 0.5 / 255",
    "rg8": "as floats: v / 255 > (256 round(255 red) + round(255 green)) / 65535",
    "r16": "as floats: v / 255 > red",
    "r16ui": "as integers: 257 v > red",
    "r32f": "as floats: v / 255 > red",
}
_TIES = {
    "r8": "a grey equal to a code is black: the comparison is strict; as floats, half a code is added",
    "r32f": "every threshold is at least 2^-20 away from 8-bit greys, so rounding never decides",
}
_NO_TIES = "no code is a multiple of 257, so no 8-bit grey, 257 v, equals a code"
_LAYOUTS: dict[Layout, str] = {
    "plane": "one plane",
    "flipbook": "all frames in a grid: frame t in column t % columns, row t // columns",
    "files": "one file per frame, numbered from 0",
    "array": "an array with one layer per frame",
    "volume": "a 3-D texture with one slice per frame",
    "pages": "one page per frame",
    "frames": "one frame after another",
}
_SAMPLING = {
    "color_space": "linear: numbers, not colours; never decode as sRGB",
    "filter": "point, or better an integer fetch (texelFetch, Load, textureLoad)",
    "wrap": "repeat",
    "mipmaps": "none",
    "compression": "none",
    "premultiplied_alpha": "never",
}
# Mistakes that leave a plausible picture.
_TRAPS = {
    "srgb": "an sRGB format or flag decodes the codes as colours and bends every number",
    "mipmaps": "a smaller level holds means of neighbours, which have no use",
    "compression": "block compression changes every number",
}
_UNORM_TRAP = "codes are UNORM, 0..1; read as SNORM, all above half become negative"
_FRAME_TRAPS: dict[Layout, dict[str, str]] = {
    "flipbook": {
        "mipmaps": "a smaller level holds means of neighbours and, at edges, of different frames",
        "frame_order": "rows of the grid first, from the top: (t % columns, t // columns); a loader "
        "that turns rows upside down also turns the order of the frames",
        "wrap": "repeating the whole image repeats the grid; repeat within a frame in the shader",
    },
    "files": {
        "frame_order": "by number; names sorted as text keep it, for all have as many digits"
    },
    "array": {"frame_order": "layer t is frame t; take t modulo the layers, because layers clamp"},
    "volume": {
        "frame_order": "slice t is frame t, and repeats",
        "filter": "linear filters also mix frames",
        "mipmaps": "a smaller level holds means of neighbours and of different frames",
    },
}


def sidecar(
    file: ExportedFile, filename: str, content: Content, provenance: Mapping[str, Any]
) -> bytes:
    """Return the sidecar of a texture as JSON.

    Args:
        file: the encoded texture.
        filename: its name.
        content: the exported matrix, noise or values.
        provenance: see `provenance_of`.
    """
    assert file.texels is not None
    facts = {
        "file": filename,
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "format": file.format_name,
        **_texture_facts(file, file.texels),
        **_content_facts(file, file.texels, content),
        "sampling": _SAMPLING,
        "traps": _traps(file, file.texels),
        **{key: provenance.get(key) for key in ("license", "seed", "command", "scores")},
        "written_by": "bluenoise export",
    }
    return (json.dumps(facts, indent=2) + "\n").encode()


def provenance_of(content: Content, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return licence, seed, command and scores: those of a shipped file, replaced by `given`."""
    known: dict[str, Any] = {}
    found = shipped_entry(hashlib.sha256(content.npy()).hexdigest())
    if found is not None:
        known = {key: found[1][key] for key in ("seed", "command", "scores")}
        known["license"] = "CC0-1.0"
    return {**known, **given}


def _texture_facts(file: ExportedFile, texels: Texels) -> dict[str, Any]:
    frames, height, width, channels = texels.values.shape
    columns, rows = grid(frames) if file.layout == "flipbook" else (1, 1)
    facts: dict[str, Any] = {
        "pixel_format": texels.pixel_format,
        "dtype": texels.values.dtype.name,
        "byte_order": "big" if file.ending.endswith(".png") else "little",
        "shape": [frames, height, width, channels],
        "shape_order": "frames, rows, columns, channels",
        "layout": _LAYOUTS[file.layout],
        "width": width * columns,
        "height": height * rows,
        "row_origin": "top: the first row of the file is row 0 of the matrix",
    }
    if file.layout == "flipbook":
        facts["flipbook"] = {"columns": columns, "rows": rows, "frames": frames}
    if file.frame is not None:
        facts["frame"] = file.frame
    return facts


def _traps(file: ExportedFile, texels: Texels) -> dict[str, str]:
    snorm = {} if texels.values.dtype.kind == "f" else {"snorm": _UNORM_TRAP}
    if texels.pixel_format == "r16ui":
        snorm = {"integers": "an integer format: the sampler is a usampler, and filters are off"}
    return {**_TRAPS, **snorm, **_FRAME_TRAPS.get(file.layout, {})}


def _content_facts(file: ExportedFile, texels: Texels, content: Content) -> dict[str, Any]:
    if isinstance(content, ValueTexture):
        value_format = TEXTURES[file.format_name].texel_format
        return value_facts(content, cast(ValueFormat, value_format))
    return _decision_facts(texels, content)


def _decision_facts(texels: Texels, matrix_set: MatrixSet) -> dict[str, Any]:
    if matrix_set.values is not None:
        return {
            "content": "noise to add before rounding, in steps between levels",
            "encoding": "the value itself",
            "decision": {
                "levels": "level = floor(v (levels - 1) + noise + 1/2), clamped, v of 0..1"
            },
        }
    pixel_format = texels.pixel_format
    ranks = matrix_set.matrices[0].ranks.size
    return {
        "content": "thresholds" + (", one channel each" if len(matrix_set.matrices) > 1 else ""),
        "ranks": ranks,
        "encoding": _ENCODING[pixel_format],
        "decision": {
            "threshold": _THRESHOLD[pixel_format],
            "one_bit": f"white if v > T, v a grey of 0..255; {_ONE_BIT[pixel_format]}",
            "levels": "level = floor((v (levels - 1) + 254 - T) / 255), in integers",
            "ties": _TIES.get(pixel_format, _NO_TIES),
        },
        "exact_for": "8-bit greys, at 1 bit and at any number of levels",
        "finer_values": _finer_values(pixel_format, ranks),
    }


def _finer_values(pixel_format: PixelFormat, ranks: int) -> str:
    """Describe the accuracy for 16-bit and float greys."""
    if pixel_format == "r8":
        shared = f"; the {ranks} ranks share 255 codes" if ranks > 255 else ""
        return f"not exact for 16 bits or floats, such as linear light{shared}"
    if pixel_format == "r32f":
        return "compared as floats: thresholds are off by at most 2^-20"
    return "compared as floats or 16 bits: thresholds are off by at most one 16-bit code"
