"""The public names, listed once: adding or losing one is a decision."""

import inspect
import typing
from collections.abc import Iterator
from types import ModuleType

import pytest

import bluenoise
import bluenoise.methods.anneal
import bluenoise.methods.rank_swaps
import bluenoise.methods.spectrum
import bluenoise.methods.swaps
import bluenoise.methods.update_rules
import bluenoise.methods.void_and_cluster
import bluenoise.objective.pair_kernel
import dither
import dither.differentiable
import dither.differentiable.descent
import dither.diffusion
import dither.metrics
import dither.metrics.temporal

SURFACE = {
    bluenoise: """
        Adam Anneal Blue Evaluation GaussianDistribution GradientDescent JointChannels LossAnneal
        LossWeights OwnLoss
        Momentum
        RankSwapConfig RunOptions Spectrum SpectrumTarget
        TriangularDistribution UniformDistribution ValueSet ValueTexture VectorEvaluation
        VoidAndCluster blue blue_channels density_values embedded_values environment_values
        evaluate evaluate_vectors export generate generate_vectors ggx_values load_texture
        point_values report shifted value_set value_texture_of
        """,
    dither: """
        DitheredVolume SearchConfig VolumeWork
        Animation CellColors Cells ColorCount ColorGrid Comparison GapConfig GapEstimate
        HARDLY_VISIBLE Ink InputError KeptPixels LevelDither OptimizeConfig OptimizedCells
        OptimizedPalette Palette PaletteDither Panel PanelPacking Preparation RasterImage Sides
        RgbaPalette SmallClip SmallPicture SmallRgba
        ThresholdMatrix adjusted adjusted_frames bayer cell_names channel_thresholds
        clustered_dot color_curve compare count_colors dither_block dither_to_palette dither_volume
        elbow_count encode_cells gap_statistic interleaved_gradient_noise k_means keep_line_art
        largest_gap line_art_mask linear_to_srgb load_cells load_channels load_matrix load_noise
        load_palette load_panel map_to_palette median_cut nearest_indices noise_dither
        one_standard_error
        optimize_bytes optimize_cells optimize_clip_bytes optimize_frames optimize_palette
        optimize_rgba_bytes optimized_counts
        ordered_dither pack pack_panel packed_dither palette_names panel_c_source panel_names
        playstation r2_sequence read_animation read_image read_indexed recolored requantize
        save_matrix save_palette shipped_matrices shipped_textures srgb_to_linear
        studio_page unpack
        unpack_panel volume_work
        white_noise write_animation write_image write_indexed
        """,
    dither.differentiable: """
        Blurred CIELAB ColorHistogram Descended DescentConfig Distance OKLab OptimizedPicture
        Published RGB StructuralSimilarity Variance color_histogram descend matrix_sampled
        optimize_picture published sampled
        """,
    dither.differentiable.descent: """
        Descended Parameters Points State advance descend finish init prepare step trajectory
        """,
    dither.diffusion: """
        ATKINSON BURKES DIFFUSION_KERNELS DiffusionKernel FALSE_FLOYD_STEINBERG FLOYD_STEINBERG
        JARVIS_JUDICE_NINKE KNUTH_CLASSES OSTROMOUKHOV SIERRA SIERRA_LITE SIERRA_TWO_ROW SIMPLE_2D
        STEVENSON_ARCE STUCKI VariableKernel dot_diffuse error_diffuse load_kernel requantize
        riemersma_dither
        """,
    dither.metrics: """
        Binomial Box DotGain Gaussian Green ImageErrors LaserSpot Measured Mixture Nasanen
        STANDARD_FILTERS SpaceTimeProduct SpaceTimeSum ViewingFilter anisotropy band_powers
        blurred_differences blurred_error grain image_errors level_energies look lost_hues
        low_frequency_power multi_scale_structural_similarity parse_filter parse_temporal_filter
        power_spectrum printed_coverage scielab_error structural_similarity temporal_energies
        temporal_spectrum tone_curve
        """,
    dither.metrics.temporal: """
        SpaceTimeProduct SpaceTimeSum TemporalBox TemporalExponential TemporalFilter TemporalGaussian
        as_temporal_filter parse_temporal_filter
        """,
    bluenoise.methods.spectrum: """
        Info LossWeights Result Spectrum State advance default_restarts finish init
        optimize_spectrum start step trajectory weighted_loss
        """,
    bluenoise.methods.update_rules: "Adam GradientDescent Momentum",
    bluenoise.methods.anneal: """
        Anneal Info Result State advance anneal finish init pair_force_at rate_at start step
        to_quantiles trajectory
        """,
    bluenoise.methods.rank_swaps: """
        RankSwapConfig finish init plan_swaps swap_ranks
        """,
    bluenoise.methods.swaps: """
        Info State SwapConfig SwapGroup SwapPlan folded_kernel kernel_rows step swap_group
        tile_corners trajectory
        """,
    bluenoise.objective.pair_kernel: """
        JointChannels coupling_kernel kernel_radius pair_kernel plane_filter plane_radii
        space_time_kernel temporal_kernel whole_kernel wrap_frames
        """,
    bluenoise.methods.void_and_cluster: """
        VoidAndCluster default_sigma fixed_point gaussian_kernel jitter void_and_cluster
        """,
}

