"""JSON to typed values."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cartesia_runtime.decoding import (
    checked,
    checked_optional,
    constant,
    decode,
    decode_json,
    either,
    list_of,
    member,
    read_any,
    read_bool,
    read_date,
    read_datetime,
    read_file,
    read_float,
    read_int,
    read_null,
    read_object,
    read_str,
    tagged,
)
from cartesia_runtime.errors import DecodeError, ResponseDecodeError
from cartesia_runtime.files import File
from cartesia_runtime.models import UNSET
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(JSON)
def test_json(value: Any) -> None:
    assert decode_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "content",
    [
        b'"\\ud800"',
        b"1e999",
        b"[NaN]",
        b"\xef\xbb\xbf{}",
        '"ä"'.encode("utf-16"),
        b"1" * 30,
        b'{"a":1,"a":2}',
    ],
)
def test_unusual_json_is_read_as_the_standard_library_reads_it(content: bytes) -> None:
    assert repr(decode_json(content)) == repr(json.loads(content))


@pytest.mark.parametrize("content", [b"", b"<p>", b'"\xff"', b"{"])
def test_other_content_is_no_json(content: bytes) -> None:
    with pytest.raises(ValueError):
        decode_json(content)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (httpx.Response(200, json="private"), "expected an integer, got str"),
        (httpx.Response(200, content=b"private"), "the body is not JSON (no content type)"),
        (httpx.Response(200, html="private"), "the body is not JSON (text/html)"),
        (httpx.Response(200, content=b"[" * 100_000), "the body is not JSON (no content type)"),
    ],
)
def test_a_body_that_breaks_the_contract_is_named_and_not_quoted(
    response: httpx.Response, reason: str
) -> None:
    with pytest.raises(ResponseDecodeError) as caught:
        decode("song_get", response, read_int)
    assert (caught.value.operation, caught.value.reason) == ("song_get", reason)
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize(
    ("read", "value", "result"),
    [
        (read_any, {"a": 1}, {"a": 1}),
        (read_bool, True, True),
        (read_int, 5, 5),
        (read_float, 5, 5),
        (read_null, None, None),
        (read_date, "2026-08-14", dt.date(2026, 8, 14)),
        (read_datetime, "2026-08-14T01:02:03Z", dt.datetime(2026, 8, 14, 1, 2, 3, tzinfo=dt.UTC)),
        (read_file, b"RIFF", File(b"RIFF")),
        (constant("raw"), "raw", "raw"),
        (list_of(read_str), ["a", "b"], ["a", "b"]),
        (either(read_int, read_null), None, None),
        (tagged("kind", {"a": read_object}), {"kind": "a"}, {"kind": "a"}),
    ],
)
def test_readers(read: Callable[[object], object], value: object, result: object) -> None:
    assert read(value) == result


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (read_str, None),
        (read_bool, 1),
        (read_int, True),
        (read_int, 1.5),
        (read_float, "1"),
        (read_float, False),
        (read_null, 0),
        (read_object, []),
        (read_datetime, 0),
        (read_datetime, "soon"),
        (read_date, 0),
        (read_date, "2026-13-01"),
        (read_file, "RIFF"),
        (constant("raw"), "wav"),
        (constant(1), True),
        (list_of(read_str), "ab"),
    ],
)
def test_readers_are_strict(read: Callable[[object], object], value: object) -> None:
    with pytest.raises(DecodeError):
        read(value)


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (either(read_str, read_null), 1, "expected a string or null, got int"),
        (list_of(list_of(read_int)), [[], [1, "a"]], "[1][1]: expected an integer, got str"),
        (tagged("kind", {"a": read_object}), {"kind": "b"}, "kind: expected one of a"),
        (lambda value: member(value, ("a", "b"), "Letter"), "c", "expected one of a, b"),
        (
            lambda value: member(value, range(10), "Digit"),
            True,
            "expected one of the values of Digit",
        ),
        (lambda value: checked("id", value, read_str), UNSET, "id: missing"),
        (lambda value: checked("id", value, list_of(read_str)), [1],
         "id[0]: expected a string, got int"),
        (lambda value: checked_optional("id", value, read_str), None,
         "id: expected a string, got null"),
    ],
)  # fmt: skip
def test_errors_name_the_place_and_the_kind(
    read: Callable[[object], object], value: object, message: str
) -> None:
    with pytest.raises(DecodeError) as caught:
        read(value)
    assert str(caught.value) == message


def test_an_optional_field_may_be_left_out() -> None:
    assert checked_optional("id", UNSET, read_str) is UNSET
    assert checked_optional("id", "a", read_str) == "a"


def test_an_object_is_copied() -> None:
    """Models take its fields out one by one."""
    given = {"a": 1}
    assert read_object(given) == given
    assert read_object(given) is not given
