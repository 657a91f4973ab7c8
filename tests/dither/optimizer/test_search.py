from typing import Any

import numpy as np
import pytest
from seams import seam_steps, seam_variance
from search_reference import PALETTE, slow_loss

from dither.color import (
    srgb_to_linear,
)
from dither.gamut.device_link import map_to_palette
from dither.optimizer import search_loops
from dither.optimizer.config import SearchConfig
from dither.optimizer.learned_palette import diffuse_target
from dither.optimizer.loss import search_loss
from dither.optimizer.search import (
    direct_binary_search,
    float_pixels,
    init,
    overwrite,
    released,
    run,
    step,
)
from dither.optimizer.search_image import prepare_search
from dither.palettes.palette_like import load_palette

pytest.importorskip("numba")


@pytest.fixture(name="linear")
def _linear(photo: np.ndarray) -> np.ndarray:
    return srgb_to_linear(photo / 255)


@pytest.fixture(name="indices")
def _indices(photo: np.ndarray) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 5, photo.shape[:2], np.uint8)


@pytest.mark.parametrize("sigma", [0.5, 1.5, 2.5])
@pytest.mark.parametrize("candidates", [2, 4, 16])
def test_no_sweep_raises_the_loss_and_the_field_stays_true(
    linear: np.ndarray, indices: np.ndarray, sigma: float, candidates: int
) -> None:
    config = SearchConfig(sigma=sigma, candidates=candidates)
    image = prepare_search(linear)
    state = init(indices, PALETTE, image, config)
    before = search_loss(indices, PALETTE, image, config)
    for _ in range(4):
        state, info = step(state, PALETTE, config)
        now = search_loss(state.indices, PALETTE, image, config)
        assert now < before or info.changed == 0
        before = now
        again = init(state.indices, PALETTE, image, config)
        assert state.field == pytest.approx(again.field, abs=1e-5)


def test_where_the_search_ends_no_single_pixel_can_do_better() -> None:
    rng = np.random.default_rng(1)
    image = prepare_search(rng.random((9, 10, 3)))
    config = SearchConfig(sweeps=60)
    state = init(rng.integers(0, 5, (9, 10), np.uint8), PALETTE, image, config)
    changed = 1
    while changed:
        state, (changed,) = step(state, PALETTE, config)
    least = slow_loss(state.indices, image, config)
    for y, x in np.ndindex(9, 10):
        for color in range(5):
            other = state.indices.copy()
            other[y, x] = color
            assert slow_loss(other, image, config) >= least - 2e-3 * least / 90


def test_pixels_that_stay_are_passed_over_and_others_searched(
    linear: np.ndarray, indices: np.ndarray
) -> None:
    config = SearchConfig(sweeps=30)
    image = prepare_search(linear)
    before = init(indices, PALETTE, image, config)
    found = run(before, PALETTE, config)
    still = np.ones(found.shape, bool)
    same = init(found, PALETTE, image._replace(fixed=still), config)
    assert (run(same, PALETTE, config) == found).all()
    same = released(same, image, before, still=still)
    assert (same.settled == before.settled).all()
    assert (same.pixels == before.pixels).all()
    other = init(found, PALETTE, prepare_search(1 - linear), config)
    moved = released(other, prepare_search(1 - linear), before, still=still)
    assert not moved.settled.any()
    searched = direct_binary_search(found, PALETTE, prepare_search(1 - linear), config)
    assert (run(moved, PALETTE, config) == searched).all()


@pytest.mark.parametrize("sigma", [0.65, 1.5, 2.5])
@pytest.mark.parametrize("threads", [2, 3, 40])
def test_threads_do_not_change_the_result(linear: np.ndarray, sigma: float, threads: int) -> None:
    tall = np.concatenate([linear] * 4)[:-5]
    image = prepare_search(tall)
    indices = np.random.default_rng(0).integers(0, 5, tall.shape[:2], np.uint8)
    config = SearchConfig(sigma=sigma, sweeps=2)
    one = direct_binary_search(indices, PALETTE, image, config)
    assert (direct_binary_search(indices, PALETTE, image, config, threads=threads) == one).all()
    assert (one != indices).any()


# Greys on both sides of what the palettes can reach: without a gamut target, most cannot be reached.
@pytest.mark.parametrize(
    ("palette", "gray"),
    [
        ("game-boy", 0.15),
        ("spectra-6", 0.15),
        ("inky-spectra-6", 0.02),
        ("inky-spectra-6", 0.6),
        ("black-white", 0.6),
        ("#704214 #fff5e0", 0.15),
        ("#704214 #fff5e0", 0.6),
    ],
)
@pytest.mark.parametrize(("sigma", "mean_weight"), [(1.5, 6.0), (2.5, 6.0), (1.5, 0.0)])
@pytest.mark.parametrize("axis", [0, 1])
def test_no_row_or_column_of_a_tile_differs(
    palette: str, gray: float, sigma: float, mean_weight: float, axis: int
) -> None:
    linear = load_palette(palette).linear
    rng, means = np.random.default_rng(0), []
    # So many, since with few dots the variance of one image is up to 5 by chance.
    for _ in range(8):
        flat = np.clip(gray + 0.1 * gray * rng.standard_normal((1088, 48, 3)), 0, 1)
        start = diffuse_target(flat, linear)
        if axis == 0:  # the tiles are square
            flat, start = np.ascontiguousarray(flat.swapaxes(0, 1)), np.ascontiguousarray(start.T)
        config = SearchConfig(sigma=sigma, mean_weight=mean_weight)
        found = direct_binary_search(start, linear, prepare_search(flat), config)
        means.append(linear.mean(axis=1)[found].mean(axis=axis))
    for period in (16, 32, 64):
        assert np.mean([seam_variance(rows, period) for rows in means]) < 2
        assert np.mean([seam_steps(rows, period) for rows in means]) < 1.3


