"""Draw docs/small-pictures.png: pictures by libimagequant and by `optimize_bytes` in as many bytes.

The photo comes with matplotlib (Grace Hopper, by the United States Navy, in the public domain); the
soft shadow is that of scripts/compare_bytes.py. Of libimagequant, the file with the highest SSIMULACRA2
up to some bytes is shown. Needs `imagequant`, `pyoxipng` and `ssimulacra2`.
"""

if __name__ == "__main__":
    import usage

    usage.check(__doc__)

from pathlib import Path

import numpy as np
from byte_judges import Judge
from byte_peers import png_files
from byte_pictures import shadow
from matplotlib import cbook
from PIL import Image, ImageDraw, ImageFont

from dither.files.atomic import atomic_write
from dither.images.io import read_image
from dither.small_files.fewest_bytes import optimize_bytes

# A picture, its bytes, and the top and the left of the part that is shown.
photo = read_image(str(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))).color
PICTURES = (("photo", photo, 40_000, (30, 140)), ("soft shadow", shadow(), 5_000, (225, 560)))
HEIGHT, WIDTH, SCALE, GAP, LINE = 190, 210, 2, 10, 34

sheet = Image.new("RGB", (3 * SCALE * WIDTH + 2 * GAP, 2 * (SCALE * HEIGHT + LINE) + GAP), "white")
draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(22)
judge = Judge(flip=False)
for number, (name, picture, most, (top, left)) in enumerate(PICTURES):
    fitting = ((size, shown) for shown, size, _ in png_files(picture) if size <= most)
    peers = [(judge.score(picture, shown), size, shown) for size, shown in fitting]
    score, size, shown = max(peers, key=lambda peer: peer[0])
    small = optimize_bytes(picture, max_bytes=size)
    own = judge.score(picture, small.picture)
    columns = (
        (name, picture),
        (f"libimagequant: {size / 1000:.1f} kB, {score:.0f}", shown),
        (f"here: {len(small.content) / 1000:.1f} kB, {own:.0f}", small.picture),
    )
    y = number * (SCALE * HEIGHT + LINE + GAP)
    for column, (title, pixels) in enumerate(columns):
        x = column * (SCALE * WIDTH + GAP)
        part = Image.fromarray(np.asarray(pixels)[top : top + HEIGHT, left : left + WIDTH])
        draw.text((x, y + 4), title, "black", font)
        sheet.paste(
            part.resize((SCALE * WIDTH, SCALE * HEIGHT), Image.Resampling.NEAREST), (x, y + LINE)
        )
with atomic_write(Path(__file__).parents[1] / "docs" / "small-pictures.png") as file:
    sheet.save(file, format="PNG", optimize=True)
