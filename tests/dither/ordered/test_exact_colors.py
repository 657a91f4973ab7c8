import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dither.ordered.exact_colors import exact_colors, keep_exact


@given(st.integers(2, 256), st.integers(0, 99))
def test_pixels_of_the_palette_take_its_index_and_others_none(count: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    codes = generator.choice(1 << 24, 2 * count, replace=False)
    colors = (codes[:, None] >> np.array([16, 8, 0]) & 255).astype(np.uint8)
    image = colors[None, generator.permutation(2 * count)]
    out = np.full(image.shape[:2], 7, np.uint8)
    keep_exact(image, exact_colors(colors[:count].tobytes()), out)
    own = colors[:count].tolist()
    assert out[0].tolist() == [own.index(c) if c in own else 7 for c in image[0].tolist()]


def test_the_hash_is_read_only() -> None:
    exact = exact_colors(bytes(range(6)))
    assert not exact.keys.flags.writeable
    assert not exact.indices.flags.writeable
