import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import rgb2lab

from dither.color import linear_to_oklab, srgb_to_linear
from dither.errors import InputError
from dither.palettes.nearest import nearest_indices, weighted_oklab
from dither.palettes.palette import Palette
from dither.palettes.palette_like import load_palette


@given(st.integers(2, 256), st.integers(0, 99))
def test_the_nearest_entry_is_that_of_an_exhaustive_search(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    colors = np.unique(rng.integers(0, 256, (count + 1, 3)), axis=0).astype(np.uint8)
    image = rng.integers(0, 256, (7, 9, 3)).astype(np.uint8)
    weights = np.array([1, 2, 2])
    entries = linear_to_oklab(srgb_to_linear(colors / 255)) * weights
    pixels = linear_to_oklab(srgb_to_linear(image / 255)) * weights
    distances = np.linalg.norm(pixels[:, :, None] - entries, axis=3)
    found = nearest_indices(image, colors)
    chosen = np.take_along_axis(distances, found[..., None].astype(int), 2)[..., 0]
    assert np.allclose(chosen, distances.min(axis=2), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["spectra-6", "black-white-red", "c64", "web-safe", "game-boy"])
def test_colours_of_the_palette_keep_their_index(name: str) -> None:
    palette = load_palette(name)
    assert nearest_indices(palette.colors[None], palette)[0].tolist() == list(range(len(palette)))


def test_no_grey_is_red_on_spectra_6() -> None:
    palette = load_palette("spectra-6")
    grays = np.arange(256, dtype=np.uint8)[None]
    assert set(nearest_indices(grays, palette).ravel().tolist()) == {palette.black, palette.white}


def test_it_agrees_with_cielab_on_most_colours() -> None:
    palette = load_palette("c64")
    image = np.random.default_rng(2).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    pixels, entries = rgb2lab(image), rgb2lab(palette.colors[None])[0]
    cielab = np.linalg.norm(pixels[:, :, None] - entries, axis=3).argmin(axis=2)
    assert (nearest_indices(image, palette) == cielab).mean() > 0.6


def test_of_equally_near_entries_the_first_is_taken() -> None:
    image = np.array([[[100, 100, 100]]], np.uint8)
    twice = np.array([[0, 0, 0], [120, 120, 120], [120, 120, 120]], np.uint8)
    assert nearest_indices(image, twice).tolist() == [[1]]


def test_other_dtypes_are_rounded_to_8_bits() -> None:
    palette = Palette.from_hex("000000 ffffff")
    gray = np.array([[0, 99, 100, 255]], np.uint8)
    expected = nearest_indices(gray, palette).tolist()
    assert nearest_indices(gray.astype(np.uint16) * 257, palette).tolist() == expected
    assert nearest_indices(gray / 255, palette).tolist() == expected


def test_chroma_counts_twice() -> None:
    red = np.array([255, 0, 0])
    lab = linear_to_oklab(srgb_to_linear(red / 255))
    assert weighted_oklab(red).tolist() == [lab[0], 2 * lab[1], 2 * lab[2]]


def test_an_image_of_two_channels_is_refused() -> None:
    with pytest.raises(InputError, match="1 or 3 channels"):
        nearest_indices(np.zeros((2, 2, 2), np.uint8), load_palette("c64"))
