import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dither import load_matrix

Refused = Callable[[str], str]


def test_a_shipped_matrix_becomes_textures(run: Callable, tmp_path: Path) -> None:
    done = run(
        "bluenoise export blue-16x64x64 -o out --format npy,png8,png16,rg8,raw,tiff16,ktx2,dds,"
        "c,glsl,hlsl,wgsl,godot --json"
    )
    report = json.loads(done.stdout)
    assert report["output"] == "out"
    for entry in report["files"]:
        content = (tmp_path / entry["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    names = [Path(entry["path"]).name for entry in report["files"]]
    assert names[:3] == ["blue-16x64x64.npy", "blue-16x64x64.r8.png", "blue-16x64x64.r16.png"]
    assert "blue-16x64x64.r16ui.ktx2" in names
    assert "out: 23 files" in done.stderr
    ranks = np.load(tmp_path / "out" / "blue-16x64x64.npy")
    assert np.array_equal(ranks, load_matrix("blue-16x64x64").ranks)


def test_a_file_of_ones_own(run: Callable, tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", np.random.default_rng(1).permutation(64).reshape(8, 8))
    done = run("bluenoise export mine.npy -o out --seed 7 --license MIT --quiet")
    assert (done.stdout, done.stderr) == ("", "")
    facts = json.loads((tmp_path / "out" / "mine.rg8.png.json").read_text())
    assert (facts["seed"], facts["license"]) == (7, "MIT")
    assert run("bluenoise export mine.npy -o out --name other --force").returncode == 0
    assert (tmp_path / "out" / "other.r16.png").exists()
    assert (tmp_path / "out" / "mine.r16.png").exists()


def test_a_name_that_engines_would_not_take(run: Callable, tmp_path: Path) -> None:
    np.save(tmp_path / "my (best) matrix.npy", np.arange(16).reshape(4, 4))
    run("bluenoise export 'my (best) matrix.npy' -o out --format c")
    assert (tmp_path / "out" / "my-best-matrix.h").exists()


def test_noise_and_colours(run: Callable, tmp_path: Path) -> None:
    np.save(tmp_path / "noise.npy", np.linspace(-1, 1, 64, dtype=np.float32).reshape(8, 8))
    run("bluenoise export noise.npy -o noise --format npy,raw,ktx2,dds")
    assert (tmp_path / "noise" / "noise.r32f.ktx2").exists()
    run("bluenoise export blue-64x64-rgb -o colours --format png8,raw-f32")
    assert (tmp_path / "colours" / "blue-64x64-rgb.r8.png").exists()


def test_bad_input_is_one_sentence(refused: Refused, tmp_path: Path) -> None:
    np.save(tmp_path / "large.npy", np.arange(65792).reshape(257, 256))
    np.save(tmp_path / "wild.npy", np.full((4, 4), np.inf))
    assert "65792 ranks does not fit 16 bits" in refused("bluenoise export large.npy -o out")
    assert "wild.npy" in refused("bluenoise export wild.npy -o out")
    assert "no matrix is named" in refused("bluenoise export unknown -o out")
    assert "named 'jpeg'" in refused("bluenoise export blue-16x16 -o out --format png16,jpeg")
    assert not (tmp_path / "out").exists()
    assert "holds other files" in refused("bluenoise export blue-16x16 -o .")
