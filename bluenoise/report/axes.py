"""Where the numbers along an axis stand, and how they are written."""

import math
from collections.abc import Sequence

import numpy as np

from bluenoise.report.charts import Chart

_STEPS = (1, 2, 5, 10)


def y_range(chart: Chart) -> tuple[float, float]:
    """From the lowest to the highest value that is drawn, out to whole ticks.

    A logarithmic axis begins below what the lines mostly are, and not at the few greys of which a
    lattice shows nothing at all.
    """
    values = np.concatenate([curve.y for curve in chart.curves])
    high = float(values.max())
    if chart.logarithmic:
        lines = [float(np.quantile(curve.y, 0.05)) for curve in chart.curves if curve.y.any()]
        low = max(min(lines, default=1.0), high / 1e4, 1e-12)
        return _below(low), _above(max(high, 2 * low))
    low = float(values.min())
    step = _step(max(high - low, 1e-3 * abs(high), 1e-9), 5)
    first = math.floor(low / step + 1e-9)
    return first * step, max(math.ceil(high / step - 1e-9), first + 1) * step


def ticks(low: float, high: float, *, logarithmic: bool = False, most: int = 6) -> Sequence[float]:
    """Round numbers from low to high, at most about `most` of them.

    Example:
        >>> ticks(0, 0.7), ticks(1, 1000, logarithmic=True), ticks(50, 500, logarithmic=True)
        ([0.0, 0.2, 0.4, 0.6], [1.0, 10.0, 100.0, 1000.0], [50.0, 100.0, 200.0, 500.0])
    """
    if logarithmic:
        between = _STEPS[:3] if high / low < 900 else _STEPS[:1]
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        marks = [step * 10.0**power for power in powers for step in between]
        return [mark for mark in marks if low * (1 - 1e-9) <= mark <= high * (1 + 1e-9)]
    step = _step(high - low, most)
    first = math.ceil(low / step - 1e-9)
    return [round(step * n, 10) for n in range(first, math.floor(high / step + 1e-9) + 1)]


def written(value: float) -> str:
    """A number as a tick bears it, with a real minus.

    Example:
        >>> written(-20.0), written(1000.0), written(0.25)
        ('−20', '1,000', '0.25')
    """
    text = f"{value:,.0f}" if abs(value) >= 10 else f"{value:g}"
    return text.replace("-", "−")


def _step(reach: float, most: int) -> float:
    """The smallest of 1, 2, 5, 10, ... that is taken at most `most` times."""
    power = 10.0 ** math.floor(math.log10(reach / most))
    return next(power * step for step in _STEPS if power * step * most >= reach * (1 - 1e-9))


def _below(value: float) -> float:
    """The largest of 1, 2, 5, 10, ... that is not above the value."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(power * step for step in _STEPS if power * step <= value * (1 + 1e-9))


def _above(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return min(power * step for step in _STEPS if power * step >= value * (1 - 1e-9))
