"""Run the examples in all docstrings."""

import doctest
import importlib
import pkgutil

import pytest

import bluenoise
import dither

MODULES = [
    module.name
    for package in (bluenoise, dither)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", [*MODULES, "bluenoise", "dither"])
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0
