"""`bluenoise generate --loss`: a loss of one's own from the shell."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

import bluenoise
from bluenoise.methods.anneal import Anneal

LOSS = """
import jax.numpy as jnp

def rows(values, patterns, levels):
    return jnp.mean((patterns.mean(axis=2) - levels[:, None]) ** 2)
"""


def test_a_loss_of_a_file_makes_the_matrix_that_python_makes(run: Callable, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(LOSS)
    run("bluenoise generate 8x12 -o m.npy --loss mine.py:rows,2 --pair-weight 0.5 --steps 100 -s 3")
    made = bluenoise.generate(
        (8, 12),
        method=Anneal(rounds=2),
        loss=f"{path}:rows,2",
        pair_weight=0.5,
        seed=3,
    )
    assert (np.load(tmp_path / "m.npy") == made.ranks).all()
