"""Small videos made and read by PyAV alone, not by this project."""

import io
import struct
from fractions import Fraction

import av
import numpy as np

RATE = 12


def encoded(
    frames: list[np.ndarray],
    *,
    container: str = "matroska",
    codec: str = "ffv1",
    pixels: str = "bgr0",
    kind: str = "rgb24",
    tags: dict[str, int] | None = None,
    ends: list[int] | None = None,
    sound: bool = False,
) -> bytes:
    """Encode arrays of PyAV's format `kind` without loss; `ends` are in milliseconds."""
    stream = io.BytesIO()
    with av.open(stream, "w", format=container) as file:
        video = file.add_stream(codec, rate=RATE)
        assert isinstance(video, av.VideoStream)
        shown = av.VideoFrame.from_ndarray(frames[0], format=kind)
        video.width, video.height, video.pix_fmt = shown.width, shown.height, pixels
        if codec == "libx264rgb":
            video.options = {"qp": "0"}
        for name, value in (tags or {}).items():
            setattr(video.codec_context, name, value)
        video.codec_context.time_base = Fraction(1, 1000 if ends else RATE)
        audio = file.add_stream("pcm_s16le", rate=8000) if sound else None
        for number, array in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(array, format=kind)
            for name, value in (tags or {}).items():
                setattr(frame, name, value)
            frame.pts = number if ends is None else [0, *ends][number]
            frame.time_base = video.codec_context.time_base
            for packet in video.encode(frame):
                file.mux(packet)
        for packet in video.encode():
            file.mux(packet)
        if isinstance(audio, av.AudioStream):
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
            silence.sample_rate = 8000
            for packet in [*audio.encode(silence), *audio.encode()]:
                file.mux(packet)
    return stream.getvalue()


def decoded(data: bytes, kind: str = "rgb24") -> tuple[list[np.ndarray], list[Fraction]]:
    """Return the frames of a video and the times at which they begin, in seconds."""
    with av.open(io.BytesIO(data), "r") as file:
        frames = list(file.decode(video=0))
    times = [Fraction(frame.pts or 0) * (frame.time_base or 0) for frame in frames]
    return [frame.to_ndarray(format=kind) for frame in frames], times


def turned(data: bytes) -> bytes:
    """Return an MP4 whose track is shown turned clockwise by 90 degrees."""
    place = data.index(b"tkhd") + 4 + 40  # version, flags, times, number, length, layer, volume
    matrix = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    return data[:place] + matrix + data[place + 36 :]
