"""Find the rate, the weight of a bit, by which a file meets a target: a size, or a look.

The rate is estimated on a part of the picture, and then corrected after each pass by the size or the
look of the encoded file. A line through the last two values gives the next rate.
"""

from collections.abc import Callable
from math import exp, log
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from dither.errors import InputError
from dither.progress import OnProgress

# A rate is in squares of 100 OKLab, as blurred errors and grain are.
RATE_UNIT = 1e-4
MIN_RATE, MAX_RATE = 0.01, 100.0
# The number of colours at rate 1, which falls as the root of the rate, and the fewest and the most. On
# eight photos, each step between 32, 64, 128 and 256 colours pays near the rate at which the number
# passes it: with 256 where they pay, a look of 80 takes up to 29 % fewer bytes than with 128. With 150
# for PNG, some photos have 1.2 times the grain of libimagequant at equal bytes.
PNG_COLORS, GIF_COLORS, _COLORS_RANGE = 100, 128, (32, 256)
# The first rate: for a size, and for a look of 60. What a look lacks to 100 grows as the root of the
# rate, in photos and clips.
_SIZE_RATE, _LOOK_RATE = 0.5, 1.2
# Passes in which pixels settle, and the most for a target.
_SETTLING = 2
_MOST_PASSES = 6
# No more passes follow so many results if one meets the target and wastes at most so many times what is
# accepted at first.
_ENOUGH_PASSES, _ENOUGH = 3, 2.5
# Accept a file that is smaller than the largest size by this share, and a look of up to this much more;
# after each further pass, half as much again, since a pass takes longer than it is worth then.
_NEAR_BYTES, _NEAR_LOOK = 0.03, 1.5
# Before a second measurement: how much log bytes fall when log rate rises by 1, and the look, as a
# share of what it lacks to 100.
_BYTES_SLOPE, _LOOK_SLOPE = -0.5, -0.5
_LEAST_LACK = 5.0
# While no file meets the target, log rate changes by at least so much times the square of the number of
# passes before; also at first if pixels settle, since each pass then lowers the look a little.
_BOLDER = 0.1
# The second pass lowers the look by about so much.
_SETTLES = 0.7
# A picture of so many colours has no pixels to search.
_FEWEST = 2
# Bands of the image on which the rate is estimated: their rows, and the share of the image.
_BAND_ROWS, _BAND_SHARE = 48, 4
# Passes over them, towards a size and towards a look, whose first rate is nearer.
_SIZE_PASSES, _LOOK_PASSES = 3, 2


class Found(Protocol):
    """A result of passes: its file and its look."""

    @property
    def content(self) -> bytes:
        """Return the encoded file."""
        ...

    @property
    def look(self) -> float:
        """Return the look."""
        ...


FoundT = TypeVar("FoundT", bound=Found)
FoundOut = TypeVar("FoundOut", bound=Found, covariant=True)


class Work(Protocol[FoundOut]):
    """A picture or clip, which passes improve."""

    @property
    def settles(self) -> bool:
        """Return whether a pass goes on from the pixels of the pass before, and not from the image."""
        ...

    def improve(self, rate: float) -> float:
        """Do a pass; return an estimate of the bytes."""
        ...

    def look(self) -> float:
        """Return the look of the pixels as they are."""
        ...

    def result(self, rate: float) -> FoundOut:
        """Return the file of the pixels as they are."""
        ...


