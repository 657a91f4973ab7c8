"""Types and constants that all ways to run tasks share."""

from typing import TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")

# Interval of the calls to `poll`, which may stop the work.
POLL_SECONDS = 0.2
