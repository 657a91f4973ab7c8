"""Error diffusion: dither images to a few levels or to a palette, passing each pixel's error on.

`requantize` returns a picture; `error_diffuse`, `riemersma_dither` and `dot_diffuse` return codes:

    >>> import numpy as np
    >>> from dither.diffusion import requantize
    >>> image = np.full((64, 64), 128, np.uint8)
    >>> np.unique(requantize(image, bits=2, kernel="sierra-lite")).tolist()
    [85, 170]

Importing this package loads numpy and nothing heavier; diffusing loads numba.
"""

from dither.diffusion.dot_diffusion import KNUTH_CLASSES as KNUTH_CLASSES
from dither.diffusion.dot_diffusion import dot_diffuse as dot_diffuse
from dither.diffusion.error_diffusion import diffused as diffused
from dither.diffusion.error_diffusion import error_diffuse as error_diffuse
from dither.diffusion.error_diffusion import requantize as requantize
from dither.diffusion.kernel_files import load_kernel as load_kernel
from dither.diffusion.kernels import ATKINSON as ATKINSON
from dither.diffusion.kernels import BURKES as BURKES
from dither.diffusion.kernels import DIFFUSION_KERNELS as DIFFUSION_KERNELS
from dither.diffusion.kernels import FALSE_FLOYD_STEINBERG as FALSE_FLOYD_STEINBERG
from dither.diffusion.kernels import FLOYD_STEINBERG as FLOYD_STEINBERG
from dither.diffusion.kernels import JARVIS_JUDICE_NINKE as JARVIS_JUDICE_NINKE
from dither.diffusion.kernels import SIERRA as SIERRA
from dither.diffusion.kernels import SIERRA_LITE as SIERRA_LITE
from dither.diffusion.kernels import SIERRA_TWO_ROW as SIERRA_TWO_ROW
from dither.diffusion.kernels import SIMPLE_2D as SIMPLE_2D
from dither.diffusion.kernels import STEVENSON_ARCE as STEVENSON_ARCE
from dither.diffusion.kernels import STUCKI as STUCKI
from dither.diffusion.kernels import DiffusionKernel as DiffusionKernel
from dither.diffusion.riemersma import riemersma_dither as riemersma_dither
from dither.diffusion.tone_kernels import OSTROMOUKHOV as OSTROMOUKHOV
from dither.diffusion.tone_kernels import VariableKernel as VariableKernel