# Former names, kept for one release and left out of the reference.
ALIASES = {
    bluenoise: {"Gaussian", "Triangular", "Uniform"},
    bluenoise.methods.anneal: {"AnnealConfig"},
    bluenoise.methods.spectrum: {"SpectrumConfig"},
    dither: {"prepared"},
    dither.diffusion: {"diffused"},
}


def _public(module: ModuleType) -> dict[str, object]:
    own = module.__name__.partition(".")[0]
    # dir() also lists what is loaded on first use.
    values = {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}
    return {
        name: value
        for name, value in values.items()
        if not inspect.ismodule(value)
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
    assert defined == {*SURFACE[module].split(), *ALIASES.get(module, set())}


@pytest.mark.parametrize("module", SURFACE, ids=lambda module: module.__name__)
def test_every_public_name_is_explained(module: ModuleType) -> None:
    for name in SURFACE[module].split():
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert len(value.__doc__ or "") > 40, name


# Of the pages of the reference.
REFERENCE = (bluenoise, dither, dither.diffusion, dither.metrics, dither.differentiable)
# Types in signatures that callers need not name: protocols, and what functions return or take besides.
UNNAMED = {
    "Method",  # of `bluenoise.generate`: one of the listed methods
    "MatrixSet",  # of `bluenoise.export`, which takes arrays, names and files
    "Distribution",
    "Distance",
    "HasColors",
    "PictureSample",
    "Placement",
    "TemporalFilter",
    "TiffVolume",
    "ZarrVolume",
}


def _classes(hint: object) -> Iterator[type]:
    """Yield the classes in a type hint that belong to this project."""
    if isinstance(hint, type) and hint.__module__.partition(".")[0] in ("bluenoise", "dither"):
        yield hint
    for inner in hint if isinstance(hint, list) else typing.get_args(hint):
        yield from _classes(inner)


@pytest.mark.parametrize("module", REFERENCE, ids=lambda module: module.__name__)
def test_types_in_the_reference_can_be_imported_from_it(module: ModuleType) -> None:
    listed = {id(getattr(each, name)) for each in REFERENCE for name in SURFACE[each].split()}
    missing = set()
    for name in SURFACE[module].split():
        value = getattr(module, name)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        try:
            hints = typing.get_type_hints(value)
        except NameError:  # imported for type checkers only
            continue
        for hint in hints.values():
            missing |= {each.__name__ for each in _classes(hint) if id(each) not in listed}
    assert missing <= UNNAMED
