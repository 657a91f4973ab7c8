import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.color_count.gap_estimate import GapEstimate, largest_gap
from dither.color_count.gap_statistic import COLOR_GRIDS, ColorGrid, GapConfig, gap_statistic
from dither.errors import InputError
from dither.palettes.from_image import k_means, median_cut
from dither.palettes.palette import Palette

pytest.importorskip("numba")

FEW = GapConfig(permutations=4, fewest=4)


def plain_loss(image: np.ndarray, colors: np.ndarray) -> float:
    """Floyd-Steinberg as it is told: raster order, all colours compared, errors scattered."""
    old = image.astype(np.float64)
    height, width, _ = old.shape
    total = 0.0
    for y, x in itertools.product(range(height), range(width)):
        new = colors[((old[y, x] - colors) ** 2).sum(axis=1).argmin()]
        error = old[y, x] - new
        total += (error**2).sum()
        for dy, dx, weight in ((0, 1, 7), (1, -1, 3), (1, 0, 5), (1, 1, 1)):
            if y + dy < height and 0 <= x + dx < width:
                old[y + dy, x + dx] += error * weight / 16
    return total


def noise(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("grid", COLOR_GRIDS, ids=len)
@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 9, 3), (9, 1, 3), (7, 11, 3)])
def test_grids_have_the_loss_of_the_plain_twin(grid: ColorGrid, shape: tuple[int, ...]) -> None:
    (found,) = gap_statistic(noise(shape), [grid], FEW)
    assert found.colors == len(grid) == len(grid.colors)
    assert found.loss == pytest.approx(plain_loss(noise(shape), grid.colors), rel=1e-9)


@given(st.integers(0, 1 << 32), st.integers(2, 40), st.sampled_from([30, 256]))
def test_palettes_have_the_loss_of_the_plain_twin(seed: int, count: int, brightest: int) -> None:
    # Of dark colours alone the errors grow far beyond white, and beyond the cells of the search.
    rng = np.random.default_rng(seed)
    palette = Palette(np.unique(rng.integers(0, brightest, (count, 3)), axis=0))
    image = noise((8, 6, 3), seed)
    (found,) = gap_statistic(image, [palette], FEW)
    assert found.loss == pytest.approx(plain_loss(image, palette.colors.astype(float)), rel=1e-9)


def test_the_null_losses_are_those_of_shuffled_pixels(photo: np.ndarray) -> None:
    grid, small = ColorGrid(2), np.ascontiguousarray(photo[::3, ::3])
    (found,) = gap_statistic(small, [grid], GapConfig(100, precision=0))
    rng = np.random.default_rng(1)
    flat = small.reshape(-1, 3)
    own = [plain_loss(rng.permutation(flat).reshape(small.shape), grid.colors) for _ in range(20)]
    spread = np.hypot(np.std(own) / 20**0.5, found.half_width / 1.96)
    assert abs(np.mean(own) - found.expected) < 4 * spread
    assert np.std(own) == pytest.approx(found.null_losses.std(), rel=0.6)


def test_the_figures_do_not_depend_on_threads_but_on_the_seed(photo: np.ndarray) -> None:
    palettes = [*COLOR_GRIDS[:2], k_means(photo, 8), median_cut(photo, 8)]
    config = GapConfig(30, precision=0.01)
    one, two, other = (
        gap_statistic(photo, palettes, config, seed=seed, threads=threads)
        for seed, threads in ((0, 1), (0, 3), (1, 2))
    )
    for first, second, third in zip(one, two, other, strict=True):
        assert first.null_losses.tolist() == second.null_losses.tolist()
        assert first.loss == second.loss == third.loss
        assert first.null_losses.tolist() != third.null_losses[: len(first.null_losses)].tolist()


def test_palettes_see_the_same_permutations_alone_and_together(photo: np.ndarray) -> None:
    alone = gap_statistic(photo, COLOR_GRIDS[1:2])[0]
    together = gap_statistic(photo, COLOR_GRIDS)[1]
    assert alone.null_losses.tolist() == together.null_losses.tolist()


@pytest.mark.parametrize("precision", [0.0, 0.01, 0.1, 10.0])
def test_permutations_end_when_the_gap_is_known(photo: np.ndarray, precision: float) -> None:
    for found in gap_statistic(photo, config=GapConfig(60, 20, precision)):
        drawn = len(found.null_losses)
        assert drawn in (20, 30, 40, 50, 60)
        known = found.half_width <= precision * abs(found.gap)
        assert known == (precision > 0) or drawn == 60
        if drawn > 20:
            before = GapEstimate(found.colors, found.loss, found.null_losses[:-10])
            assert not (precision > 0 and before.half_width <= precision * abs(before.gap))


def test_a_photo_in_order_is_dithered_worse_and_noise_is_not(photo: np.ndarray) -> None:
    estimates = gap_statistic(photo)
    assert all(each.gap < -3 * each.gap_error for each in estimates[:4])
    assert largest_gap(estimates).colors == 32768
    for each in gap_statistic(noise((60, 60, 3)), config=GapConfig(precision=0)):
        assert abs(each.log_gap) < 4 * each.log_gap_error


def test_what_the_palette_holds_has_no_loss_and_no_gap() -> None:
    checks = np.indices((8, 8)).sum(axis=0).astype(np.uint8) % 2 * 255
    for each in gap_statistic(checks):
        assert each.loss == each.gap == each.log_gap == each.gap_error == each.log_gap_error == 0


def test_progress_rises_to_one(photo: np.ndarray) -> None:
    shares: list[float] = []
    gap_statistic(photo, on_progress=lambda share, _: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_grey_and_sixteen_bits_are_read_as_colours() -> None:
    gray = noise((6, 7))
    same = [gray, gray.astype(np.uint16) * 257, np.stack([gray] * 3, axis=2)]
    assert len({gap_statistic(image, COLOR_GRIDS[:1], FEW)[0].loss for image in same}) == 1


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="has no pixels"):
        gap_statistic(np.zeros((0, 4), np.uint8))
    with pytest.raises(InputError, match="levels is 33"):
        ColorGrid(33)
    with pytest.raises(InputError, match="both must be 2 or more"):
        GapConfig(1)
    with pytest.raises(InputError, match="precision is nan"):
        GapConfig(precision=float("nan"))
