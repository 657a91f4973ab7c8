"""Use threshold matrices: dither images to a few levels, and measure the matrices that do it.

`requantize` is the verb most callers want:

    >>> import numpy as np, dither
    >>> image = np.full((64, 64), 128, np.uint8)
    >>> np.unique(dither.requantize(image, bits=2)).tolist()
    [85, 170]

Importing this package loads numpy and nothing heavier.
"""

from dither.classical import bayer as bayer
from dither.classical import clustered_dot as clustered_dot
from dither.classical import interleaved_gradient_noise as interleaved_gradient_noise
from dither.classical import playstation as playstation
from dither.classical import r2_sequence as r2_sequence
from dither.classical import white_noise as white_noise
from dither.color_count.count import HARDLY_VISIBLE as HARDLY_VISIBLE
from dither.color_count.count import count_colors as count_colors
from dither.color_count.count import optimized_counts as optimized_counts
from dither.color_count.curve import ColorCount as ColorCount
from dither.color_count.curve import color_curve as color_curve
from dither.color_count.curve import elbow_count as elbow_count
from dither.color_count.gap_statistic import ColorGrid as ColorGrid
from dither.color_count.gap_statistic import GapConfig as GapConfig
from dither.color_count.gap_statistic import GapEstimate as GapEstimate
from dither.color_count.gap_statistic import gap_statistic as gap_statistic
from dither.color_count.gap_statistic import largest_gap as largest_gap
from dither.color_count.gap_statistic import one_standard_error as one_standard_error
from dither.comparison.compare import Comparison as Comparison
from dither.comparison.compare import compare as compare
from dither.errors import InputError as InputError
from dither.images.animation import Animation as Animation
from dither.images.animation import read_animation as read_animation
from dither.images.animation import write_animation as write_animation
from dither.images.io import read_image as read_image
from dither.images.io import write_image as write_image
from dither.images.pictures import RasterImage as RasterImage
from dither.matrix import ThresholdMatrix as ThresholdMatrix
from dither.matrix import channel_thresholds as channel_thresholds
from dither.matrix import load_channels as load_channels
from dither.matrix import load_matrix as load_matrix
from dither.matrix import save_matrix as save_matrix
from dither.matrix import shipped_matrices as shipped_matrices
from dither.named_palettes import palette_names as palette_names
from dither.noise import load_noise as load_noise
from dither.noise import noise_dither as noise_dither
from dither.optimizer.config import OptimizeConfig as OptimizeConfig
from dither.optimizer.frames import optimize_frames as optimize_frames
from dither.optimizer.optimize import OptimizedPalette as OptimizedPalette
from dither.optimizer.optimize import optimize_palette as optimize_palette
from dither.ordered import ordered_dither as ordered_dither
from dither.ordered import packed_dither as packed_dither
from dither.ordered import requantize as requantize
from dither.packing import pack as pack
from dither.packing import unpack as unpack
from dither.palette import Palette as Palette
from dither.palette import load_palette as load_palette
from dither.palette import recolored as recolored
from dither.palette import save_palette as save_palette
from dither.palette_dither import dither_to_palette as dither_to_palette
from dither.preparation import Preparation as Preparation
from dither.preparation import Sides as Sides
from dither.preparation import prepared as prepared
from dither.quantize import k_means as k_means
from dither.quantize import median_cut as median_cut
from dither.studio import studio_page as studio_page
from dither.volumes.block import LevelDither as LevelDither
from dither.volumes.block import PaletteDither as PaletteDither
from dither.volumes.block import dither_block as dither_block
from dither.volumes.stream import dither_volume as dither_volume
from dither.volumes.work import volume_work as volume_work
