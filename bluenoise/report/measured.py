"""The matrices of a report, measured, and the classical ones of their shapes beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bluenoise.evaluate import baselines, mean_gain_db
from bluenoise.report.origin import Origin
from bluenoise.report.study import Study, study
from bluenoise.subject import Subject

OnProgress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False)
class Measured:
    """The matrices of a report, measured, and the classical ones beside them.

    Attributes:
        studies: name to measured matrix, in the order of the columns.
        origins: name to where it comes from.
        behind: white noise, Bayer and void-and-cluster of the first matrix's shape.
        gains_db: name to the mean of the level energies against void-and-cluster of the same shape.
        photo: (H, W) or (H, W, 3) uint8.
    """

    studies: Mapping[str, Study]
    origins: Mapping[str, Origin]
    behind: Mapping[str, Study]
    gains_db: Mapping[str, float]
    photo: np.ndarray = field(repr=False)

    @property
    def shapes(self) -> Sequence[tuple[int, ...]]:
        """Those of the matrices, each once."""
        return list(dict.fromkeys(each.subject.shape for each in self.studies.values()))

    @property
    def columns(self) -> Mapping[str, tuple[Study, float]]:
        """Of a table: all that was measured, with its gain against void-and-cluster."""
        reference = self.behind["void-and-cluster"].evaluation
        beside = " " + sides(self.shapes[0]) if len(self.shapes) > 1 else ""
        return {
            **{name: (each, self.gains_db[name]) for name, each in self.studies.items()},
            **{
                name + beside: (each, mean_gain_db(each.evaluation, reference))
                for name, each in reversed(self.behind.items())
            },
        }


def measured(
    subjects: Mapping[str, Subject],
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
    # Of further shapes only void-and-cluster is needed, which the gains are measured against.
    total = len(subjects) + 3 + (len(shapes) - 1)
    done = 0

    def measure(label: str, subject: Subject) -> Study:
        nonlocal done
        on_progress(done / total, f"measuring {label}")
        done += 1
        return study(subject)

    studies = {name: measure(name, subject) for name, subject in subjects.items()}
    references = {}
    behind: dict[str, Study] = {}
    for shape in shapes:
        on_progress(done / total, f"making void-and-cluster {sides(shape)}")
        made = baselines(shape, seed=seed)
        if not behind:
            behind = {label: measure(label, Subject((m,))) for label, m in made.items()}
            references[shape] = behind["void-and-cluster"]
        else:
            references[shape] = measure("void-and-cluster", Subject((made["void-and-cluster"],)))
    gains = {
        name: mean_gain_db(each.evaluation, references[each.subject.shape].evaluation)
        for name, each in studies.items()
    }
    return Measured(studies, origins, behind, gains, photo)


def sides(shape: Sequence[int]) -> str:
    """A shape in words.

    Example:
        >>> sides((64, 32)), sides((16, 64, 64))
        ('64 × 32', '16 frames of 64 × 64')
    """
    plane = " × ".join(map(str, shape[-2:]))
    return f"{shape[0]} frames of {plane}" if len(shape) == 3 else plane
