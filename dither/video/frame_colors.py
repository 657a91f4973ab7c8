"""Convert decoded frames of a video to sRGB: matrix, range, primaries, HDR and rotation.

Source: ITU-T H.273 (2023), the numbers that streams carry; ITU-R BT.601-7 and BT.709-6. Unmarked
streams get BT.709's matrix from 720 rows on, as players do, and BT.601's below. The transfer functions
of BT.601 and BT.709 are taken as that of sRGB: screens show both alike, and players convert neither.
"""

from typing import TYPE_CHECKING

import numpy as np

from dither.errors import InputError
from dither.images.described_colors import SRGB, DescribedColors, from_h273, to_srgb
from dither.images.raster_image import RasterImage

if TYPE_CHECKING:
    from av import VideoFrame

_UNMARKED, _SRGB_TRANSFER = 2, 13
# Linear light, PQ and HLG; other transfer functions are taken as sRGB's.
_LINEAR, _PQ, _HLG = 8, 16, 18
_HDR_NAMES = {_PQ: "PQ", _HLG: "HLG"}
# Matrices of H.273 by the numbers that swscale takes.
_BT709, _BT601, _BT2020 = 1, 5, 9
_MATRICES = {1: _BT709, 4: 4, 5: _BT601, 6: _BT601, 7: 7, 9: _BT2020, 10: _BT2020}
_HD_ROWS, _HD_COLUMNS = 720, 1280
_LIMITED, _FULL = 1, 2
# swscale takes grey as full range, whatever the stream says.
_LIMITED_GRAYS = np.rint((np.arange(256) - 16).clip(0, 219) * 255 / 219).astype(np.uint8)


def frame_image(frame: "VideoFrame", *, color_management: bool = True) -> RasterImage:
    """Return a frame in sRGB, upright; (H, W, 3) uint8, or (H, W) if its format is grey.

    Args:
        frame: decoded.
        color_management: convert from the primaries and the HDR transfer function of the stream. The
            matrix and the range are applied always.
    """
    space = _space(frame) if color_management else SRGB
    deep = frame.format.components[0].bits > 8
    color = _rgb(frame, "rgb48le" if deep else "rgb24")
    if space != SRGB:
        color = to_srgb(color, space)
    if deep:
        color = ((color.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    color = np.rot90(color, turns)
    if _is_gray_format(frame):
        color = color[..., 0]
        if int(frame.color_range) == _LIMITED:
            color = _LIMITED_GRAYS[color]
    return RasterImage(np.ascontiguousarray(color))


def hdr_name(frame: "VideoFrame") -> str | None:
    """Return "PQ" or "HLG" for frames of high dynamic range, else None."""
    return _HDR_NAMES.get(int(frame.color_trc))


def _space(frame: "VideoFrame") -> DescribedColors:
    """Return the colour space of a frame's RGB."""
    transfer = int(frame.color_trc)
    if transfer not in (_LINEAR, _PQ, _HLG):
        transfer = _SRGB_TRANSFER
    primaries = int(frame.color_primaries)
    try:
        return from_h273(1 if primaries == _UNMARKED else primaries, transfer)
    except InputError:  # primaries without a meaning
        return from_h273(1, transfer)


def _is_gray_format(frame: "VideoFrame") -> bool:
    return frame.format.name.startswith(("gray", "mono"))


def _rgb(frame: "VideoFrame", pixel_format: str) -> np.ndarray:
    """Return (H, W, 3) samples in full range by the matrix and the range of a frame."""
    from av.video.reformatter import Interpolation

    options: dict[str, int] = {}
    if not frame.format.is_rgb and not _is_gray_format(frame):
        large = frame.height >= _HD_ROWS or frame.width >= _HD_COLUMNS
        marked = int(frame.colorspace)
        options["src_colorspace"] = _MATRICES.get(marked, _BT709 if large else _BT601)
        full = int(frame.color_range) == _FULL or frame.format.name.startswith("yuvj")
        options["src_color_range"] = _FULL if full else _LIMITED
        options["dst_color_range"] = _FULL
    flags = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
    # The destination has no matrix; without this, swscale would apply that of the source again.
    return frame.reformat(
        format=pixel_format,
        interpolation=flags,
        **options,  # pyright: ignore[reportArgumentType]
    ).to_ndarray()
