"""Texels of noise textures of values in each pixel format, and the error of their decoded values."""

from functools import lru_cache
from typing import Literal, NamedTuple, get_args

import numpy as np

from bluenoise.export.texels import PixelFormat, Texels, check_sides
from bluenoise.export.value_codes import (
    HALF_ERROR,
    HALF_MAX,
    OCTAHEDRAL_ERROR,
    bin_codes,
    bin_values,
    octahedral_codes,
    octahedral_vectors,
    unorm_codes,
    unorm_values,
)
from bluenoise.value_texture import ValueTexture
from dither.errors import InputError

ValueFormat = Literal[
    "r8",
    "rg8",
    "rgba8",
    "rgb10a2",
    "r16",
    "rg16",
    "rgba16",
    "rgba16f",
    "r32f",
    "octahedral8",
    "octahedral16",
]
VALUE_FORMATS: tuple[ValueFormat, ...] = get_args(ValueFormat)


class _Layout(NamedTuple):
    """Layout of values in a format: codes of `bits`, or floats (0 bits)."""

    pixel_format: PixelFormat
    bits: int
    colors: int
    has_alpha: bool = False
    octahedral: bool = False


_LAYOUTS: dict[ValueFormat, _Layout] = {
    "r8": _Layout("r8", 8, 1),
    "rg8": _Layout("rg8", 8, 2),
    "rgba8": _Layout("rgba8", 8, 3, has_alpha=True),
    "rgb10a2": _Layout("rgb10a2", 10, 3),
    "r16": _Layout("r16", 16, 1),
    "rg16": _Layout("rg16", 16, 2),
    "rgba16": _Layout("rgba16", 16, 3, has_alpha=True),
    "rgba16f": _Layout("rgba16f", 0, 3, has_alpha=True),
    "r32f": _Layout("r32f", 0, 3, has_alpha=True),
    "octahedral8": _Layout("rg8", 8, 2, octahedral=True),
    "octahedral16": _Layout("rg16", 16, 2, octahedral=True),
}


def layout_of(value_format: ValueFormat) -> _Layout:
    """Return pixel format, bits (0 for floats) and channels of a format.

    Example:
        >>> layout_of("octahedral16").pixel_format, layout_of("rgba16f").bits
        ('rg16', 0)
    """
    return _LAYOUTS[value_format]


def value_texels(texture: ValueTexture, value_format: ValueFormat) -> Texels:
    """Return the texels of a texture of values.

    Components are red, green and blue, in order; channels without one are 0. Alpha is the pdf, divided
    by its range in UNORM formats, or the fourth component, or 1.

    Args:
        texture: the values.
        value_format: "octahedral8" and "octahedral16" are "rg8" and "rg16" for a GPU.

    Raises:
        InputError: the format has too few channels for the values or the pdf, holds no such values, or
            a side is too long for a texture.

    Example:
        >>> from bluenoise.value_texture import value_texture_of
        >>> up = value_texture_of(np.array([[[0, 0, 1.0]]]), "sphere")
        >>> value_texels(up, "rgba8").values.tolist()
        [[[[128, 128, 255, 255]]]]
    """
    check_sides(texture.shape)
    layout = _LAYOUTS[value_format]
    _check_fit(texture, value_format, layout)
    if layout.octahedral:
        codes = octahedral_codes(texture.values, layout.bits)
        return _texels(codes.astype(_dtype(layout.bits)), layout, texture)
    if layout.bits == 0:
        floats = _with_alpha(texture.values, texture.pdf, 1.0, layout, value_format)
        dtype = np.float16 if value_format == "rgba16f" else np.float32
        return _texels(floats.astype(dtype), layout, texture)
    last = (1 << layout.bits) - 1
    pdf = None
    if texture.pdf is not None:
        pdf = unorm_codes(texture.pdf, layout.bits, 0, texture.pdf_range)
    codes = _with_alpha(_codes(texture, layout.bits), pdf, last, layout, value_format)
    if value_format == "rgb10a2":
        packed = codes[..., 0] | codes[..., 1] << 10 | codes[..., 2] << 20 | 3 << 30
        return _texels(packed[..., None].astype(np.uint32), layout, texture)
    return _texels(codes.astype(_dtype(layout.bits)), layout, texture)


