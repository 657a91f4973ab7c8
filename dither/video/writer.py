"""Write frames as a video whose pixels stay as they are, or as one that every player shows.

Lossless: H.264 in RGB for MP4, MOV and Matroska, VP9 in RGB for WebM. Measured on 12 frames of a
photo, 512x384, dithered with 1 bit a channel: H.264 1.2 MB, FFV1 1.7 MB, VP9 3.8 to 4.4 MB, in 0.5,
0.5 and 1 to 9 s. Compatible: 4:2:0, which halves the resolution of colour.
"""

import math
import tempfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, cast

import numpy as np

from dither.errors import InputError
from dither.extras import require_extra
from dither.suggestions import wrong_ending

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import OutputContainer
    from av.video.stream import VideoStream

VideoCodec = Literal["lossless", "compatible"]
WRITE_SUFFIXES = (".mp4", ".mkv", ".webm", ".mov")
_FORMATS = {".mp4": "mp4", ".mkv": "matroska", ".webm": "webm", ".mov": "mov"}
_MAX_SIDE = 16384
_PIECE_BYTES = 1 << 20
# Times of frames are multiples of 1 / this, in seconds, or finer; below 2**31.
_LEAST_BASE, _MOST_BASE = 1000, 1 << 30
# H.273: primaries of BT.709, sRGB's transfer function, BT.709's matrix.
_BT709, _SRGB_TRANSFER = 1, 13
_LIMITED, _FULL = 1, 2


class _Encoder(NamedTuple):
    """An encoder of the library, its pixel format and its options."""

    name: str
    pixels: str
    options: dict[str, str]


_H264 = _Encoder("libx264rgb", "rgb24", {"qp": "0", "preset": "medium"})
_H264_420 = _Encoder("libx264", "yuv420p", {"crf": "12", "preset": "medium"})
_VP9_SPEED = {"deadline": "good", "cpu-used": "4", "row-mt": "1"}
_VP9 = _Encoder("libvpx-vp9", "gbrp", {"lossless": "1", **_VP9_SPEED})
_VP9_420 = _Encoder("libvpx-vp9", "yuv420p", {"crf": "16", "b": "0", **_VP9_SPEED})


def video_pieces(
    frames: Iterable[tuple[np.ndarray, Fraction]],
    ending: str,
    rate: Fraction,
    *,
    codec: VideoCodec = "lossless",
    folder: Path | None = None,
) -> Iterator[bytes]:
    """Encode frames as they come; yield the file in pieces.

    Args:
        frames: (H, W) grey or (H, W, 3) uint8 of one size in sRGB, each with the time of its end in
            seconds from the start.
        ending: .mp4, .mkv, .webm or .mov.
        rate: frames per second, which programs show; the ends of the frames decide.
        codec: "lossless", or "compatible" for 4:2:0, which needs even sides.
        folder: for the temporary file; None for the system's.

    Raises:
        InputError: PyAV or the encoder is missing, or the format cannot hold the frames.
    """
    check_video(ending)
    with tempfile.TemporaryFile(dir=folder) as file:
        _encode(frames, file, ending, rate, codec)
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            yield piece


def check_video(ending: str) -> None:
    """Check, before long work starts, that a video can be written.

    Raises:
        InputError: PyAV is missing, or the ending names no format.
    """
    if ending not in _FORMATS:
        raise InputError(wrong_ending(ending, WRITE_SUFFIXES))
    require_extra(f"writing {ending}", "video", "av")


def check_video_sides(height: int, width: int, codec: VideoCodec) -> None:
    """Refuse sides that an encoder cannot take.

    Raises:
        InputError: a side is too long, or odd where colour has half the resolution.
    """
    if not 1 <= min(height, width) <= max(height, width) <= _MAX_SIDE:
        raise InputError(f"sides of a video are from 1 to {_MAX_SIDE} pixels, not {width}x{height}")
    if codec == "compatible" and (height % 2 or width % 2):
        raise InputError(
            f"the video would be {width}x{height}, and --video-codec compatible needs even sides, "
            "because two pixels share a colour; choose --resize, --scale 2, or lossless"
        )


