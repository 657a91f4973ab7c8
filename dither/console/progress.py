"""Progress bars on terminals, and Ctrl-C that takes effect between two steps of the work."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from dither.console.messages import stop

if TYPE_CHECKING:
    from rich.progress import Progress

    from dither.progress import OnProgress

# Seconds before a delayed bar appears, and between its updates.
_BAR_DELAY, _BAR_INTERVAL = 1.0, 0.1


@contextlib.contextmanager
def deferred_interrupt() -> Iterator[Callable[[], None]]:
    """Defer Ctrl-C: raise KeyboardInterrupt when the work calls the yielded function.

    An exception thrown into a compiler or a library's callbacks can be lost or crash it; between two
    chunks of work it is safe. A second Ctrl-C interrupts at once.

    Example:
        >>> with deferred_interrupt() as check:
        ...     check()
    """
    stopped = False

    def remember(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        if stopped:
            signal.default_int_handler(number, frame)
        stopped = True

    def check() -> None:
        if stopped:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def progress_bar(task: str, checkpoint: Path | None, quiet: bool) -> "Iterator[OnProgress]":
    """Draw a bar with the remaining time, on terminals only; Ctrl-C takes effect between updates.

    Args:
        task: a word for the work.
        checkpoint: the file from which stopped work resumes, if any.
        quiet: draw nothing.

    Yields:
        The progress callback: the share done, 0 to 1, and a short text.
    """
    progress = _bar(quiet)
    try:
        with deferred_interrupt() as check, progress:
            row = progress.add_task(task, total=1.0, word="")

            def on_progress(share: float, text: str) -> None:
                progress.update(row, completed=share, word=text)
                check()

            yield on_progress
    except KeyboardInterrupt:
        if checkpoint is not None and checkpoint.exists():
            raise stop(f"Run the same command to resume from {checkpoint}.") from None
        raise


@contextlib.contextmanager
def delayed_progress(task: str, quiet: bool) -> Iterator[Callable[..., None]]:
    """Draw a bar on terminals once the work has taken a second.

    Args:
        task: a word for the work.
        quiet: draw nothing.

    Yields:
        The progress callback: the share done, 0 to 1, and a text that is not shown. While the share is
        0, the bar only pulses.

    Example:
        >>> with delayed_progress("dither", quiet=False) as on_progress:
        ...     on_progress(0.5)
    """
    share, ended = 0.0, threading.Event()

    def on_progress(done: float, text: str = "") -> None:
        nonlocal share
        share = done

    drawing = threading.Thread(
        target=_draw_late, args=(task, quiet, ended.wait, lambda: share), daemon=True
    )
    drawing.start()
    try:
        yield on_progress
    finally:
        ended.set()
        drawing.join()


def _draw_late(
    task: str, quiet: bool, wait: Callable[[float], bool], share: Callable[[], float]
) -> None:
    """Draw a bar after a delay; `wait` sleeps and returns True when the work has ended."""
    if wait(_BAR_DELAY):
        return
    with _bar(quiet) as progress:
        row = progress.add_task(task, total=None, word="")
        while not wait(_BAR_INTERVAL):
            progress.update(row, total=1.0 if share() else None, completed=share())


def _bar(quiet: bool) -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[word]}"),
        console=console,
        disable=quiet or not console.is_terminal,
    )
