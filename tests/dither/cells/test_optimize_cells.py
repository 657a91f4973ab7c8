from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("numba")

from dither.cells.cells import Cells
from dither.cells.devices import cell_names, load_cells
from dither.cells.optimize_cells import OptimizedCells, optimize_cells
from dither.color import packed_codes
from dither.errors import InputError
from dither.metrics import blurred_error
from dither.palettes.device import round_to_device
from dither.palettes.palette_like import load_palette


def _areas(picture: np.ndarray, cells: Cells) -> Iterator[set[int]]:
    """Yield the colours of each cell, as counted from the pixels alone."""
    codes = packed_codes(picture)
    for top in range(0, len(codes), cells.height):
        for left in range(0, codes.shape[1], cells.width):
            area = codes[top : top + cells.height, left : left + cells.width]
            yield set(area.ravel().tolist())


def _check(found: OptimizedCells, cells: Cells) -> None:
    """Check the limits of a display on the colours that are seen, not on what the result says."""
    areas = list(_areas(found.picture, cells))
    assert max(map(len, areas)) <= cells.colors
    if cells.palettes is not None:
        codes = packed_codes(found.palette.colors)
        palettes = {frozenset(row) for row in codes[found.palette.palettes].tolist()}
        assert len(found.palette.palettes) == cells.palettes
        assert all(any(area <= palette for palette in palettes) for area in areas)
        assert len(frozenset.intersection(*palettes)) >= cells.shared
    if cells.master is not None:
        assert set().union(*areas) <= set(packed_codes(cells.master.colors).tolist())
    else:
        rounded = round_to_device(found.palette.colors, cells.device_levels)
        np.testing.assert_array_equal(rounded, found.palette.colors)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name == "snes" else ()) for name in cell_names()],
)
def test_each_cell_shows_few_colours(photo: np.ndarray, name: str) -> None:
    cells = load_cells(name)
    found = optimize_cells(photo[:29, 3:52], name)  # cells are cut off at two sides
    _check(found, cells)
    assert found.usage.sum() == pytest.approx(1)
    if name == "zx-spectrum":
        black, normal, bright = 0x000000, 0xD8, 0xFF
        for area in _areas(found.picture, cells):
            seen = {code & 255 | code >> 8 & 255 | code >> 16 for code in area - {black}}
            assert seen <= {normal} or seen <= {bright}


def test_multicolour_cells_share_the_background(photo: np.ndarray) -> None:
    found = optimize_cells(photo, "c64-multicolor", keep=np.array([[0x6F, 0x4F, 0x25]]))
    assert (found.palette.colors[found.palette.palettes[:, 0]] == (0x6F, 0x4F, 0x25)).all()


def test_indices_are_palette_and_colour(photo: np.ndarray) -> None:
    cells = Cells(8, 8, 4, palettes=3, shared=1, device_levels=(8, 8, 8))
    found = optimize_cells(photo, cells, keep=np.array([[255, 0, 0]]))
    _check(found, cells)
    rows, columns = np.indices(found.indices.shape) // 8
    np.testing.assert_array_equal(found.indices // 4, found.palette.choice[rows, columns])
    assert (found.palette.colors[::4] == (255, 0, 0)).all()


def test_better_than_one_palette_and_repeatable(photo: np.ndarray) -> None:
    photo = photo[:, :48]
    one = optimize_cells(photo, Cells(8, 8, 4, palettes=1))
    many = optimize_cells(photo, Cells(8, 8, 4, palettes=6), seed=3)
    again = optimize_cells(photo, Cells(8, 8, 4, palettes=6), seed=3, threads=2)
    errors = [blurred_error(photo, each.picture) for each in (one, many)]
    assert errors[1] < 0.6 * errors[0]
    np.testing.assert_array_equal(many.indices, again.indices)
    np.testing.assert_array_equal(many.palette.colors, again.palette.colors)


@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (9, 1)])
@pytest.mark.parametrize("name", ["zx-spectrum", "game-boy-color", "nes"])
def test_small_and_flat_images(shape: tuple[int, int], name: str) -> None:
    image = np.full((*shape, 3), 90, np.uint8)
    _check(optimize_cells(image, name), load_cells(name))


def test_masked_pixels_do_not_change_the_palettes(photo: np.ndarray) -> None:
    photo = photo[:32, :40]
    mask = np.zeros(photo.shape[:2], bool)
    mask[:20, 20:] = True
    other = np.where(mask[..., None], np.uint8(255) - photo, photo)
    found = [optimize_cells(each, "game-boy-color", mask=mask) for each in (photo, other)]
    np.testing.assert_array_equal(found[0].palette.colors, found[1].palette.colors)
    np.testing.assert_array_equal(found[0].indices, found[1].indices)
    _check(found[0], load_cells("game-boy-color"))


def test_progress_ends(photo: np.ndarray) -> None:
    shares = []
    optimize_cells(
        photo[:16, :16], "game-boy-color", on_progress=lambda share, _: shares.append(share)
    )
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_wrong_options_are_refused(photo: np.ndarray) -> None:
    for options, words in (
        ({"keep": "#000 #fff"}, "keep has 2 colours, and the palettes share 1"),
        ({"keep": np.array([[1, 2, 3]])}, "the image holds #010203"),
        ({"preset": "best"}, "preset is 'best'"),
        ({"intent": "none"}, "intent is 'none'"),
    ):
        with pytest.raises(InputError) as error:
            optimize_cells(photo, "nes", **options)  # pyright: ignore[reportArgumentType]
        assert words in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["zx-spectrum", "nes", "game-boy-color"])
def test_a_large_image_obeys(name: str) -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (12, 16, 3)).astype(np.uint8).repeat(20, 0).repeat(16, 1)
    _check(optimize_cells(image, name), load_cells(name))


def test_a_palette_of_the_caller(photo: np.ndarray) -> None:
    cells = Cells(8, 1, 2, master=load_palette("pico-8"))
    _check(optimize_cells(photo, cells), cells)
