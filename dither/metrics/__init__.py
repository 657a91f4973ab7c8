"""Measures of threshold matrices, and of dithered pictures against their originals."""

from dither.metrics.dot_gain import DotGain as DotGain
from dither.metrics.dot_gain import LaserSpot as LaserSpot
from dither.metrics.dot_gain import printed_coverage as printed_coverage
from dither.metrics.dot_gain import tone_curve as tone_curve
from dither.metrics.hues import lost_hues as lost_hues
from dither.metrics.image import ImageErrors as ImageErrors
from dither.metrics.image import blurred_differences as blurred_differences
from dither.metrics.image import blurred_error as blurred_error
from dither.metrics.image import grain as grain
from dither.metrics.image import image_errors as image_errors
from dither.metrics.look import look as look
from dither.metrics.patterns import anisotropy as anisotropy
from dither.metrics.patterns import band_powers as band_powers
from dither.metrics.patterns import level_energies as level_energies
from dither.metrics.patterns import temporal_energies as temporal_energies
from dither.metrics.patterns import temporal_spectrum as temporal_spectrum
from dither.metrics.scielab import scielab_error as scielab_error
from dither.metrics.spectrum import low_frequency_power as low_frequency_power
from dither.metrics.spectrum import power_spectrum as power_spectrum
from dither.metrics.structure import (
    multi_scale_structural_similarity as multi_scale_structural_similarity,
)
from dither.metrics.structure import structural_similarity as structural_similarity
from dither.metrics.temporal import SpaceTimeProduct as SpaceTimeProduct
from dither.metrics.temporal import SpaceTimeSum as SpaceTimeSum
from dither.metrics.temporal import parse_temporal_filter as parse_temporal_filter
from dither.metrics.viewing import STANDARD_FILTERS as STANDARD_FILTERS
from dither.metrics.viewing import Binomial as Binomial
from dither.metrics.viewing import Box as Box
from dither.metrics.viewing import Gaussian as Gaussian
from dither.metrics.viewing import Green as Green
from dither.metrics.viewing import Measured as Measured
from dither.metrics.viewing import Mixture as Mixture
from dither.metrics.viewing import Nasanen as Nasanen
from dither.metrics.viewing import ViewingFilter as ViewingFilter
from dither.metrics.viewing import parse_filter as parse_filter
