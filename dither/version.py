"""The installed version of this package."""

import contextlib
import platform
from importlib.metadata import PackageNotFoundError, version

_NAME = "bluenoise-dither"


def installed_version() -> str:
    """The version, such as "1.2.0", or nothing where the package is used without being installed."""
    with contextlib.suppress(PackageNotFoundError):
        return version(_NAME)
    return ""


def installation() -> str:
    """What has to be the same on all machines that work together, as one reads it.

    Example:
        >>> installation().startswith("bluenoise-dither ")
        True
    """
    python = ".".join(platform.python_version_tuple()[:2])
    return f"{_NAME} {installed_version() or 'of no version'} on Python {python}"