class Target(NamedTuple):
    """Target of the search: a largest size in bytes, a least look, or neither."""

    max_bytes: int | None
    look: float | None

    def value(self, size: float, look: Callable[[], float]) -> float:
        """Return the quantity that falls with the rate: log bytes, or the look."""
        return log(size) if self.max_bytes is not None else look()

    @property
    def wanted(self) -> float:
        """Return the value to reach."""
        if self.max_bytes is not None:
            return log(self.max_bytes * (1 - _NEAR_BYTES / 2))
        return (self.look or 0.0) + 0.4 * _NEAR_LOOK

    @property
    def slope(self) -> float:
        """Return how much the value usually changes when log rate rises by 1."""
        if self.max_bytes is not None:
            return _BYTES_SLOPE
        return _LOOK_SLOPE * max(100 - self.wanted, _LEAST_LACK)

    @property
    def first_rate(self) -> float:
        """Return the rate that is tried first."""
        if self.look is None:
            return _SIZE_RATE
        return _bounded(log(_LOOK_RATE * (max(100 - self.wanted, 0.1) / 40) ** 2))

    @property
    def direction(self) -> int:
        """Return 1 if a higher rate comes nearer to a target that is not met, and -1 otherwise."""
        return 1 if self.max_bytes is not None else -1

    def is_met(self, found: Found) -> bool:
        """Return whether a result keeps to the target."""
        if self.max_bytes is not None:
            return len(found.content) <= self.max_bytes
        return self.look is None or found.look >= self.look

    def keep(self, unchanged: FoundT, colors: int) -> FoundT | None:
        """Return a file of the own colours if it meets a size, or if they are too few to search.

        Raises:
            InputError: there are two colours, and their file is larger than the target.
        """
        fits = self.max_bytes is not None and self.is_met(unchanged)
        if fits or (colors <= _FEWEST and self.max_bytes is None):
            return unchanged
        if colors <= _FEWEST:
            raise InputError(
                f"the image does not fit in {self.max_bytes} bytes; its own colours, which are not "
                f"searched, take {len(unchanged.content)}: allow more, or make the image smaller"
            )
        return None

    def is_near(self, found: Found, factor: float = 1.0) -> bool:
        """Return whether a result keeps to the target and wastes little, times a factor."""
        if self.max_bytes is not None:
            least = (1 - factor * _NEAR_BYTES) * self.max_bytes
            return self.is_met(found) and len(found.content) >= least
        most = (self.look or 0.0) + factor * _NEAR_LOOK
        return self.is_met(found) and (self.look is None or found.look <= most)


def colors_for(rate: float, at_one: int = PNG_COLORS) -> int:
    """Return the number of colours that gain something at a rate.

    Args:
        rate: weight of a bit, above 0.
        at_one: the number at rate 1.

    Example:
        >>> [colors_for(rate) for rate in (0.1, 1.0, 4.0)]
        [256, 100, 50]
    """
    fewest, most = _COLORS_RANGE
    return round(min(max(at_one / rate**0.5, fewest), most))


def band_rows(height: int) -> np.ndarray | None:
    """Return the rows on which the rate is estimated, or None for a small image.

    Example:
        >>> len(band_rows(400))
        96
    """
    count = height // (_BAND_SHARE * _BAND_ROWS)
    if count == 0:
        return None
    tops = ((np.arange(count) + 0.5) * height / count).astype(int) - _BAND_ROWS // 2
    return (tops[:, None] + np.arange(_BAND_ROWS)).ravel()


class Picture(Work[FoundOut], Protocol):
    """A picture of which a part can be searched first."""

    @property
    def height(self) -> int:
        """Return the number of rows."""
        ...

    def bands(self) -> "Picture[FoundOut]":
        """Return some rows of the picture."""
        ...


def estimated_rate(picture: Picture[Found], target: Target, on_progress: OnProgress) -> float:
    """Return the rate that meets a target on some rows of a picture.

    Args:
        picture: the whole.
        target: bytes of the whole, or the look.
        on_progress: called with a share up to 0.3.
    """
    bands = picture.bands()
    share = bands.height / picture.height
    rates, values = [], []
    rate = target.first_rate
    passes = _SIZE_PASSES if target.look is None else _LOOK_PASSES
    for number in range(passes):
        size = bands.improve(rate) / share
        rates.append(log(rate))
        values.append(target.value(size, bands.look))
        rate = _next_rate(rates, values, target)
        on_progress(0.3 * (number + 1) / passes, "rate")
    return rate


def found_by_passes(
    work: Work[FoundT],
    rate: float | None,
    target: Target,
    first_rate: Callable[[], float],
    on_progress: OnProgress,
    unchanged: FoundT | None = None,
    own_colors: int = 0,
) -> FoundT:
    """Do the passes of a given rate, or those that approach a target.

    Args:
        work: the picture or clip.
        rate: weight of a bit, or None to meet the target.
        target: bytes or look.
        first_rate: returns the rate of the first pass towards a target.
        on_progress: called with the share of the work done.
        unchanged: the file of the own colours, if they are few enough; it is returned if it meets a
            size, if there is nothing to search, or if it is not larger than what is found.
        own_colors: number of its colours.

    Raises:
        InputError: as `approached` and `Target.keep`.
    """
    kept = None if unchanged is None else target.keep(unchanged, own_colors)
    if kept is not None:
        on_progress(1.0, "done")
        return kept
    if rate is None:
        found = approached(work, target, first_rate(), on_progress)
    else:
        passes = _SETTLING if work.settles else 1
        for number in range(passes):
            work.improve(rate)
            on_progress((number + 1) / (passes + 0.2), f"pass {number + 1}")
        found = work.result(rate)
    on_progress(1.0, "done")
    if unchanged is not None and len(unchanged.content) <= len(found.content):
        return unchanged
    return found


