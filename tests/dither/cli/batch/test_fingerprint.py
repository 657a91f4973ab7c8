import dataclasses
import enum
import functools
import subprocess
import sys

import numpy as np
import pytest

from dither.cli.batch.fingerprint import fingerprint


class Side(enum.Enum):
    left = 1
    right = 2


@dataclasses.dataclass(frozen=True)
class Pair:
    one: object
    two: object


DIFFERENT = [
    None,
    0,
    0.0,
    False,
    "0",
    b"0",
    (),
    [],
    (b"xbytesy", b""),
    (b"x", b"ybytes"),
    ("ab", "c"),
    ("a", "bc"),
    (("a", "b"), "c"),
    ("a", ("b", "c")),
    {"a": 1},
    {"a": 2},
    {"b": 1},
    Side.left,
    Side.right,
    Pair(1, 2),
    Pair(2, 1),
    np.zeros(4, np.uint8),
    np.zeros((2, 2), np.uint8),
    np.zeros(1, np.float32),
    np.eye(2, dtype=np.uint8),
    functools.partial(fingerprint, 1),
    functools.partial(fingerprint, 2),
    fingerprint,
    functools.cmp_to_key,
]


def test_what_differs_has_another_fingerprint() -> None:
    assert len({fingerprint(value) for value in DIFFERENT}) == len(DIFFERENT)


def test_what_is_equal_has_the_same_in_every_process() -> None:
    value = {"matrix": np.arange(6).reshape(2, 3)[:, ::-1], "b": ("x" * 2, 1.5), "a": None}
    shuffled = {"a": None, "b": ("xx", 1.5), "matrix": np.array([[2, 1, 0], [5, 4, 3]])}
    assert fingerprint(value) == fingerprint(shuffled)
    script = (
        "import numpy as np; from dither.cli.batch.fingerprint import fingerprint; "
        "print(fingerprint({'a': None, 'b': ('xx', 1.5), "
        "'matrix': np.array([[2, 1, 0], [5, 4, 3]])}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == fingerprint(value)


@pytest.mark.parametrize("value", [object(), lambda: None, {1, 2}])
def test_what_has_no_lasting_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no fingerprint"):
        fingerprint((1, value))
