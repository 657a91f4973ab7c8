import io

import numpy as np
import pytest
from PIL import Image

from dither.errors import InputError
from dither.small_files.small_clip import SmallClip, optimize_clip_bytes

pytest.importorskip("numba")


def _clip() -> list[np.ndarray]:
    """A still, noisy gradient over which a square moves."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(60, 190, 96)[:, None] + np.linspace(0, 40, 64)[:, None, None]
    frames = []
    for number in range(4):
        frame = np.repeat(ramp, 3, axis=-1).reshape(64, 96, 3) + rng.normal(0, 1.5, (64, 96, 3))
        frame[20:34, 10 + 15 * number : 24 + 15 * number] = (220, 60, 40)
        frames.append(np.clip(frame.round(), 0, 255).astype(np.uint8))
    return frames


@pytest.fixture(name="found", scope="module")
def _found() -> SmallClip:
    return optimize_clip_bytes(_clip(), durations=[40] * 4, rate=1)


def test_players_show_the_frames(found: SmallClip) -> None:
    with Image.open(io.BytesIO(found.content)) as clip:
        for number, frame in enumerate(found.frames):
            clip.seek(number)
            assert (np.array(clip.convert("RGB")) == frame.picture).all()


def test_a_look_that_needs_more_colours_than_the_first_rate_is_reached() -> None:
    y, x = np.mgrid[:64, :80]
    noise = np.random.default_rng(0).normal(0, 2, (3, 64, 80, 3))
    frames = [
        np.stack([3 * y, 2 * x + 20, 120 + 70 * np.sin((x + 6 * number) / 9)], axis=2)
        for number in range(3)
    ]
    clip = [
        np.clip(frame + own, 0, 255).astype(np.uint8)
        for frame, own in zip(frames, noise, strict=True)
    ]
    wanted = optimize_clip_bytes(clip, durations=[40] * 3, rate=0.1).look - 3
    assert optimize_clip_bytes(clip, durations=[40] * 3, look=wanted).look >= wanted


def test_noise_changes_few_pixels_where_the_clip_is_still(found: SmallClip) -> None:
    shown = np.stack([frame.indices for frame in found.frames])
    assert (shown[1:, 40:] == shown[:-1, 40:]).mean() > 0.99
    assert (shown[3, 24:30, 58:66] != shown[0, 24:30, 58:66]).all()
    single = optimize_clip_bytes(_clip()[:2], durations=[40] * 2, rate=1)
    assert len(found.content) < 1.8 * len(single.content)


def test_clips_of_few_colours_stay_as_they_are() -> None:
    frames = [np.zeros((30, 40, 3), np.uint8) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame[5:9, 8 * number : 8 * number + 5] = 255
    found = optimize_clip_bytes(frames, durations=[40] * 3, max_bytes=1000)
    assert found.rate == 0
    assert all(
        (each.picture == frame).all() for each, frame in zip(found.frames, frames, strict=True)
    )


def test_unusable_clips_are_refused() -> None:
    with pytest.raises(InputError, match="frames must be two or more of one shape"):
        optimize_clip_bytes([*_clip()[:1], np.zeros((3, 3, 3), np.uint8)], durations=[1, 1], rate=1)
    with pytest.raises(InputError, match="at most 255 colours, not 256"):
        optimize_clip_bytes(_clip()[:2], durations=[1, 1], rate=1, colors=256)
