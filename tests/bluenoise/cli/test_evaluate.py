"""`bluenoise evaluate` of matrices: the score on top, the columns, the order and the JSON object."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bluenoise.evaluate import evaluate
from bluenoise.methods.void_and_cluster import void_and_cluster
from dither.matrix.catalog import load_matrix, save_matrix
from dither.matrix.classical import white_noise


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with white noise, and a matrix of void-and-cluster, of 16x16."""
    save_matrix(tmp_path / "white.npy", white_noise(16, 16, seed=5))
    save_matrix(tmp_path / "cluster.npy", void_and_cluster((16, 16), seed=99))
    return tmp_path


def test_the_score_on_top_is_the_mean_gain_over_void_and_cluster(run: Callable, folder) -> None:
    """Compute the score from its definition, over the seeds that the table names."""
    text = run("bluenoise evaluate white.npy blue-16x16").stdout
    reference = [evaluate(void_and_cluster((16, 16), seed=seed)).energy for seed in range(8)]
    assert "references: means of 8 seeds" in text
    head, *lines = text.splitlines()
    assert head.split() == ["Matrix", "Score", "Better", "at", "Anisotropy"]
    for line, matrix in zip(
        lines, (white_noise(16, 16, 5), load_matrix("blue-16x16")), strict=False
    ):
        energy = evaluate(matrix).energy
        mean = {name: np.mean([each[name] for each in reference]) for name in energy}
        gain = np.mean([10 * math.log10(energy[name] / mean[name]) for name in energy])
        better = sum(energy[name] < mean[name] for name in energy)
        assert f"{gain:+.2f} dB" in line
        assert f"{better} of 5" in line


def test_one_matrix_is_a_column_at_80_columns_and_none_is_a_mean(run: Callable, folder) -> None:
    names = ["blue-16x16", "white.npy", "cluster.npy", "blue-32x32"]
    text = run(f"bluenoise evaluate {' '.join(names)}").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    assert "mean of" not in text
    rows = [line.split() for line in text.splitlines() if line.startswith("  gaussian:1.5")]
    figures = [float(figure.replace(",", "")) for row in rows for figure in row[1:]]
    made = [load_matrix("blue-16x16"), white_noise(16, 16, 5), void_and_cluster((16, 16), seed=99)]
    for matrix, figure in zip(made, figures, strict=False):
        assert figure == pytest.approx(evaluate(matrix).energy["gaussian:1.5"], abs=1)
    for word in ("white noise", "void-and-", "anisotropy", "nasanen", "Power of the values"):
        assert word in text


def test_a_score_does_not_depend_on_what_else_is_measured(run: Callable, folder) -> None:
    def score(command: str) -> float:
        return json.loads(run(command).stdout)["matrices"]["cluster.npy"]["cluster.npy"][
            "against_void_and_cluster_db"
        ]

    alone = score("bluenoise evaluate cluster.npy --json")
    assert alone == score("bluenoise evaluate white.npy blue-16x16 cluster.npy --json")
    # A further seed of void-and-cluster is as good as the others.
    assert abs(alone) < 0.3


def test_json_keeps_its_keys(run: Callable) -> None:
    report = json.loads(run("bluenoise evaluate blue-32x32 --json --seed 1").stdout)
    rows = report["matrices"]["blue-32x32"]
    assert list(rows) == ["blue-32x32", "white noise", "Bayer", "void-and-cluster"]
    assert rows["blue-32x32"]["against_void_and_cluster_db"] < -0.5
    assert rows["white noise"]["against_void_and_cluster_db"] > 12
    assert rows["void-and-cluster"]["better_than_void_and_cluster_at"] == []
    assert [row["matrices"] for row in rows.values()] == [1, 4, 1, 4]
    assert {"energy", "against_white_db", "worst_level", "bands_db"} <= rows["blue-32x32"].keys()


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("score", ["blue-16x16", "cluster.npy", "white.npy"]),
        ("gaussian:3.0", ["blue-16x16", "cluster.npy", "white.npy"]),
        ("name", ["blue-16x16", "cluster.npy", "white.npy"]),
        ("anisotropy", None),
    ],
)
def test_matrices_are_sorted(run: Callable, folder, key: str, order: list[str] | None) -> None:
    command = f"bluenoise evaluate white.npy cluster.npy blue-16x16 --sort {key}"
    report = json.loads(run(f"{command} --json").stdout)["matrices"]
    if order is None:
        figures = [abs(report[name][name]["anisotropy_db"]) for name in report]
        assert figures == sorted(figures)
    else:
        assert list(report) == order
    lines = run(command).stdout.splitlines()[1:4]
    assert [line.split()[0] for line in lines] == list(report)


