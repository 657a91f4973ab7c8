"""The installed version of this package."""

import contextlib
import platform
from importlib.metadata import PackageNotFoundError, version

_NAME = "bluenoise-dither"


def installed_version() -> str:
    """Return the version, such as "1.2.0", or "" if the package is not installed."""
    with contextlib.suppress(PackageNotFoundError):
        return version(_NAME)
    return ""


def installation() -> str:
    """Describe the package and Python versions, which must match on all machines of a cluster.

    Example:
        >>> installation().startswith("bluenoise-dither ")
        True
    """
    python = ".".join(platform.python_version_tuple()[:2])
    return f"{_NAME} {installed_version() or 'of no version'} on Python {python}"
