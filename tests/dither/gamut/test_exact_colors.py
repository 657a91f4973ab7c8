import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dither.gamut.exact_colors import exact_colors, keep_exact
from dither.palettes.palette import Palette


@given(st.integers(2, 256), st.integers(0, 99))
def test_pixels_of_the_palette_take_its_index_and_others_none(count: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    codes = generator.choice(1 << 24, 2 * count, replace=False)
    colors = (codes[:, None] >> np.array([16, 8, 0]) & 255).astype(np.uint8)
    image = colors[None, generator.permutation(2 * count)]
    out = np.full(image.shape[:2], 7, np.uint8)
    keep_exact(image, exact_colors(Palette(colors[:count]), "absolute"), np.arange(256), out)
    own = colors[:count].tolist()
    assert out[0].tolist() == [own.index(c) if c in own else 7 for c in image[0].tolist()]


def test_the_hash_is_read_only() -> None:
    exact = exact_colors(Palette.from_hex("000102 030405"), "absolute")
    assert not exact.keys.flags.writeable
    assert not exact.indices.flags.writeable


def test_saturated_colours_and_those_that_stay_keep_their_entry_and_other_greys_do_not() -> None:
    # The white of this panel is a grey of images, and its dark grey lies between others.
    panel = Palette.from_hex(
        "000000 a0a0a0 606060 d0be47",
        device=np.array([[0, 0, 0], [255, 255, 255], [128, 128, 128], [255, 255, 0]], np.uint8),
    )
    exact = exact_colors(panel, "perceptual")
    kept = {
        f"{key:06x}": int(value)
        for key, value in zip(exact.keys, exact.indices, strict=True)
        if key != 0xFFFFFFFF
    }
    assert kept == {"000000": 0, "ffffff": 1, "ffff00": 3, "d0be47": 3}
