import itertools
from dataclasses import replace

import numpy as np
import pytest

from dither.diffusion import error_diffuse
from dither.errors import InputError
from dither.metrics import blurred_error
from dither.optimizer.config import OptimizeConfig, SearchConfig
from dither.optimizer.frames import optimize_frames
from dither.optimizer.loss import search_loss
from dither.optimizer.optimize import optimize_palette
from dither.optimizer.search import init, step
from dither.optimizer.search_image import prepare_search
from dither.palettes.palette import Palette

SIDE = 64
QUICK = OptimizeConfig(steps=300, rounds=1)


def _scene(seed: int) -> np.ndarray:
    """(64, 64, 3) codes: clouds of colour with a spectrum like a photo's."""
    generator = np.random.default_rng(seed)
    radius = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    radius[0, 0] = 1
    waves = np.fft.rfft2(generator.standard_normal((3, SIDE, SIDE))) / radius**1.3
    clouds = np.fft.irfft2(waves, (SIDE, SIDE))
    clouds /= clouds.std(axis=(1, 2), keepdims=True)
    mixing = np.array([[1, 0.5, 0.2], [1, 0, -0.4], [1, -0.5, 0.3]])
    return np.clip(np.einsum("ij,jyx->yxi", mixing, clouds) * 45 + 120, 0, 255)


def _noisy(codes: np.ndarray, seed: int) -> np.ndarray:
    """With noise of 1.5 codes, as of a camera."""
    noise = np.random.default_rng(seed).normal(0, 1.5, codes.shape)
    return np.clip(np.rint(codes + noise), 0, 255).astype(np.uint8)


def _changed(pictures: list[np.ndarray]) -> list[float]:
    """The share of the pixels that each frame changes of the one before."""
    return [float((one != other).mean()) for one, other in itertools.pairwise(pictures)]


@pytest.mark.parametrize(
    "colors", [4, *(pytest.param(many, marks=pytest.mark.slow) for many in (16, 64))]
)
def test_noise_changes_few_pixels_of_a_still_scene(colors: int) -> None:
    frames = [_noisy(_scene(0), seed) for seed in range(4)]
    found = optimize_frames(frames, colors)
    palette = found[0].palette
    assert all(result.palette.hex == palette.hex for result in found)
    diffused = [error_diffuse(frame, palette=palette) for frame in frames]
    assert min(_changed(diffused)) > 0.2
    assert max(_changed([result.indices for result in found])) < 0.05
    alone = optimize_palette(frames[-1], palette=palette)
    assert blurred_error(frames[-1], found[-1].picture) < 1.1 * blurred_error(
        frames[-1], alone.picture
    )


@pytest.mark.slow
def test_a_cut_and_a_moving_disc_leave_no_ghosts() -> None:
    first, second = _scene(0), _scene(7)
    y, x = np.mgrid[:SIDE, :SIDE]
    moving = []
    for index in range(3):
        moving.append(first.copy())
        moving[-1][(y - 32) ** 2 + (x - 15 - 9 * index) ** 2 < 100] = (230, 60, 40)
    frames = [_noisy(codes, seed) for seed, codes in enumerate([first, second, *moving])]
    found = optimize_frames(frames, 12)
    for frame, result in list(zip(frames, found, strict=True))[1::3]:  # the cut, and the last
        alone = optimize_palette(frame, palette=result.palette)
        assert blurred_error(frame, result.picture) < 1.1 * blurred_error(frame, alone.picture)
    # Where the disc neither is nor was, the picture stands still.
    still = (y < 16) | (y > 48)
    assert max(_changed([result.indices[still] for result in found[2:]])) < 0.05


def test_one_frame_is_the_picture_optimised(photo: np.ndarray) -> None:
    (found,) = optimize_frames([photo], 5, preset=QUICK, seed=3)
    alone = optimize_palette(photo, 5, preset=QUICK, seed=3)
    assert (found.picture == alone.picture).all()
    assert (found.trace == alone.trace).all()


