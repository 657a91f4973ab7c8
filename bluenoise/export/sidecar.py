"""The JSON beside each texture: all that one must know to sample it right."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bluenoise.export.formats import Made
from bluenoise.export.png import grid
from bluenoise.export.raw import npy
from bluenoise.export.texels import PixelFormat, Source, Texels
from dither.matrix.catalog import shipped_matrices

_ENCODING: dict[PixelFormat, str] = {
    "r8": "code = floor((2 rank + 1) 255 / (2 ranks))",
    "rg8": "code = floor((2 rank + 1) 65535 / (2 ranks)), plus 1 where that is a multiple of 257; "
    "red = code >> 8, green = code & 255",
    "r16": "code = floor((2 rank + 1) 65535 / (2 ranks)), plus 1 where that is a multiple of 257; "
    "sampled as code / 65535",
    "r16ui": "code = floor((2 rank + 1) 65535 / (2 ranks)), plus 1 where that is a multiple of 257",
    "r32f": "threshold = (rank + 1/2) / ranks, kept 2^-20 away from every v / 255",
}
_THRESHOLD: dict[PixelFormat, str] = {
    "r8": "T = round(255 red)",
    "rg8": "T = floor((256 round(255 red) + round(255 green)) / 257)",
    "r16": "T = floor(round(65535 red) / 257)",
    "r16ui": "T = floor(red / 257)",
    "r32f": "T = floor(255 red)",
}
_FLOAT_RULE: dict[PixelFormat, str] = {
    "r8": "as floats: v / 255 > red + 0.5 / 255",
    "rg8": "as floats: v / 255 > (256 round(255 red) + round(255 green)) / 65535",
    "r16": "as floats: v / 255 > red",
    "r16ui": "as integers: 257 v > red",
    "r32f": "as floats: v / 255 > red",
}
_TIES = {
    "r8": "a grey may equal a code, and is black there: the comparison is strict, and as floats half a "
    "code is added",
    "r32f": "no threshold is nearer than 2^-20 to a grey of 8 bits, so that no rounding decides",
}
_NO_TIES = "no code is a multiple of 257, so that no grey of 8 bits, 257 v, equals one"
_LAYOUTS = {
    "plane": "one plane",
    "flipbook": "all frames in a grid: frame t in its column t % columns and row t // columns",
    "array": "an array with a layer for each frame",
    "volume": "a 3-D texture, its depth the frames",
    "pages": "a page for each frame",
    "frames": "one frame after the other",
}


def sidecar(made: Made, filename: str, source: Source, origin: Mapping[str, Any]) -> bytes:
    """What the texture is, how it is sampled, and where it comes from.

    Args:
        made: a file with texels.
        filename: its name.
        source: what was exported.
        origin: as `origin_of`.
    """
    assert made.texels is not None
    facts = {
        "file": filename,
        "sha256": hashlib.sha256(made.content).hexdigest(),
        "format": made.kind,
        **_texture(made, made.texels),
        **_meaning(made.texels, source),
        "sampling": {
            "color_space": "linear: numbers, not colour data; never decoded as sRGB",
            "filter": "point, or better an integer fetch (texelFetch, Load, textureLoad)",
            "wrap": "repeat",
            "mipmaps": "none",
            "compression": "none",
            "premultiplied_alpha": "never",
        },
        **{key: origin.get(key) for key in ("license", "seed", "command", "scores")},
        "written_by": "bluenoise export",
    }
    return (json.dumps(facts, indent=2) + "\n").encode()


def _texture(made: Made, texels: Texels) -> dict[str, Any]:
    frames, height, width, channels = texels.values.shape
    columns, rows = grid(frames) if made.layout == "flipbook" else (1, 1)
    facts: dict[str, Any] = {
        "pixel_format": texels.pixel_format,
        "dtype": texels.values.dtype.name,
        "byte_order": "big" if made.ending.endswith(".png") else "little",
        "shape": [frames, height, width, channels],
        "shape_order": "frames, rows, columns, channels",
        "layout": _LAYOUTS[made.layout],
        "width": width * columns,
        "height": height * rows,
        "row_origin": "top: the first row in the file is row 0 of the matrix",
    }
    if made.layout == "flipbook":
        facts["flipbook"] = {"columns": columns, "rows": rows, "frames": frames}
    if made.frame is not None:
        facts["frame"] = made.frame
    return facts


def _meaning(texels: Texels, source: Source) -> dict[str, Any]:
    if source.ranks is None:
        return {
            "content": "noise to add before rounding, in steps between levels",
            "encoding": "the value itself",
            "decision": {
                "levels": "level = floor(v (levels - 1) + noise + 1/2), clamped, v of 0..1"
            },
        }
    pixel_format = texels.pixel_format
    return {
        "content": "thresholds" + (", one channel each" if texels.values.shape[-1] > 1 else ""),
        "ranks": source.ranks,
        "encoding": _ENCODING[pixel_format],
        "decision": {
            "threshold": _THRESHOLD[pixel_format],
            "one_bit": f"white where v > T, v a grey of 0..255; {_FLOAT_RULE[pixel_format]}",
            "levels": "level = floor((v (levels - 1) + 254 - T) / 255), in whole numbers",
            "ties": _TIES.get(pixel_format, _NO_TIES),
        },
        "exact_for": "greys of 8 bits, at 1 bit and at any number of levels",
        "finer_values": _finer(pixel_format, source.ranks),
    }


def _finer(pixel_format: PixelFormat, ranks: int) -> str:
    """What becomes of greys of 16 bits and of floats."""
    if pixel_format == "r8":
        shared = f"; the {ranks} ranks share 255 codes" if ranks > 255 else ""
        return f"not exact for 16 bits or floats, such as linear light{shared}"
    if pixel_format == "r32f":
        return "compared as floats: a threshold is at most 2^-20 off"
    return "compared as floats or 16 bits: a threshold is at most one code of 16 bits off"


def origin_of(source: Source, given: Mapping[str, Any]) -> dict[str, Any]:
    """Licence, seed, command and scores: those of a shipped matrix are known, the rest is told."""
    digest = hashlib.sha256(npy(source)).hexdigest()
    known: dict[str, Any] = {}
    for entry in shipped_matrices().values():
        if entry["sha256"] == digest:
            known = {key: entry[key] for key in ("seed", "command", "scores")}
            known["license"] = "CC0-1.0"
    return {**known, **given}
