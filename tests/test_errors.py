import pytest

from atrous.errors import quoted, suggestion


@pytest.mark.parametrize(
    "given, shown", [("a b", "'a b'"), ("x" * 60, repr("x" * 60)), ("x" * 61, repr("x" * 60 + "..."))]
)
def test_a_text_of_any_length_is_quoted_in_a_few_characters(given, shown):
    assert quoted(given) == shown


def test_nothing_near_is_suggested_for_nothing_like_it():
    assert suggestion("zzz", ["tcn", "bag"]) == ""
