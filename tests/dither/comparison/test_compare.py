import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dither
from dither.metrics import image_errors


def test_everything_is_measured_and_fits_in_json(photo: np.ndarray, tmp_path: Path) -> None:
    dithered = dither.requantize(photo, bits=1)
    found = dither.compare(photo, dithered)
    dither.write_image(tmp_path / "written.png", dither.RasterImage(dithered))
    assert found.errors == image_errors(photo, dithered)
    assert found.colors == len(np.unique(dithered.reshape(-1, 3), axis=0)) > 2
    assert found.png_bytes == (tmp_path / "written.png").stat().st_size
    assert set(json.loads(json.dumps(dataclasses.asdict(found)))) == {
        "errors",
        "colors",
        "png_bytes",
        "look",
        "file_bytes",
    }


@settings(max_examples=12)
@given(
    st.sampled_from(["bool", "uint8", "uint16", ">u2", "float32", "float64"]),
    st.sampled_from([(3, 5), (3, 5, 1), (3, 5, 3)]),
    st.integers(0, 99),
)
def test_colors_are_counted_as_rows_of_samples(
    dtype: str, shape: tuple[int, ...], seed: int
) -> None:
    top = {"b": 1, "u": np.iinfo(dtype).max if np.dtype(dtype).kind == "u" else 0, "f": 1}
    levels = np.random.default_rng(seed).integers(0, 2, shape)
    image = (levels * top[np.dtype(dtype).kind]).astype(dtype)
    found = dither.compare(np.zeros(shape[:2], np.uint8), image)
    assert found.colors == len(np.unique(image.reshape(15, -1), axis=0))
    assert found.png_bytes > 50


def test_channels_of_sixteen_bits_are_told_apart() -> None:
    image = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [256, 0, 0], [1, 0, 0]]], np.uint16)
    assert dither.compare(image, image).colors == 4


def test_progress_goes_from_none_to_nearly_done(photo: np.ndarray) -> None:
    told: list[tuple[float, str]] = []
    dither.compare(photo, photo, on_progress=lambda share, word: told.append((share, word)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0.9 < shares[-1] <= 1
    assert all(word for _, word in told)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.full((4, 5), np.nan), "float images hold 0 to 1"),
        (np.zeros((9, 8, 5), np.uint8), "channels"),
        (np.zeros((4, 5), np.int32), "not int32"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(image: np.ndarray, words: str) -> None:
    with pytest.raises(dither.InputError, match=words):
        dither.compare(np.zeros((4, 5), np.uint8), image)


@pytest.mark.parametrize("size", [(24, 40), (96, 160), (30, 80)])
def test_an_original_of_another_size_is_resized_as_before_dithering(
    photo: np.ndarray, size: tuple[int, int]
) -> None:
    height, width = size
    preparation = dither.Preparation(resize=dither.Sides(width, height))
    resized = dither.adjusted(dither.RasterImage(photo), preparation).color
    dithered = dither.requantize(resized, bits=1)
    assert dither.compare(photo, dithered) == dither.compare(resized, dithered)
    gray = photo[..., :1]
    assert dither.compare(gray, dithered) == dither.compare(gray[..., 0], dithered)
