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


def _sphere(*shape: int) -> np.ndarray:
    vectors = np.random.default_rng(3).normal(size=(*shape, 3))
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def test_values_by_the_sidecar_by_the_option_and_by_four_axes(
    run: Callable, tmp_path: Path
) -> None:
    np.save(tmp_path / "n.npy", _sphere(8, 6))
    run("bluenoise export n.npy -o thresholds --format ktx2-r32f")
    facts = json.loads((tmp_path / "thresholds" / "n.r32f.ktx2.json").read_text())
    assert facts["content"].startswith("noise to add")
    formats = "--format rgba8,rgba16f,octahedral16,npy,godot"
    run(f"bluenoise export n.npy -o told --values sphere {formats}")
    (tmp_path / "n.json").write_text(json.dumps({"values": "sphere", "seed": 3, "pdf": False}))
    done = run(f"bluenoise export n.npy -o found {formats} --json")
    names = [Path(entry["path"]).name for entry in json.loads(done.stdout)["files"]]
    assert names == [
        "n.rgba8.png",
        "n.rgba16f.ktx2",
        "n.rgba16f.dds",
        "n.octahedral16.ktx2",
        "n.octahedral16.dds",
        "n.npy",
        "n.gdshader",
    ]
    for path in (tmp_path / "told").iterdir():
        assert path.read_bytes() == (tmp_path / "found" / path.name).read_bytes()
    # What was exported is exported again, by the sidecar beside the .npy.
    run("bluenoise export found/n.npy -o again --format rgba8")
    again = (tmp_path / "again" / "n.rgba8.png").read_bytes()
    assert again == (tmp_path / "found" / "n.rgba8.png").read_bytes()
    np.save(tmp_path / "clip.npy", _sphere(2, 8, 6))
    run("bluenoise export clip.npy -o clip --format ktx2-volume,frames")
    facts = json.loads((tmp_path / "clip" / "clip.rgba8.volume.ktx2.json").read_text())
    assert (facts["values"], facts["range"], facts["unit_vectors"]) == (
        "sphere",
        [-1.0, 1.0],
        True,
    )
    assert (tmp_path / "clip" / "clip.rgba8.0001.png").exists()


def test_values_that_do_not_fit_are_one_sentence(refused: Refused, tmp_path: Path) -> None:
    np.save(tmp_path / "n.npy", _sphere(8, 6))
    np.save(tmp_path / "m.npy", np.full((8, 6, 2), 2.0))
    # Two components and a pdf.
    assert "values of circle have length 1" in refused(
        "bluenoise export n.npy -o out --values circle"
    )
    assert "values of scalar have 1 component, not 3" in refused(
        "bluenoise export n.npy -o out --values scalar"
    )
    assert "no values are named 'ball'" in refused("bluenoise export n.npy -o out --values ball")
    assert "m.npy: values of vec2 are from 0 to 1, not 2 to 2" in refused(
        "bluenoise export m.npy -o out --values vec2"
    )
    assert "a volume needs frames" in refused(
        "bluenoise export n.npy -o out --values sphere --format dds-volume"
    )
    assert "read from .npy files" in refused("bluenoise export blue-64x64 -o out --values vec2")
    assert "rgba8 holds values such as vectors, not thresholds" in refused(
        "bluenoise export blue-64x64 -o out --format rgba8"
    )
    assert not (tmp_path / "out").exists()


def test_bad_input_is_one_sentence(refused: Refused, tmp_path: Path) -> None:
    np.save(tmp_path / "large.npy", np.arange(65792).reshape(257, 256))
    np.save(tmp_path / "wild.npy", np.full((4, 4), np.inf))
    assert "65792 ranks does not fit 16 bits" in refused("bluenoise export large.npy -o out")
    assert "wild.npy" in refused("bluenoise export wild.npy -o out")
    assert "no matrix is named" in refused("bluenoise export unknown -o out")
    assert "named 'jpeg'" in refused("bluenoise export blue-16x16 -o out --format png16,jpeg")
    assert not (tmp_path / "out").exists()
    assert "is not empty" in refused("bluenoise export blue-16x16 -o .")
