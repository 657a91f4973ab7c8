import json
from pathlib import Path

import numpy as np
import pytest

from bluenoise.value_texture import KINDS, ValueTexture, load_value_texture, value_texture_of
from dither import InputError

RNG = np.random.default_rng(5)


def unit(count: int, *shape: int) -> np.ndarray:
    vectors = RNG.normal(size=(*shape, count))
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def test_shapes_frames_and_pdf() -> None:
    plane = value_texture_of(unit(3, 4, 5), "sphere")
    assert (plane.shape, plane.has_frames, plane.values.shape) == ((4, 5), False, (1, 4, 5, 3))
    frames = value_texture_of(unit(3, 2, 4, 5), "sphere")
    assert (frames.shape, frames.has_frames) == ((2, 4, 5), True)
    with_pdf = value_texture_of(RNG.random((4, 5, 3)), "vec2")
    assert with_pdf.components == 2
    assert with_pdf.pdf is not None
    assert with_pdf.pdf.shape == (1, 4, 5)
    assert value_texture_of(RNG.random((4, 5)), "scalar").components == 1


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([0.25, 0.5], (0, 1)),
        ([-0.25, 0.5], (-1, 1)),
        ([-0.25, 3.5], (-0.25, 3.5)),
        ([0.25, 3.5], (0.25, 3.5)),
        ([7.0, 7.0], (7, 14)),
        ([3e38, 3e38], (3e38, 6.01e38)),
        ([-1e-45, 1.5], (0, 1.5)),
        ([-1234.5, 12.3], (-1240, 20)),
        ([0.0, 1.0009], (0, 1.01)),
    ],
)
def test_the_range_of_points_is_that_of_the_data(values: list[float], wanted: tuple) -> None:
    assert value_texture_of(np.array([[values]]), "points").range == pytest.approx(wanted)


def test_files_hold_values_if_told_so_or_with_a_sidecar_or_four_axes(tmp_path: Path) -> None:
    path = tmp_path / "n.npy"
    np.save(path, unit(3, 4, 5))
    assert load_value_texture(path) is None
    found = load_value_texture(path, "sphere")
    assert found is not None
    assert found.kind == "sphere"
    path.with_suffix(".json").write_text(json.dumps({"values": "points", "pdf": False, "seed": 1}))
    found = load_value_texture(path)
    assert found is not None
    assert (found.kind, found.components) == ("points", 3)
    path.with_suffix(".json").write_text(json.dumps({"values": [1, 2], "pdf": 3}))
    assert load_value_texture(path) is None
    path.with_suffix(".json").write_text(json.dumps({"values": "spheres"}))
    with pytest.raises(InputError, match="no values are named 'spheres'; did you mean 'sphere'"):
        load_value_texture(path)
    path.with_suffix(".json").write_text("[[damaged")
    assert load_value_texture(path) is None
    path.with_suffix(".json").write_text(json.dumps({"seed": 1, "command": "bluenoise generate"}))
    assert load_value_texture(path) is None
    np.save(path, RNG.random((2, 4, 5, 2)))
    found = load_value_texture(path)
    assert found is not None
    assert (found.kind, found.has_frames) == ("vec2", True)


def test_values_and_their_sidecar_are_read_back(tmp_path: Path) -> None:
    points = value_texture_of(np.abs(RNG.normal(size=(2, 4, 5, 3))), "points", pdf=True)
    (tmp_path / "n.npy").write_bytes(points.npy())
    (tmp_path / "n.json").write_bytes(points.sidecar())
    again = load_value_texture(tmp_path / "n.npy")
    assert again is not None
    assert again.kind == "points"
    assert np.array_equal(again.values, points.values)
    assert points.pdf is not None
    assert again.pdf is not None
    assert np.array_equal(again.pdf, points.pdf)


@pytest.mark.parametrize(
    ("array", "kind", "words"),
    [
        (np.zeros((4, 4, 2)), "vec4", "no values are named 'vec4'; did you mean 'vec2'"),
        (np.zeros((4, 4, 2)), "sphere", "values of sphere have 3 components, not 2"),
        (np.zeros((4, 4, 5)), "points", "have 1 to 4 components, not 5"),
        (np.zeros((4, 4, 3)), "sphere", "sphere have length 1; one has length 0"),
        (np.full((4, 4, 2), 1.5), "vec2", "vec2 are from 0 to 1, not 1.5 to 1.5"),
        (np.full((4, 4, 2), 0.9), "disk", "disk have length 1 or less; one has length 1.27"),
        (np.full((4, 4, 2), np.nan), "vec2", "must be finite"),
        (np.full((4, 4, 2), 1e300), "points", "must be finite"),
        (np.broadcast_to([0, 0, -1.0], (4, 4, 3)), "cosine", "third number of cosine is 0 or more"),
        (np.broadcast_to([0.5, -1.0], (4, 4, 2)), "scalar", "pdf in the last channel must be"),
        (np.zeros(4), "scalar", r"shape \(T, H, W, C\)"),
        (np.zeros((4, 0, 1)), "scalar", r"shape \(T, H, W, C\)"),
    ],
)
def test_values_of_another_kind_are_one_sentence(array: np.ndarray, kind: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        value_texture_of(array, kind)


def test_a_pdf_needs_its_own_channel(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a channel of its own"):
        value_texture_of(np.zeros((4, 4)), "points", pdf=True)
    with pytest.raises(InputError, match=r"read from .npy files, not from blue-64x64"):
        load_value_texture("blue-64x64", "vec2")
    np.save(tmp_path / "n.npy", np.zeros((4, 4, 2)))
    with pytest.raises(InputError, match=r"n\.npy: values of circle have length 1"):
        load_value_texture(tmp_path / "n.npy", "circle")


def test_every_kind_takes_its_own_values() -> None:
    for kind, facts in KINDS.items():
        count = facts.components or 3
        values = unit(count, 1, 4, 4) if facts.unit else RNG.random((1, 4, 4, count)) / 2
        values = np.abs(values) if facts.upper else values
        found = ValueTexture(kind, values.astype(np.float32), has_frames=False)
        assert found.unit == facts.unit
