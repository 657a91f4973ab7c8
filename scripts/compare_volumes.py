"""Time dithering 256 layers of 2048 x 2048 against copying them, as TIFF and Zarr: FOLDER [ROUNDS].

The folder needs 4 GiB. Each copy or dithering is a process that ends once its output is on disk; rounds
are interleaved, and ratios are medians over rounds (default 3).
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__, "FOLDER", "[ROUNDS]")

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

SHAPE, CHUNKS = (256, 2048, 2048), (16, 256, 256)
FLUSHED = """
for path in [out, *out.rglob("*")]:
    if path.is_file():
        with path.open("rb") as file:
            os.fsync(file.fileno())
"""
# Copies of the file, and of the samples by the libraries themselves.
COPIES = {
    "tif": {
        "copy": """
import os, shutil, sys
from pathlib import Path
source, out = map(Path, sys.argv[1:])
shutil.copyfile(source, out)
""",
        "copy by tifffile": """
import os, sys, tifffile
from pathlib import Path
source, out = map(Path, sys.argv[1:])
pages = tifffile.memmap(source, mode="r")
tifffile.imwrite(out, iter(pages), shape=pages.shape, dtype=pages.dtype)
""",
    },
    "zarr": {
        "copy by zarr": """
import os, sys, zarr
from pathlib import Path
source, out = map(Path, sys.argv[1:])
before = zarr.open_array(source, mode="r")
after = zarr.create_array(out, shape=before.shape, chunks=before.chunks, dtype=before.dtype)
for layer in range(0, before.shape[0], before.chunks[0]):
    after[layer : layer + before.chunks[0]] = before[layer : layer + before.chunks[0]]
"""
    },
}
# Runs in a separate process, so that its memory does not count.
MAKING = f"""
import sys, numpy as np, tifffile, zarr
from pathlib import Path
folder, shape, chunks = Path(sys.argv[1]), {SHAPE}, {CHUNKS}
x, y = np.arange(shape[2]), np.arange(shape[1])[:, None]
noise = np.random.default_rng(0).integers(-3, 4, shape[1:])
waves = (60 * (np.sin(x / 97 + z / 9) + np.cos(y / 71)) + 128 + noise for z in range(shape[0]))
layers = (wave.astype(np.uint8) for wave in waves)
tifffile.imwrite(folder / "in.tif", layers, shape=shape, dtype=np.uint8)
stack = tifffile.memmap(folder / "in.tif", mode="r")
place = {{"store": folder / "in.zarr", "overwrite": True}}
array = zarr.create_array(**place, shape=shape, chunks=chunks, dtype=np.uint8)
for layer in range(0, shape[0], chunks[0]):
    array[layer : layer + chunks[0]] = stack[layer : layer + chunks[0]]
"""
WAYS = (
    "--bits 1",
    "--bits 1 --matrix blue-16x64x64",
    "--levels 16",
    "--levels 200",
    "--palette #000000,#555555,#aaaaaa,#ffffff",
)


def measured(*command: str) -> tuple[float, int]:
    """Run a process; return its seconds and its peak memory in MiB."""
    before = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return time.perf_counter() - before, usage.ru_maxrss // 1024


def cleared(path: Path) -> Path:
    """Delete what is at a path; return the path."""
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    return path


folder, rounds = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
measured(sys.executable, "-c", MAKING, str(folder))
program = [sys.executable, "-m", "dither.cli", "ordered", "--quiet"]
for kind, copies in COPIES.items():
    source = str(folder / f"in.{kind}")
    took: dict[str, list[float]] = {way: [] for way in (*copies, *WAYS)}
    first = next(iter(copies))
    most = dict.fromkeys(took, 0)
    for _ in range(rounds):
        for way in took:
            target = str(cleared(folder / f"out.{kind}"))
            if way in copies:
                command = [sys.executable, "-c", copies[way] + FLUSHED, source, target]
            else:
                command = [*program, source, "-o", target, *way.split()]
            seconds, memory = measured(*command)
            took[way].append(seconds)
            most[way] = max(most[way], memory)
    for way, each in took.items():
        ratio = statistics.median(one / other for one, other in zip(each, took[first], strict=True))
        print(
            f"{kind:5} {way:45} {statistics.median(each):6.2f} s {ratio:6.2f} x copy {most[way]:5} MiB",
            flush=True,
        )
    cleared(folder / f"out.{kind}")
