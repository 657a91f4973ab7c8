import pytest

from bluenoise.generate import generate, parse_shape
from dither.errors import InputError


def test_methods_and_seeds() -> None:
    first = generate((8, 12), seed=1)
    assert first.shape == (8, 12)
    assert (generate((8, 12), seed=1).ranks == first.ranks).all()
    assert generate((8, 12), method="spectrum").shape == (8, 12)


@pytest.mark.parametrize(
    "text", ["0", "3x3", "513", "100000", "64x", "x", "-4", "4x4x4", "a", "9" * 5000]
)
def test_bad_shapes_are_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="shape"):
        parse_shape(text)


def test_bad_methods_and_seeds_are_one_sentence() -> None:
    with pytest.raises(InputError, match="'red'; there are void-and-cluster, spectrum"):
        generate((8, 8), method="red")  # pyright: ignore[reportArgumentType] -- the mistake under test
    with pytest.raises(InputError, match="seed is -1"):
        generate((8, 8), seed=-1)
