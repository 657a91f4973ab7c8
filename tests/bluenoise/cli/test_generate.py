import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bluenoise import blue, blue_channels, shifted
from bluenoise.methods import spectrum
from bluenoise.methods.blue import default_swaps
from bluenoise.methods.spectrum import LossWeights, Momentum, Spectrum
from bluenoise.objective.target import SpectrumTarget
from bluenoise.runs.options import RunOptions
from dither.matrix.catalog import load_channels
from dither.matrix.classical import white_noise
from dither.matrix.threshold_matrix import channel_thresholds, is_permutation

Refused = Callable[[str], str]


def _plain(text: str) -> str:
    """Without the escape sequences that colour a terminal."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_generate_writes_ranks(run: Callable, tmp_path: Path) -> None:
    done = run("bluenoise generate 16 -o m.npy --json --seed 7")
    report = json.loads(done.stdout)
    assert report["sha256"] == hashlib.sha256((tmp_path / "m.npy").read_bytes()).hexdigest()
    assert report["command"] == "bluenoise generate 16 -o m.npy --json --seed 7"
    assert report["shape"] == [16, 16]
    assert report["dtype"] == "uint16"
    ranks = np.load(tmp_path / "m.npy")
    assert ranks.dtype == np.dtype("<u2")
    assert is_permutation(ranks)
    assert "m.npy: 16x16 by blue" in done.stderr
    run("bluenoise generate 16x16 -o n.npy --method blue --seed 7")
    assert (tmp_path / "n.npy").read_bytes() == (tmp_path / "m.npy").read_bytes()


def test_the_published_optimizer_with_every_option(
    run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = (
        "bluenoise generate 10x14 -o {} --method spectrum --seed 3 --cutoff 0.28 --steps 60"
        " --fine-tune-steps 20 --fixed-weights --low-frequency-weight 2 --smoothness-weight 0.5"
        " --histogram-weight 0.75 --optimizer momentum --learning-rate 0.04 --restarts 3"
    )
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "120")
    done = run(command.format("a.npy"))
    assert re.search(r"100% .*loss \d\.\d\de-\d\d", _plain(done.stderr)), done.stderr
    assert run(command.format("b.npy --quiet")).stderr == ""
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    config = Spectrum(
        (10, 14),
        target=SpectrumTarget(0.28),
        weights=LossWeights(2, 0.5, 0.75),
        random_weights=False,
        optimizer=Momentum(0.04),
        steps=60,
        fine_tune_steps=20,
    )
    expected = spectrum.optimize_spectrum(config, seed=3, run=RunOptions(restarts=3)).matrix.ranks
    assert (np.load(tmp_path / "a.npy") == expected).all()


def test_noise_is_written_as_float32(run: Callable, tmp_path: Path) -> None:
    run("bluenoise generate 16 -o t.npy --method spectrum --steps 50 --distribution triangular")
    noise = np.load(tmp_path / "t.npy")
    assert noise.dtype == np.dtype("<f4")
    assert -1 < noise.min() < -0.9 < 0.9 < noise.max() < 1
    run("bluenoise generate 16 -o g.npy --distribution gaussian")
    assert np.load(tmp_path / "g.npy").std() == pytest.approx(0.5, abs=0.02)
    assert "t.npy" in run("bluenoise evaluate t.npy g.npy").stdout


@pytest.mark.slow
def test_filter_and_levels_change_the_matrix(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "eye.txt").write_text("0 1\n0.2 0.4\n0.5 0\n")
    options = (
        *("", "--filter nasanen:150dpi,40cm", "--filter box:3+0.5*eye.txt", "--levels 5"),
        "--level-weights 9,1,0.5",
        "--level-weights 9,1,0.5 --method anneal",
    )
    made = set()
    for index, option in enumerate(options):
        run(f"bluenoise generate 32 -o {index}.npy {option}")
        made.add((tmp_path / f"{index}.npy").read_bytes())
    assert len(made) == len(options)
    config = default_swaps((32, 32), levels=5)
    assert (np.load(tmp_path / "3.npy") == blue((32, 32), config).ranks).all()


@pytest.mark.slow
def test_frames_come_from_the_shape_or_an_option(run: Callable, tmp_path: Path) -> None:
    run("bluenoise generate 4x12x10 -o a.npy --seed 3")
    run("bluenoise generate 12x10 --frames 4 -o b.npy --seed 3")
    made = np.load(tmp_path / "a.npy")
    assert made.shape == (4, 12, 10)
    assert (made == blue((4, 12, 10), seed=3).ranks).all()
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    options = (
        "--time-filter exponential:0.2",
        "--time-weight 3",
        "--combine product",
        "--filter gaussian:2",
        "--method void-and-cluster",
        "--method void-and-cluster --time-filter box:3",
        "--method void-and-cluster --combine product",
        "--method void-and-cluster --sigma 1.2",
    )
    different = {made.tobytes()}
    for option in options:
        run(f"bluenoise generate 4x12x10 -o c.npy --seed 3 --force {option}")
        different.add(np.load(tmp_path / "c.npy").tobytes())
    assert len(different) == 1 + len(options)


def test_channels_are_thresholds_of_their_own(run: Callable, tmp_path: Path) -> None:
    report = json.loads(run("bluenoise generate 12x10 -o j.npy --channels 3 --json").stdout)
    assert report["channels"] == 3
    thresholds = np.load(tmp_path / "j.npy")
    assert thresholds.shape == (12, 10, 3)
    assert thresholds.dtype == np.dtype("<f4")
    for loaded, made in zip(
        load_channels(tmp_path / "j.npy"), blue_channels((12, 10)), strict=True
    ):
        assert (loaded.ranks == made.ranks).all()
    run("bluenoise generate 12x10 -o s.npy --channels 2 --coupling shifted")
    moved = load_channels(tmp_path / "s.npy")
    assert [m.ranks.tolist() for m in moved] == [
        m.ranks.tolist() for m in shifted(blue((12, 10)), 2)
    ]
    run("bluenoise generate 12x10 -o n.npy --channels 3 --distribution triangular")
    noise = np.load(tmp_path / "n.npy")
    assert noise.shape == (12, 10, 3)
    assert -1 < noise.min() < -0.8 < 0.8 < noise.max() < 1
    table = run("bluenoise evaluate j.npy n.npy").stdout
    assert "luminance of greys" in table


@pytest.mark.slow
def test_evaluate_measures_frames_and_photos(
    run: Callable, tmp_path: Path, photo: np.ndarray
) -> None:
    Image.fromarray(photo).save(tmp_path / "photo.png")
    Image.fromarray(photo[..., 0]).save(tmp_path / "grey.png")
    run("bluenoise generate 4x12x12 -o t.npy")
    table = run("bluenoise evaluate t.npy --photo photo.png").stdout
    for words in ("4x12x12", "each frame", "cycles per frame", "over time", "photo at 1 bit"):
        assert words in table
    rows = json.loads(
        run(
            "bluenoise evaluate blue-64x64 blue-64x64-rgb --photo photo.png --photo grey.png --json"
        ).stdout
    )["matrices"]
    errors = {
        name: rows[name][name]["photo_error_percent"]["gaussian:1.5"]
        for name in ("blue-64x64", "blue-64x64-rgb")
    }
    # The luminance of three channels that do not coincide is smoother.
    assert errors["blue-64x64-rgb"] < 0.9 * errors["blue-64x64"]
    assert rows["blue-64x64-rgb"]["blue-64x64-rgb"]["luminance_gain_db"]["gaussian:1.5"] < -2.6


@pytest.mark.slow
def test_the_spectrum_method_is_honestly_behind_void_and_cluster(run: Callable) -> None:
    run("bluenoise generate 64x64 -o m.npy --method spectrum")
    report = json.loads(run("bluenoise evaluate m.npy --json").stdout)["matrices"]["m.npy"]
    assert report["m.npy"]["low_frequency_power"] < 0.01
    assert report["m.npy"]["against_void_and_cluster_db"] > 8


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_leaves_a_checkpoint_that_goes_on_to_the_same_bytes(
    run: Callable, tmp_path: Path
) -> None:
    options = ["--method", "spectrum", "--steps", "6000", "--seed", "2"]
    program = str(Path(sys.executable).parent / "bluenoise")
    started = subprocess.Popen(
        [program, "generate", "48", "-o", "m.npy", *options, "--checkpoint", "run.npz"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        # Otherwise the bar is drawn for terminals alone.
        env={**os.environ, "COLUMNS": "100", "TTY_COMPATIBLE": "1"},
    )
    assert started.stderr is not None
    said = ""
    while not re.search(r"loss \d", _plain(said)):
        read = os.read(started.stderr.fileno(), 4096).decode(errors="replace")
        assert read, said
        said += read
    started.send_signal(signal.SIGINT)
    said += started.communicate(timeout=60)[1].decode()
    assert started.returncode == 130, said
    assert "Stopped. Run the same command to resume from run.npz." in said
    assert "Traceback" not in said
    assert not (tmp_path / "m.npy").exists()
    assert (tmp_path / "run.npz").exists()
    rest = " ".join(options)
    run(f"bluenoise generate 48 -o m.npy {rest} --checkpoint run.npz")
    assert not (tmp_path / "run.npz").exists()
    run(f"bluenoise generate 48 -o whole.npy {rest}")
    assert (tmp_path / "m.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()


def test_the_viewing_filter_of_a_panel_has_its_resolution_and_distance(
    run: Callable, tmp_path: Path
) -> None:
    for name, text in (("panel", "panel:spectra-6-7.3"), ("numbers", "nasanen:127dpi,40cm")):
        run(f"bluenoise generate 16 -o {name}.npy --viewing-filter {text}")
    assert (tmp_path / "panel.npy").read_bytes() == (tmp_path / "numbers.npy").read_bytes()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("generate 0 -o m.npy", "from 1 to 2048"),
        ("generate 2049x2 -o m.npy", "from 1 to 2048"),
        ("generate 100000 -o m.npy", "from 1 to 2048"),
        ("generate 1 -o m.npy", "1 cell; 2 to 4194304"),
        ("generate 2x8x1 -o m.npy", "frames of 1 column"),
        ("generate 8x100000 -o m.npy", "8x100000"),
        ("generate hello -o m.npy", "'hello'"),
        ("generate 8 -o m.npy --method red", "'blue', 'anneal', 'void-and-cluster'"),
        ("generate 8 -o m.npy --filter gaussian:x", "'x' in the filter 'gaussian:x'"),
        ("generate 8 -o m.npy --filter panel:none", "'none' is not a panel"),
        ("generate 8 -o m.npy --filter blur", "'blur' is not a viewing filter"),
        ("generate 8 -o m.npy --method spectrum --filter box:3", "--viewing-filter has no effect"),
        ("generate 8 -o m.npy --levels 2", "--levels is 2; it must be from 3"),
        ("generate 8 -o m.npy --method spectrum --restarts 0", "--restarts is 0"),
        ("generate 512 -o m.npy --method spectrum --restarts 1024", "from 1 to 64"),
        ("generate 8 -o m.npy --checkpoint m.npy", "both m.npy"),
        ("generate 8 -o m.npy --method spectrum --checkpoint twice.npy", "not a checkpoint"),
        (f"generate 8 -o {'a' * 300}.npy", "too long"),
        ("evaluate one.npy", "1 cell;"),
        ("generate 8 -o m.npy --cutoff 0.2", "--cutoff has no effect"),
        ("generate 8 -o m.npy --pair-weight 2", "--pair-weight has no effect with --method blue"),
        ("generate 8 -o m.npy --loss nothing.py:mine", "nothing.py cannot be read"),
        ("generate 8 -o m.npy --method blue --loss nothing.py:mine", "--loss has no effect with"),
        ("generate 8 -o m.npy --method spectrum --sigma 2", "--sigma has no effect"),
        ("generate 8 -o m.npy --method spectrum --cutoff nan", "--cutoff"),
        (
            "generate 8 -o m.npy --method spectrum --cutoff 2",
            "--cutoff is 2.0; it must be from 0.05 to 0.7",
        ),
        ("generate 8 -o m.npy --method spectrum --steps 0", "--steps"),
        ("generate 8 -o m.npy --method spectrum --smoothness-weight nan", "nan"),
        ("generate 8 -o m.npy --method spectrum --smoothness-weight inf", "inf"),
        ("generate 8 -o m.npy --method spectrum --optimizer sgd --learning-rate 1e6", "diverged"),
        ("generate 8 -o m.npy --seed -1", "--seed is -1; it must be from 0 to"),
        ("generate 8 -o m.png", "must end in .npy"),
        ("generate 8 -o none/m.npy", "the folder none does not exist"),
        ("generate 8 -o /proc/m.npy", "cannot write /proc/m.npy"),
        ("generate 8", "--output"),
        ("generate 8 -o there.npy", "--force"),
        ("generate 8 -o m.npy --method spectrum --checkpoint there.npy", "not a checkpoint"),
        ("evaluate none.npy", "none.npy"),
        ("evaluate red", "blue-64x64"),
        ("evaluate there.npy", "not a .npy file"),
        ("evaluate twice.npy", "all 16 values of the matrix are 0: no order"),
        ("evaluate nan.npy", "NaN"),
        ("evaluate", "Missing argument"),
        ("generate 4x4x4 -o m.npy --frames 4", "has frames already; leave out --frames 4"),
        ("generate 8 -o m.npy --frames 1", "--frames is 1; it must be from 2"),
        ("generate 1x8x8 -o m.npy", "1 frame; 2 to 256"),
        ("generate 256x512x512 -o m.npy", "2 to 4194304"),
        ("generate 4x8x8 -o m.npy --method spectrum", "spectrum does not support frames"),
        ("generate 4x8x8 -o m.npy --channels 3", "do not go together"),
        (
            "generate 4x8x8 -o m.npy --loss loss.py:near",
            "one matrix without frames; make one for each",
        ),
        ("generate 4x8x8 -o m.npy --time-filter tent:3", "'tent:3' is not a temporal filter"),
        ("generate 8 -o m.npy --time-filter box:3", "--time-filter has no effect without frames"),
        ("generate 8 -o m.npy --combine product", "--combine has no effect without frames"),
        ("generate 4x8x8 -o m.npy --combine product --time-weight 2", "--time-weight has no"),
        ("generate 8 -o m.npy --level-weights 1,x", "'1,x'; write numbers"),
        ("generate 8 -o m.npy --level-weights 1,-2", "each must be a number from 0 up"),
        ("generate 8 -o m.npy --level-weights 0,0", "one grey needs a weight above 0"),
        ("generate 4x8x4 -o m.npy --distribution triangular", "4 columns wide with frames"),
        ("generate 4x8x2 -o m.npy --distribution triangular", "2 columns wide with frames"),
        ("generate 8 -o m.npy --channels 5", "--channels is 5; it must be from 2 to 4"),
        (
            "generate 8 -o m.npy --channels 3 --method anneal",
            "anneal does not support channels; blue does",
        ),
        ("generate 8 -o m.npy --coupling joint", "--coupling has no effect without --channels"),
        ("evaluate blue-16x16 --photo none.png", "none.png"),
        ("evaluate two.npy --photo photo.png", "2 channels cannot dither a photo with 3"),
        ("paint", "paint"),
    ],
)
def test_bad_input_is_one_sentence(
    refused: Refused, tmp_path: Path, command: str, words: str
) -> None:
    (tmp_path / "there.npy").write_text("mine")
    (tmp_path / "loss.py").write_text("def near(values, *patterns): return values.mean()")
    np.save(tmp_path / "twice.npy", np.zeros((4, 4), np.uint16))
    np.save(tmp_path / "one.npy", np.zeros((1, 1), np.uint16))
    np.save(tmp_path / "nan.npy", np.full((4, 4), np.nan))
    np.save(tmp_path / "two.npy", channel_thresholds([white_noise(5, 5)] * 2))
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(tmp_path / "photo.png")
    before = sorted(tmp_path.glob("*.*"))
    assert words in refused(f"bluenoise {command}")
    assert (tmp_path / "there.npy").read_text() == "mine"
    # Python keeps a folder of compiled modules, such as of loss.py.
    assert sorted(tmp_path.glob("*.*")) == before


def test_force_replaces(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "m.npy").write_text("old")
    run("bluenoise generate 8 -o m.npy --force")
    assert is_permutation(np.load(tmp_path / "m.npy"))


def test_a_missing_extra_is_one_sentence(tmp_path: Path) -> None:
    # A package named jax that cannot be imported stands in for one that is not installed.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('jax', 'numba', 'llvmlite'):\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Absent())\n"
    )
    program = str(Path(sys.executable).parent / "bluenoise")
    for method, package in (("spectrum", "jax"), ("blue", "numba")):
        done = subprocess.run(
            [program, "generate", "8", "-o", "m.npy", "--method", method],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2
        sentence = f"error: this needs {package}: pip install 'bluenoise-dither[optimize]'\n"
        assert done.stderr == sentence


def test_a_reader_that_has_seen_enough_is_no_error(run: Callable) -> None:
    done = run("bash -c 'bluenoise evaluate blue-64x64 --json | true; echo ${PIPESTATUS[0]}'")
    assert done.stderr == ""
    # Ended by SIGPIPE, as other Unix tools are, or done before the reader had gone.
    assert done.stdout.strip() in ("141", "0")


def test_a_full_disk_is_one_sentence(run: Callable, tmp_path: Path) -> None:
    done = run(
        "bash -c 'ulimit -f 1; bluenoise generate 64 -o m.npy --method void-and-cluster'",
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot write ")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appears_meanwhile_is_not_replaced(run: Callable, tmp_path: Path) -> None:
    appears = "(sleep 0.2; echo mine > m.npy) & bluenoise generate 256 -o m.npy"
    done = run(f'bash -c "{appears}"', check=False)
    assert done.returncode == 2
    assert (tmp_path / "m.npy").read_text() == "mine\n"


def test_names_are_printed_as_they_are(run: Callable, tmp_path: Path) -> None:
    run("bluenoise generate 8 -o 'm[final].npy' --method void-and-cluster")
    assert "m[final].npy" in run("bluenoise evaluate 'm[final].npy'").stdout


def test_ctrl_c_is_not_swallowed_by_void_and_cluster(tmp_path: Path) -> None:
    program = str(Path(sys.executable).parent / "bluenoise")
    started = subprocess.Popen(
        [program, "generate", "16x512x512", "-o", "m.npy", "--method", "void-and-cluster"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "100", "TTY_COMPATIBLE": "1"},
    )
    assert started.stderr is not None
    said = b""
    while b"void-and-cluster" not in said:
        said += os.read(started.stderr.fileno(), 4096)
    started.send_signal(signal.SIGINT)
    said += started.communicate(timeout=120)[1]
    assert started.returncode == 130, said
    assert list(tmp_path.iterdir()) == []


def test_without_arguments_the_help_is_printed(run: Callable) -> None:
    done = run("bluenoise", check=False)
    assert "generate" in done.stdout + done.stderr
    assert "error" not in done.stderr


def test_the_shipped_matrices_are_listed(run: Callable) -> None:
    names = [line.split()[0] for line in run("bluenoise list").stdout.splitlines()]
    assert "blue-64x64" in names
    assert "vec2-128x128" in names
    listed = json.loads(run("bluenoise list --json").stdout)
    assert [*listed["matrices"], *listed["textures"]] == names


def test_help_names_every_command(run: Callable) -> None:
    text = run("bluenoise --help").stdout
    assert "generate" in text
    assert "evaluate" in text
    assert "..." not in text.partition("Commands:")[2]  # no sentence is cut off
    assert "--checkpoint" in run("bluenoise generate --help").stdout
