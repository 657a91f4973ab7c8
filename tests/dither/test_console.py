import subprocess
import sys

TOO_MUCH = """
import numpy as np
import typer
from dither.console import run

app = typer.Typer()
app.command()(lambda: np.empty(1 << 60, np.uint8))
run(app)
"""


def test_too_little_memory_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TOO_MUCH, "--"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: this takes more memory than there is; smaller sizes take less"
    ]
