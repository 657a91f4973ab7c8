"""Draw the README's picture: a part of matplotlib's sample photo, dithered with four matrices."""

if __name__ == "__main__":
    import usage

    usage.check(__doc__)

from pathlib import Path

from matplotlib import cbook

from bluenoise.evaluate import baselines
from bluenoise.generate import generate
from bluenoise.report.contact_sheet import contact_sheet
from dither.color import to_gray
from dither.files.atomic import atomic_write
from dither.images.io import read_image
from dither.matrix.catalog import load_matrix

photo = read_image(str(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))).color
matrices = baselines((64, 64))
del matrices["void-and-cluster"]
matrices["gradient descent"] = generate((64, 64), method="spectrum")
matrices["shipped blue-64x64"] = load_matrix()
with atomic_write(Path(__file__).parent.parent / "docs" / "dithered.png") as file:
    sheet = contact_sheet(to_gray(photo)[40:330, 120:390], matrices, bits=[1, 2])
    sheet.convert("L").save(file, format="PNG", optimize=True)
