"""Make tileable blue-noise threshold matrices, and measure how good they are.

A matrix is blue when every pattern that it thresholds a grey into is: dots spread evenly, without
order, so that the eye blurs them back into the grey.

    >>> import bluenoise
    >>> bluenoise.generate((16, 16), seed=1).shape
    (16, 16)

Behind `generate` stand four rooms, each with its own settings: `bluenoise.void_and_cluster` places
one rank after the other, `bluenoise.refine` swaps ranks while the visible error of all thresholds
falls, `bluenoise.anneal` moves all values at once down the same error, sharpened step by step, and
`bluenoise.optimize` down a loss on the Fourier spectrum and the sorted values. They load compilers
(numba, JAX), so they are imported only when they are used. The first two make matrices with frames, and
`blue_channels` one for each channel of a colour image.
"""

from bluenoise.composition import blue as blue
from bluenoise.composition import blue_channels as blue_channels
from bluenoise.composition import shifted as shifted
from bluenoise.evaluate import Evaluation as Evaluation
from bluenoise.evaluate import evaluate as evaluate
from bluenoise.export import export as export
from bluenoise.generate import generate as generate
from bluenoise.report import report as report
from bluenoise.target import Gaussian as Gaussian
from bluenoise.target import SpectrumTarget as SpectrumTarget
from bluenoise.target import Triangular as Triangular
from bluenoise.target import Uniform as Uniform
