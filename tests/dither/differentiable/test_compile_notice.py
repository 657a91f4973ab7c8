import os
import subprocess
import sys
from pathlib import Path

import pytest

# Compiles a program twice, the second time from the folder; what happens is printed.
_PROGRAM = """
import threading
import jax, jax.numpy as jnp
from dither.differentiable.compile_notice import explain_waits

class Timer:
    def __init__(self, seconds, show, words): pass
    def start(self): print("starts")
    def cancel(self): print("ends")

threading.Timer = Timer
explain_waits()
explain_waits()
for _ in range(2):
    jax.jit(lambda x: jnp.sin(x) + 1)(1.0).block_until_ready()
    jax.clear_caches()
"""


@pytest.mark.parametrize("least", ["0", "1"])  # seconds from which a program is kept
def test_jax_says_when_it_begins_and_ends_to_compile(tmp_path: Path, least: str) -> None:
    variables = {
        "JAX_COMPILATION_CACHE_DIR": str(tmp_path),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": least,
        "JAX_PLATFORMS": "cpu",
    }
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | variables,
    )
    events = ran.stdout.split()
    assert events == ["starts", "ends"] * (len(events) // 2)
    assert len(events) >= 4