def decoded(texels: Texels, texture: ValueTexture, value_format: ValueFormat) -> np.ndarray:
    """Return the values that a shader decodes: (T, H, W, C) float64, unit vectors normalized."""
    layout, count = _LAYOUTS[value_format], texture.components
    if layout.octahedral:
        return octahedral_vectors(texels.values.astype(np.int64), layout.bits)
    if layout.pixel_format == "rgb10a2":
        shifted = texels.values >> np.array([0, 10, 20], np.uint32)
        channels = (shifted & 1023).astype(np.int64)[..., :count]
    else:
        channels = texels.values[..., :count]
    if layout.bits == 0:
        values = channels.astype(np.float64)
    elif texture.scalar:
        values = bin_values(channels, layout.bits)
    else:
        values = unorm_values(channels, layout.bits, *texture.range)
    if texture.unit:
        values = values / np.linalg.norm(values, axis=-1, keepdims=True)
    return values


def error_bound(texture: ValueTexture, value_format: ValueFormat) -> float:
    """Return the largest possible error: of a component; for unit vectors an angle in degrees.

    Example:
        >>> from bluenoise.value_texture import value_texture_of
        >>> up = value_texture_of(np.array([[[0, 0, 1.0]]]), "sphere")
        >>> round(error_bound(up, "rgba8"), 3), round(error_bound(up, "rgba16"), 5)
        (0.389, 0.00151)
    """
    layout = _LAYOUTS[value_format]
    if layout.octahedral:
        return OCTAHEDRAL_ERROR[layout.bits]
    low, high = texture.range
    if value_format == "r32f":
        error = 0.0
    elif layout.bits == 0:
        # Half floats between two powers of two are equally far apart.
        error = HALF_ERROR * 2.0 ** np.ceil(np.log2(max(abs(low), abs(high))))
    elif texture.scalar:
        error = 0.5 / (1 << layout.bits)
    else:
        error = (high - low) / 2 / ((1 << layout.bits) - 1)
    if texture.unit:
        return float(np.degrees(np.arcsin(error * np.sqrt(texture.components))))
    return float(error)


@lru_cache(maxsize=1)  # numbered files ask once per frame
def largest_error(texture: ValueTexture, value_format: ValueFormat) -> float:
    """Return the largest error of this texture's decoded values, in the unit of `error_bound`."""
    values = decoded(value_texels(texture, value_format), texture, value_format)
    wanted = texture.values.astype(np.float64)
    if not texture.unit:
        return float(np.abs(values - wanted).max())
    wanted /= np.linalg.norm(wanted, axis=-1, keepdims=True)
    return float(np.degrees(2 * np.arcsin(np.linalg.norm(values - wanted, axis=-1).max() / 2)))


def _check_fit(texture: ValueTexture, value_format: ValueFormat, layout: _Layout) -> None:
    count, pdf = texture.components, texture.pdf is not None
    if layout.octahedral and not (texture.unit and count == 3):
        raise InputError(
            f"{value_format} holds unit vectors of 3 components, not values of {texture.kind}"
        )
    if pdf and not layout.has_alpha:
        raise InputError(
            f"{value_format} has no channel for the pdf; use rgba8, rgba16, rgba16f or r32f"
        )
    if layout.octahedral:
        return
    most = layout.colors + (layout.has_alpha and not pdf)
    if count > most:
        parts = "1 component" if most == 1 else f"{most} components"
        raise InputError(
            f"{value_format} holds {parts}{' and a pdf' if pdf else ''}, and the values have {count}; "
            "use rgba8, rgba16, rgba16f or r32f"
        )
    if value_format == "rgba16f":
        held = [texture.values] + ([texture.pdf] if texture.pdf is not None else [])
        most_held = max(float(np.abs(each).max()) for each in held)
        if most_held > HALF_MAX:
            raise InputError(
                f"rgba16f holds numbers up to {HALF_MAX:g}, not {most_held:g}; use r32f"
            )


def _codes(texture: ValueTexture, bits: int) -> np.ndarray:
    if texture.scalar:
        return bin_codes(texture.values, bits)
    return unorm_codes(texture.values, bits, *texture.range)


def _with_alpha(
    values: np.ndarray,
    pdf: np.ndarray | None,
    one: float,
    layout: _Layout,
    value_format: ValueFormat,
) -> np.ndarray:
    """Return values with empty channels and alpha, if the format has alpha and needs it."""
    count = values.shape[-1]
    if count == 4 or (value_format == "r32f" and count <= 2 and pdf is None):
        return values
    channels = layout.colors + layout.has_alpha
    filled = np.zeros((*values.shape[:-1], channels), values.dtype)
    filled[..., :count] = values
    if layout.has_alpha:
        filled[..., 3] = one if pdf is None else pdf
    return filled


def _dtype(bits: int) -> type[np.unsignedinteger]:
    return np.uint8 if bits == 8 else np.uint16


def _texels(values: np.ndarray, layout: _Layout, texture: ValueTexture) -> Texels:
    return Texels(np.ascontiguousarray(values), layout.pixel_format, texture.has_frames)
