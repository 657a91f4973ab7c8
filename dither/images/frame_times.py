"""Times of the frames of a clip: durations at a constant rate, and frames chosen for another rate."""

import itertools
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeVar

Frame = TypeVar("Frame")


def durations_at(rate: Fraction, count: int) -> tuple[int, ...]:
    """Return the durations of frames at a constant rate, without drift.

    The end of each frame is rounded, not its duration, so that no error adds up.

    Args:
        rate: frames per second, above 0.
        count: number of frames.

    Returns:
        Whole milliseconds.

    Example:
        >>> durations_at(Fraction(12), 6), sum(durations_at(Fraction(12), 12))
        ((83, 84, 83, 83, 84, 83), 1000)
    """
    ends = [math.floor(1000 * index / rate + Fraction(1, 2)) for index in range(count + 1)]
    return tuple(end - start for start, end in itertools.pairwise(ends))


def resampled(timed: Iterable[tuple[Frame, Fraction]], rate: Fraction) -> Iterator[Frame]:
    """Yield the frames of a clip at a constant rate; the clip keeps its length.

    New frame k is shown from k / rate to (k + 1) / rate. It is the old frame at the middle of that
    time, so old frames are left out or repeated. A clip shorter than half a new frame gives its first.

    Args:
        timed: each frame with the time of its end, in seconds from the start of the clip.
        rate: frames per second, above 0.

    Example:
        >>> ends = [("a", Fraction(1, 4)), ("b", Fraction(1, 2)), ("c", Fraction(1))]
        >>> list(resampled(ends, Fraction(4))), list(resampled(ends, Fraction(2)))
        (['a', 'b', 'c', 'c'], ['b', 'c'])
    """
    made, first = 0, None
    for frame, end in timed:
        if first is None:
            first = (frame,)
        while Fraction(2 * made + 1, 2) / rate < end:
            yield frame
            made += 1
    if not made and first is not None:
        yield first[0]
