"""The studio's line art and masks, against those of the commands."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pages import as_jpeg, as_scan, natural_photo, text_page
from studio_scripts import in_node

from dither.gamut.line_art import keep_line_art
from dither.palettes.palette import Palette
from dither.palettes.palette_like import load_palette
from dither.panels.files import load_panel
from dither.preparation import line_art
from dither.preparation.line_art import line_art_mask


def _carried(picture: np.ndarray) -> dict[str, Any]:
    height, width = picture.shape[:2]
    text = base64.b64encode(np.ascontiguousarray(picture).tobytes()).decode()
    return {"width": width, "height": height, "channels": 3, "samples": text}


def _ramps() -> np.ndarray:
    """A slow ramp beside a panel with letters of low contrast, and a noisy square."""
    page = np.full((150, 203, 3), 250, np.uint8)
    page[:60, :120] = np.linspace(40, 200, 120).astype(np.uint8)[None, :, None]
    page[70:140, 10:110] = 90, 160, 200
    page[80:82, 20:100] = 120, 150, 180
    page[90:96, 20:100:7] = 30, 20, 60
    page[20:130, 130:190] = np.random.default_rng(0).integers(60, 200, (110, 60, 3))
    return page


def _sun() -> np.ndarray:
    """A photo with a blown-out patch, into which it merges."""
    photo = natural_photo(240, 301, 4).astype(float)
    y, x = np.mgrid[0:240, 0:301]
    bump = 500 * np.exp(-(((x - 150) / 70) ** 2 + ((y - 110) / 60) ** 2))
    return (photo + bump[..., None]).clip(0, 255).astype(np.uint8)


PICTURES = {
    "page": text_page((255, 255, 255), (20, 20, 20)).picture,
    "jpeg": as_jpeg(text_page((255, 243, 224), (120, 30, 10)).picture, 50),
    "scan": as_scan(text_page((30, 60, 120), (255, 235, 120)).picture),
    "photo": natural_photo(200, 301, 2),
    "ramps": _ramps(),
    "sun": _sun(),
    "pixel": np.full((1, 1, 3), 77, np.uint8),
    "strip": natural_photo(9, 40, 1),
    # Larger than what is analysed without being reduced.
    "large": np.tile(text_page((255, 255, 255), (200, 20, 20)).picture, (4, 4, 1))[:1700, :1603],
}
READ = """
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const written = ({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString("base64");
const carriedPicture = (each) => ({ ...each, samples: bytes(each.samples), alpha: null });
"""


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_finds_the_line_art_of_the_command(tmp_path: Path, name: str) -> None:
    script = f"""{READ}
    const mask = finished(lineArtMask(carriedPicture(given.picture)));
    console.log(JSON.stringify(written(mask)));
    """
    found = in_node(tmp_path, script, picture=_carried(PICTURES[name]))
    mask = line_art_mask(PICTURES[name])
    made = np.frombuffer(base64.b64decode(found), np.uint8).reshape(mask.shape)
    assert (made == mask).all()


@pytest.mark.parametrize(("soft", "merges"), [(7, False), (8, True)])
def test_a_flat_strip_merges_into_photos_along_more_than_its_share_of_the_border(
    tmp_path: Path, soft: int, merges: bool
) -> None:
    # A strip of 9 cells has 20 borders; 35 % of them are 7. Its other neighbours are flat, and far
    # from it in colour.
    flat = np.ones((3, 11), np.uint8)
    around = [(0, x) for x in range(1, 10)] + [(2, x) for x in range(1, 10)] + [(1, 0), (1, 10)]
    photo = np.zeros((3, 11), np.uint8)
    means = np.full((3, 3, 11), 100.0)
    for number, (y, x) in enumerate(around):
        photo[y, x] = number < soft
        means[:, y, x] += 10 if number < soft else 60
    means[:, [0, 0, 2, 2], [0, 10, 0, 10]] = 200
    script = """
    const [photo, flat] = [given.photo, given.flat].map((each) => Uint8Array.from(each));
    const means = given.means.map((each) => Float64Array.from(each));
    console.log(JSON.stringify([...softRegions(photo, flat, means, 0, { width: 11, height: 3 })]));
    """
    made = in_node(
        tmp_path,
        script,
        photo=photo.ravel().tolist(),
        flat=flat.ravel().tolist(),
        means=means.reshape(3, -1).tolist(),
    )
    assert np.reshape(made, (3, 11))[1, 1:10].tolist() == [merges] * 9
    own = line_art._soft_regions(photo > 0, flat > 0, np.moveaxis(means, 0, 2), 0)
    assert own[1, 1:10].tolist() == [merges] * 9


TARGETS: list[dict[str, Any]] = [
    {"levels": 2},
    {"levels": 5, "gray": True},
    {"palette": load_palette("pico-8")},
    {"palette": load_palette("black-white"), "intent": "absolute"},
    {"palette": load_panel("spectra-6-7.3").palette, "intent": "relative"},
    {"palette": Palette.from_hex("000000 ff0000 00ff00 0000ff ffff00 ff00ff 00ffff ffffff")},
]


@pytest.mark.parametrize("name", ["jpeg", "ramps"])
def test_the_page_keeps_the_pixels_of_the_command(tmp_path: Path, name: str) -> None:
    picture = PICTURES[name][60:230, 40:250]
    masks = [line_art_mask(picture), np.zeros(picture.shape[:2], bool)]
    masks[1][:, : picture.shape[1] // 2] = True
    jobs, expected = [], []
    for target in TARGETS:
        palette, intent = target.get("palette"), target.get("intent", "perceptual")
        source = picture[..., 1] if target.get("gray") else picture
        for tints, mask in zip((True, False), masks, strict=True):
            job = {
                "tints": tints,
                "gray": target.get("gray", False),
                "levels": target.get("levels", 2),
            }
            job |= {"colors": None, "device": None, "intent": intent, "draft": False}
            job |= {"mask": base64.b64encode(mask.tobytes()).decode()}
            chosen: dict[str, Any] = {"levels": target.get("levels")}
            if palette is not None:
                chosen = {"palette": palette, "intent": intent}
                job["colors"], job["device"] = (
                    palette.colors.tolist(),
                    palette.device_colors.tolist(),
                )
            jobs.append(job)
            expected.append(keep_line_art(source, mask, tints=tints, **chosen))
    script = f"""{READ}
    const known = new Kept();
    const picture = carriedPicture(given.picture);
    const grey = {{ ...picture, channels: 1, samples: picture.samples.filter((_, i) => i % 3 === 1) }};
    const made = given.jobs.map((job) => {{
        const mask = bytes(job.mask);
        const steps = job.colors
            ? keptInPalette(picture, mask, job, given.tables, known, job.tints)
            : keptInLevels(job.gray ? grey : picture, mask, job.levels, job.tints);
        const own = finished(steps);
        return [own.picture.samples, own.kept, own.codes].map(written);
    }});
    console.log(JSON.stringify(made));
    """
    made = in_node(tmp_path, script, picture=_carried(picture), jobs=jobs)
    for job, wanted, texts in zip(jobs, expected, made, strict=True):
        samples, kept, codes = (base64.b64decode(text) for text in texts)
        assert (np.frombuffer(kept, np.uint8) == wanted.kept.ravel()).all(), job["tints"]
        assert (np.frombuffer(samples, wanted.picture.dtype) == wanted.picture.ravel()).all()
        lanes = wanted.codes.size // wanted.kept.size
        known = np.repeat(wanted.kept.ravel(), lanes)
        assert (np.frombuffer(codes, np.uint8)[known] == wanted.codes.ravel()[known]).all()