def approached(work: Work[FoundT], target: Target, rate: float, on_progress: OnProgress) -> FoundT:
    """Do passes whose rates approach a target; return the best result that meets it.

    Raises:
        InputError: none does.
    """
    rates, values, best, found, look = [], [], None, None, 0.0
    looks: list[float] = []
    sizes: list[int] = []
    unsettled = _SETTLING - 1 if work.settles else 0
    for number in range(-unsettled, _MOST_PASSES - unsettled):
        work.improve(rate)
        if target.look is not None:
            look = work.look()
            looks.append(look)
        if number < 0 and target.look is not None:
            # The look costs little to measure, even before the pixels have settled.
            rate = _next_rate([log(rate)], [look - _SETTLES], target)
        if number >= 0:
            # A file takes time, and one that misses the look is of no use.
            found = work.result(rate) if target.look is None or look >= target.look else None
            rates.append(log(rate))
            if target.look is None and found is not None:
                sizes.append(len(found.content))
            values.append(look if target.look is not None else log(sizes[-1]))
            if found is not None and target.is_met(found):
                if best is None or _is_better(found, best, target):
                    best = found
                if target.is_near(found, 1 + number / 2):
                    break
            if number + 1 >= _ENOUGH_PASSES and best is not None and target.is_near(best, _ENOUGH):
                break
            following = _next_rate(rates, values, target)
            if best is None:
                # Steps grow, since small ones might never meet the target.
                least = _BOLDER * (number + unsettled) ** 2
                away = max(target.direction * log(following / rate), least)
                following = _bounded(log(rate) + target.direction * away)
            if abs(log(following / rate)) < 0.005:
                break
            rate = following
        done = number + unsettled + 1
        on_progress(0.3 + 0.7 * done / (_MOST_PASSES + 1), f"pass {done}")
    if best is not None:
        return best
    if target.max_bytes is None:
        raise InputError(
            f"a look of {target.look:g} is out of reach; {max(looks):.1f} is the best that was found: "
            "more colours or a lower look"
        )
    raise InputError(
        f"the image does not fit in {target.max_bytes} bytes; the smallest file found has "
        f"{min(sizes)}: allow more, or make the image smaller"
    )


def _is_better(found: Found, best: Found, target: Target) -> bool:
    if target.max_bytes is not None:
        return found.look > best.look
    return len(found.content) < len(best.content)


def _next_rate(rates: list[float], values: list[float], target: Target) -> float:
    """Return the rate at which a line through the last two values meets the wanted one."""
    slope = target.slope
    if len(rates) > 1 and rates[-1] != rates[-2]:
        measured = (values[-1] - values[-2]) / (rates[-1] - rates[-2])
        # Noise must not turn the line round, nor make it flat.
        slope = min(max(measured, 3 * slope), slope / 3)
    step = (target.wanted - values[-1]) / slope
    return _bounded(rates[-1] + min(max(step, -3.0), 3.0))


def _bounded(log_rate: float) -> float:
    return min(max(exp(log_rate), MIN_RATE), MAX_RATE)


def check_target(rate: float | None, max_bytes: int | None, look: float | None) -> Target:
    """Return the target of a search; it is empty if the rate is given.

    Args:
        rate: weight of a bit, 0.01 to 100.
        max_bytes: the most bytes, 1 or more.
        look: the least look, up to 100.

    Raises:
        InputError: not exactly one is given, or it is out of range.
    """
    options = {"rate": rate, "max_bytes": max_bytes, "look": look}
    given = [name for name, value in options.items() if value is not None]
    if len(given) != 1:
        raise InputError(
            f"give exactly one of rate, max_bytes and look ({', '.join(given) or 'none'} given)"
        )
    if rate is not None and not MIN_RATE <= rate <= MAX_RATE:
        raise InputError(f"rate is {rate}; it must be from {MIN_RATE} to {MAX_RATE:g}")
    if max_bytes is not None and max_bytes < 1:
        raise InputError(f"max_bytes is {max_bytes}; it must be 1 or more")
    if look is not None and not look <= 100:
        raise InputError(f"look is {look}; it must be at most 100")
    return Target(max_bytes, look)