def test_few_colors_stay_as_they_are() -> None:
    frames = [np.full((4, 5), code, np.uint8) for code in (0, 90, 255)]
    for frame, result in zip(frames, optimize_frames(frames, 3), strict=True):
        assert (result.picture == frame[..., None]).all()
        assert result.palette.hex == ["#000000", "#5a5a5a", "#ffffff"]
        assert result.usage.tolist() == [float(frame[0, 0] == code) for code in (0, 90, 255)]


def test_hidden_pixels_do_not_count(photo: np.ndarray) -> None:
    hidden = np.zeros(photo.shape[:2], bool)
    hidden[:20, :30] = True
    other = photo.copy()
    other[hidden] = np.random.default_rng(0).integers(0, 256, (hidden.sum(), 3))
    masks = [hidden, None]
    mine, theirs = (
        optimize_frames([first, photo[::-1]], 6, preset=QUICK, masks=masks)
        for first in (photo, other)
    )
    for one, two in zip(mine, theirs, strict=True):
        assert (one.picture == two.picture).all()
        assert one.usage.tolist() == two.usage.tolist()
    shown = np.bincount(mine[0].indices[~hidden], minlength=6) / (~hidden).sum()
    assert mine[0].usage == pytest.approx(shown)


def test_a_palette_keeps_its_order_and_threads_change_nothing(photo: np.ndarray) -> None:
    palette = Palette.from_hex("ffffff 000000 ff0000 2040a0")
    clip = [photo, photo[:, ::-1]]
    one, two = (
        optimize_frames(clip, palette=palette, intent="absolute", preset=QUICK, threads=threads)
        for threads in (1, 3)
    )
    assert one[0].palette.hex == palette.hex
    assert len(one[0].trace) == 0  # nothing was learned
    assert all((a.indices == b.indices).all() for a, b in zip(one, two, strict=True))
    diffused = palette.colors[error_diffuse(photo, palette=palette.colors)]
    assert blurred_error(photo, one[0].picture) < blurred_error(photo, diffused)


@pytest.mark.slow
def test_without_a_threshold_noise_changes_more() -> None:
    frames = [_noisy(_scene(0), seed) for seed in range(2)]
    palette = optimize_palette(frames[0], 16, preset=QUICK).palette
    changed = [
        _changed(
            [
                found.indices
                for found in optimize_frames(
                    frames,
                    palette=palette,
                    preset=replace(QUICK, search=SearchConfig(change_threshold=change_threshold)),
                )
            ]
        )[0]
        for change_threshold in (0.0, 2e-4, 1.0)
    ]
    assert changed[0] > 2 * changed[1] > 0
    assert changed[2] == 0


def test_every_change_lowers_the_error_by_the_threshold(photo: np.ndarray) -> None:
    palette = Palette.from_hex("000000 ffffff ff4020 2040ff 40c040").linear
    view = prepare_search((photo / 255.0) ** 2.2)
    start = np.random.default_rng(0).integers(0, 5, photo.shape[:2]).astype(np.uint8)
    config = SearchConfig(change_threshold=2e-3)
    state, info = step(init(start, palette, view, config), palette, config)
    fallen = search_loss(start, palette, view, config) - search_loss(
        state.indices, palette, view, config
    )
    assert info.changed > 100
    assert fallen > 0.999 * config.change_threshold * info.changed


@pytest.mark.parametrize(
    ("frames", "options", "words"),
    [
        ([], {}, "one or more"),
        ([(4, 4), (4, 5)], {}, "of one shape"),
        ([(0, 4), (0, 4)], {}, "no pixels"),
        ([(4, 4)] * 2, {"masks": [None]}, "each of 2 frames, not 1"),
        ([(4, 4)] * 2, {"masks": [None, np.ones((4, 4), bool)]}, "the mask excludes all pixels"),
        ([(4, 4)] * 2, {"colors": 1}, "colors"),
        ([(4, 4)] * 2, {"colors": 4, "pixels": "random"}, "pixels is 'random'"),
        ([(4, 4)] * 2, {"device_levels": (1, 8, 8)}, "device_levels"),
        ([(4, 4)] * 2, {"colors": 4, "palette": Palette.from_hex("000000 ffffff")}, "either"),
    ],
)
def test_clips_that_cannot_be(frames: list[tuple[int, int]], options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        optimize_frames([np.zeros(shape, np.uint8) for shape in frames], **options)
