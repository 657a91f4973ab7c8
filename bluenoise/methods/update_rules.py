"""Update rules of gradient descent: Adam, momentum and plain steps.

`transformation` takes the number of cells times the variance of the target values as `scale`, so that
a learning rate means the same at every size.
"""

from dataclasses import dataclass

import optax


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma, Ba 2015) with its published decay rates; the rate is in units of the values."""

    learning_rate: float = 0.01

    def transformation(self, scale: float) -> optax.GradientTransformation:
        """Return the optax update rule; `scale` has no effect."""
        return optax.adam(self.learning_rate)


@dataclass(frozen=True)
class Momentum:
    """Gradient descent with heavy-ball momentum (Polyak 1964); the rate as in GradientDescent."""

    learning_rate: float = 0.05
    decay: float = 0.9

    def transformation(self, scale: float) -> optax.GradientTransformation:
        """Return the optax update rule."""
        return optax.sgd(self.learning_rate * scale, momentum=self.decay)


@dataclass(frozen=True)
class GradientDescent:
    """Gradient descent: rate r moves values by 2 r of their distance if only the histogram counts."""

    learning_rate: float = 0.25

    def transformation(self, scale: float) -> optax.GradientTransformation:
        """Return the optax update rule."""
        return optax.sgd(self.learning_rate * scale)
