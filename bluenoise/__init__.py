"""Make tileable blue-noise threshold matrices, and measure how good they are.

A matrix is blue when every pattern that it thresholds a grey into is: dots spread evenly, without
order, so that the eye blurs them back into the grey.

    >>> import bluenoise
    >>> bluenoise.generate((16, 16), seed=1).shape
    (16, 16)

The methods behind `generate` are modules with settings of their own: `methods.void_and_cluster` places
one rank after the other, `methods.rank_swaps` swaps ranks while the visible error of all thresholds
falls, `methods.anneal` moves all values at once down the same error, and `methods.spectrum` minimises
a loss on the Fourier spectrum and the sorted values. They need compilers (numba, JAX) and are imported
on use.
"""

from bluenoise.evaluate import Evaluation as Evaluation
from bluenoise.evaluate import evaluate as evaluate
from bluenoise.export import export as export
from bluenoise.generate import generate as generate
from bluenoise.methods.blue import blue as blue
from bluenoise.methods.blue import blue_channels as blue_channels
from bluenoise.methods.blue import shifted as shifted
from bluenoise.objective.target import Gaussian as Gaussian
from bluenoise.objective.target import SpectrumTarget as SpectrumTarget
from bluenoise.objective.target import Triangular as Triangular
from bluenoise.objective.target import Uniform as Uniform
from bluenoise.report import report as report
