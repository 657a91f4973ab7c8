"""The lines that explain why a first run takes longer."""

import functools
import sys

# Whether the lines are shown; None: on terminals only.
wanted: bool | None = None
# Seconds without a line for a compiler that needs less for most programs.
patience = 0.5


@functools.cache  # once in a process
def show(what: str = "loops for this machine") -> None:
    """Print a line to standard error, once in a process for each thing that is compiled."""
    if sys.stderr.isatty() if wanted is None else wanted:
        print(f"Compiling {what}, once; this takes some seconds.", file=sys.stderr, flush=True)
