"""The matrices of a report, measured, and the classical ones of their shapes beside them."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

import numpy as np

from bluenoise.evaluate import baselines, mean_gain_db
from bluenoise.matrix_set import MatrixSet
from bluenoise.report.provenance import Origin
from bluenoise.report.study import Study, study

OnProgress = Callable[[float, str], None]
_REFERENCE = "void-and-cluster"


@dataclass(frozen=True, eq=False)
class Measured:
    """The matrices of a report, measured, and the classical ones beside them.

    Attributes:
        studies: name to measured matrix, in the order of the columns.
        origins: name to where it comes from.
        behind: white noise, Bayer and void-and-cluster of the first matrix's shape.
        references: shape to void-and-cluster of that shape.
        photo: (H, W) or (H, W, 3) uint8.
    """

    studies: Mapping[str, Study]
    origins: Mapping[str, Origin]
    behind: Mapping[str, Study]
    references: Mapping[tuple[int, ...], Study]
    photo: np.ndarray = field(repr=False)

    @property
    def gains_db(self) -> dict[str, float]:
        """The mean over viewing filters of the level energy against void-and-cluster of the shape."""
        return {
            name: mean_gain_db(each.evaluation, self.references[each.subject.shape].evaluation)
            for name, each in self.studies.items()
        }

    @property
    def shapes(self) -> Sequence[tuple[int, ...]]:
        """Those of the matrices, each once."""
        return list(dict.fromkeys(each.subject.shape for each in self.studies.values()))

    @property
    def columns(self) -> Mapping[str, tuple[Study, float]]:
        """Of a table: all that was measured, with its gain against void-and-cluster."""
        gains = self.gains_db
        columns = {name: (each, gains[name]) for name, each in self.studies.items()}
        reference = self.behind[_REFERENCE].evaluation
        beside = f", {sides(self.shapes[0])}" if len(self.shapes) > 1 else ""
        for name, each in reversed(list(self.behind.items())):
            columns[name + beside] = (each, mean_gain_db(each.evaluation, reference))
        return columns


def measured(
    subjects: Mapping[str, MatrixSet],
    origins: Mapping[str, Origin],
    photo: np.ndarray,
    *,
    seed: int,
    on_progress: OnProgress,
) -> Measured:
    """Measure the matrices, and the classical ones of their shapes.

    Args:
        subjects: name to matrix, at least one.
        origins: of the same names.
        photo: that will be dithered.
        seed: of white noise and void-and-cluster.
        on_progress: called with the share done, 0 to 1, and what is done next.
    """
    shapes = list(dict.fromkeys(subject.shape for subject in subjects.values()))
    on_progress(0, "making void-and-cluster")
    made = {shape: baselines(shape, seed=seed) for shape in shapes}
    # Of further shapes only void-and-cluster is needed, which the gains are measured against.
    wanted = [
        *subjects.items(),
        *((label, MatrixSet((matrix,))) for label, matrix in made[shapes[0]].items()),
        *((_REFERENCE, MatrixSet((made[shape][_REFERENCE],))) for shape in shapes[1:]),
    ]
    found = _studied(wanted, on_progress)
    studies = dict(zip(subjects, found[: len(subjects)], strict=True))
    others = found[len(subjects) :]
    behind = dict(zip(made[shapes[0]], others, strict=False))
    references = dict(zip(shapes, [behind[_REFERENCE], *others[len(behind) :]], strict=True))
    return Measured(studies, origins, behind, references, photo)


def _studied(wanted: Sequence[tuple[str, MatrixSet]], on_progress: OnProgress) -> list[Study]:
    """Each measured, several at once: Fourier transforms leave other threads their turn."""
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        tasks = {pool.submit(study, subject): label for label, subject in wanted}
        try:
            for done, task in enumerate(as_completed(tasks), 1):
                task.result()
                on_progress(done / len(tasks), f"measured {tasks[task]}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [task.result() for task in tasks]


def sides(shape: Sequence[int]) -> str:
    """A shape in words.

    Example:
        >>> sides((64, 32)), sides((16, 64, 64))
        ('64 × 32', '16 frames of 64 × 64')
    """
    plane = " × ".join(map(str, shape[-2:]))
    return f"{shape[0]} frames of {plane}" if len(shape) == 3 else plane