def _encode(
    frames: Iterable[tuple[np.ndarray, Fraction]],
    file: Any,
    ending: str,
    rate: Fraction,
    codec: VideoCodec,
) -> None:
    import av
    from av.error import FFmpegError

    is_webm = ending == ".webm"
    if codec == "lossless":
        encoder = _VP9 if is_webm else _H264
    else:
        encoder = _VP9_420 if is_webm else _H264_420
    base, start, durations = _time_base(rate), 0, dict[int, int]()
    stream: VideoStream | None = None
    try:
        with av.open(cast(BinaryIO, file), "w", format=_FORMATS[ending]) as container:
            for color, end in frames:
                if stream is None:
                    stream = _stream(container, encoder, rate, base, color.shape, codec)
                stop = max(round(end * base.denominator), start + 1)
                frame = _frame(color, encoder)
                frame.pts, frame.time_base = start, base
                durations[start], start = stop - start, stop
                _mux(container, stream, frame, durations, base)
            if stream is None:
                raise InputError("a video needs at least one frame")
            _mux(container, stream, None, durations, base)
    except FFmpegError as error:
        raise InputError(f"the video cannot be encoded: {error.strerror or error}") from error


def _time_base(rate: Fraction) -> Fraction:
    """Return a unit of time that holds whole milliseconds and the times of frames at this rate."""
    base = math.lcm(rate.numerator, _LEAST_BASE)
    return Fraction(1, base if base <= _MOST_BASE else 90_000)


def _stream(
    container: "OutputContainer",
    encoder: _Encoder,
    rate: Fraction,
    base: Fraction,
    shape: tuple[int, ...],
    codec: VideoCodec,
) -> "VideoStream":
    from av.codec import Codec

    check_video_sides(shape[0], shape[1], codec)
    try:
        Codec(encoder.name, "w")
    except ValueError:
        raise InputError(
            f"this PyAV has no encoder {encoder.name}; the wheels of PyPI have it: pip install "
            "--force-reinstall av"
        ) from None
    stream = cast(
        "VideoStream", container.add_stream(encoder.name, rate=rate.limit_denominator(1 << 20))
    )
    stream.width, stream.height, stream.pix_fmt = shape[1], shape[0], encoder.pixels
    stream.options = dict[str, object](encoder.options)
    stream.codec_context.time_base = base
    context = stream.codec_context
    context.color_primaries = _BT709
    if encoder.pixels == "yuv420p":
        context.colorspace, context.color_trc, context.color_range = _BT709, _BT709, _LIMITED
    else:
        context.color_trc, context.color_range = _SRGB_TRANSFER, _FULL
    return stream


def _frame(color: np.ndarray, encoder: _Encoder) -> "VideoFrame":
    import av

    if color.ndim == 2:
        color = np.repeat(color[..., None], 3, axis=2)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(color), format="rgb24")
    if encoder.pixels == "rgb24":
        return frame
    if encoder.pixels != "yuv420p":
        return frame.reformat(format=encoder.pixels)
    return frame.reformat(
        format=encoder.pixels,
        dst_colorspace=_BT709,
        src_color_range=_FULL,
        dst_color_range=_LIMITED,
    )


def _mux(
    container: "OutputContainer",
    stream: "VideoStream",
    frame: "VideoFrame | None",
    durations: dict[int, int],
    base: Fraction,
) -> None:
    """Encode a frame, or the last ones if it is None, and write packets with their durations."""
    for packet in stream.encode(frame):
        if packet.pts is not None and packet.time_base is not None:
            at = round(packet.pts * packet.time_base / base)
            length = durations.pop(at, None)
            if length is not None:
                packet.duration = round(length * base / packet.time_base)
        container.mux(packet)
