import os
from typing import Any

import numpy as np
import pytest

from dither.errors import InputError
from dither.parallel.processors import thread_count, usable_processors


def test_zero_means_one_thread_for_each_processor_that_may_be_used() -> None:
    assert 1 <= usable_processors() <= (os.cpu_count() or 1)
    assert thread_count(0) == usable_processors()


@pytest.mark.parametrize("threads", [1, 7, 1024, np.int64(3)])
def test_other_counts_stay(threads: Any) -> None:
    assert thread_count(threads) == threads


@pytest.mark.parametrize("threads", [-1, 1025, 1.5, True, "2"])
def test_anything_else_is_one_sentence(threads: Any) -> None:
    with pytest.raises(InputError, match=f"threads is {threads}; it must be a whole number"):
        thread_count(threads)
