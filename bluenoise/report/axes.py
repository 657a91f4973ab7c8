"""Where the numbers along an axis stand, and how they are written."""

import math
from collections.abc import Sequence

import numpy as np

from bluenoise.report.charts import Chart

_STEPS = (1, 2, 5, 10)


def y_range(chart: Chart) -> tuple[float, float]:
    """From the lowest to the highest value that is drawn, out to whole ticks.

    Of a logarithmic axis what is under a thousandth of the highest value is left out.
    """
    values = np.concatenate([curve.y for curve in chart.curves])
    high = float(values.max())
    if chart.logarithmic:
        low = max(float(values[values > 0].min()), high / 1e3) if high > 0 else 1.0
        return 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(max(high, low * 1.01)))
    low = float(values.min())
    step = _step(max(high - low, 1e-9), 5)
    return math.floor(low / step) * step, math.ceil(max(high, low + 1e-9) / step) * step


def ticks(low: float, high: float, *, logarithmic: bool = False, most: int = 6) -> Sequence[float]:
    """Round numbers from low to high, at most about `most` of them.

    Example:
        >>> ticks(0, 0.7), ticks(1, 1000, logarithmic=True)
        ([0.0, 0.2, 0.4, 0.6], [1.0, 10.0, 100.0, 1000.0])
    """
    if logarithmic:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        return [10.0**power for power in range(first, last + 1)]
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
