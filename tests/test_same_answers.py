"""The same seed gives the same bytes: in every process, with any number of threads, on any machine.

Methods that use JAX give the same bytes on one type of processor, and nearly the same matrix or palette
on another; see docs/reproducibility.md.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from answers import RECORDED, answered, cpu_type, descents, exact
from PIL import Image

recorded = json.loads(RECORDED.read_text())
# Relative, on another type of processor. Another seed changes the figure by as much.
TOLERANCE = 0.1
# The default run rebuilds shipped matrices by the same methods.
SLOW = ("blue", "blue with frames", "blue for few levels", "blue for channels")


def test_every_method_is_recorded() -> None:
    assert recorded["exact"].keys() == exact(1).keys()
    assert recorded["descents"].keys() == descents(1).keys()


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in recorded["exact"]],
)
def test_whole_numbers_give_the_recorded_bytes(name: str) -> None:
    threads = 2  # the digests were recorded with 1 thread
    assert answered({name: exact(threads)[name]})[name]["digest"] == recorded["exact"][name]


@pytest.mark.slow
@pytest.mark.parametrize("name", recorded["descents"])
def test_descents_give_the_recorded_bytes_or_nearly_so(name: str) -> None:
    found = answered({name: descents(2)[name]})[name]
    known = recorded["descents"][name]
    assert found["figure"] == pytest.approx(known["figure"], rel=TOLERANCE)
    assert found["digest"] == known["digests"].get(cpu_type(), found["digest"])


def _asked(kind: str, threads: int, environment: dict[str, str]) -> dict[str, dict]:
    script = Path(__file__).with_name("answers.py")
    done = subprocess.run(
        [sys.executable, str(script), kind, str(threads)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("threads", "environment"),
    [
        (1, {"PYTHONHASHSEED": "1", "NUMBA_NUM_THREADS": "1"}),
        (3, {"PYTHONHASHSEED": "2", "NUMBA_NUM_THREADS": "2"}),
        # Compile and compute with few of the processor's instructions.
        (2, {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}),
        (1, {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"}),
    ],
)
def test_whole_numbers_are_alike_everywhere(
    tmp_path: Path, threads: int, environment: dict[str, str]
) -> None:
    if "NUMBA_CPU_NAME" in environment:
        environment = {**environment, "NUMBA_CACHE_DIR": str(tmp_path)}
    found = _asked("exact", threads, environment)
    assert {name: each["digest"] for name, each in found.items()} == recorded["exact"]


@pytest.mark.slow
def test_descents_are_alike_with_any_threads_and_nearly_so_with_any_devices() -> None:
    first = _asked("descents", 1, {"PYTHONHASHSEED": "1", "NUMBA_NUM_THREADS": "1"})
    assert _asked("descents", 2, {"PYTHONHASHSEED": "2"}) == first
    # Each device runs a smaller batch, which the compiler may round differently.
    spread = _asked("descents", 1, {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"})
    for name, known in first.items():
        assert spread[name]["figure"] == pytest.approx(known["figure"], rel=TOLERANCE), name


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64", reason="x86-64 Linux only"
)
def test_descents_are_nearly_alike_on_an_old_processor() -> None:
    found = _asked("descents", 1, {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2"})
    for name, known in recorded["descents"].items():
        assert found[name]["figure"] == pytest.approx(known["figure"], rel=TOLERANCE), name


COMMANDS = [
    "dither ordered photo.png -o out.png --bits 2 --threads {threads}",
    "dither ordered photo.png -o out.gif --palette pico-8",
    "dither diffuse photo.png -o out.webp --bits 1",
    "dither optimize photo.png -o out.png --colors 4 --palette-output out.gpl",
    "dither colors photo.png -o out.png",
    "dither compare photo.png few.png -o out.html",
    "dither studio -o out.html",
    "bluenoise export blue-64x64 -o out --format npy,png8,raw,tiff16,ktx2,dds",
    "bluenoise generate 16 -o out.npy --method void-and-cluster",
    "bluenoise report blue-16x16 -o out.html --png",
]


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_write_the_same_bytes_in_every_process(
    tmp_path: Path, photo: np.ndarray, command: str
) -> None:
    written = []
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        Image.fromarray(photo).save(folder / "photo.png")
        Image.fromarray(photo // 128 * 255).save(folder / "few.png")
        words = shlex.split(command.format(threads=seed))
        module = [sys.executable, "-m", f"{words[0]}.cli", *words[1:]]
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        subprocess.run(module, cwd=folder, env=environment, capture_output=True, check=True)
        found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
        written.append({name: path.read_bytes() for name, path in found.items()})
    assert len(written[0]) > 2
    assert written[0] == written[1]
