"""Pictures of matrices and of what they do."""

from bluenoise.report.report import report as report
