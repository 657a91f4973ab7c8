"""Many tasks at once: on the processors of this machine, or on the machines of a Dask scheduler."""

from dither.parallel.run import WorkerLostError as WorkerLostError
from dither.parallel.run import run_tasks as run_tasks
