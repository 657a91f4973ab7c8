import pytest
from hypothesis import given
from hypothesis import strategies as st

from dither.native.arguments import examples, type_text

_NUMBERS = st.sampled_from(["bool", "int64", "float64", "float32", "uint64", "int16"])
_ARRAYS = st.builds(
    "{}[{}{}]".format,
    st.sampled_from(["uint8", "uint16", "int32", "float32"]),
    st.integers(1, 4),
    st.sampled_from("AC"),
)


def _tuples(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    plain = st.lists(parts, max_size=3).map(lambda found: f"({', '.join(found)})")
    named = st.dictionaries(st.from_regex(r"[a-z]{1,3}_?[0-9]", fullmatch=True), parts, min_size=1)
    fields = named.map(lambda found: ", ".join(f"{name}={kind}" for name, kind in found.items()))
    return plain | st.builds("{}({})".format, st.sampled_from(["Pair", "Table"]), fields)


_TYPES = _tuples(st.recursive(_NUMBERS | _ARRAYS, _tuples, max_leaves=6)).filter(
    lambda text: text[0] == "("
)


@given(_TYPES)
def test_examples_have_the_types(text: str) -> None:
    found = examples(text)
    assert type_text(found) == text


@pytest.mark.parametrize(
    "text", ["", "int64", "(int64", "(int65)", "(uint8[0C])", "(int64))", "(Pair(int64))", "(str)"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no arguments have the types"):
        examples(text)
