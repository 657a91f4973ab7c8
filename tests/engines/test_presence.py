"""A missing runtime skips its tests, or fails them if every runtime is required."""

import pytest
from engines.presence import browser_library, program, python_program


@pytest.mark.parametrize("look", [program, python_program, browser_library])
def test_what_is_missing_is_skipped_or_fails(monkeypatch: pytest.MonkeyPatch, look: object) -> None:
    assert callable(look)
    monkeypatch.delenv("BLUENOISE_REQUIRE_ENGINES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="nothing_of_this_name is not installed"):
        look("nothing_of_this_name")
    monkeypatch.setenv("BLUENOISE_REQUIRE_ENGINES", "1")
    with pytest.raises(pytest.fail.Exception, match="nothing_of_this_name is not installed"):
        look("nothing_of_this_name")
