"""Time the spectrum method's scan against Python loops over the same steps, in interleaved rounds."""

if __name__ == "__main__":
    import usage

    usage.check(__doc__)

import sys
import time
from functools import partial
from pathlib import Path

import jax

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from python_loop import in_a_loop, plain_step

from bluenoise.methods import spectrum
from bluenoise.methods.spectrum import Spectrum

STEPS = 200
config = Spectrum((64, 64), steps=STEPS, fine_tune_steps=0)
state = spectrum.init(config, jax.random.key(0))
many = spectrum.start(config, 0)
whole_step = jax.jit(lambda state: spectrum.step(config, state)[0])


ways = {
    "one scan (ours)": (lambda: spectrum.advance(config, many, STEPS), STEPS),
    "loop, our step compiled": (partial(in_a_loop, whole_step, state, STEPS), STEPS),
    "loop, plain gradient compiled": (
        partial(in_a_loop, plain_step(config, True), state, STEPS),
        STEPS,
    ),
    "loop, nothing compiled": (partial(in_a_loop, plain_step(config, False), state, 20), 20),
}
seconds = {name: [] for name in ways}
for _ in range(6):
    for name, (way, steps) in ways.items():
        before = time.perf_counter()
        jax.block_until_ready(way())
        seconds[name].append((time.perf_counter() - before) / steps)
# The first round compiles.
medians = {name: sorted(times[1:])[2] for name, times in seconds.items()}
for name, median in medians.items():
    print(f"{name:32}{1e3 * median:8.3f} ms a step{median / medians['one scan (ours)']:8.1f} x")
