"""Videos as PyAV decodes them, compared with the frames that were written."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from video_files import decoded

from dither.errors import InputError
from dither.video.writer import video_pieces

# Odd sides, which 4:2:0 cannot have.
FRAMES = list(np.random.default_rng(0).integers(0, 256, (8, 23, 31, 3), np.uint8))


def written(frames: list[np.ndarray], ending: str, rate: Fraction, **options: str) -> bytes:
    timed = [(frame, number / rate) for number, frame in enumerate(frames, start=1)]
    return b"".join(video_pieces(timed, ending, rate, **options))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm"])
def test_every_pixel_stays(ending: str) -> None:
    found, times = decoded(written(FRAMES, ending, Fraction(12)))
    assert len(found) == len(FRAMES)
    assert all((one == other).all() for one, other in zip(found, FRAMES, strict=True))
    steps = [float(after - before) for before, after in pairwise(times)]
    assert steps == pytest.approx([1 / 12] * 7, abs=0.001)


def test_rates_of_broadcasts_are_exact(tmp_path: Path) -> None:
    rate = Fraction(24000, 1001)
    (tmp_path / "a.mp4").write_bytes(written(FRAMES, ".mp4", rate))
    with av.open(tmp_path / "a.mp4") as file:
        stream = file.streams.video[0]
        assert stream.average_rate == rate
        assert (stream.frames, stream.pix_fmt) == (8, "gbrp")
        starts = [(frame.pts or 0) * (frame.time_base or 0) for frame in file.decode(stream)]
    assert starts == [number / rate for number in range(8)]


def test_frames_of_different_lengths_keep_them() -> None:
    ends = [Fraction(each, 1000) for each in (100, 150, 400, 1500)]
    pieces = video_pieces(zip(FRAMES, ends, strict=False), ".mp4", Fraction(8, 3))
    _, times = decoded(b"".join(pieces))
    assert times == [0, *ends[:3]]


def test_grey_frames_are_grey() -> None:
    grey = [frame[..., 0] for frame in FRAMES]
    found, _ = decoded(written(grey, ".mkv", Fraction(12)))
    assert all((one == other[..., None]).all() for one, other in zip(found, grey, strict=True))


@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_compatible_videos_keep_blocks_of_four_pixels(ending: str) -> None:
    codes = np.random.default_rng(1).integers(0, 4, (6, 8))
    table = np.array([[0, 0, 0], [255, 255, 255], [200, 60, 40], [20, 90, 200]], np.uint8)
    frame = table[codes].repeat(4, axis=0).repeat(4, axis=1)
    data = written([frame] * 3, ending, Fraction(12), codec="compatible")
    found, _ = decoded(data, "yuv420p")
    assert found[0].shape == (36, 32)
    (shown, *_), _ = decoded(data)
    assert np.abs(shown.astype(int) - frame).mean() < 8


def test_what_cannot_be_written_is_one_sentence() -> None:
    with pytest.raises(InputError, match="would be 31x23, and --video-codec compatible needs even"):
        written(FRAMES, ".mp4", Fraction(12), codec="compatible")
    with pytest.raises(InputError, match="at least one frame"):
        written([], ".mp4", Fraction(12))
    with pytest.raises(InputError, match="ending must be one of"):
        written(FRAMES, ".avi", Fraction(12))
    with pytest.raises(InputError, match="sides of a video are from 1 to 16384"):
        written([np.zeros((1, 16385, 3), np.uint8)], ".mp4", Fraction(12))
