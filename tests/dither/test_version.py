import platform

from dither.version import installation, installed_version


def test_the_version_is_that_of_what_is_installed(monkeypatch) -> None:
    python = ".".join(platform.python_version().split(".")[:2])
    assert installation() == f"bluenoise-dither {installed_version()} on Python {python}"
    assert installed_version()[:1].isdigit()
    # Used without being installed.
    monkeypatch.setattr("dither.version._NAME", "no-such-name")
    assert installed_version() == ""
    assert installation().startswith("no-such-name of no version on Python")
