import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dither.images.gif import gif_bytes
from dither.images.gif_frames import drawn_frames
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
    table = rng.permutation(1 << 24)[:colors]
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
