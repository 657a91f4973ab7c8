import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="an extra of its own")

from dither.native import __main__ as main


@pytest.mark.slow
def test_after_all_loops_are_compiled_commands_need_no_numba(tmp_path: Path) -> None:
    from PIL import Image

    given = {**os.environ, "DITHER_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-m", "dither.native"], env=given, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "error" not in done.stdout
    Image.radial_gradient("L").convert("RGB").resize((1500, 1400)).save(tmp_path / "large.png")
    Image.radial_gradient("L").convert("RGB").resize((24, 16)).save(tmp_path / "small.png")
    for words in (*main.DITHER, *main.BLUENOISE):
        module, suffix = ("bluenoise", ".npy") if words in main.BLUENOISE else ("dither", ".png")
        program = (
            f"import sys\nfrom {module}.cli import main\n"
            f"sys.argv = '{module} {words} -o out{suffix} --force'.split()\n"
            "try: main()\nfinally: print('numba' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], env=given, cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0
        assert done.stdout.split()[-1] == "False", words
        assert "Compiling" not in done.stderr
