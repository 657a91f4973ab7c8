"""The line that explains why a first run takes longer."""

import sys

# Whether the line is shown; None: on terminals only.
wanted: bool | None = None
_shown = False


def show() -> None:
    """Print the line to standard error, once in a process."""
    global _shown
    if not _shown and (sys.stderr.isatty() if wanted is None else wanted):
        print("Compiling loops for this machine, once; this takes some seconds.", file=sys.stderr)
    _shown = True
