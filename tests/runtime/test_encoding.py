"""JSON, queries, forms and paths."""

from __future__ import annotations

import datetime as dt

import pytest
from cartesia_runtime.encoding import (
    encode,
    encode_object,
    encode_parts,
    encode_query,
    encode_segment,
)
from cartesia_runtime.errors import EncodeError
from cartesia_runtime.files import File
from cartesia_runtime.models import UNSET, Model


class Point(Model):
    """A model as the generator writes them."""

    def to_dict(self) -> dict[str, object]:
        return {"x": 1}


def test_query_values() -> None:
    """Booleans are lower case, lists repeat the name, null and UNSET are left out."""
    day = dt.date(2026, 8, 14)
    query = {"a": True, "b[]": ["x", "y"], "c": None, "d": UNSET, "e": 1.5, "f": day}
    assert encode_query(query) == (
        ("a", "true"),
        ("b[]", "x"),
        ("b[]", "y"),
        ("e", "1.5"),
        ("f", "2026-08-14"),
    )


def test_json_values() -> None:
    moment = dt.datetime(2026, 8, 14, tzinfo=dt.UTC)
    assert encode({"a": [moment], "b": None}) == {"a": ["2026-08-14T00:00:00+00:00"], "b": None}
    with pytest.raises(EncodeError, match="object"):
        encode(object())


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_segments_cannot_climb(value: str) -> None:
    """Such an id would turn the path into that of another operation."""
    with pytest.raises(EncodeError, match="id: must not be"):
        encode_segment("id", value)


def test_segments_are_escaped() -> None:
    assert encode_segment("id", "a/b?c#d é") == "a%2Fb%3Fc%23d%20%C3%A9"


def test_objects_leave_out_unset_and_keep_null() -> None:
    """A field wins over an unknown one with the same name."""
    fields = {"a": None, "b": UNSET, "c": [Point()]}
    assert encode_object(fields, {"a": 1, "d": {"e": Point()}}) == {
        "a": None,
        "c": [{"x": 1}],
        "d": {"e": {"x": 1}},
    }


def test_parts_have_no_python_spelling() -> None:
    """Booleans are lower case, null is left out, models are JSON."""
    fields = {"a": True, "b": False, "c": None, "d": UNSET, "e": Point(), "f": 1}
    assert encode_parts(fields, {"extra": "x"}) == [
        ("extra", (None, b"x", None)),
        ("a", (None, b"true", None)),
        ("b", (None, b"false", None)),
        ("e", (None, b'{"x": 1}', "application/json")),
        ("f", (None, b"1", None)),
    ]


def test_files_are_parts_with_a_name() -> None:
    file = File(b"RIFF", "a.wav", "audio/wav")
    assert encode_parts({"clips": [file, File(b"", "")]}, {}) == [
        ("clips", ("a.wav", b"RIFF", "audio/wav")),
        ("clips", ("upload", b"", None)),
    ]