def test_an_unknown_order_is_refused(refused: Callable) -> None:
    message = refused("bluenoise evaluate blue-16x16 --sort anisotropie")
    assert "--sort is 'anisotropie'; did you mean 'anisotropy'?" in message


def test_filters_of_ones_own_replace_the_five(
    run: Callable, refused: Callable, tmp_path: Path
) -> None:
    ranks = np.random.default_rng(1).permutation(64).reshape(8, 8).astype(np.uint16)
    np.save(tmp_path / "m.npy", ranks)
    options = "--filter box:3 --viewing-filter green:0.2"
    rows = json.loads(run(f"bluenoise evaluate m.npy {options} --json").stdout)["matrices"]
    expected = evaluate(ranks, filters=["box:3", "green:0.2"])
    assert rows["m.npy"]["m.npy"]["energy"] == expected.energy
    assert rows["m.npy"]["m.npy"]["worst_energy"] == expected.worst_energy
    shown = run(f"bluenoise evaluate m.npy {options} --sort green:0.2").stdout
    assert "viewing filters (2)" in shown
    assert "of 2" in shown
    assert "gaussian:1.5" not in shown
    assert "'blur:3' is not a viewing filter" in refused("bluenoise evaluate m.npy --filter blur:3")


def test_a_picture_of_a_matrix_is_scored_as_the_matrix(run: Callable, tmp_path: Path) -> None:
    run("bluenoise export bayer-8x8 -o out --format png8,png16")
    scores = json.loads(run("bluenoise evaluate bayer-8x8 --json").stdout)["matrices"]["bayer-8x8"]
    for path in sorted((tmp_path / "out").glob("*.png")):
        name = path.relative_to(tmp_path)
        found = json.loads(run(f"bluenoise evaluate {name} --json").stdout)["matrices"][str(name)]
        assert found[str(name)] == scores["bayer-8x8"]


@pytest.mark.parametrize("program", ["bluenoise evaluate", "bluenoise report -o r.html"])
def test_equal_values_have_no_order(refused: Callable, tmp_path: Path, program: str) -> None:
    np.save(tmp_path / "floats.npy", np.full((4, 4), 0.5, np.float32))
    np.save(tmp_path / "channels.npy", np.full((4, 4, 3), 0.5, np.float32))
    np.save(tmp_path / "ranks.npy", np.zeros((4, 4), np.uint8))
    Image.fromarray(np.full((4, 4), 9, np.uint8)).save(tmp_path / "codes.png")
    for name in ("floats.npy", "channels.npy", "ranks.npy", "codes.png"):
        assert f"{name}: all 16 values of the matrix are" in refused(f"{program} {name}")
    assert "codes.png: all values are equal" in refused(
        "bluenoise evaluate codes.png --values scalar"
    )


def test_a_mistyped_texture_is_suggested(refused: Callable) -> None:
    for command in ("evaluate vec2-128x12", "export vec2-128x12 -o out"):
        assert "did you mean 'vec2-128x128'" in refused(f"bluenoise {command}")


@pytest.mark.parametrize("command", ["evaluate", "report -o page.html"])
def test_a_matrix_of_one_cell_is_named(refused: Callable, tmp_path: Path, command: str) -> None:
    np.save(tmp_path / "one.npy", np.zeros((1, 1), np.uint8))
    said = refused(f"bluenoise {command} blue-16x16 one.npy")
    assert re.match(r"error: one(\.npy)? has 1 cell; 2 to 4194304 can be evaluated", said)
