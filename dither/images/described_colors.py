"""Colours that a file describes by primaries and a transfer function, converted to sRGB.

PNG files do so with the chunks cICP, gAMA and cHRM, and cameras with a mark for Adobe RGB.

Source: ITU-T H.273 (2023), the numbers of primaries and transfer functions; ITU-R BT.2100-2, PQ and
HLG; ITU-R BT.2408-7, 203 cd/m2 for white; K. Lam (1985), the Bradford adaptation, with the matrix of
ICC.1:2022, annex E.
"""

import functools
from dataclasses import dataclass

import numpy as np

from dither.color import linear_of_codes, linear_to_srgb
from dither.errors import InputError
from dither.samples import white_code

Chromaticity = tuple[float, float]

D65: Chromaticity = (0.3127, 0.3290)
SRGB_PRIMARIES = (D65, (0.640, 0.330), (0.300, 0.600), (0.150, 0.060))

# H.273, table 2: white, red, green, blue.
_PRIMARIES = {
    1: SRGB_PRIMARIES,
    4: ((0.310, 0.316), (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),
    5: (D65, (0.640, 0.330), (0.290, 0.600), (0.150, 0.060)),
    6: (D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    7: (D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    9: (D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    11: ((0.314, 0.351), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    12: (D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
# H.273, table 3. A number is an exponent.
_TRANSFERS: dict[int, str | float] = {
    **dict.fromkeys((1, 6, 14, 15), "bt709"),
    **{4: 2.2, 5: 2.8, 8: 1.0, 13: "srgb", 16: "pq", 18: "hlg"},
}
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
# Luminance of a white page beside HDR light, and the peak for which HLG is shown, in cd/m2.
_WHITE, _HLG_PEAK = 203.0, 1000.0
_ROWS_PIXELS = 1 << 17


@dataclass(frozen=True)
class DescribedColors:
    """A colour space.

    Attributes:
        primaries: CIE 1931 x and y of white, red, green and blue.
        transfer: exponent from codes to light; or "srgb", "bt709", "pq" or "hlg".
    """

    primaries: tuple[Chromaticity, Chromaticity, Chromaticity, Chromaticity] = SRGB_PRIMARIES
    transfer: str | float = "srgb"


SRGB = DescribedColors()
# Adobe RGB (1998), sections 4.3.1.
ADOBE_RGB = DescribedColors((D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), 563 / 256)


def from_h273(primaries: int, transfer: int) -> DescribedColors:
    """Return the colour space of two numbers of H.273, as in the chunk cICP of a PNG.

    Raises:
        InputError: a number has no meaning here.

    Example:
        >>> from_h273(1, 13) == SRGB
        True
    """
    if primaries not in _PRIMARIES or transfer not in _TRANSFERS:
        raise InputError(
            f"primaries {primaries} and transfer function {transfer} (H.273) are unknown; known are "
            f"{', '.join(map(str, _PRIMARIES))} and {', '.join(map(str, sorted(_TRANSFERS)))}"
        )
    return DescribedColors(_PRIMARIES[primaries], _TRANSFERS[transfer])


def to_srgb(color: np.ndarray, space: DescribedColors) -> np.ndarray:
    """Convert samples to sRGB; what sRGB cannot show is clipped channel by channel.

    Args:
        color: (H, W) grey or (H, W, 3); uint8 or uint16.
        space: of the samples.

    Returns:
        The same shape and dtype.

    Example:
        >>> p3 = from_h273(12, 13)
        >>> to_srgb(np.array([[[0xC8, 0x3C, 0x28]]], np.uint8), p3).tobytes().hex()
        'd92a17'
    """
    if space == SRGB:
        return color
    white = white_code(color)
    table = light_of_codes(space.transfer, white)
    out = np.empty_like(color)
    matrix = to_linear_srgb(space.primaries).T.astype(np.float32)
    step = max(1, _ROWS_PIXELS // max(1, color.shape[1]))
    for top in range(0, len(color), step):
        light = table[color[top : top + step]]
        light = light if color.ndim == 2 else light @ matrix
        out[top : top + step] = np.rint(linear_to_srgb(np.clip(light, 0, 1)) * white)
    return out


@functools.lru_cache(maxsize=8)
def light_of_codes(transfer: str | float, white: int) -> np.ndarray:
    """Return (white + 1,) float32, the linear light of each code; 1 is white, and HDR exceeds it.

    Example:
        >>> light_of_codes(1.0, 2).tolist()
        [0.0, 0.5, 1.0]
    """
    if transfer == "srgb":
        return linear_of_codes(white)
    codes = np.arange(white + 1) / white
    if transfer == "bt709":
        light = np.where(codes < 0.081, codes / 4.5, ((codes + 0.099) / 1.099) ** (1 / 0.45))
    elif transfer == "pq":
        powers = codes ** (32 / 2523)
        light = np.maximum(powers - 0.8359375, 0) / (18.8515625 - 18.6875 * powers)
        light = 10000 / _WHITE * light ** (16384 / 2610)
    elif transfer == "hlg":
        scene = np.where(
            codes <= 0.5,
            codes**2 / 3,
            (np.exp((codes - 0.55991073) / 0.17883277) + 0.28466892) / 12,
        )
        light = _HLG_PEAK / _WHITE * scene**1.2  # for greys: BT.2100 takes the power of luminance
    else:
        light = codes ** float(transfer)
    return light.astype(np.float32)


@functools.lru_cache(maxsize=8)
def to_linear_srgb(primaries: tuple[Chromaticity, ...]) -> np.ndarray:
    """Return the (3, 3) matrix from linear light of these primaries to that of sRGB, white to white.

    Example:
        >>> (to_linear_srgb(SRGB_PRIMARIES).round(9) + 0).tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    white = _xyz(primaries[0])
    there = _BRADFORD @ _xyz(D65) / (_BRADFORD @ white)
    adaptation = np.linalg.inv(_BRADFORD) @ np.diag(there) @ _BRADFORD
    return np.linalg.solve(_to_xyz(SRGB_PRIMARIES), adaptation @ _to_xyz(primaries))


def _to_xyz(primaries: tuple[Chromaticity, ...]) -> np.ndarray:
    """Return the (3, 3) matrix from linear light to XYZ, in which white has Y = 1."""
    columns = np.stack([_xyz(each) for each in primaries[1:]], axis=1)
    return columns * np.linalg.solve(columns, _xyz(primaries[0]))


def _xyz(chromaticity: Chromaticity) -> np.ndarray:
    x, y = chromaticity
    return np.array([x / y, 1, (1 - x - y) / y])
