"""A report as one HTML file with its pictures, charts and script inside."""

import base64
from pathlib import Path
from typing import Any

import numpy as np

from bluenoise.report.chart_drawing import chart_svg, number_text
from bluenoise.report.charts import energy_charts, gain_charts, radial_charts, temporal_chart
from bluenoise.report.figures import (
    matrix_figures,
    patch_figures,
    photo_figures,
    plane_count,
    ramp_figure,
    spectrum_figures,
)
from bluenoise.report.measurements import Measurements, size_text
from bluenoise.report.pictures import SPECTRUM_DB, color_scale
from bluenoise.report.scores import facts, scores, verdict
from dither.images.io import encode_image
from dither.images.raster_image import RasterImage

_TEMPLATES = Path(__file__).parent / "templates"


def page(content: Measurements) -> str:
    """Return the HTML of a report."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["chart_svg"] = lambda chart, name: Markup(chart_svg(chart, name))
    environment.filters["data_uri"] = data_uri
    return environment.get_template("report.html").render(_template_values(content))


def data_uri(planes: np.ndarray) -> str:
    """Return planes, one below the other, as a data URI of a PNG.

    Args:
        planes: (P, H, W) or (P, H, W, 3) uint8.
    """
    strip = planes.reshape(-1, *planes.shape[2:])
    content = encode_image(RasterImage(np.ascontiguousarray(strip)), ".png")
    return "data:image/png;base64," + base64.b64encode(content).decode()


def _template_values(content: Measurements) -> dict[str, Any]:
    alone = len(content.matrices) == 1
    matrices = [
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
        for index, (name, each) in enumerate(content.matrices.items())
    ]
    return {
        "title": content.title,
        "matrices": matrices,
        "planes": plane_count(content),
        "plane_name": "Frame" if any(len(shape) == 3 for shape in content.shapes) else "Channel",
        "baseline_size": size_text(content.shapes[0]),
        "energies": energy_charts(content),
        "gains": gain_charts(content),
        "spectra": radial_charts(content),
        "temporal": temporal_chart(content),
        "columns": list(content.columns),
        "scores": scores(content),
        "scale": data_uri(color_scale()[None, None]),
        "scale_ends": [number_text(end) for end in SPECTRUM_DB],
    }
