"""Make tileable blue-noise threshold matrices, and measure how good they are.

A matrix is blue when every pattern that it thresholds a grey into is: dots spread evenly, without
order, so that the eye blurs them back into the grey. Two ways lead there. Void-and-cluster places
one rank after the other; gradient descent moves all values at once, down a loss on the Fourier
spectrum and on the sorted values. The second lives in `bluenoise.optimize` and needs JAX, which
is imported only there:

    >>> import bluenoise
    >>> bluenoise.generate((16, 16), seed=1).shape
    (16, 16)
"""

from bluenoise.evaluate import Evaluation as Evaluation
from bluenoise.evaluate import evaluate as evaluate
from bluenoise.generate import generate as generate
from bluenoise.target import Gaussian as Gaussian
from bluenoise.target import SpectrumTarget as SpectrumTarget
from bluenoise.target import Triangular as Triangular
from bluenoise.target import Uniform as Uniform
from bluenoise.void_and_cluster import void_and_cluster as void_and_cluster
