import platform

from dither.release import installation, release


def test_the_version_is_that_of_what_is_installed(monkeypatch) -> None:
    python = ".".join(platform.python_version().split(".")[:2])
    assert installation() == f"bluenoise-dither {release()} on Python {python}"
    assert release()[:1].isdigit()
    # Used without being installed.
    monkeypatch.setattr("dither.release._NAME", "no-such-name")
    assert release() == ""
    assert installation().startswith("no-such-name of no version on Python")
