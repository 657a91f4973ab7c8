from hypothesis import given
from hypothesis import strategies as st

from bluenoise.report.text_columns import text_columns


@given(
    st.lists(st.text("abc-", min_size=1, max_size=30), min_size=1, max_size=9), st.integers(60, 120)
)
def test_every_cell_is_printed_once_within_the_width(names: list[str], width: int) -> None:
    cells = [f"{index}.5" for index in range(len(names))]
    text = text_columns(names, [("heading", []), ("row", cells)], width)
    assert max(map(len, text.splitlines())) <= width
    rows = [line.split()[1:] for line in text.splitlines() if line.startswith("row")]
    assert [cell for row in rows for cell in row] == cells
    heads = "".join(sorted(text.replace("row", "").replace("heading", "")))
    assert all(heads.count(sign) == sum(name.count(sign) for name in names) for sign in "bc")
