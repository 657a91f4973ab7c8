"""The part of a sidecar about a texture of values: encoding, decoding, errors, pdf, animation."""

from typing import Any

from bluenoise.export.value_texels import ValueFormat, error_bound, largest_error, layout_of
from bluenoise.value_set import ValueSet

_OCTAHEDRAL = (
    "octahedral, Cigolle et al. 2014: (x, y) / (|x| + |y| + |z|), where z < 0 folded to "
    "(1 - |y|, 1 - |x|) with their signs; code = that of the nearest vector among the four around "
    "{last} (p + 1) / 2"
)
_OCTAHEDRAL_DECODE = (
    "p = 2 code / {last} - 1, z = 1 - |p.x| - |p.y|, p -= sign(p) max(-z, 0), then normalize (p, z)"
)
_ANIMATION = {
    "scalar": "frame t of a plane: fract(v + t * 0.61803399), the golden ratio; every frame is as good",
    "circle": "frame t of a plane: rotate by t * 2.39996323, the golden angle; every frame is as good",
}


def value_facts(value_set: ValueSet, value_format: ValueFormat) -> dict[str, Any]:
    """Return how a texture holds its values, and how far decoded values are off, for JSON.

    Args:
        value_set: the values.
        value_format: of the texture.

    Example:
        >>> import numpy as np
        >>> from bluenoise.value_set import value_set_of
        >>> facts = value_facts(value_set_of(np.full((2, 2, 2), 0.5), "vec2"), "rg8")
        >>> facts["encoding"], facts["decode"]
        ('code = round(255 v)', 'v = code / 255')
    """
    layout = layout_of(value_format)
    last = (1 << layout.bits) - 1
    encoding, decode = _pair(value_set, layout.bits)
    if layout.octahedral:
        encoding, decode = _OCTAHEDRAL.format(last=last), _OCTAHEDRAL_DECODE.format(last=last)
    elif value_set.unit:
        decode += ", then normalize"
    low, high = value_set.range
    facts = {
        "content": f"values of {value_set.kind}",
        "values": value_set.kind,
        "components": value_set.components,
        "range": [low, high],
        "unit_vectors": value_set.unit,
        "channels": _channels(value_set, value_format),
        "encoding": encoding,
        "decode": decode,
        "decode_error": {
            "bound": error_bound(value_set, value_format),
            "largest_here": largest_error(value_set, value_format),
            "of": "the angle, in degrees" if value_set.unit else "each component",
        },
        "pdf": _pdf(value_set, layout.bits),
    }
    if value_set.kind in _ANIMATION and not value_set.has_frames:
        facts["animation"] = _ANIMATION[value_set.kind]
    return facts


def _pair(value_set: ValueSet, bits: int) -> tuple[str, str]:
    """Return encoding and decoding of a component; see `value_codes`."""
    if bits == 0:
        return "the value itself, rounded to nearest", "v = sample"
    if value_set.kind == "scalar":
        count = 1 << bits
        return f"code = floor({count} v), at most {count - 1}", f"v = (code + 1/2) / {count}"
    last = (1 << bits) - 1
    low, high = value_set.range
    if (low, high) == (0, 1):
        return f"code = round({last} v)", f"v = code / {last}"
    if (low, high) == (-1, 1):
        return f"code = round({last} (0.5 + 0.5 v))", f"v = 2 code / {last} - 1"
    span = high - low
    return (
        f"code = round({last} (v - {low!r}) / {span!r})",
        f"v = {low!r} + {span!r} code / {last}",
    )


def _channels(value_set: ValueSet, value_format: ValueFormat) -> dict[str, str]:
    layout = layout_of(value_format)
    if layout.octahedral:
        return {"red": "first octahedral number", "green": "second octahedral number"}
    names = ("red", "green", "blue", "alpha")
    held = {names[index]: "xyzw"[index] for index in range(value_set.components)}
    if value_set.pdf is not None:
        held["alpha"] = "pdf"
    return held


def _pdf(value_set: ValueSet, bits: int) -> dict[str, Any] | None:
    if value_set.pdf is None:
        return None
    most = value_set.pdf_range
    last = (1 << bits) - 1
    decode = "pdf = sample" if bits == 0 else f"pdf = {most!r} code / {last}"
    return {"channel": "alpha", "decode": decode, "error_bound": most / 2 / last if bits else None}
