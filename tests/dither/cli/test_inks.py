"""Separations: each ink is dithered by itself, and the dots of different inks avoid each other."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy.ndimage import gaussian_filter

from dither.cli.app import app
from dither.errors import InputError
from dither.matrix.catalog import load_channels, load_matrix
from dither.ordered.inks import dither_ink_rows
from dither.ordered.levels import ordered_dither

INKS = np.random.default_rng(5).integers(0, 256, (150, 61, 4), np.uint8)


def run(*arguments: object) -> None:
    app([*map(str, arguments), "--quiet", "--force"], standalone_mode=False)


def written(path: Path, samples: np.ndarray = INKS, **options: object) -> Path:
    names = "\0".join(f"ink {number}" for number in range(samples.shape[2])) + "\0"
    tags = [
        (332, 3, 1, 1 if samples.shape[2] == 4 else 2, True),
        (333, 2, len(names), names, True),
        (334, 3, 1, samples.shape[2], True),
    ]
    tifffile.imwrite(
        path,
        samples,
        **{
            "photometric": "separated",
            "planarconfig": "contig",
            "extratags": tags,
            "resolution": (600, 600),
            "resolutionunit": 2,
            "iccprofile": b"a profile of inks, longer than four bytes",
            **options,
        },
    )
    return path


AVOIDING = ["diffuse", "--ink-dots", "avoid"]


@pytest.mark.parametrize("command", [["ordered"], ["diffuse"], AVOIDING])
@pytest.mark.parametrize("inks", [4, 6])
def test_each_ink_keeps_its_amount_and_its_name(tmp_path: Path, command: list, inks: int) -> None:
    flat = np.broadcast_to(np.linspace(20, 230, inks).astype(np.uint8), (128, 128, inks))
    source = written(tmp_path / "in.tif", np.ascontiguousarray(flat))
    run(*command, source, "-o", tmp_path / "o.tif", "--bits", 1, "--inks")
    with tifffile.TiffFile(tmp_path / "o.tif") as file, tifffile.TiffFile(source) as before:
        page, old = file.pages.first, before.pages.first
        assert (page.photometric, page.bitspersample, page.samplesperpixel) == (5, 1, inks)
        for tag in (282, 283, 296, 332, 333, 334, 34675):
            assert page.tags[tag].value == old.tags[tag].value, tag
        samples = page.asarray().reshape(128, 128, inks)
    np.testing.assert_allclose(samples.mean(axis=(0, 1)), flat[0, 0] / 255, atol=0.02)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rowsperstrip": 7},
        {"tile": (32, 32)},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True, "rowsperstrip": 16},
        {"byteorder": ">"},
        {"bigtiff": True},
    ],
)
def test_levels_of_inks_however_they_are_stored(tmp_path: Path, options: dict) -> None:
    source = written(tmp_path / "in.tif", **options)
    run("ordered", source, "-o", tmp_path / "o.tif", "--levels", 4, "--inks")
    wanted = dither_ink_rows(INKS, [load_matrix()], levels=4) * np.uint8(85)
    with tifffile.TiffFile(tmp_path / "o.tif") as file:
        assert file.pages.first.compression == (8 if "compression" in options else 1)
        np.testing.assert_array_equal(file.asarray(), wanted)


@pytest.mark.parametrize("compression", ["none", "deflate", "lzw", "zstd"])
def test_other_readers_take_the_separations(tmp_path: Path, compression: str) -> None:
    source = written(tmp_path / "in.tif")
    for levels in (2, 3):
        options = ["--levels", levels, "--inks", "--compression", compression]
        run("ordered", source, "-o", tmp_path / "o.tif", *options)
        if levels == 3:
            with Image.open(tmp_path / "o.tif") as picture:
                assert picture.mode == "CMYK"
                assert set(np.unique(np.asarray(picture))) <= {0, 128, 255}
        elif compression in ("none", "deflate"):
            assert tifffile.imread(tmp_path / "o.tif").shape == INKS.shape


@pytest.mark.parametrize("command", [["ordered"], ["diffuse"], AVOIDING])
def test_bands_of_rows_have_the_bytes_of_the_whole(
    tmp_path: Path, command: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(tmp_path / "in.tif", rowsperstrip=7)
    run(*command, source, "-o", tmp_path / "whole.tif", "--bits", 1, "--inks")
    monkeypatch.setattr("dither.images.rows.BAND_PIXELS", 1)
    run(*command, source, "-o", tmp_path / "bands.tif", "--bits", 1, "--inks", "--memory", "16MB")
    assert (tmp_path / "whole.tif").read_bytes() == (tmp_path / "bands.tif").read_bytes()


def test_cmyk_jpegs_hold_inverted_amounts(tmp_path: Path) -> None:
    amounts = np.zeros((64, 64, 4), np.uint8)
    amounts[..., 1] = 255
    Image.fromarray(amounts, "CMYK").save(tmp_path / "in.jpg", quality=95, dpi=(300, 300))
    run("ordered", tmp_path / "in.jpg", "-o", tmp_path / "o.tif", "--bits", 1, "--inks")
    found = tifffile.imread(tmp_path / "o.tif")
    assert found.mean(axis=(0, 1)).round(1).tolist() == [0, 1, 0, 0]
    with tifffile.TiffFile(tmp_path / "o.tif") as file:
        assert file.pages.first.tags[282].value == (300, 1)


def test_separations_take_a_resolution(tmp_path: Path) -> None:
    source = written(tmp_path / "in.tif")
    run("ordered", source, "-o", tmp_path / "o.tif", "--bits", 1, "--inks", "--dpi", 600)
    with tifffile.TiffFile(tmp_path / "o.tif") as file:
        assert file.pages.first.tags[282].value == (600, 1)


def test_a_cmyk_tiff_of_pillow_is_taken(tmp_path: Path) -> None:
    for compression in ("raw", "tiff_lzw", "jpeg"):
        Image.fromarray(INKS[:64], "CMYK").save(tmp_path / "in.tif", compression=compression)
        run("diffuse", tmp_path / "in.tif", "-o", tmp_path / "o.tif", "--levels", 3, "--inks")
        with Image.open(tmp_path / "o.tif") as picture:
            assert (picture.mode, picture.size) == ("CMYK", (61, 64))


# Light that passes cyan, magenta, yellow and black, as the luminance of solid inks.
_PASSED = np.array([0.35, 0.25, 0.8, 0.03])


def _grain(samples: np.ndarray) -> float:
    light = np.prod(np.where(samples, _PASSED[: samples.shape[2]], 1.0), axis=2)
    return float(gaussian_filter(light, 1.5, mode="wrap").std())


AMOUNTS = [
    (128, 128),
    (64, 64),
    (100, 100, 100, 30),
    (30,) * 4,
    (90, 60, 40, 0),
    (200, 150, 100, 50),
]


def _shared(flat: np.ndarray) -> np.ndarray:
    planes = [
        ordered_dither(np.ascontiguousarray(flat[..., ink]), load_matrix(), levels=2)
        for ink in range(flat.shape[2])
    ]
    return np.stack(planes, axis=2)


@pytest.mark.parametrize("amounts", AMOUNTS)
def test_the_overlap_of_inks_is_less_visible_than_with_one_matrix(amounts: tuple) -> None:
    flat = np.zeros((128, 128, len(amounts)), np.uint8) + np.array(amounts, np.uint8)
    coupled = dither_ink_rows(flat, [load_matrix()], levels=2)
    assert _grain(coupled) < 0.9 * _grain(_shared(flat))


def test_inks_of_at_most_all_the_paper_share_no_pixel() -> None:
    flat = np.zeros((64, 64, 4), np.uint8) + np.array([70, 60, 80, 40], np.uint8)
    assert dither_ink_rows(flat, [load_matrix()], levels=2).sum(axis=2).max() == 1


def test_matrices_for_each_ink_are_taken_as_they_are() -> None:
    flat = np.ascontiguousarray(INKS[..., :3])
    matrices = load_channels("blue-64x64-rgb")
    wanted = ordered_dither(flat, matrices, levels=2)
    np.testing.assert_array_equal(dither_ink_rows(flat, matrices, levels=2), wanted)


def test_one_ink_is_dithered_as_grey() -> None:
    flat = np.ascontiguousarray(INKS[..., :1])
    wanted = ordered_dither(flat[..., 0], load_matrix(), levels=3)
    np.testing.assert_array_equal(dither_ink_rows(flat, [load_matrix()], levels=3)[..., 0], wanted)


def test_what_has_no_inks_is_refused(tmp_path: Path) -> None:
    rgb = np.ascontiguousarray(INKS[..., :3])
    Image.fromarray(rgb).save(tmp_path / "rgb.tif")
    Image.fromarray(rgb).save(tmp_path / "rgb.png")
    written(tmp_path / "deep.tif", INKS.astype(np.uint16))
    written(tmp_path / "signed.tif", INKS.astype(np.int8))
    written(tmp_path / "planes.tif", np.moveaxis(INKS, 2, 0).copy(), planarconfig="separate")
    for name, sentence in [
        ("rgb.tif", "has no inks"),
        ("rgb.png", "has no inks"),
        ("deep.tif", "has 16 bits per ink; --inks takes up to 16 inks of 8 bits"),
        ("planes.tif", "in a plane of its own"),
        ("signed.tif", "has inks that are signed or fractions"),
    ]:
        with pytest.raises(InputError, match=sentence):
            run("ordered", tmp_path / name, "-o", tmp_path / "o.tif", "--bits", 1, "--inks")
        assert not (tmp_path / "o.tif").exists()
    cmyk = written(tmp_path / "in.tif")
    for options, sentence in [
        ([], "no effect without --inks"),
        (["--inks", "--raster", "--threads", 2], "--threads has no effect"),
        (["--inks", "--kernel", "ostromoukhov"], "each ink by itself"),
    ]:
        with pytest.raises(InputError, match=sentence):
            run(*AVOIDING, cmyk, "-o", tmp_path / "o.tif", "--bits", 1, *options)
        assert not (tmp_path / "o.tif").exists()
    for options, sentence in [
        (["-o", tmp_path / "o.png"], r"o\.png: --inks writes .tif; name it, such as .*/o\.tif$"),
        (["-o", tmp_path / "films"], r"films: --inks writes .tif; name it, such as .*/films\.tif$"),
        (["-o", "-"], "standard output: --inks writes .tif; give --format tif"),
        (
            ["--output-dir", tmp_path / "new", "--name", "{stem}.png"],
            r"in\.png: --inks writes .tif; name it, such as .*in\.tif$",
        ),
        (["-o", tmp_path / "o.tif", "--gray"], "--gray is not for --inks"),
        (["-o", tmp_path / "o.tif", "--resize", "50%"], "--resize is not for --inks"),
        (["-o", tmp_path / "o.tif", "--compression", "group4"], "group4"),
    ]:
        with pytest.raises(InputError, match=sentence):
            run("ordered", cmyk, "--bits", 1, "--inks", *options)
        assert not (tmp_path / "o.tif").exists()


def test_a_folder_of_results_gets_tiffs(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        written(tmp_path / name)
    sources = [tmp_path / "a.tif", tmp_path / "b.tif"]
    run("ordered", *sources, "--output-dir", tmp_path / "films", "--bits", 1, "--inks")
    found = sorted(path.name for path in (tmp_path / "films").iterdir())
    assert found == ["a-dithered.tif", "b-dithered.tif"]
    assert tifffile.imread(tmp_path / "films/a-dithered.tif").shape == INKS.shape
