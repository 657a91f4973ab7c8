"""Frames of videos that PyAV made, compared with the arrays they were made of."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from video_files import RATE, encoded, turned

from dither.errors import InputError, TooLargeError
from dither.video.reader import open_video

FRAMES = list(np.random.default_rng(0).integers(0, 256, (8, 24, 32, 3), np.uint8))


def read(data: bytes, **options: Any) -> tuple[list[np.ndarray], list[Fraction], list[str]]:
    with open_video(io.BytesIO(data), name="clip", **options) as video:
        found = list(video.frames())
        return [each.image.color for each in found], [each.end for each in found], video.notes


H264: dict[str, Any] = {"codec": "libx264rgb", "pixels": "rgb24"}


@pytest.mark.parametrize(
    ("container", "codec"), [("matroska", {}), ("avi", {}), ("mov", H264), ("mp4", H264)]
)
def test_frames_come_in_order_with_their_times(container: str, codec: dict[str, Any]) -> None:
    found, ends, notes = read(encoded(FRAMES, container=container, **codec))
    assert len(found) == len(FRAMES)
    assert all((one == other).all() for one, other in zip(found, FRAMES, strict=True))
    wanted = [Fraction(number, RATE) for number in range(1, 9)]
    assert max(abs(end - time) for end, time in zip(ends, wanted, strict=True)) <= Fraction(1, 1000)
    assert notes == []


def test_frames_of_different_lengths_keep_them() -> None:
    data = encoded(FRAMES[:4], container="mp4", **H264, ends=[40, 500, 510])
    _, ends, _ = read(data)
    assert ends[:3] == [Fraction(each, 1000) for each in (40, 500, 510)]


def test_a_turned_video_is_shown_upright() -> None:
    data = encoded(FRAMES, container="mp4", **H264)
    found, _, _ = read(turned(data))
    assert found[0].shape == (32, 24, 3)
    assert (found[0] == np.rot90(FRAMES[0], -1)).all()


def test_sound_and_hdr_are_told() -> None:
    assert read(encoded(FRAMES, sound=True))[2] == ["clip has sound, which is left out"]
    data = encoded(FRAMES, codec="ffv1", tags={"color_trc": 16, "color_primaries": 9})
    (note,) = read(data)[2]
    assert note == "clip is HDR (PQ): 203 cd/m2 become white, and brighter light is clipped"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "clip is not a video in MP4"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "clip is not a video in MP4"),
        (encoded(FRAMES)[:-99], "clip is damaged: it is shorter than it states"),
        (b"\0\0\0\x08free" * 4, "clip is damaged or cannot be read"),
        (encoded(FRAMES)[:40] + bytes(1000), "clip is damaged"),
    ],
)
def test_what_is_no_video_is_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as raised:
        read(data)
    assert "\n" not in str(raised.value)


def test_a_file_of_sound_has_no_pictures() -> None:
    import av

    stream = io.BytesIO()
    with av.open(stream, "w", format="matroska") as file:
        audio = file.add_stream("pcm_s16le", rate=8000)
        assert isinstance(audio, av.AudioStream)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        silence.sample_rate = 8000
        for packet in [*audio.encode(silence), *audio.encode()]:
            file.mux(packet)
    with pytest.raises(InputError, match="clip has no pictures"):
        read(stream.getvalue())


def test_large_frames_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(TooLargeError, match="more than 700 pixels"):
        read(encoded(FRAMES), max_pixels=700)


def test_damaged_bytes_never_end_in_another_exception(tmp_path: Path) -> None:
    data = encoded(FRAMES, container="mp4", **H264)
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(40):
        broken = bytearray(data)
        for place in random.integers(8, len(data), 12):
            broken[place] = random.integers(0, 256)
        try:
            read(bytes(broken))
        except InputError:
            refused += 1
    assert refused
