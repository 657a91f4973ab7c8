"""ICC profiles of three curves and a matrix, such as of displays and cameras, for samples of 16 bits.

The library that reads other profiles takes 8 bits per channel only.

Source: ICC.1:2022, sections 8.3 (matrix profiles), 10.6 (curves), 10.18 (parametric curves) and F.3
(the computation).
"""

import struct
from typing import NamedTuple

import numpy as np

from dither.color import linear_to_srgb

_MOST_POINTS = 65536
# Numbers of parameters of the parametric curves, by their type.
_PARAMETERS = (1, 3, 4, 5, 7)
_CODES = 65536
_ROWS = 1 << 16


class MatrixProfile(NamedTuple):
    """A conversion of RGB samples of 16 bits to sRGB.

    Attributes:
        curves: (3, 65536) float64, the linear light of each code of each channel.
        matrix: (3, 3) float64, from linear light to XYZ under D50.
    """

    curves: np.ndarray
    matrix: np.ndarray

    def to_srgb(self, color: np.ndarray, srgb: "MatrixProfile") -> np.ndarray:
        """Convert (..., 3) uint16 samples; colours outside sRGB are clipped.

        Args:
            color: samples.
            srgb: profile of sRGB, for its matrix.
        """
        both = np.linalg.inv(srgb.matrix) @ self.matrix
        out = np.empty(color.shape, np.uint16)
        samples, found = color.reshape(-1, 3), out.reshape(-1, 3)
        for start in range(0, len(samples), _ROWS):
            part = samples[start : start + _ROWS]
            light = np.stack([self.curves[axis][part[:, axis]] for axis in range(3)], axis=1)
            codes = linear_to_srgb((light @ both.T).clip(0, 1))
            found[start : start + _ROWS] = np.rint(codes * (_CODES - 1))
        return out


def matrix_profile(profile: bytes) -> MatrixProfile | None:
    """Return the curves and the matrix of an ICC profile for RGB; None if it has others or is damaged.

    Args:
        profile: the file.
    """
    try:
        if profile[16:20] != b"RGB " or profile[20:24] != b"XYZ ":
            return None
        tags = _tags(profile)
        if any(name.startswith(b"A2B") or name.startswith(b"D2B") for name in tags):
            return None
        columns = [_numbers(tags[channel + b"XYZ"][8:20]) for channel in (b"r", b"g", b"b")]
        curves = [_curve(tags[channel + b"TRC"]) for channel in (b"r", b"g", b"b")]
    except (KeyError, IndexError, ValueError, struct.error):
        return None
    matrix = np.array(columns).T
    if matrix.shape != (3, 3) or abs(np.linalg.det(matrix)) < 1e-6 or not np.isfinite(curves).all():
        return None
    return MatrixProfile(np.array(curves), matrix)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    found = {}
    for number in range(min(count, 100)):
        name, start, size = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        found[name] = profile[start : start + size]
    return found


def _numbers(content: bytes) -> list[float]:
    """Return fixed-point numbers of 16 and 16 bits."""
    return [value / 65536 for (value,) in struct.iter_unpack(">i", content)]


def _curve(tag: bytes) -> np.ndarray:
    """Return (65536,) linear light of all codes.

    Raises:
        ValueError: the curve is damaged or of an unknown kind.
    """
    codes = np.arange(_CODES) / (_CODES - 1)
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return codes
        if count > _MOST_POINTS:
            raise ValueError
        points = np.array(struct.unpack_from(f">{count}H", tag, 12))
        if count == 1:
            return codes ** (points[0] / 256)
        return np.interp(codes, np.linspace(0, 1, count), points / 65535)
    if tag[:4] != b"para":
        raise ValueError
    kind = struct.unpack_from(">H", tag, 8)[0]
    if kind >= len(_PARAMETERS):
        raise ValueError
    given = _numbers(tag[12 : 12 + 4 * _PARAMETERS[kind]])
    gamma, a, b, c, d, e, f = (*given, *(1.0, 0.0, 0.0, 0.0, 0.0, 0.0)[len(given) - 1 :])
    if kind in (1, 2):  # a constant below the start of the power
        if a == 0:
            raise ValueError
        c, d, e, f = 0.0, -b / a, c, c
    with np.errstate(all="ignore"):
        power = np.where(codes >= d, np.maximum(a * codes + b, 0) ** gamma + e, c * codes + f)
    return power.clip(0, 1)
