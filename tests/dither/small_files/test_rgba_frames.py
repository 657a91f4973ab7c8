import itertools

import numpy as np
import pytest

from dither.diffusion.rgba import diffuse_rgba
from dither.errors import InputError
from dither.images.raster_image import RasterImage
from dither.metrics import image_errors
from dither.palettes.rgba import learn_rgba, rgba_codes
from dither.small_files.rgba_frames import optimize_rgba_frames

pytest.importorskip("numba")


def clip(noise: float = 0.0) -> list[RasterImage]:
    """Return frames of a soft coloured disk that moves over a still one."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:48, :64]
    frames = []
    for number in range(4):
        moving = np.exp(-((rows - 12) ** 2 + (columns - 10 - 8 * number) ** 2) / 60)
        still = np.exp(-((rows - 34) ** 2 + (columns - 40) ** 2) / 90)
        alpha = np.rint(255 * np.clip(1.3 * np.maximum(moving, still) - 0.05, 0, 1))
        color = np.stack([columns * 4, rows * 5, 255 - columns * 4], axis=2)
        color = np.clip(color + rng.normal(0, noise, color.shape), 0, 255)
        frames.append(RasterImage(color.astype(np.uint8), alpha.astype(np.uint8)))
    return frames


def over(codes: np.ndarray, gray: int) -> np.ndarray:
    alpha = codes[..., 3:] / 255
    return np.rint(codes[..., :3] * alpha + gray * (1 - alpha)).astype(np.uint8)


@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_clips_look_better_than_diffused_and_flicker_less(noise: float) -> None:
    frames = clip(noise)
    codes = [rgba_codes(frame) for frame in frames]
    found = optimize_rgba_frames(frames, 16)
    palette = learn_rgba(frames, 16)
    shown = {
        "searched": [each.palette.colors[each.indices] for each in found],
        "diffused": [palette.colors[diffuse_rgba(frame, palette)] for frame in frames],
    }
    errors, flicker = {}, {}
    for name, pictures in shown.items():
        errors[name] = np.mean(
            [
                image_errors(over(before, gray), over(after, gray)).blurred_1_5
                for gray in (0, 255)
                for before, after in zip(codes, pictures, strict=True)
            ]
        )
        still = slice(26, None)  # below the disk that moves
        flicker[name] = np.mean(
            [
                (one[still] != two[still]).any(axis=2).mean()
                for one, two in itertools.pairwise(pictures)
            ]
        )
    assert errors["searched"] < 0.9 * errors["diffused"]
    assert flicker["searched"] < 0.25 * flicker["diffused"]
    assert all((each.palette.colors == found[0].palette.colors).all() for each in found)
    for before, after in zip(codes, shown["searched"], strict=True):
        assert (after[..., 3][before[..., 3] == 0] == 0).all()
        assert (after[..., 3][before[..., 3] == 255] == 255).all()


def test_a_slow_shadow_leaves_no_trail() -> None:
    rows, columns = np.mgrid[:48, :64]
    frames = []
    for number in range(6):
        shadow = np.exp(-((rows - 24) ** 2 + (columns - 20 - 2 * number) ** 2) / 300)
        alpha = np.rint(160 * shadow).astype(np.uint8)
        frames.append(RasterImage(np.zeros((48, 64), np.uint8), alpha))
    found = optimize_rgba_frames(frames, 64)
    errors = [
        image_errors(
            over(rgba_codes(frame), 255), over(each.palette.colors[each.indices], 255)
        ).blurred_1_5
        for frame, each in zip(frames, found, strict=True)
    ]
    assert max(errors[1:]) < 1.5 * errors[0]


def test_equal_frames_are_dithered_alike() -> None:
    first, *_ = clip()
    found = optimize_rgba_frames([first] * 3, 8)
    assert all((each.indices == found[0].indices).all() for each in found)


def test_own_colours_stay() -> None:
    color = np.array([[1, 2, 3], [9, 9, 9]], np.uint8)[np.arange(60).reshape(6, 10) % 2]
    frames = [
        RasterImage(
            color,
            np.where(np.arange(10) < 3 * number, 128, 255).astype(np.uint8)[None].repeat(6, 0),
        )
        for number in range(3)
    ]
    found = optimize_rgba_frames(frames, 16)
    for frame, each in zip(frames, found, strict=True):
        assert (each.palette.colors[each.indices] == rgba_codes(frame)).all()


def test_opaque_frames_among_others_are_taken() -> None:
    first, second, *_ = clip()
    found = optimize_rgba_frames([first, RasterImage(second.color)], 8)
    assert (found[1].palette.colors[found[1].indices][..., 3] == 255).all()


@pytest.mark.parametrize(
    ("frames", "colors", "words"),
    [
        ([RasterImage(np.zeros((4, 4), np.uint8))] * 2, 8, "no palette with alpha"),
        (clip(), 1, "colors is 1; it must be a whole number from 2"),
    ],
)
def test_what_cannot_be_is_one_sentence(frames: list[RasterImage], colors: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        optimize_rgba_frames(frames, colors)
