"""Descents from several first palettes, of which only the best are finished.

All descents do half of their steps, and those with the lowest losses do the rest. Earlier, the losses
do not tell yet which descents end lowest.

Source: K. Jamieson and A. Talwalkar, "Non-stochastic best arm identification and hyperparameter
optimization" (2016): successive halving, here with one cut.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import NamedTuple

import numpy as np

from dither.differentiable.config import DescentConfig
from dither.differentiable.descent import Descended, Points, State, finish, prepare, trajectory
from dither.progress import OnProgress, no_progress

# Share of the steps after which the worse descents end. After a quarter, palettes that would have been
# best on the pixels are lost.
_FIRST_PART = 1 / 2


class _Run(NamedTuple):
    """A descent, and the losses so far."""

    first: np.ndarray
    points: Points
    state: State
    trace: tuple[np.ndarray, ...]

    @property
    def loss(self) -> float:
        return float(self.trace[-1][-1])


def descend_best(
    points: np.ndarray,
    weights: np.ndarray,
    palettes: Sequence[np.ndarray],
    config: DescentConfig,
    *,
    learned: np.ndarray | None = None,
    kept: int = 1,
    threads: int = 1,
    on_progress: OnProgress = no_progress,
) -> list[Descended]:
    """Run a descent from each palette, end the worse early, and return the others, best first.

    Args:
        points: as for `descend`.
        weights: as for `descend`.
        palettes: (K, 3) linear light each, the first colours of each descent.
        config: as for `descend`.
        learned: as for `descend`.
        kept: number of descents that are finished, 1 or more.
        threads: number of threads; the result does not depend on it.
        on_progress: called after each part with the share of the steps done, 0 to 1, and the loss.

    Raises:
        InputError: as `descend`.
    """
    parts = {max(1, round(config.steps * _FIRST_PART)), config.steps}

    def advanced(run: _Run, until: int) -> _Run:
        for state, infos in trajectory(config, run.points, run.state, until):
            run = run._replace(state=state, trace=(*run.trace, np.asarray(infos.loss)))
        return run

    runs = [
        _Run(first, *prepare(points, weights, first, config, learned=learned), ())
        for first in palettes
    ]
    with ThreadPoolExecutor(threads) as pool:
        for until in sorted(parts):
            done = pool.map(advanced, runs, repeat(until))
            runs = sorted(done, key=lambda run: run.loss)
            on_progress(until / config.steps, f"loss {runs[0].loss:.3g}")
            runs = runs[:kept]
    return [
        finish(
            *(run.state, len(points), run.first, config, np.concatenate(run.trace)), learned=learned
        )
        for run in runs
    ]
