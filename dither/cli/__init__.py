"""The command line `dither`: its commands, the options they share, and batches."""

import os
import sys


def main() -> None:
    """Run the command `dither`."""
    # Products with 3x3 matrices of colours gain nothing from more threads, which spin while they wait.
    # numpy reads this when it is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        # Imported here so that Ctrl-C during the imports ends without a traceback.
        from dither.cli.app import app_of, mistaken_command
        from dither.console.run import run

        mistake = mistaken_command(sys.argv[1:])
        app = app_of(sys.argv[1:])
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)
    run(app, mistake)
