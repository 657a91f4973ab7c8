"""Peak memory of a program.

Linux counts the memory of the process that starts a program, which may be a large test run, as the
program's own: the peak is kept when the program replaces the copy of its parent. So a small process
starts it.
"""

import subprocess
import sys
from typing import Any

_STARTER = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, used = os.wait4(child.pid, 0)
print(used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def peak_memory(command: list[str], **options: Any) -> int:
    """Run a program, which must succeed, and return its peak memory in bytes."""
    words = [sys.executable, "-S", "-c", _STARTER, *command]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True, **options)
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)
