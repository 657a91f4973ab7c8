import io
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dither.images.formats.gif import gif_bytes
from dither.images.formats.gif_frames import drawn_frames
from dither.images.raster_image import RasterImage

pytest.importorskip("numba")


def shown(frames: list[np.ndarray], transparent: int | None) -> list[np.ndarray]:
    """Return the pictures that a viewer shows if it leaves free pixels as they are."""
    canvas = np.full(frames[0].shape, -1 if transparent is None else transparent)
    result = []
    for frame in drawn_frames(frames, transparent):
        height, width = frame.pixels.shape
        area = canvas[frame.top : frame.top + height, frame.left : frame.left + width]
        area[~frame.free] = frame.pixels[~frame.free]
        result.append(canvas.copy())
        if frame.clears:
            area[:] = transparent
    return result


@given(st.integers(0, 100), st.booleans())
def test_a_viewer_sees_the_frames(seed: int, is_opaque: bool) -> None:
    rng = np.random.default_rng(seed)
    frames = [rng.integers(0, 3, (6, 7)).astype(np.uint8)]
    for _ in range(4):
        changed = rng.random((6, 7)) < rng.random() * 0.4
        frames.append(np.where(changed, rng.integers(0, 3, (6, 7)), frames[-1]).astype(np.uint8))
    for found, frame in zip(shown(frames, None if is_opaque else 0), frames, strict=True):
        assert (found == frame).all()


@given(st.integers(0, 60), st.sampled_from([2, 5, 16, 256]))
def test_pillow_shows_clips_with_and_without_alpha(seed: int, colors: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.permutation(4096)[:colors] << 12 | rng.integers(0, 4096, colors)
    table = np.stack([table >> 16, table >> 8 & 255, table & 255], axis=1).astype(np.uint8)
    indices = rng.integers(0, colors - 1, (30, 40))
    images = []
    for _ in range(4):
        indices = np.where(
            rng.random((30, 40)) < 0.3, rng.integers(0, colors - 1, (30, 40)), indices
        )
        alpha = None
        if seed % 2:
            alpha = np.where(rng.random((30, 40)) < 0.2, 0, 255).astype(np.uint8)
        images.append(RasterImage(table[indices], alpha))
    data = gif_bytes(images, durations=[40] * 4, plays=0)
    with Image.open(io.BytesIO(data)) as clip:
        assert getattr(clip, "n_frames", 1) == 4
        for number, image in enumerate(images):
            clip.seek(number)
            found = np.array(clip.convert("RGBA"))
            visible = np.full((30, 40), True) if image.alpha is None else image.alpha > 0
            assert ((found[..., 3] > 0) == visible).all()
            assert (found[visible, :3] == image.color[visible]).all()


def _clips() -> dict[str, tuple[list[np.ndarray], list[np.ndarray] | None]]:
    """Return clips of many kinds: grey frames, and their alpha."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:90, :120]
    smooth = (110 + 60 * np.sin(rows / 17) + 60 * np.cos(columns / 23)).astype(int)
    grainy = np.clip(smooth + rng.normal(0, 9, smooth.shape), 0, 255).astype(np.uint8)
    disks = [
        (np.hypot(rows - 45, columns - 30 - 9 * n) < 28).astype(np.uint8) * 255 for n in range(5)
    ]
    patches = [grainy.copy() for _ in range(5)]
    for number, patch in enumerate(patches):
        patch[20:50, 20 * number : 20 * number + 30] = grainy[40:70, 60:90] // 2
    noises = {
        f"{count} values": [
            (rng.integers(0, count, (60, 70)) * 255 // (count - 1)).astype(np.uint8)
            for _ in range(3)
        ]
        for count in (2, 4, 16, 256)
    }
    return {
        "pan": ([grainy[:60, 6 * n : 6 * n + 80] for n in range(4)], None),
        "flat": (disks, None),
        "patches": (patches, None),
        "few values, patches": ([patch // 8 * 8 for patch in patches], None),
        "disks": ([grainy] * 5, disks),
        "rolled disk": ([np.roll(grainy, 3 * n, 1) for n in range(5)], disks[:1] * 5),
        "ramp": ([np.repeat(np.arange(250, dtype=np.uint8)[None], 200, 0)], None),
        "stripes": ([(columns // 5 % 2 * 255).astype(np.uint8)], None),
        "tiny": ([np.array([[n, 9, n]], np.uint8) for n in range(3)], None),
        **{name: (frames, None) for name, frames in noises.items()},
    }


@pytest.mark.skipif(shutil.which("gifsicle") is None, reason="gifsicle is not installed")
@pytest.mark.parametrize("name", _clips())
def test_clips_are_not_larger_than_those_of_gifsicle(name: str) -> None:
    frames, alphas = _clips()[name]
    images = [
        RasterImage(frame, alpha)
        for frame, alpha in zip(frames, alphas or [None] * len(frames), strict=True)
    ]
    ours = gif_bytes(images, durations=[40] * len(images), plays=0)
    # It drops frames that change nothing unless it is told to keep them.
    command = ["gifsicle", "--no-warnings", "-O3", "-Okeep-empty"]
    peer = subprocess.run(command, input=ours, capture_output=True, check=True).stdout
    assert len(ours) <= len(peer)


def test_colours_of_most_frames_come_first() -> None:
    rng = np.random.default_rng(0)
    still = rng.permutation(200).reshape(10, 20).astype(np.uint8)
    changed = still.copy()
    changed[2:8, 4:16] = 250 + rng.integers(0, 4, (6, 12))
    data = gif_bytes([RasterImage(still), RasterImage(changed)], durations=[40, 40], plays=0)
    with Image.open(io.BytesIO(data)) as clip:
        palette = np.array(clip.getpalette()).reshape(-1, 3)[:, 0]
        assert palette[:4].max() < 200  # entries of one frame each stay in order
        clip.seek(1)
        assert (np.array(clip.convert("L")) == changed).all()
    again = [RasterImage(changed)] * 1 + [RasterImage(still), RasterImage(changed)]
    data = gif_bytes(again, durations=[40] * 3, plays=0)
    with Image.open(io.BytesIO(data)) as clip:
        assert set(np.array(clip.getpalette()).reshape(-1, 3)[:4, 0]) == {250, 251, 252, 253}
