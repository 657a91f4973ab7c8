import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from bluenoise.runs.restarts import even_share, init_restarts
from dither.errors import InputError


def test_runs_are_independent() -> None:
    three = init_restarts(lambda key: jax.random.uniform(key, (4, 4)), (4, 4), seed=1, restarts=3)
    assert np.unique(np.asarray(three)).size == 48


@pytest.mark.parametrize(("seed", "restarts"), [(-1, 1), (1 << 32, 1), (0, 0), (0, 1 << 21)])
def test_numbers_out_of_range_are_one_sentence(seed: int, restarts: int) -> None:
    with pytest.raises(InputError, match="from"):
        init_restarts(lambda key: key, (4, 4), seed, restarts)


def test_devices_get_even_shares() -> None:
    for restarts in range(1, 40):
        for devices in range(1, 9):
            share = even_share(restarts, devices)
            assert restarts % share == 0
            assert all(restarts % more for more in range(share + 1, devices + 1))


_WALKS = """
import sys
import jax
import numpy as np
from bluenoise.methods import anneal, spectrum

runs = {
    "spectrum": (spectrum, spectrum.Spectrum((16, 16), steps=200, fine_tune_steps=20)),
    "anneal": (anneal, anneal.Anneal((16, 16), rounds=8, steps_per_round=25)),
    "brief": (anneal, anneal.Anneal((64, 64), rounds=1, steps_per_round=5)),
}
found = {"devices": len(jax.devices())}
for name, (method, config) in runs.items():
    states = method.start(config, 0, 4)
    for states, infos in method.trajectory(config, states):
        pass
    found[name] = states.values
    found[f"{name}_spread"] = len(states.values.sharding.device_set)
    program = method.advance.lower(config, states, 1).compile().as_text()
    found[f"{name}_sent"] = program.count("all-gather") + program.count("all-reduce")
np.savez(sys.argv[1], **found)
"""


@pytest.mark.slow
def test_restarts_spread_over_devices(tmp_path: Path) -> None:
    found = {}
    for devices in (1, 2):
        path = tmp_path / f"{devices}.npz"
        flags = f"--xla_force_host_platform_device_count={devices}"
        subprocess.run(
            [sys.executable, "-c", _WALKS, path],
            env={**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
            check=True,
        )
        found[devices] = dict(np.load(path))
    assert found[2]["devices"] == 2
    for name in ("spectrum", "anneal", "brief"):
        assert found[1][f"{name}_spread"] == 1
        assert found[2][f"{name}_spread"] == 2
        assert found[2][f"{name}_sent"] == 0
    # The same bytes at this size; at others batches of half the size are rounded otherwise, which the
    # descent makes more of with every step.
    for name in ("spectrum", "anneal"):
        assert (found[1][name] == found[2][name]).all()
    np.testing.assert_allclose(found[1]["brief"], found[2]["brief"], atol=2e-3)
