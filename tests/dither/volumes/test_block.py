import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither import (
    InputError,
    Palette,
    Preparation,
    RasterImage,
    Sides,
    ThresholdMatrix,
    adjusted,
    bayer,
    dither_to_palette,
    ordered_dither,
    requantize,
)
from dither.volumes.block import (
    LevelDither,
    PaletteDither,
    VolumeDither,
    dither_block,
    output_layout,
)
from dither.volumes.regions import block_sides, regions

RNG = np.random.default_rng(3)
PALETTE = Palette.from_hex("000000 ff0000 00ff00 0000ff ffffff")
FRAMES = ThresholdMatrix(RNG.permutation(3 * 5 * 4).reshape(3, 5, 4))
DITHERINGS = (
    LevelDither(levels=2, matrix=bayer(8, 8)),
    LevelDither(levels=5, matrix=FRAMES, light="linear", strength=0.7),
    LevelDither(levels=2, matrix=bayer(4, 4), preparation=Preparation(brightness=1.3)),
    PaletteDither(PALETTE, matrix=FRAMES, candidates=6),
    PaletteDither(PALETTE, matrix=bayer(4, 4), mix="two"),
)


def _volume(shape: tuple[int, ...], dtype: type = np.uint8) -> np.ndarray:
    samples = np.random.default_rng(sum(shape)).random(shape)
    white = 1 if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).max
    return (samples * white).astype(dtype)


@given(
    shape=st.tuples(*[st.integers(1, 11)] * 3),
    grid=st.tuples(*[st.integers(1, 7)] * 3),
    room=st.integers(0, 400),
    dithering=st.sampled_from(DITHERINGS),
    channels=st.sampled_from([(), (1,), (3,)]),
)
def test_blocks_of_any_size_fit_together(
    shape: tuple[int, int, int],
    grid: tuple[int, int, int],
    room: int,
    dithering: VolumeDither,
    channels: tuple[int, ...],
) -> None:
    volume = _volume((*shape, *channels))
    whole = dither_block(volume, (0, 0, 0), dithering)
    assert (whole.shape, whole.dtype) == output_layout(volume.shape, volume.dtype, dithering)
    pieced = np.full_like(whole, 77)
    sides = block_sides(volume.shape, grid, math.prod(grid) + room)
    for region in regions(volume.shape, sides):
        pieced[region] = dither_block(volume[region], region.origin, dithering)
    np.testing.assert_array_equal(pieced, whole)


def test_each_layer_is_an_image_at_its_frame() -> None:
    volume = _volume((7, 9, 10))
    many = LevelDither(levels=4, matrix=FRAMES)
    for layer, image in enumerate(dither_block(volume, (5, 2, 3), many)):
        wanted = requantize(volume[layer], FRAMES, levels=4, phase=(layer + 5, 2, 3))
        np.testing.assert_array_equal(image, wanted)
    palette = PaletteDither(PALETTE, matrix=FRAMES, mix="two")
    for layer, image in enumerate(dither_block(volume, (1, 2, 3), palette)):
        phase = (layer + 1, 2, 3)
        wanted = dither_to_palette(volume[layer], PALETTE, FRAMES, mix="two", phase=phase)
        np.testing.assert_array_equal(image, wanted)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.float64])
def test_few_levels_of_deep_samples_take_8_bits(dtype: type) -> None:
    volume = _volume((2, 8, 8), dtype)
    values = dither_block(volume, (0, 0, 0), LevelDither(levels=4, matrix=bayer(8, 8)))
    codes = np.stack([ordered_dither(layer, bayer(8, 8), levels=4) for layer in volume])
    np.testing.assert_array_equal(values, codes * np.uint8(85))
    deep = dither_block(volume, (0, 0, 0), LevelDither(levels=1000, matrix=bayer(8, 8)))
    assert deep.dtype == np.uint16


def test_alpha_stays_in_as_many_bits_as_the_colours() -> None:
    volume = _volume((1, 8, 8, 4))
    two = LevelDither(levels=2, matrix=bayer(8, 8))
    np.testing.assert_array_equal(dither_block(volume, (0, 0, 0), two)[..., 3], volume[..., 3])
    deep = volume.astype(np.uint16) * 257
    np.testing.assert_array_equal(dither_block(deep, (0, 0, 0), two)[..., 3], volume[..., 3])
    with pytest.raises(InputError, match="cannot hold alpha"):
        dither_block(volume, (0, 0, 0), PaletteDither(PALETTE))


def test_volumes_are_prepared_as_images_are() -> None:
    volume = _volume((2, 6, 5, 3))
    preparation = Preparation(gray=True, contrast=1.5, exposure=0.5, shadows=0.5, gamma=1.1)
    done = dither_block(volume, (0, 0, 0), LevelDither(levels=3, preparation=preparation))
    assert done.shape == (2, 6, 5)
    for layer, image in zip(volume, done, strict=True):
        gray = adjusted(RasterImage(layer), preparation).color
        np.testing.assert_array_equal(image, requantize(gray, levels=3))


def test_the_byte_order_of_a_file_does_not_matter() -> None:
    volume = _volume((2, 8, 8), np.uint16)
    two = LevelDither(levels=2, matrix=bayer(8, 8))
    swapped = volume.astype(volume.dtype.newbyteorder())
    np.testing.assert_array_equal(
        dither_block(swapped, (0, 0, 0), two), dither_block(volume, (0, 0, 0), two)
    )


@pytest.mark.parametrize("dithering", DITHERINGS, ids=repr)
def test_ditherings_can_be_sent_to_other_processes(dithering: VolumeDither) -> None:
    volume = _volume((2, 8, 8))
    sent = pickle.loads(pickle.dumps(dithering))
    np.testing.assert_array_equal(
        dither_block(volume, (1, 2, 3), sent), dither_block(volume, (1, 2, 3), dithering)
    )


def test_what_cannot_be_done_is_refused() -> None:
    with pytest.raises(InputError, match=r"shape \(Z, Y, X\)"):
        dither_block(np.zeros((4, 4), np.uint8), (0, 0, 0), LevelDither(levels=2))
    with pytest.raises(InputError, match=r"shape \(Z, Y, X\)"):
        dither_block(np.zeros((4, 4, 4, 5), np.uint8), (0, 0, 0), LevelDither(levels=2))
    for name, value in {
        "resize": Sides(width=9),
        "fit": "cover",
        "rotate": 90,
        "background": "#000000",
        "auto_contrast": 0.0,
    }.items():
        preparation = replace(Preparation(), **{name: value})
        with pytest.raises(InputError, match=f"{name.replace('_', ' ')} is for images only"):
            LevelDither(levels=2, preparation=preparation)
    with pytest.raises(InputError, match="levels is 1"):
        LevelDither(levels=1)
    with pytest.raises(InputError, match="light is 'bright'"):
        PaletteDither(PALETTE, light="bright")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mix": "zzz"}, "mix is 'zzz'"),
        ({"candidates": -3}, "candidates is -3"),
        ({"strength": 9}, "strength is 9"),
        ({"light": "red"}, "light is 'red'"),
    ],
)
def test_settings_are_checked_where_they_are_made(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        PaletteDither(Palette.from_hex("000000 ffffff"), **options)
