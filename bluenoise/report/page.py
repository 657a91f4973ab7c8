"""A report as one HTML file: pictures, charts and scripts inside it, nothing fetched."""

import base64
from pathlib import Path
from typing import Any

import numpy as np

from bluenoise.report.axes import written
from bluenoise.report.charts import energy_charts, gain_charts, radial_charts, temporal_chart
from bluenoise.report.figures import (
    matrix_figures,
    most_planes,
    patch_figures,
    photo_figures,
    ramp_figure,
    spectrum_figures,
)
from bluenoise.report.measured import Measured, sides
from bluenoise.report.pictures import SPECTRUM_DB, color_scale
from bluenoise.report.scores import facts, scores, verdict
from bluenoise.report.svg import chart_svg
from dither.images.io import encode_image
from dither.images.raster_image import RasterImage

_TEMPLATES = Path(__file__).parent / "templates"


def page(content: Measured) -> str:
    """The HTML of a report.

    Args:
        content: what it tells.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sides"] = sides
    environment.filters["drawn"] = lambda chart, name: Markup(chart_svg(chart, name))
    environment.filters["data_uri"] = data_uri
    return environment.get_template("report.html").render(_told(content))


def data_uri(planes: np.ndarray) -> str:
    """Planes one below the other as a PNG inside an address.

    Args:
        planes: (P, H, W) or (P, H, W, 3) uint8.
    """
    strip = planes.reshape(-1, *planes.shape[2:])
    content = encode_image(RasterImage(np.ascontiguousarray(strip)), ".png")
    return "data:image/png;base64," + base64.b64encode(content).decode()


def _told(content: Measured) -> dict[str, Any]:
    names = list(content.studies)
    alone = len(names) == 1
    temporal = temporal_chart(content)
    studies = [
        {
            "name": name,
            "index": index,
            "verdict": verdict(content, name),
            "facts": facts(content, name),
            "matrix": matrix_figures(name, each),
            "patches": patch_figures(name, each, alone=alone),
            "ramp": ramp_figure(name, each, alone=alone),
            "photos": photo_figures(name, each, content.photo),
            "spectra": spectrum_figures(name, each),
        }
        for index, (name, each) in enumerate(content.studies.items())
    ]
    low, high = SPECTRUM_DB
    return {
        "title": ", ".join(names) if len(names) < 4 else f"{len(names)} matrices",
        "studies": studies,
        "planes": most_planes(content),
        "plane_word": "Frame" if any(len(shape) == 3 for shape in content.shapes) else "Channel",
        "behind_shape": sides(content.shapes[0]),
        "energies": energy_charts(content),
        "gains": gain_charts(content),
        "spectra": radial_charts(content),
        "temporal": temporal,
        "columns": list(content.columns),
        "scores": scores(content),
        "scale": data_uri(color_scale()[None, None]),
        "scale_ends": (written(low), written(high)),
    }
