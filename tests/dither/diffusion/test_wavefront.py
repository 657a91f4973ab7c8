import pytest

from dither.diffusion.wavefront import run_wavefront


def test_an_error_in_a_thread_reaches_the_caller() -> None:
    def work(block: int, part: int) -> None:
        if (block, part) == (3, 1):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_wavefront(20, 4, 1, 3, work)


def test_parts_wait_for_the_parts_above_them() -> None:
    done: list[tuple[int, int]] = []
    run_wavefront(12, 5, 2, 4, lambda block, part: done.append((block, part)))
    order = {task: index for index, task in enumerate(done)}
    assert len(order) == 60
    for block, part in order:
        if block:
            assert order[block - 1, min(4, part + 2)] < order[block, part]
