"""The public names, listed once: adding or losing one is a decision."""

import inspect
from types import ModuleType

import pytest

import bluenoise
import bluenoise.anneal
import bluenoise.optimize
import bluenoise.refine
import bluenoise.void_and_cluster
import dither
import dither.metrics

SURFACE = {
    bluenoise: """
        Evaluation Gaussian SpectrumTarget Triangular Uniform blue evaluate generate
        """,
    dither: """
        InputError RasterImage ThresholdMatrix bayer load_matrix ordered_dither read_image requantize
        save_matrix shipped_matrices white_noise write_image
        """,
    dither.metrics: """
        Binomial Box Gaussian Measured Mixture Nasanen STANDARD_FILTERS ViewingFilter anisotropy
        level_energies low_frequency_power parse_filter power_spectrum
        """,
    bluenoise.optimize: """
        Adam GradientDescent Info LossWeights Momentum OptimizeConfig Result State advance finish init
        optimize start step trajectory usual_restarts
        """,
    bluenoise.anneal: """
        AnnealConfig Info Result State advance anneal finish init start step to_quantiles trajectory
        """,
    bluenoise.refine: """
        Info RefineConfig State finish folded_kernel init refine step
        tile_corners trajectory
        """,
    bluenoise.void_and_cluster: "gaussian_kernel void_and_cluster",
}


def _public(module: ModuleType) -> dict[str, object]:
    own = module.__name__.partition(".")[0]
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and getattr(value, "__module__", own).partition(".")[0] == own
    }


@pytest.mark.parametrize("module", SURFACE, ids=lambda module: module.__name__)
def test_the_public_names_are_these(module: ModuleType) -> None:
    here = module if hasattr(module, "__path__") else None
    defined = {
        name
        for name, value in _public(module).items()
        if here or getattr(value, "__module__", None) == module.__name__
    }
    assert sorted(defined) == sorted(SURFACE[module].split())


@pytest.mark.parametrize("module", SURFACE, ids=lambda module: module.__name__)
def test_every_public_name_is_explained(module: ModuleType) -> None:
    for name in SURFACE[module].split():
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert len(value.__doc__ or "") > 40, name
