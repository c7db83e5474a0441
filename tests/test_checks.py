"""What the caller gives: names, texts and their halves, whatever they are split into."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError
from cartesia_stream._checks import (
    TextJoiner,
    check_names,
    is_number,
    json_of,
    merged,
    text_of,
    whole_number,
)

UNITS = st.lists(
    st.integers(0, 0xFFFF) | st.sampled_from([0x20, 0xD83D, 0xDE00, 0xD800, 0xDFFF]), max_size=12
)
"""What a language that counts in UTF-16 may call a text."""


def valid(units: list[int]) -> str | None:
    """The text of some units of UTF-16; None if they are no text."""
    try:
        return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le")
    except UnicodeDecodeError:
        return None


@given(UNITS)
def test_a_text_is_what_its_units_mean(units: list[int]) -> None:
    """Or an error that names the argument, if they mean nothing."""
    given, meant = "".join(map(chr, units)), valid(units)
    if meant is None:
        with pytest.raises(ConfigurationError, match="name has half a character") as caught:
            text_of(given, "name")
        assert caught.value.option == "name"
        assert "\\ud" not in ascii(str(caught.value))  # the text may be private
    else:
        assert text_of(given, "name") == meant


@given(UNITS, st.lists(st.integers(0, 12)), st.sets(st.integers(0, 13)))
def test_pieces_mean_what_the_whole_does(units: list[int], cuts: list[int], gaps: set[int]) -> None:
    """However it is cut, and with any None and empty pieces between."""
    whole, meant = "".join(map(chr, units)), valid(units)
    ends = sorted({*cuts, len(whole)})
    pieces: list[Any] = [whole[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    for number, gap in enumerate(sorted(gaps)):
        pieces.insert(gap, (None, "")[number % 2])
    joiner = TextJoiner("text")

    def joined() -> str:
        text = "".join([joiner.take(piece) for piece in pieces])
        joiner.finish()
        return text

    if meant is None:
        with pytest.raises(ConfigurationError) as caught:
            joined()
        assert caught.value.option == "text"
    else:
        assert joined() == meant


def test_an_error_leaves_no_half_behind() -> None:
    joiner = TextJoiner("text")
    joiner.take("a\ud83d")
    with pytest.raises(ConfigurationError):
        joiner.take("b")
    assert joiner.take("c") == "c"
    joiner.finish()


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("adn", "did you mean 'and'?"),
        ("AND", "did you mean 'and'?"),
        ("quite_else", "it has and, or; ask."),
        ("elsewhere", "did you mean there? ask."),
        (5, "it has and, or; ask."),
    ],
)
def test_names_are_suggested(name: Any, advice: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_names(
            {name: 1}, ("and", "or"), "it", elsewhere={"elsewhere": "there"}, otherwise="ask."
        )
    assert str(caught.value).startswith(f"it has no option {str(name)!r}; {advice}")
    assert caught.value.option == str(name)


def test_known_names_pass() -> None:
    check_names({"and": 1}, ("and", "or"), "it")


@pytest.mark.parametrize("value", [True, 1.0, "1", None, 0, -1])
def test_numbers_that_are_none(value: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"size is .*; give a whole number, 1 or more"):
        whole_number(value, "size", least=1)


def nested() -> dict[str, object]:
    value: dict[str, object] = {}
    value["a"] = value
    return value


@pytest.mark.parametrize(
    ("value", "option"),
    [
        (5, "extra"),
        ({1: 2}, "extra"),
        ({"a": {1: 2}}, "extra.a"),
        ({"a": [float("inf")]}, "extra.a[0]"),
        ({"a": {"b": "\ud800"}}, "extra.a.b"),
        ({"a": {"\ud800": 1}}, "extra.a"),
        ({"a": {1, 2}}, "extra.a"),
        (nested(), "extra.a"),
    ],
    ids=ascii,
)
def test_what_json_cannot_express(value: Any, option: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        json_of(value, "extra")
    assert (caught.value.option or "").startswith(option)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**308), 10**308))
def test_a_number_that_a_float_can_hold(value: float) -> None:
    assert is_number(value)


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, -math.inf, 10**400, -(10**400), True, None, "1", b"1", [1], 1j],
    ids=lambda value: repr(value)[:12],
)
def test_what_is_no_number(value: object) -> None:
    assert not is_number(value)


def test_merging() -> None:
    """Objects member by member, everything else as a whole; neither side changes."""
    base: dict[str, object] = {"a": {"b": 1, "c": [1]}, "d": 1}
    extra: dict[str, object] = {"a": {"c": [2], "e": 2}, "d": {"f": 1}}
    assert merged(base, extra) == {"a": {"b": 1, "c": [2], "e": 2}, "d": {"f": 1}}
    assert base == {"a": {"b": 1, "c": [1]}, "d": 1}
