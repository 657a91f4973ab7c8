"""The part of a sidecar about a texture of values: encoding, decoding, errors, pdf, animation."""

from typing import Any

from bluenoise.export.value_texels import ValueFormat, error_bound, largest_error, layout_of
from bluenoise.value_texture import ValueTexture

_OCTAHEDRAL = (
    "octahedral, Cigolle et al. 2014: (x, y) / (|x| + |y| + |z|), where z < 0 folded to "
    "(1 - |y|, 1 - |x|) with their signs; code = that of the nearest vector among the four around "
    "{last} (p + 1) / 2"
)
_OCTAHEDRAL_DECODE = (
    "p = 2 code / {last} - 1, z = 1 - |p.x| - |p.y|, p -= sign(p) max(-z, 0), then normalize (p, z)"
)
_ANIMATION = {
    "phase": "frame t of a plane: fract(v + t * 0.61803399), the golden ratio; "
    "every frame is as good",
    "scalar": "frame t of a plane: fract(v + t * 0.61803399), the golden ratio; "
    "values of the kind phase are made for it",
    "circle": "frame t of a plane: rotate by t * 2.39996323, the golden angle; every frame is as good",
}


def value_facts(texture: ValueTexture, value_format: ValueFormat) -> dict[str, Any]:
    """Return how a texture holds its values, and how far decoded values are off, for JSON.

    Args:
        texture: the values.
        value_format: of the texture.

    Example:
        >>> import numpy as np
        >>> from bluenoise.value_texture import value_texture_of
        >>> facts = value_facts(value_texture_of(np.full((2, 2, 2), 0.5), "vec2"), "rg8")
        >>> facts["encoding"], facts["decode"]
        ('code = round(255 v)', 'v = code / 255')
    """
    layout = layout_of(value_format)
    last = (1 << layout.bits) - 1
    encoding, decode = _pair(texture, layout.bits)
    if layout.octahedral:
        encoding, decode = _OCTAHEDRAL.format(last=last), _OCTAHEDRAL_DECODE.format(last=last)
    elif texture.unit:
        decode += ", then normalize"
    low, high = texture.range
    facts = {
        "content": f"values of {texture.kind}",
        "values": texture.kind,
        "components": texture.components,
        "range": [low, high],
        "unit_vectors": texture.unit,
        "channels": _channels(texture, value_format),
        "encoding": encoding,
        "decode": decode,
        "decode_error": {
            "bound": error_bound(texture, value_format),
            "largest_here": largest_error(texture, value_format),
            "of": "the angle, in degrees" if texture.unit else "each component",
        },
        "pdf": _pdf(texture, layout.bits),
    }
    if texture.kind in _ANIMATION and not texture.has_frames:
        facts["animation"] = _ANIMATION[texture.kind]
    return facts


def _pair(texture: ValueTexture, bits: int) -> tuple[str, str]:
    """Return encoding and decoding of a component; see `value_codes`."""
    if bits == 0:
        return "the value itself, rounded to nearest", "v = sample"
    if texture.scalar:
        count = 1 << bits
        return f"code = floor({count} v), at most {count - 1}", f"v = (code + 1/2) / {count}"
    last = (1 << bits) - 1
    low, high = texture.range
    if (low, high) == (0, 1):
        return f"code = round({last} v)", f"v = code / {last}"
    if (low, high) == (-1, 1):
        return f"code = round({last} (0.5 + 0.5 v))", f"v = 2 code / {last} - 1"
    span = high - low
    return (
        f"code = round({last} (v - {low!r}) / {span!r})",
        f"v = {low!r} + {span!r} code / {last}",
    )


def _channels(texture: ValueTexture, value_format: ValueFormat) -> dict[str, str]:
    layout = layout_of(value_format)
    if layout.octahedral:
        return {"red": "first octahedral number", "green": "second octahedral number"}
    names = ("red", "green", "blue", "alpha")
    held = {names[index]: "xyzw"[index] for index in range(texture.components)}
    if texture.pdf is not None:
        held["alpha"] = "pdf"
    return held


def _pdf(texture: ValueTexture, bits: int) -> dict[str, Any] | None:
    if texture.pdf is None:
        return None
    most = texture.pdf_range
    last = (1 << bits) - 1
    decode = "pdf = sample" if bits == 0 else f"pdf = {most!r} code / {last}"
    return {"channel": "alpha", "decode": decode, "error_bound": most / 2 / last if bits else None}
