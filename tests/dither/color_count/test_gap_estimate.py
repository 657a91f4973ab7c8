import numpy as np
import pytest

from dither.color_count.gap_estimate import GapEstimate, largest_gap, one_standard_error


def test_errors_are_those_of_tibshirani() -> None:
    null = np.array([4.0, 5.0, 9.0])
    found = GapEstimate(8, 3.0, null)
    assert found.gap == pytest.approx(3)
    assert found.gap_error == pytest.approx(((4 + 1 + 9) / 3) ** 0.5 * (4 / 3) ** 0.5)
    assert found.log_gap == pytest.approx(np.log(180) / 3 - np.log(3))
    assert found.log_gap_error == pytest.approx(np.log(null).std() * (4 / 3) ** 0.5)
    assert found.half_width == pytest.approx(1.959964 * 7**0.5 / 3**0.5)


def estimate(colors: int, log_gap: float, spread: float = 0.0) -> GapEstimate:
    return GapEstimate(colors, 1.0, np.exp([log_gap - spread, log_gap + spread]))


@pytest.mark.parametrize(
    ("log_gaps", "spread", "chosen"),
    [
        ([0.1, 0.5, 0.4], 0.0, 4),
        ([0.1, 0.5, 0.6], 0.0, 8),
        ([0.1, 0.5, 0.6], 0.1, 4),  # 0.6 less 0.1 sqrt(1.5) is below 0.5
        ([0.6, 0.5, 0.9], 0.0, 2),
    ],
)
def test_the_rule_of_one_standard_error(log_gaps: list[float], spread: float, chosen: int) -> None:
    estimates = [
        estimate(colors, log_gap, spread)
        for colors, log_gap in zip((2, 4, 8), log_gaps, strict=True)
    ]
    assert one_standard_error(estimates).colors == chosen
    assert one_standard_error(estimates[::-1]).colors == chosen
    assert largest_gap(estimates, log=True).log_gap == max(each.log_gap for each in estimates)
