import numpy as np
import pytest
import reference

from bluenoise.void_and_cluster import void_and_cluster
from dither.classical import white_noise
from dither.errors import InputError


@pytest.mark.parametrize("shape", [(4, 4), (5, 9), (16, 16), (33, 20), (40, 40)])
@pytest.mark.parametrize("sigma", [1.0, 1.5, 1.9])
def test_every_pick_is_the_largest_void(shape: tuple[int, int], sigma: float) -> None:
    matrix = void_and_cluster(*shape, sigma=sigma, seed=4)
    # The jitter between ties is 2^-30.
    assert reference.is_largest_void_order(matrix.ranks, sigma, tolerance=1e-6)
    assert not reference.is_largest_void_order(white_noise(*shape).ranks, sigma, tolerance=1e-6)


@pytest.mark.slow
def test_every_pick_of_a_large_matrix_is_the_largest_void() -> None:
    assert reference.is_largest_void_order(void_and_cluster(130, 100).ranks, 1.5, tolerance=1e-6)


@pytest.mark.parametrize("sigma", [0, 0.2, 9, float("nan")])
def test_numbers_out_of_range_are_one_sentence(sigma: float) -> None:
    with pytest.raises(InputError, match=r"from 0\.3 to 8"):
        void_and_cluster(8, 8, sigma=sigma)
    with pytest.raises(InputError, match="0x5"):
        void_and_cluster(0, 5)


def test_the_seed_decides() -> None:
    first, same, other = (void_and_cluster(16, 16, seed=seed).ranks for seed in (1, 1, 2))
    assert (first == same).all()
    assert (first != other).any()


def test_the_last_ranks_mirror_the_first() -> None:
    # With a constant kernel sum, the emptiest of the ones is the tightest of the zeros.
    ranks = void_and_cluster(32, 32).ranks.astype(int)
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
