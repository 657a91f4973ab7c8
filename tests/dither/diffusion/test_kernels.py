import json
from pathlib import Path
from typing import Any

import pytest
from diffusion_reference import random_image, reference_codes

from dither.diffusion import (
    DIFFUSION_KERNELS,
    FLOYD_STEINBERG,
    DiffusionKernel,
    error_diffuse,
    load_kernel,
)
from dither.errors import InputError

pytest.importorskip("numba", reason="an extra of its own")

PUBLISHED_SUMS = {
    "floyd-steinberg": (16, 16),
    "false-floyd-steinberg": (8, 8),
    "jarvis-judice-ninke": (48, 48),
    "stucki": (42, 42),
    "burkes": (32, 32),
    "sierra": (32, 32),
    "sierra-two-row": (16, 16),
    "sierra-lite": (4, 4),
    "atkinson": (6, 8),
    "simple-2d": (2, 2),
    "stevenson-arce": (200, 200),
}


@pytest.mark.parametrize("name", DIFFUSION_KERNELS)
def test_weights_sum_as_published(name: str) -> None:
    kernel = DIFFUSION_KERNELS[name]
    assert load_kernel(name) is kernel
    total, divisor = PUBLISHED_SUMS[name]
    assert sum(map(sum, kernel.weights)) == total
    assert kernel.divisor == divisor
    assert sum(share for _, _, share in kernel.taps) == 65536 * total // divisor
    assert all(weight == int(weight) for row in kernel.weights for weight in row)


def test_kernels_are_hashable_values() -> None:
    assert len({*DIFFUSION_KERNELS.values()}) == len(DIFFUSION_KERNELS)
    assert DiffusionKernel(((0, 0, 7), (3, 5, 1)), 1, 16) == FLOYD_STEINBERG
    lists: Any = [[0, 0, 7], [3, 5, 1]]
    assert hash(DiffusionKernel(lists, 1, 16)) == hash(FLOYD_STEINBERG)


def test_a_kernel_of_your_own_is_read_from_json(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"weights": [[0, 0, 7], [3, 5, 1]], "origin": 1, "divisor": 16}))
    assert load_kernel(path) == FLOYD_STEINBERG
    path.write_text('{"weights": [[0, 0.5], [0.25, 0]], "origin": 0}')
    own = load_kernel(path)
    assert isinstance(own, DiffusionKernel)
    assert own.total == 0.75
    image = random_image((20, 20))
    assert (error_diffuse(image, kernel=str(path)) == reference_codes(image, own)).all()


def test_a_sum_a_hair_above_1_is_taken_as_1() -> None:
    kernel = DiffusionKernel(((0, 0.33338), (0.33338, 0.33328)), origin=0)
    assert sum(share for _, _, share in kernel.taps) == 65536


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not a JSON file"),
        ("[" * 30000, "not a JSON file"),
        ("\xff", "not a JSON file"),
        ("[]", "must hold an object"),
        ('{"weights": [[0, 1]]}', "must hold an object"),
        ('{"weights": [[0, 1]], "origin": 0, "extra": 1}', "must hold an object"),
        ('{"weights": 3, "origin": 0}', "rows of numbers"),
        ('{"weights": [3], "origin": 0}', "rows of numbers"),
        ('{"weights": [["a"]], "origin": 0}', "rows of numbers"),
        ('{"weights": [[0, true]], "origin": 0}', "rows of numbers"),
        ('{"weights": [[0, 1]], "origin": null}', "rows of numbers"),
        ('{"weights": [], "origin": 0}', "1 to 15 rows"),
        ('{"weights": [[]], "origin": 0}', "1 to 15 rows"),
        ('{"weights": [[0, 1], [0]], "origin": 0}', "1 to 15 rows"),
        (json.dumps({"weights": [[0] * 16], "origin": 0}), "1 to 15 rows"),
        (json.dumps({"weights": [[0]] * 16, "origin": 0}), "1 to 15 rows"),
        ('{"weights": [[0, 1]], "origin": 2}', "origin is 2; it must be a column from 0 to 1"),
        ('{"weights": [[0, 1]], "origin": 0.5}', "origin is 0.5"),
        ('{"weights": [[0, 1]], "origin": NaN}', "origin is nan"),
        ('{"weights": [[0, 1]], "origin": Infinity}', "origin is inf"),
        ('{"weights": [[0, 1]], "origin": 0, "divisor": 0}', "divisor is 0"),
        ('{"weights": [[0, 1]], "origin": 0, "divisor": Infinity}', "divisor is inf"),
        ('{"weights": [[0, 1e400]], "origin": 0}', "a weight is inf"),
        ('{"weights": [[0, NaN]], "origin": 0}', "a weight is nan"),
        ('{"weights": [[0, -0.5]], "origin": 0}', "a weight is -0.5"),
        ('{"weights": [[1, 0]], "origin": 0}', "before the origin or on it"),
        ('{"weights": [[1, 0, 0]], "origin": 1}', "before the origin or on it"),
        ('{"weights": [[0, 7], [3, 5]], "origin": 0}', "sum to 15"),
        ('{"weights": [[0, 1e308], [1e308, 1e308]], "origin": 0}', "sum to inf"),
        (json.dumps({"weights": [[0, 10**400]], "origin": 0}), "finite"),
        (" " * 70000, "more than 65536 bytes"),
    ],
)
def test_a_bad_kernel_file_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match=sentence) as raised:
        load_kernel(path)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_kernel_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        load_kernel(tmp_path / "none.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(InputError, match="cannot read"):
        load_kernel(tmp_path / "folder.json")


@pytest.mark.parametrize("amount", [0, 0.3, 0.5, 0.999, 1])
def test_a_share_of_the_error_is_passed_on(amount: float) -> None:
    kernel = load_kernel("stucki")
    assert isinstance(kernel, DiffusionKernel)
    taps = kernel.passed_taps(amount)
    assert (taps[:, 2] > 0).all()
    assert 0 <= amount * 65536 - taps[:, 2].sum() <= len(kernel.taps)
    if amount == 1:
        assert taps.tolist() == [list(tap) for tap in kernel.taps]
