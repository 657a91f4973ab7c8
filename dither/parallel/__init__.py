"""Map a function over tasks on threads, processes or a Dask cluster."""

from dither.parallel.run import WorkerLostError as WorkerLostError
from dither.parallel.run import run_tasks as run_tasks