@pytest.mark.parametrize("name", ["inky-spectra-6", "c64"])
def test_rows_and_columns_do_not_step_at_tiles_in_a_picture(name: str) -> None:
    rows, columns = np.mgrid[:768, :768] / 128
    waves = np.stack([rows / 3 + columns, 2 * rows - columns, rows / 2], axis=-1)
    noise = np.random.default_rng(0).normal(0, 20, (768, 768, 1))
    picture = (130 + 100 * np.sin(2 * np.pi * waves) + noise).clip(0, 255).astype(np.uint8)
    palette = load_palette(name)
    wanted = srgb_to_linear(map_to_palette(picture, palette) / 65535)
    start, image = diffuse_target(wanted, palette.linear), prepare_search(wanted)
    found = direct_binary_search(start, palette.linear, image, SearchConfig())
    error = (palette.linear[found] - wanted).mean(axis=2)
    assert max(seam_steps(error.mean(axis=axis), 16) for axis in (0, 1)) < 1.3


def test_fixed_pixels_keep_their_index(linear: np.ndarray, indices: np.ndarray) -> None:
    fixed = np.random.default_rng(1).random(indices.shape) < 0.3
    image = prepare_search(linear, fixed=fixed)
    found = direct_binary_search(indices, PALETTE, image, SearchConfig())
    assert (found[fixed] == indices[fixed]).all()
    assert (found[~fixed] != indices[~fixed]).any()


@pytest.mark.parametrize("gray", [150, 200])
def test_rows_at_the_border_are_as_light_as_others(gray: int) -> None:
    linear = load_palette("black-white").linear
    flat = np.full((48, 1200, 3), srgb_to_linear(np.array(gray / 255)))
    image = prepare_search(flat)
    found = direct_binary_search(diffuse_target(flat, linear), linear, image, SearchConfig())
    # Three rows, since the dots of neighbouring rows make up for each other.
    inside = found[9:-9].mean()
    for rows in (found[:3], found[-3:]):
        assert rows.mean() == pytest.approx(inside, abs=0.03)


@pytest.mark.parametrize("candidates", [4, 16])
@pytest.mark.parametrize("weights", [{"mean_weight": 0.0}, {"change_threshold": 1e-4}])
def test_pixels_that_a_sweep_passes_over_would_not_change(
    linear: np.ndarray, indices: np.ndarray, candidates: int, weights: dict[str, Any]
) -> None:
    config = SearchConfig(candidates=candidates, **weights)
    image = prepare_search(linear)
    passing = every = init(indices, PALETTE, image, config)
    every = every._replace(pixels=every.pixels.copy(), field=every.field.copy())
    every = every._replace(sums=every.sums.copy())
    for _ in range(5):
        passing, few = step(passing, PALETTE, config)
        every.settled[...] = 0
        every, all_of_them = step(every, PALETTE, config)
        assert few == all_of_them
        assert (passing.indices == every.indices).all()


def test_overwritten_pixels_are_decided_anew(linear: np.ndarray, indices: np.ndarray) -> None:
    config, image = SearchConfig(candidates=3), prepare_search(linear)
    state = init(indices, PALETTE, image, config)
    found = run(state, PALETTE, config)
    rows = np.where(np.arange(found.shape[1]) < 9, -1, image.cells.astype(int))
    overwrite(state, found, rows)
    again = init(found, PALETTE, image._replace(fixed=rows < 0), config)
    assert (state.pixels == again.pixels).all()
    samples, same = (
        float_pixels(found, image._replace(fixed=rows < 0, cells=image.cells.astype(kind)))
        for kind in (np.uint16, np.int32)
    )
    assert samples.dtype == same.dtype == np.float32
    assert (samples == same).all()
    assert (samples[..., :3] == state.pixels.view(np.float32)[..., :3]).all()
    assert samples[..., 3:6] == pytest.approx(image.original)
    assert (samples[..., 6] == found).all()
    assert (samples[..., 7] == rows).all()


def test_after_the_first_sweeps_most_pixels_are_passed_over(
    linear: np.ndarray, indices: np.ndarray
) -> None:
    config = SearchConfig(mean_weight=0.0)
    state = init(indices, PALETTE, prepare_search(linear), config)
    for _ in range(4):
        state, _ = step(state, PALETTE, config)
    before = state.settled.copy()
    state, _ = step(state, PALETTE, config)
    assert (state.settled == before).all(axis=2).mean() > 0.5


@pytest.mark.parametrize("weights", [{}, {"mean_weight": 0.0}, {"candidates": 3}])
def test_the_compiled_sweep_does_what_python_does(
    linear: np.ndarray,
    indices: np.ndarray,
    weights: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = SearchConfig(**weights)
    image, indices = prepare_search(linear[:20, :23]), indices[:20, :23]
    compiled = direct_binary_search(indices, PALETTE, image, config)
    monkeypatch.setattr(search_loops, "visit", search_loops.visit.python)
    assert (direct_binary_search(indices, PALETTE, image, config) == compiled).all()
    assert (compiled != indices).any()
