from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from dither.errors import InputError
from dither.metrics.spectrum import frequency_axes
from dither.metrics.viewing import (
    STANDARD_FILTERS,
    Binomial,
    Box,
    Gaussian,
    Green,
    Measured,
    Mixture,
    Nasanen,
    ViewingFilter,
    named_filters,
    parse_filter,
)


def _blurred(image: np.ndarray, viewing: ViewingFilter) -> np.ndarray:
    gain = viewing.transfer(*frequency_axes((image.shape[0], image.shape[1])))
    return np.fft.ifft2(np.fft.fft2(image) * gain).real


def test_filters_blur_as_scipy_does() -> None:
    image = np.random.default_rng(0).random((32, 40))
    gaussian = ndimage.gaussian_filter(image, 1.5, mode="wrap", truncate=8)
    assert _blurred(image, Gaussian(1.5)) == pytest.approx(gaussian, abs=1e-4)
    assert _blurred(image, Box(3)) == pytest.approx(ndimage.uniform_filter(image, 3, mode="wrap"))
    taps = np.array([1, 4, 6, 4, 1]) / 16
    binomial = ndimage.convolve(image, np.outer(taps, taps), mode="wrap")
    assert _blurred(image, Binomial(4)) == pytest.approx(binomial)


@pytest.mark.parametrize("viewing", [*STANDARD_FILTERS.values(), Box(4), Binomial(3), Green(0.15)])
def test_the_mean_is_kept(viewing: ViewingFilter) -> None:
    assert viewing.transfer(np.array(0.0), np.array(0.0)) == pytest.approx(1)


def test_green_lets_its_frequency_pass_best() -> None:
    # As a target, what a filter passes is an error: the least is at the frequency of the dots.
    frequencies = np.linspace(0, 0.7, 1401)
    gain = Green(0.15).transfer(frequencies, np.zeros(1401))
    assert frequencies[gain.argmin()] == pytest.approx(0.15, abs=0.001)
    assert gain[-1] > 1.2 * gain.min()


def test_nasanen_at_a_known_distance() -> None:
    # 61.84 pixels to the degree: a tenth of a cycle per pixel is 6.184 cycles per degree.
    expected = np.exp(-6.184 / (0.525 * np.log(11) + 3.91))
    assert Nasanen(300, 30).transfer(np.array(0.06), np.array(0.08)) == pytest.approx(
        expected, rel=1e-3
    )


def test_what_people_write_is_understood(tmp_path: Path) -> None:
    assert parse_filter("gaussian:1.5") == Gaussian(1.5)
    assert parse_filter("nasanen:300dpi,30cm") == Nasanen(300, 30)
    assert parse_filter("nasanen:600,25") == Nasanen(600, 25)
    assert parse_filter("box:3") == Box(3)
    assert parse_filter("green:0.15") == parse_filter("green:90lpi,600dpi") == Green(0.15)
    panel = parse_filter("panel:spectra-6-7.3")
    assert isinstance(panel, Nasanen)
    assert named_filters({"mine": "panel:spectra-6-7.3"}) == {"mine": panel}
    assert parse_filter("2*binomial:4") == Mixture(((2.0, Binomial(4)),))
    for separator in (" ", ",", "\t"):
        path = tmp_path / "transfer.txt"
        path.write_text("\n".join(f"{f}{separator}{g}" for f, g in ((0, 1), (0.1, 0.5), (0.5, 0))))
        assert parse_filter(str(path)) == Measured((0, 0.1, 0.5), (1, 0.5, 0))
    odd = tmp_path / "a+b*c.txt"
    odd.write_text("0 1\n0.5 0\n")
    assert parse_filter(str(odd)) == Measured((0, 0.5), (1, 0))
    assert Measured((0, 0.5), (1, 0)).transfer(np.array(0.25), np.array(0.0)) == 0.5
    names = [f"{name}" for name in STANDARD_FILTERS]
    assert [parse_filter(name) for name in names] == list(STANDARD_FILTERS.values())


@pytest.mark.parametrize(
    "text", ["", "gaussian", "gaussian:", "gaussian:nan", "gaussian:99", "box:0", "box:2.9", "blur:3",
             "nasanen:300", "0*box:3", "-1*box:3", "box:3+", "missing.txt", "green:0.5",
             "green:90lpi,100dpi", "panel:nothing"],
)  # fmt: skip
def test_what_nobody_understands_is_one_sentence(text: str) -> None:
    with pytest.raises(InputError):
        parse_filter(text)


@pytest.mark.parametrize(
    "content", ["", "hello", "0 1\n0.1", "0 1\n0 0.5", "0.1 1\n0.2 0", "0 1\n1 nan"]
)
def test_files_of_another_kind_are_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "transfer.txt"
    path.write_text(content)
    with pytest.raises(InputError):
        parse_filter(str(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("green:90lpi", "lacks the resolution; write green:90lpi,600dpi"),
        ("box", "'box' lacks a number from 2 to 16"),
        ("nasanen:300dpi", "lacks a number from 1 to 1000"),
    ],
)
def test_what_a_filter_lacks_is_said(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_filter(text)
