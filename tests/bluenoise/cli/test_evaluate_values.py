import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bluenoise.values.value_set import value_set

Run = Callable[..., Any]


@pytest.fixture
def textures(tmp_path: Path) -> Path:
    """A folder with a plane of vec2, a volume of disks, and another tool's frames of vec2."""
    generator = np.random.default_rng(0)
    plane = value_set("vec2", 256).values[generator.permutation(256)].reshape(1, 16, 16, 2)
    np.save(tmp_path / "vectors.npy", plane)
    disks = [value_set("disk", 64).values[generator.permutation(64)] for _ in range(4)]
    np.save(tmp_path / "disks.npy", np.stack(disks).reshape(4, 8, 8, 2))
    (tmp_path / "others").mkdir()
    for number in range(3):
        codes = generator.integers(0, 256, (16, 16, 3)).astype(np.uint8)
        Image.fromarray(codes).save(tmp_path / "others" / f"stbn_vec2_2Dx1D_16x16x3_{number}.png")
    return tmp_path


def test_a_table_within_80_columns(run: Run, textures: Path) -> None:
    text = run("bluenoise evaluate vectors.npy others").stdout
    assert "Noise textures of vec2" in text
    assert "white" in text
    assert "half-spaces, gaussian:1.0" in text
    assert "half-spaces, EMA + blur, 32" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "EMA" not in run("bluenoise evaluate vectors.npy").stdout


def test_json_has_every_figure(run: Run, textures: Path) -> None:
    report = json.loads(run("bluenoise evaluate vectors.npy disks.npy others --json").stdout)[
        "textures"
    ]
    assert list(report) == ["vec2", "disk"]
    assert list(report["vec2"]) == ["vectors.npy", "stbn_vec2_2Dx1D_16x16x3", "white noise"]
    assert report["vec2"]["stbn_vec2_2Dx1D_16x16x3"]["shape"] == [3, 16, 16]
    disks = report["disk"]["disks.npy"]
    assert len(disks["by_frame_db"]["half-spaces"]["mean and blur"]) == 32
    assert set(disks["over_time_db"]["squares"]) == {"mean", "mean and blur"}
    white = report["vec2"]["white noise"]["error_db"]["half-spaces"]
    assert abs(white["gaussian:1.0"]) < 1.5
    again = json.loads(run("bluenoise evaluate vectors.npy --json --seed 5").stdout)["textures"][
        "vec2"
    ]
    assert again["vectors.npy"] == report["vec2"]["vectors.npy"]
    assert again["white noise"] != report["vec2"]["white noise"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("vectors.npy blue-16x16", "vectors.npy is a noise texture and blue-16x16 is not"),
        ("vectors.npy --photo photo.png", "--photo has no effect"),
        ("vectors.npy --sort score", "--sort has no effect"),
        ("vectors.npy --values sphere", "have 3 components"),
        ("vectors.npy --values vec22", "did you mean 'vec2'"),
        ("disks.npy --values vec2", "values of vec2 are from 0 to 1, not -0"),
        ("missing.npy --values vec2", "cannot read missing.npy"),
        ("blue-16x16 --values vec2", "blue-16x16 is no noise texture"),
        ("missing.png", "missing.png: there is no such file"),
    ],
)
def test_bad_input_is_refused(
    refused: Callable[..., str], textures: Path, words: str, sentence: str
) -> None:
    assert sentence in refused(f"bluenoise evaluate {words}")


def test_generated_textures_are_measured(run: Run) -> None:
    run("bluenoise generate 4x4 -o n.npy --values circle --seed 3")
    assert "half circles, box:3" in run("bluenoise evaluate n.npy").stdout
