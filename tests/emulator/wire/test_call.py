"""One HTTP request: its version, query and body, and its response."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import make_mocked_request

from cartesia_emulator.catalog import VERSIONS
from cartesia_emulator.errors import ApiError
from cartesia_emulator.faults import Fault
from cartesia_emulator.wire.call import Call
from cartesia_emulator.wire.recording import RecordedRequest


class Body(msgspec.Struct):
    a: int


def call(path: str = "/", /, *, body: bytes = b"", **headers: Any) -> Call:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = make_mocked_request("POST", path, headers=names)
    made = Call(request, "r1", RecordedRequest("POST", path, (), {}))
    made.body = body
    return made


def test_a_request_may_name_its_version() -> None:
    assert call().version == VERSIONS[-1]
    assert call(Cartesia_Version="2025-04-16").version == "2025-04-16"
    socket: dict[str, Any] = {"Upgrade": "websocket", "Cartesia_Version": "2025-04-16"}
    assert call(**socket).version == "2025-04-16"
    assert call("/?cartesia_version=2025-11-04", **socket).version == "2025-11-04"
    assert call("/?cartesia_version=2025-11-04").version == VERSIONS[-1]  # only of a handshake


@pytest.mark.parametrize(
    ("version", "plain"),
    [(VERSIONS[0], True), ("2025-11-04", True), ("2026-03-01", False), ("2025-01-01", False)],
)
def test_older_versions_have_plain_errors(version: str, plain: bool) -> None:
    assert call(Cartesia_Version=version).plain_errors is plain


def test_a_body_is_json() -> None:
    assert call(body=b'{"a": 1}').read(Body) == Body(1)
    assert call(body=b'{"a": 1}', Content_Type="application/json; charset=utf-8").read(Body).a == 1
    with pytest.raises(ApiError) as caught:
        call(body=b'{"a": 1}', Content_Type="text/plain").read(Body)
    assert caught.value.status == 415
    with pytest.raises(ApiError, match=r"^a: expected `int`"):
        call(body=b'{"a": "1"}').read(Body)


QUERY = "/?n=5&word=a&word=b&word[]=c&empty=&yes=True&no=false&bad=x&kind=one"


def test_the_query_is_read_by_kind() -> None:
    made = call(QUERY)
    assert (made.query("word"), made.query("empty"), made.query("none")) == ("a", None, None)
    assert made.query_all("word") == ["c", "a", "b"]
    assert (made.query_int("n"), made.query_int("none")) == (5, None)
    assert (made.query_bool("yes"), made.query_bool("no"), made.query_bool("none")) == (
        *(True, False, None),
    )
    assert made.query_choice("kind", ("one", "two")) == "one"
    assert made.query_choice("none", ("one",)) is None


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("query_int", "bad: 'x' is not a whole number."),
        ("query_bool", "bad: 'x' is neither true nor false."),
        ("query_choice", "bad: 'x' is not one of one, two."),
    ],
)
def test_a_member_of_another_kind_is_named(method: str, message: str) -> None:
    arguments = [("one", "two")] if method == "query_choice" else []
    with pytest.raises(ApiError) as caught:
        getattr(call(QUERY), method)("bad", *arguments)
    assert (caught.value.status, caught.value.message) == (400, message)


def test_a_large_body_is_forgotten_and_its_place_given_back_once() -> None:
    made, given = call(body=b"RIFF"), []
    assert not made.holds_upload
    made.hold_upload(lambda: given.append(1))
    assert made.holds_upload
    made.drop_upload()
    made.drop_upload()
    assert (made.body, given, made.holds_upload) == (b"", [1], False)


def test_a_response_begins_with_the_id_and_its_status_is_recorded() -> None:
    from aiohttp import web

    made = call(body=b"RIFF")
    response = web.StreamResponse(status=206)
    made.begin(response)
    assert response.headers["X-Request-ID"] == "r1"
    assert made.record.status == 206
    assert made.response is response
    assert made.body == b""


def shown(*faults: Fault) -> Any:
    made = call()
    made.faults = faults
    body = made.json({"a": 1, "b": [2]}, status=201, headers={"X": "y"}).body
    assert isinstance(body, bytes)
    return body


def test_a_response_has_the_faults_of_its_request() -> None:
    assert json.loads(shown()) == {"a": 1, "b": [2]}
    assert list(json.loads(shown(Fault(name="reordered-json")))) == ["b", "a"]
    assert shown(Fault(name="bad-json")) == shown()[: len(shown()) // 2]
    response = call().json([1], 201, {"X": "y"})
    assert (response.status, response.headers["X"]) == (201, "y")
    assert response.content_type == "application/json"


def test_a_fault_is_found_by_its_name() -> None:
    made = call()
    made.faults = (Fault(name="drop"), Fault(name="stall"))
    assert made.find("stall") is made.faults[1]
    assert made.find("close") is None
