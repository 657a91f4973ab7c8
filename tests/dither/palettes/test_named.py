import numpy as np
import pytest

from dither.palettes.named import palette_names
from dither.palettes.palette_like import load_palette

SIZES = {
    "game-boy": 4,
    "game-boy-pocket": 4,
    "c64": 16,
    "cga-0-low": 4,
    "cga-0-high": 4,
    "cga-1-low": 4,
    "cga-1-high": 4,
    "cga-16": 16,
    "zx-spectrum": 15,
    "nes": 54,
    "pico-8": 16,
    "ansi-16": 16,
    "web-safe": 216,
    "gray-4": 4,
    "gray-16": 16,
    "black-white": 2,
    "black-white-red": 3,
    "black-white-yellow": 3,
    "black-white-yellow-red": 4,
    "spectra-6": 6,
    "acep-7": 7,
    "inky-spectra-6": 6,
    "inky-acep-7": 7,
}


def test_the_names_are_these() -> None:
    assert palette_names() == list(SIZES)


@pytest.mark.parametrize("name", SIZES)
def test_each_has_its_number_of_distinct_colours(name: str) -> None:
    assert len(load_palette(name)) == SIZES[name]  # a Palette refuses repeated colours


def test_the_commodore_colours_are_the_measured_lumas_and_angles() -> None:
    """Timmermann (2001): 9 lumas, one saturation, angles of 22.5 degrees, gamma 2.5 to 2.2."""
    lumas = [0, 255, 80, 160, 96, 128, 64, 192, 96, 64, 128, 80, 120, 192, 120, 159]
    steps = {2: 5, 3: 13, 4: 2, 5: 10, 6: 0, 7: 8, 8: 6, 9: 7, 10: 5, 13: 10, 14: 0}
    video = (load_palette("c64").colors / 255) ** (2.2 / 2.5) * 255
    y = video @ [0.299, 0.587, 0.114]
    u, v = 0.493 * (video[:, 2] - y), 0.877 * (video[:, 0] - y)
    assert y == pytest.approx(lumas, abs=1)
    for color in range(16):
        saturation, angle = np.hypot(u, v)[color], np.degrees(np.arctan2(v, u))[color]
        assert saturation == pytest.approx(34 if color in steps else 0, abs=0.5)
        if color in steps:
            assert (angle - 22.5 * steps[color] + 180) % 360 == pytest.approx(180, abs=1.5)


def test_the_pc_colours_are_two_thirds_and_one_third_by_bit_and_brown() -> None:
    cga = load_palette("cga-16").colors.astype(int)
    for number in range(16):
        bits = [number >> shift & 1 for shift in (2, 1, 0)]
        expected = [170 * bit + 85 * (number >> 3) for bit in bits]
        if number == 6:
            expected[1] = 85  # the monitor halves the green of dark yellow
        assert cga[number].tolist() == expected
    numbers = {"0-low": [0, 2, 4, 6], "0-high": [0, 10, 12, 14]}
    numbers |= {"1-low": [0, 3, 5, 7], "1-high": [0, 11, 13, 15]}
    for name, chosen in numbers.items():
        assert load_palette(f"cga-{name}").colors.tolist() == cga[chosen].tolist()


def test_the_spectrum_colours_are_green_red_blue_bits() -> None:
    colors = load_palette("zx-spectrum").colors.tolist()
    bright = [[255 * (n >> 1 & 1), 255 * (n >> 2), 255 * (n & 1)] for n in range(8)]
    assert colors[:8] == [[216 if code else 0 for code in color] for color in bright]
    assert colors[8:] == bright[1:]


def test_greys_and_the_web_safe_cube_have_even_steps() -> None:
    assert load_palette("gray-4").colors[:, 0].tolist() == [0, 85, 170, 255]
    assert load_palette("gray-16").colors.tolist() == [[17 * n] * 3 for n in range(16)]
    axis = range(0, 256, 51)
    cube = [[red, green, blue] for red in axis for green in axis for blue in axis]
    assert load_palette("web-safe").colors.tolist() == cube


def test_the_inks_stand_in_one_order_and_each_has_about_the_hue_of_its_ideal() -> None:
    for kind in ("spectra-6", "acep-7"):
        ideal, seen = load_palette(kind).oklab, load_palette(f"inky-{kind}").oklab
        hues = [inks[:, 1] + 1j * inks[:, 2] for inks in (ideal, seen)]
        colored = abs(hues[0]) > 0.05
        assert colored.sum() == len(ideal) - 2
        assert abs(np.angle(hues[1][colored] / hues[0][colored], deg=True)).max() < 45
        assert seen[0, 0] < seen[1:, 0].min()


def test_the_nes_has_rows_of_hues_that_grow_lighter() -> None:
    """Codes $00 to $0C, $10 to $1C and $20 to $2C go through the same hues at rising lightness."""
    palette = load_palette("nes")
    rows = palette.oklab[:39].reshape(3, 13, 3)
    assert (np.diff(rows[..., 0], axis=0) > 0.1).all()
    angles = np.degrees(np.arctan2(rows[:, 1:, 2], rows[:, 1:, 1]))
    turned = (angles - angles[1] + 180) % 360 - 180
    assert np.abs(turned).max() < 45
    assert np.hypot(*rows[:, 0, 1:].T).max() < 0.02  # the first of each row is grey
    assert palette.hex[-1] == "#000000"
