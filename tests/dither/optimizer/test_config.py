from dataclasses import replace
from typing import Any

import pytest

from dither.errors import InputError
from dither.optimizer.config import OptimizeConfig, SearchConfig, preset_config


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sigma": 3.0}, "sigma is 3.0; it must be from 0.5 to 2.5 pixels"),
        ({"lightness_penalty": -1}, "lightness_penalty is -1"),
        ({"color_penalty": float("nan")}, "nan"),
        ({"candidates": 1}, "candidates is 1"),
        ({"color_weight": -1}, "color_weight is -1; it must be 0 or more"),
        ({"mean_weight": -1}, "mean_weight is -1"),
        ({"sweeps": 0}, "sweeps is 0"),
    ],
)
def test_configs_out_of_range_are_one_sentence(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        SearchConfig(**options)


def test_a_change_threshold_is_not_negative() -> None:
    for wrong in (-1.0, float("nan")):
        with pytest.raises(InputError, match="change_threshold"):
            SearchConfig(change_threshold=wrong)


def test_presets_are_configs_of_their_own() -> None:
    assert preset_config("clean", 8).variance > preset_config("balanced", 8).variance
    assert preset_config("balanced", 8).search.mean_weight == 0
    assert preset_config("balanced", 8, learned=False).search.mean_weight > 0
    with pytest.raises(InputError, match="'balanced', 'smooth' or 'clean'"):
        preset_config("none", 8)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("number", ["rounds", "starts"])
def test_numbers_that_cannot_be_are_one_sentence(number: str) -> None:
    numbers: dict[str, Any] = {number: 0}
    with pytest.raises(InputError, match=f"{number} is 0; it must be 1 or more"):
        replace(OptimizeConfig(), **numbers)
