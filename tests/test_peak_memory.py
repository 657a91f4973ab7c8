import sys

from peak_memory import peak_memory


def test_the_peak_is_that_of_the_program_alone() -> None:
    held = bytearray(b"x") * 300_000_000
    assert peak_memory([sys.executable, "-c", "pass"]) < 100_000_000
    assert peak_memory([sys.executable, "-c", "bytearray(b'x') * 200_000_000"]) > 200_000_000
    assert len(held) == 300_000_000
