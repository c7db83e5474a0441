"""Forms in memory, against those that httpx writes."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_emulator.errors import ApiError
from cartesia_emulator.wire.multipart import Form, Part

NAMES = st.text("abcÄ_-", min_size=1, max_size=6)
DATA = st.binary(max_size=40) | st.sampled_from([b"\r\n", b"--", b"\r\n--", b"\r\n\r\n", b"\n"])
KIND = 'multipart/form-data; boundary="b"'


def form(*parts: str, end: str = "--b--\r\n") -> Form:
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + end
    return Form(KIND, body.encode())


@settings(max_examples=20)
@given(
    fields=st.dictionaries(NAMES, st.text(st.characters(codec="utf-8"), max_size=9), max_size=3),
    files=st.lists(st.tuples(NAMES, NAMES, DATA), min_size=1, max_size=3),
)
def test_what_httpx_sends_is_read(
    fields: dict[str, str], files: list[tuple[str, str, bytes]]
) -> None:
    sent = [(f"file-{name}", (filename, data)) for name, filename, data in files]
    request = httpx.Request("POST", "http://localhost", data=fields, files=sent)
    found = Form(request.headers["Content-Type"], request.read())
    assert {name: found.texts(name) for name in fields} == {
        name: [value] for name, value in fields.items()
    }
    parts = [part for name, parts in found.items() if name.startswith("file-") for part in parts]
    assert sorted(parts) == sorted(Part(data, filename) for _, (filename, data) in sent)


def test_parts_are_found_by_name() -> None:
    found = form(
        'Content-Disposition: form-data; name="a"\r\n\r\n1',
        'Content-Disposition: form-data; name="a"\r\n\r\n2',
        'Content-Disposition: form-data; name="empty"\r\n\r\n',
        'content-disposition: form-data; name=file; filename="x.wav"\r\nX: y\r\n\r\nRIFF',
    )
    assert found.texts("a") == ["1", "2"]
    assert found.text("a") == found.required("a") == "1"
    assert found.text("empty") is found.text("none") is None
    assert found.upload("file") == Part(b"RIFF", "x.wav")
    assert found.file("file") == b"RIFF"
    assert "a" in found
    assert "b" not in found


@pytest.mark.parametrize("name", ["none", "empty"])
def test_what_is_required_and_not_there_is_named(name: str) -> None:
    found = form('Content-Disposition: form-data; name="empty"\r\n\r\n')
    with pytest.raises(ApiError, match=f"^{name}: a file is required") as caught:
        found.upload(name)
    assert caught.value.status == 400
    with pytest.raises(ApiError, match=f"^{name}: this field is required"):
        found.required(name)


def test_blanks_may_pad_a_delimiter() -> None:
    body = b'--b \t\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--'
    assert Form(KIND, body).texts("a") == ["1"]


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/mixed; boundary=b"])
def test_another_content_type_is_415(kind: str) -> None:
    with pytest.raises(ApiError, match="as multipart/form-data") as caught:
        Form(kind, b"")
    assert caught.value.status == 415


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        ("multipart/form-data", b"", "no boundary"),
        (KIND, b"", "incomplete"),
        (KIND, b"--b\r\n", "incomplete"),
        (KIND, b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "incomplete"),
        (KIND, b"--b\r\n\r\n1\r\n--b--", "has no name"),
        (KIND, b'--b\r\nContent-Disposition: form-data; name="a"\r\n--b--', "has no name"),
        (KIND, b'--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\n1\r\n--b--', "no name"),
    ],
)
def test_a_body_that_breaks_the_format_is_400(kind: str, body: bytes, message: str) -> None:
    with pytest.raises(ApiError, match=message) as caught:
        Form(kind, body)
    assert caught.value.status == 400


def test_a_text_that_is_not_utf_8_is_named() -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--b--'
    with pytest.raises(ApiError, match=r"^a: the text is not UTF-8"):
        Form(KIND, body).text("a")


@given(st.binary(max_size=80))
def test_any_bytes_are_a_form_or_an_error(data: bytes) -> None:
    for body in (data, b"--b\r\n" + data + b"\r\n--b--"):
        status = 400
        try:
            Form(KIND, body)
        except ApiError as error:
            status = error.status
        assert status == 400
