"""The signature of progress callbacks, the same everywhere."""

from collections.abc import Callable

# Called with the finished share of the work, 0 to 1, and a short text about it, such as the
# current loss or the next stage. It may raise KeyboardInterrupt to stop the work.
OnProgress = Callable[[float, str], None]


def no_progress(share: float, text: str) -> None:
    """Do nothing; the default of every `on_progress`."""
