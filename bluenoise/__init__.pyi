"""The public names of `bluenoise`, each with the module that defines it; loaded on first use."""

from .evaluate import Evaluation as Evaluation
from .evaluate import evaluate as evaluate
from .export import export as export
from .generate import generate as generate
from .methods.anneal import Anneal as Anneal
from .methods.blue import Blue as Blue
from .methods.blue import blue as blue
from .methods.blue import blue_channels as blue_channels
from .methods.blue import shifted as shifted
from .methods.loss_anneal import LossAnneal as LossAnneal
from .methods.rank_swaps import RankSwapConfig as RankSwapConfig
from .methods.spectrum import LossWeights as LossWeights
from .methods.spectrum import Spectrum as Spectrum
from .methods.update_rules import Adam as Adam
from .methods.update_rules import GradientDescent as GradientDescent
from .methods.update_rules import Momentum as Momentum
from .methods.void_and_cluster import VoidAndCluster as VoidAndCluster
from .objective.own_loss import OwnLoss as OwnLoss
from .objective.pair_kernel import JointChannels as JointChannels
from .objective.target import Gaussian as Gaussian
from .objective.target import GaussianDistribution as GaussianDistribution
from .objective.target import SpectrumTarget as SpectrumTarget
from .objective.target import Triangular as Triangular
from .objective.target import TriangularDistribution as TriangularDistribution
from .objective.target import Uniform as Uniform
from .objective.target import UniformDistribution as UniformDistribution
from .report import report as report
from .runs.options import RunOptions as RunOptions
from .value_texture import ValueTexture as ValueTexture
from .value_texture import load_texture as load_texture
from .value_texture import value_texture_of as value_texture_of
from .values.embedding import embedded_values as embedded_values
from .values.evaluate_vectors import VectorEvaluation as VectorEvaluation
from .values.evaluate_vectors import evaluate_vectors as evaluate_vectors
from .values.generate_vectors import generate_vectors as generate_vectors
from .values.importance import density_values as density_values
from .values.importance import environment_values as environment_values
from .values.importance import ggx_values as ggx_values
from .values.importance import point_values as point_values
from .values.value_set import ValueSet as ValueSet
from .values.value_set import value_set as value_set

__version__: str
