import contextlib
import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from dither.errors import InputError, TooLargeError
from dither.images.animation import Animation, encode_animation, read_animation, write_animation
from dither.images.raster_image import RasterImage

DURATIONS = (40, 100, 70)


def _frames(rgba: bool = False) -> list[np.ndarray]:
    """Three (20, 30, 3) or (20, 30, 4) frames of few colours, a square moving over them."""
    frames = []
    for step in range(3):
        frame = np.full((20, 30, 4 if rgba else 3), 255, np.uint8)
        frame[:, :10] = 0
        frame[4:12, 5 + 5 * step : 12 + 5 * step, :3] = [200, 30, 60]
        if rgba:
            frame[4:12, 5 + 5 * step : 12 + 5 * step, 3] = 255
        frames.append(frame)
    return frames


def _seen(path: Path | io.BytesIO) -> list[np.ndarray]:
    """All frames as Pillow composes them."""
    with Image.open(path) as picture:
        return [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(picture)]


def _animation(frames: list[np.ndarray], plays: int = 0) -> Animation:
    images = [
        RasterImage(frame[..., :3], frame[..., 3] if frame.shape[2] == 4 else None)
        for frame in frames
    ]
    return Animation(tuple(images), DURATIONS, plays)


@pytest.mark.parametrize("ending", [".gif", ".png", ".webp"])
@pytest.mark.parametrize("rgba", [False, True])
@pytest.mark.parametrize("plays", [0, 1, 3])
def test_frames_times_and_plays_come_back(
    tmp_path: Path, ending: str, rgba: bool, plays: int
) -> None:
    frames = _frames(rgba)
    write_animation(tmp_path / f"a{ending}", _animation(frames, plays))
    read = read_animation(tmp_path / f"a{ending}")
    assert read.durations == DURATIONS
    assert read.plays == plays
    for image, frame, seen in zip(read.frames, frames, _seen(tmp_path / f"a{ending}"), strict=True):
        clear = frame[..., 3] == 0 if rgba else np.zeros(frame.shape[:2], bool)
        assert (image.color == frame[..., :3])[~clear].all()
        assert (seen[..., :3] == frame[..., :3])[~clear].all()
        assert (image.alpha is None) == (not rgba)
        assert ((seen[..., 3] == 0) == clear).all()


def test_many_colours_come_back(tmp_path: Path, photo: np.ndarray) -> None:
    frames = [photo, photo[::-1], photo[:, ::-1]]
    for ending in (".png", ".webp"):
        write_animation(tmp_path / f"a{ending}", _animation(frames))
        for image, frame in zip(
            read_animation(tmp_path / f"a{ending}").frames, frames, strict=True
        ):
            assert (image.color == frame).all()
    with pytest.raises(InputError, match="at most 256 colours"):
        write_animation(tmp_path / "a.gif", _animation(frames))
    with pytest.raises(InputError, match=r"\.gif, \.png, \.webp"):
        write_animation(tmp_path / "a.bmp", _animation(frames))


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
@pytest.mark.parametrize("transparency", [None, 0])
def test_parts_of_frames_are_composed_as_pillow_does(
    tmp_path: Path, disposal: int, transparency: int | None
) -> None:
    from PIL.GifImagePlugin import getdata, getheader

    palette = bytes([9, 9, 9, 250, 0, 0, 0, 240, 0, 0, 0, 230])
    parts = [
        np.ones((20, 30), np.uint8),
        np.full((5, 6), 2, np.uint8),
        np.full((9, 4), 3, np.uint8),
    ]
    for part in parts[1:]:
        part[1, 1:3] = 0
    pictures = [Image.fromarray(part) for part in parts]
    for picture in pictures:
        picture.putpalette(palette)
    options = {"duration": 50, "disposal": disposal}
    if transparency is not None:
        options["transparency"] = transparency
    content = b"".join(getheader(pictures[0], info={"loop": 0})[0])
    for picture, place in zip(pictures, [(0, 0), (3, 4), (5, 6)], strict=True):
        content += b"".join(getdata(picture, place, **options))
    (tmp_path / "p.gif").write_bytes(content + b";")
    read = read_animation(tmp_path / "p.gif")
    for image, seen in zip(read.frames, _seen(tmp_path / "p.gif"), strict=True):
        alpha = np.full(seen.shape[:2], 255) if image.alpha is None else image.alpha
        assert (image.color == seen[..., :3]).all()
        assert (alpha == seen[..., 3]).all()


def test_equal_frames_of_a_gif_stay_frames() -> None:
    frame = _frames()[0]
    stream = io.BytesIO(encode_animation(_animation([frame] * 3), ".gif"))
    assert len(_seen(stream)) == 3
    assert read_animation(stream).durations == DURATIONS


def test_a_gif_is_as_long_as_the_clip_was() -> None:
    dark = RasterImage(np.zeros((2, 2), np.uint8))
    content = encode_animation(Animation((dark,) * 5, (33, 33, 33, 33, 8)), ".gif")
    assert read_animation(io.BytesIO(content)).durations == (30, 40, 30, 30, 10)


