"""Reports: matrices, their dot patterns, spectra and scores on one page or in one picture."""

from bluenoise.report.report import report as report
