from dither.volumes.damage import damaged


def test_any_reason_becomes_one_short_sentence() -> None:
    said = str(damaged("in.tif", ValueError("first\n line" + "x" * 9999)))
    assert said.startswith("in.tif is damaged or cannot be read: first line")
    assert len(said) < 400
    assert str(damaged("in.tif", KeyError())).endswith(": KeyError")