def test_grey_frames_are_grey(tmp_path: Path) -> None:
    gray = [np.repeat(frame[..., :1], 3, axis=2) for frame in _frames()]
    write_animation(tmp_path / "g.gif", _animation(gray))
    for image, frame in zip(read_animation(tmp_path / "g.gif").frames, gray, strict=True):
        assert image.color.shape == frame.shape[:2]
        assert (image.color == frame[..., 0]).all()


def test_a_still_image_is_one_frame(tmp_path: Path) -> None:
    deep = np.arange(600, dtype=np.uint16).reshape(20, 30)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    (frame,) = read_animation(tmp_path / "deep.png").frames
    assert (frame.color == deep).all()


def test_the_pictures_for_where_nothing_moves_is_no_frame(tmp_path: Path) -> None:
    first, *others = (Image.fromarray(frame) for frame in _frames())
    first.save(tmp_path / "a.png", save_all=True, append_images=others, default_image=True)
    read = read_animation(tmp_path / "a.png")
    shown = zip(read.frames, _frames()[1:], strict=True)
    assert [(image.color == frame).all() for image, frame in shown] == [True, True]
    assert len(read.frames) == 2


def test_the_pixels_of_all_frames_count(tmp_path: Path) -> None:
    write_animation(tmp_path / "a.gif", _animation(_frames()))
    assert len(read_animation(tmp_path / "a.gif", max_pixels=1800).frames) == 3
    with pytest.raises(TooLargeError, match="1799 pixels in its 3 frames"):
        read_animation(tmp_path / "a.gif", max_pixels=1799)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
@pytest.mark.parametrize("ending", [".gif", ".png", ".webp"])
def test_pipes_with_names_are_read(tmp_path: Path, ending: str) -> None:
    content = encode_animation(_animation(_frames()), ending)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    read = read_animation(pipe)
    writer.join()
    assert len(read.frames) == 3


def test_every_cut_of_a_gif_is_seen() -> None:
    whole = encode_animation(_animation(_frames(rgba=True)), ".gif")
    for size in range(len(whole)):
        with pytest.raises(InputError, match=r"damaged|not an image"):
            read_animation(io.BytesIO(whole[:size]))


@given(
    ending=st.sampled_from([".gif", ".png", ".webp"]),
    where=st.floats(0, 1, exclude_max=True),
    bit=st.integers(0, 7),
)
def test_damage_is_one_sentence_or_frames(ending: str, where: float, bit: int) -> None:
    content = bytearray(encode_animation(_animation(_frames()), ending))
    content[int(where * len(content))] ^= 1 << bit
    with contextlib.suppress(InputError):
        assert read_animation(io.BytesIO(bytes(content)), max_pixels=1 << 20).frames


def test_animations_that_cannot_be() -> None:
    dark = RasterImage(np.zeros((2, 2), np.uint8))
    for frames, durations in (((), ()), ((dark,), (1, 2)), ((dark,), (-1,))):
        with pytest.raises(InputError, match="duration"):
            Animation(frames, durations)
    wide = RasterImage(np.zeros((2, 3), np.uint8))
    with pytest.raises(InputError, match="one size and number of channels, not 2x2 and 2x3"):
        Animation((dark, wide), (1, 1))
    with pytest.raises(InputError, match=r"655\.35"):
        encode_animation(Animation((dark, dark), (1, 655_400)), ".gif")
    long = [RasterImage(np.full((1, 16384), grey, np.uint8)) for grey in (0, 9)]
    for frames in (long, long[:1]):
        animation = Animation(tuple(frames), (1,) * len(frames))
        with pytest.raises(
            InputError, match="WebP sides must be at most 16383 pixels, not 16384x1"
        ):
            encode_animation(animation, ".webp")
    empty = RasterImage(np.zeros((0, 2), np.uint8))
    with pytest.raises(InputError, match="GIF sides must be from 1 to 65535 pixels, not 2x0"):
        encode_animation(Animation((empty,)), ".gif")


def test_frames_that_leave_the_canvas_are_one_sentence() -> None:
    from PIL.GifImagePlugin import getdata

    content = encode_animation(_animation(_frames()), ".gif")[:-1]
    content += b"".join(getdata(Image.fromarray(np.zeros((20, 30), np.uint8)), (5, 5))) + b";"
    with pytest.raises(InputError, match="clip is damaged: its frames differ in size"):
        read_animation(io.BytesIO(content), name="clip")


@pytest.mark.parametrize("ending", [".png", ".webp"])
def test_equal_frames_elsewhere_become_one_as_long(ending: str) -> None:
    first, second, _ = _frames()
    stream = io.BytesIO(encode_animation(_animation([first, first, second]), ending))
    assert read_animation(stream).durations == (sum(DURATIONS[:2]), DURATIONS[2])
