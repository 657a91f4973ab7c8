"""Measure the memory that each command needs per megapixel: the table of docs/limits.md.

Each command runs on a noisy ramp in two sizes; the difference gives the memory per megapixel.

    python scripts/measure_memory.py
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__)

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

# Command, and megapixels of the smaller image.
COMMANDS = (
    ("dither ordered {} -o out.png --bits 1 --gray", 4),
    ("dither ordered {} -o out.png --bits 1", 4),
    ("dither ordered {} -o out.png --bits 1 --resize 50%", 4),
    ("dither ordered {} -o out.png --palette spectra-6", 4),
    ("dither ordered {} -o out.png --colors 16", 4),
    ("dither diffuse {} -o out.png --bits 1", 4),
    ("dither diffuse {} -o out.png --palette spectra-6", 4),
    ("dither optimize {} -o out.png --colors 16", 1),
    ("dither colors {} --permutations 2", 1),
    ("dither compare {} {}", 1),
)


def picture(path: Path, megapixels: int) -> None:
    """Save a noisy ramp of 2:1."""
    height = round((megapixels * 1e6 / 2) ** 0.5)
    y, x = np.mgrid[0:height, 0 : 2 * height] / height
    ramps = np.stack([x / 2, y, 1 - x / 2], axis=2)
    noise = np.random.default_rng(0).normal(0, 0.02, ramps.shape)
    Image.fromarray((255 * np.clip(ramps + noise, 0, 1)).astype(np.uint8)).save(path)


def peak(command: str, folder: Path) -> int:
    """Return the peak memory of a command in bytes."""
    program, *words = command.split()
    entry = [sys.executable, "-m", f"{program}.cli", *words, "--quiet"]
    child = subprocess.Popen([*entry, "--force"] if "-o" in words else entry, cwd=folder,
                             stdout=subprocess.DEVNULL)  # fmt: skip
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command}: exit code {child.returncode}")
    return used.ru_maxrss * 1024


def main() -> None:
    """Print a row for each command."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for command, small in COMMANDS:
            sizes = (small, 4 * small)
            for size in sizes:
                # Drawn in a separate process: a child starts with the peak memory of its parent.
                drawing = multiprocessing.get_context("spawn").Process(
                    target=picture, args=(folder / f"{size}.png", size)
                )
                drawing.start()
                drawing.join()
            low, high = (peak(command.replace("{}", f"{size}.png"), folder) for size in sizes)
            each = (high - low) / (sizes[1] - sizes[0]) / 1e6
            shown = command.replace(" {}", "").replace(" -o out.png", "")
            print(f"| `{shown}` | {(low / 1e6) - each * small:.0f} | {each:.0f} |", flush=True)


if __name__ == "__main__":
    main()
