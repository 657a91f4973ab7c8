"""Messages on standard error, each one line without control characters."""

import sys

# The exit code of a program that Ctrl-C has stopped.
STOPPED = 130


def printable(text: str) -> str:
    r"""Return text as one line without control characters, which file names may hold.

    Example:
        >>> printable("a line\nand another\x1b[31m")
        'a line and another\\x1b[31m'
    """
    line = " ".join(text.split())
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line
    )


def log(sentence: str, *, quiet: bool = False) -> None:
    """Print one line to standard error, unless `quiet`."""
    if not quiet:
        print(printable(sentence), file=sys.stderr)


def stop(advice: str) -> SystemExit:
    """Print how to resume after Ctrl-C; return the exception that ends the program."""
    log(f"Stopped. {advice}")
    return SystemExit(STOPPED)
