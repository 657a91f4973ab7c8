import numpy as np
import pytest
import reference
from hypothesis import example, given
from hypothesis import strategies as st

from bluenoise.methods.void_and_cluster import (
    fixed_point,
    gaussian_kernel,
    jitter,
    void_and_cluster,
)
from bluenoise.objective.pair_kernel import temporal_kernel, wrap_frames
from bluenoise.objective.target import FRAMES
from dither.errors import InputError
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import is_permutation
from dither.metrics import temporal
from dither.metrics.patterns import (
    level_energies,
    temporal_energies,
    white_noise_temporal_energies,
)
from dither.metrics.temporal import SpaceTime, SpaceTimeProduct, SpaceTimeSum
from dither.metrics.viewing import Gaussian
from dither.native.loop import Compiled


@pytest.mark.parametrize("shape", [(4, 4), (5, 9), (16, 16), (33, 20), (40, 40)])
@pytest.mark.parametrize("sigma", [1.0, 1.5, 1.9])
def test_every_pick_is_the_largest_void(shape: tuple[int, int], sigma: float) -> None:
    matrix = void_and_cluster(shape, sigma=sigma, seed=4)
    # The jitter between ties, and the rounding of the kernel.
    assert reference.is_largest_void_order(matrix.ranks, sigma, tolerance=3e-5)
    assert not reference.is_largest_void_order(white_noise(*shape).ranks, sigma, tolerance=3e-5)


PRODUCT = SpaceTimeProduct(Gaussian(1.5), temporal.TemporalExponential(0.3))


@pytest.mark.parametrize(
    "frames", [FRAMES, PRODUCT, SpaceTimeSum(Gaussian(1), temporal.TemporalBox(4), 0.3)]
)
@pytest.mark.parametrize("shape", [(7, 13), (3, 9, 10), (4, 16, 8), (16, 5, 5), (2, 17, 4)])
def test_every_pick_is_the_lowest_cell_of_the_field(
    shape: tuple[int, ...], frames: SpaceTime
) -> None:
    matrix = void_and_cluster(shape, sigma=1.2, frames=frames, seed=7)
    kernel = gaussian_kernel(1.2)[None]
    if len(shape) == 3:
        kernel = wrap_frames(frames.joined(kernel[0], temporal_kernel(frames.time)), shape[0])
    start = jitter(shape, 7)
    assert reference.are_largest_voids(matrix.planes, start, fixed_point(kernel))
    noise = np.random.default_rng(0).permutation(start.size).reshape(start.shape)
    assert not reference.are_largest_voids(noise, start, fixed_point(kernel))


@given(
    st.tuples(st.integers(1, 24), st.integers(1, 24)) | st.tuples(st.just(1), st.integers(1, 300))
)
@example((2, 2))
@example((1, 1))
def test_any_shape_is_filled_void_by_void(shape: tuple[int, int]) -> None:
    """Shapes narrower than the kernel meet it several times; each pick is still the lowest cell."""
    matrix = void_and_cluster(shape, seed=3)
    assert matrix.shape == shape
    kernel = fixed_point(gaussian_kernel(1.5)[None])
    assert reference.are_largest_voids(matrix.planes, jitter(shape, 3), kernel)


@pytest.mark.parametrize("sigma", [0.3, 1.5, 8.0])
def test_no_field_overflows(sigma: float) -> None:
    kernel = fixed_point(gaussian_kernel(sigma)[None])
    assert kernel.astype(np.int64).sum() + 256 < 1 << 30
    # A side of 4 is met many times over.
    assert is_permutation(void_and_cluster((4, 5), sigma=sigma).ranks)


def test_frames_are_blue_in_space_and_over_time() -> None:
    shape = (16, 32, 32)
    levels = np.arange(512, 16384, 512)
    ranks = void_and_cluster(shape, sigma=1.9, seed=1).ranks
    over_time = temporal_energies(ranks, [temporal.TemporalGaussian(2)], levels)
    white = white_noise_temporal_energies(shape, [temporal.TemporalGaussian(2)], levels)
    assert 10 * np.log10(over_time.mean() / white.mean()) < -6
    alone = level_energies(void_and_cluster((32, 32)).ranks, [Gaussian(2.0)]).mean()
    assert 10 * np.log10(level_energies(ranks, [Gaussian(2.0)], levels).mean() / alone) < 0.5


@pytest.mark.slow
def test_every_pick_of_a_large_matrix_is_the_largest_void() -> None:
    assert reference.is_largest_void_order(void_and_cluster((130, 100)).ranks, 1.5, tolerance=3e-5)


@pytest.mark.parametrize("sigma", [0, 0.2, 9, float("nan")])
def test_numbers_out_of_range_are_one_sentence(sigma: float) -> None:
    with pytest.raises(InputError, match=r"from 0\.3 to 8"):
        void_and_cluster((8, 8), sigma=sigma)
    with pytest.raises(InputError, match="0x5"):
        void_and_cluster((0, 5))


def test_the_seed_decides() -> None:
    first, same, other = (void_and_cluster((16, 16), seed=seed).ranks for seed in (1, 1, 2))
    assert (first == same).all()
    assert (first != other).any()


def test_the_last_ranks_mirror_the_first() -> None:
    # With a constant kernel sum, the emptiest of the ones is the tightest of the zeros.
    ranks = void_and_cluster((32, 32)).ranks.astype(int)
    holes = np.argwhere(ranks >= 1024 - 8)
    nearest = [
        min(
            sum(reference.torus_distance(a, b, 32) ** 2 for a, b in zip(one, two, strict=True))
            for two in holes
            if (one != two).any()
        )
        for one in holes
    ]
    assert min(nearest) > 25


def test_machine_code_and_python_give_the_same_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [void_and_cluster(shape, seed=3).ranks for shape in ((9, 20), (3, 6, 5))]
    monkeypatch.setattr(Compiled, "__call__", lambda loop, *given: loop.python(*given))
    for ranks in expected:
        assert (void_and_cluster(ranks.shape, seed=3).ranks == ranks).all()
