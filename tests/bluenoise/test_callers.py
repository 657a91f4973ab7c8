"""Texts where the shell takes texts, and errors that name the argument."""

# Fields of frozen dataclasses take texts, which their types do not say.
# pyright: reportArgumentType=false, reportCallIssue=false

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import bluenoise
from dither.errors import InputError
from dither.metrics import Gaussian, Mixture, SpaceTimeProduct, SpaceTimeSum, level_energies
from dither.metrics.temporal import TemporalBox


def test_filters_are_given_by_their_texts() -> None:
    assert bluenoise.Blue("gaussian:2") == bluenoise.Blue(Gaussian(2.0))
    assert bluenoise.Anneal(viewing="gaussian:1.5").viewing == Gaussian(1.5)
    assert SpaceTimeSum("gaussian:1.5", "box:4") == SpaceTimeSum(Gaussian(1.5), TemporalBox(4))
    assert SpaceTimeProduct("gaussian:1.5", "box:4").time == TemporalBox(4)
    assert Mixture(((2.0, "gaussian:1"),)).parts == ((2.0, Gaussian(1.0)),)
    ranks = np.array([[0, 2], [3, 1]])
    found = level_energies(ranks, ["gaussian:1.5"])
    assert (found == level_energies(ranks, [Gaussian(1.5)])).all()
    evaluation = bluenoise.evaluate(ranks, filters=["box:2", "gaussian:1"])
    assert list(evaluation.energy) == ["box:2", "gaussian:1"]


def test_panels_distributions_and_update_rules_are_given_by_their_names() -> None:
    panel = bluenoise.Blue("panel:spectra-6-7.3").viewing
    assert panel == bluenoise.Blue("nasanen:127dpi,40cm").viewing
    spectrum = bluenoise.Spectrum(distribution="triangular", optimizer="momentum")
    assert spectrum == bluenoise.Spectrum(
        distribution=bluenoise.TriangularDistribution(), optimizer=bluenoise.Momentum()
    )


def test_shapes_formats_and_reports_are_given_by_texts(tmp_path: Path) -> None:
    for shape in ("8x8", 8, [8, np.int64(8)]):
        assert bluenoise.generate(shape, method="void-and-cluster").shape == (8, 8)
    paths = bluenoise.export("blue-16x16", tmp_path / "out", "png8, rg8")
    assert len(paths) == 2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: bluenoise.generate((8.5, 8)), "shape is (8.5, 8)"),
        (lambda: bluenoise.generate(None), "shape is None"),
        (lambda: bluenoise.generate((8, 8), seed="a"), "seed is 'a'"),
        (lambda: bluenoise.generate((8, 8), channels=2.5), "channels is 2.5"),
        (lambda: bluenoise.Blue(3), "viewing is 3"),
        (lambda: bluenoise.Blue("gausian:1"), "'gausian:1' is not a viewing filter"),
        (lambda: bluenoise.Blue(coupling="loose"), "coupling is 'loose'"),
        (lambda: bluenoise.Spectrum(distribution="flat"), "distribution is 'flat'"),
        (lambda: bluenoise.Spectrum(optimizer="rmsprop"), "optimizer is 'rmsprop'"),
        (lambda: SpaceTimeSum("box:3", 4), "time is 4"),
        (lambda: bluenoise.evaluate("blue-16x16", filters=[]), "filters is empty"),
        (lambda: bluenoise.evaluate("blue-16x16", filters={"a": 3}), "filters is 3"),
    ],
)
def test_errors_name_the_argument(call: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError) as raised:
        call()
    assert words in str(raised.value)
