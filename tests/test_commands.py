"""The start of both commands: Ctrl-C at any moment is one word at most, never a traceback."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")

START = "import sys; sys.argv = {words!r}; import bluenoise_dither; bluenoise_dither.{program}()"
# The same while what it names is imported, which the signal reaches there.
INTERRUPTED = """
import signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
"""


def _started(program: str, *words: str, before: str = "") -> subprocess.Popen[str]:
    script = before + START.format(words=[program, *words], program=program)
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ("dither", "dither.cli"),
        ("dither", "numpy._core._multiarray_umath"),
        ("dither", "typer"),
        pytest.param("bluenoise", "bluenoise.cli.report", marks=pytest.mark.slow),
    ],
)
def test_an_interrupt_while_loading_is_one_word(program: str, name: str) -> None:
    started = _started(program, "--help", before=INTERRUPTED.format(name=name))
    said = started.communicate(timeout=60)
    assert (started.returncode, said) == (130, ("", "stopped\n"))


def test_what_ignores_interrupts_goes_on_ignoring_them() -> None:
    ignoring = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    before = ignoring + INTERRUPTED.format(name="typer")
    started = _started("dither", "palettes", before=before)
    out, said = started.communicate(timeout=60)
    assert (started.returncode, said) == (0, "")
    assert "game-boy" in out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "longest"),
    [
        ("dither palettes", 1.0),
        ("dither ordered photo.png -o out.png --bits 1 --force", 1.2),
        ("dither optimize photo.png -o out.png --colors 4 --force", 5.0),
        ("bluenoise generate 16 -o m.npy --force", 3.0),
        ("bluenoise generate 16 -o s.npy --method spectrum --steps 50 --force", 4.0),
    ],
)
def test_an_interrupt_at_any_moment_is_one_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, longest: float
) -> None:
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    Image.radial_gradient("L").resize((40, 30)).save("photo.png")
    stopped = 0
    for moment in range(20):
        started = _started(*words.split())
        # Before its own start Python has no say for others.
        time.sleep(0.08 + longest * moment / 20)
        os.kill(started.pid, signal.SIGINT)
        _, said = started.communicate(timeout=60)
        assert "Traceback" not in said
        assert "Exception" not in said
        assert started.returncode in (0, 130, -signal.SIGINT)
        stopped += started.returncode == 130
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".part-")]
    assert stopped > 5
