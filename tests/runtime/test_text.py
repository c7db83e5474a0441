"""Text that can be sent, in JSON, queries, paths and forms; errors say where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cartesia_runtime.encoding import encode_object, encode_parts, encode_query, encode_segment
from cartesia_runtime.errors import EncodeError
from cartesia_runtime.files import File, Uploads
from cartesia_runtime.text import whole_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAIR, SMILE, LONE = "\ud83d\ude00", "\U0001f600", "a\ud83d"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", ""),
        ("abc", "abc"),
        ("\xe4", "\xe4"),
        (PAIR, SMILE),
        (f"a{PAIR * 2}b", f"a{SMILE * 2}b"),
    ],
    ids=ascii,
)
def test_halves_that_meet_are_the_character(text: str, whole: str) -> None:
    assert whole_text(text) == whole


@pytest.mark.parametrize("text", [LONE, "\ude00", "\ude00\ud83d", f"{PAIR}\ud83d"], ids=ascii)
def test_half_a_character_is_an_error(text: str) -> None:
    with pytest.raises(EncodeError, match="half a character"):
        whole_text(text)


class Loud(str):
    __slots__ = ()

    def __str__(self) -> str:
        return self.upper() + "!"


def test_a_subclass_is_its_characters() -> None:
    assert type(whole_text(Loud("abc"))) is str
    assert whole_text(Loud("abc")) == "abc"


ENCODERS: dict[str, Callable[[Any], object]] = {
    "name": lambda value: encode_object({"name": value}, {}),
    "extra": lambda value: encode_object({}, {"extra": value}),
    "items[1].text": lambda value: encode_object({"items": ["", {"text": value}]}, {}),
    "q": lambda value: encode_query({"q": value}),
    "list": lambda value: encode_query({"list": ["", value]}),
    "field": lambda value: encode_parts({"field": value}, {}),
    "clip.file_name": lambda value: encode_parts({"clip": File(b"", value)}, {}),
    "id": lambda value: encode_segment("id", value),
}


@pytest.mark.parametrize("value", [LONE, Ellipsis, b"bytes", {1, 2}], ids=ascii)
@pytest.mark.parametrize("place", ENCODERS)
def test_errors_say_where(place: str, value: Any) -> None:
    with pytest.raises(EncodeError) as caught:
        ENCODERS[place](value)
    assert caught.value.place == place


@pytest.mark.parametrize("place", ENCODERS)
def test_halves_are_joined_everywhere(place: str) -> None:
    sent = str(ENCODERS[place](PAIR))
    forms = (SMILE, str(SMILE.encode())[2:-1], "%F0%9F%98%80")  # in JSON, a form and a path
    assert any(form in sent for form in forms)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: 2}])
def test_what_json_does_not_have(value: Any) -> None:
    with pytest.raises(EncodeError) as caught:
        encode_object({"a": {"b": value}}, {})
    assert caught.value.place == "a.b"


@pytest.mark.parametrize(
    "kind", ["audio/wav", "audio/L16; rate=16000", "a/b+c", 'x-a/b.c; d="e f"', "", None], ids=ascii
)
def test_media_types(kind: str | None) -> None:
    assert File(b"", "a", kind).to_part()[2] == (kind or None)


@pytest.mark.parametrize(
    "kind", ["wav", "a/b\r\nC: d", "a/b; c\n", "\xe4/b", "a/b\0", 5], ids=ascii
)
def test_what_is_no_media_type(kind: Any) -> None:
    """It would end the line that it stands in."""
    with pytest.raises(EncodeError) as caught:
        File(b"", "a", kind).to_part()
    assert caught.value.place == "mime_type"


@pytest.mark.parametrize("payload", ["text", 5, None, ["a"]])
def test_payloads_that_are_none(payload: Any) -> None:
    with pytest.raises(EncodeError) as caught:
        File(payload).to_part()
    assert caught.value.place == "payload"


@pytest.mark.parametrize("payload", [bytearray(b"ab"), memoryview(b"ab")])
def test_bytes_of_every_kind(payload: Any) -> None:
    assert File(payload).to_part()[1] == b"ab"


def test_names_of_files_need_not_be_unicode(tmp_path: Path) -> None:
    path = tmp_path / "\udcff.wav"
    path.write_bytes(b"RIFF")
    with Uploads() as uploads:
        assert uploads.file(path).file_name == "?.wav"


@pytest.mark.parametrize("path", ["a\0b", "a\ud83db"], ids=ascii)
def test_paths_that_no_file_has(path: str) -> None:
    with pytest.raises(EncodeError) as caught:
        Uploads().file(path, "clip")
    assert caught.value.place == "clip"
