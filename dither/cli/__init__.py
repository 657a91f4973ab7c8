"""The command line `dither`: its commands, the options they share, and batches."""

import sys


def main() -> None:
    """Run the command `dither`."""
    try:
        # Imported here so that Ctrl-C during the imports ends without a traceback.
        from dither.cli.app import app
        from dither.console import run
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        sys.exit(130)
    run(app)
