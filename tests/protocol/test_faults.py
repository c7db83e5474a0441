"""Faults: what a peer's answer becomes, and what no message may hold."""

from __future__ import annotations

import json
import socket
import ssl

import pytest

from cartesia_stream import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ConnectionClosedError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)
from cartesia_stream._protocol.faults import (
    MAX_TEXT,
    redact,
    refused_error,
    request_id_of,
    response_error,
    retry_after,
    status_error,
    timeout_error,
)

KEY = "sk_car_planted"
AT_8 = "Wed, 21 Oct 2026 08:00:00 GMT"

STATUSES = [
    (400, BadRequestError, False),
    (401, AuthenticationError, False),
    (402, APIStatusError, False),
    (403, PermissionDeniedError, False),
    (404, NotFoundError, False),
    (408, APIStatusError, True),
    (409, ConflictError, True),
    (422, UnprocessableEntityError, False),
    (429, RateLimitError, True),
    (500, InternalServerError, True),
    (503, InternalServerError, True),
    (520, InternalServerError, True),
    (0, APIStatusError, False),
]


@pytest.mark.parametrize(("status", "kind", "retryable"), STATUSES)
def test_status_classes(status: int, kind: type[APIStatusError], retryable: bool) -> None:
    """Each status has its class, and the class says whether trying again can help."""
    error = response_error(status, {}, b"{}")
    assert type(error) is kind
    assert error.retryable is retryable


def test_a_structured_body() -> None:
    """All that the service says is in attributes; the sentence has status, code and id."""
    body = {
        "error_code": "voice_not_found",
        "title": "Not found",
        "message": "No such voice",
        "request_id": "r1",
        "doc_url": "https://docs",
    }
    text = json.dumps(body)
    error = response_error(404, {"x-request-id": "other"}, text.encode())
    assert vars(error) == {**body, "status_code": 404, "body": text, "retry_after": None,
                           "context_id": None}  # fmt: skip
    assert str(error) == "404 voice_not_found: No such voice (request_id r1)"


@pytest.mark.parametrize(
    ("body", "message", "kept"),
    [
        (b"Unauthorized: bad key", "Unauthorized: bad key", "Unauthorized: bad key"),
        (b"  <html>502 Bad Gateway</html>", "no message", "<html>502 Bad Gateway</html>"),
        (b"", "no message", ""),
        (b"\xff\xfe", "\ufffd", "\ufffd\ufffd"),
        (b"[1]", "[1]", "[1]"),
        (b"[" * 9000, "[[[", "[" * MAX_TEXT + " …"),
        (b'{"message":5}', "without a message", '{"message":5}'),
        (b'{"error":"old style"}', "old style", '{"error":"old style"}'),
        (b'{"title":"Only a title"}', "Only a title", '{"title":"Only a title"}'),
    ],
)
def test_other_bodies(body: bytes, message: str, kept: str) -> None:
    """Any body makes an error: a page of a proxy is kept, but it is not the message."""
    error = response_error(502, {"x-request-id": "r1"}, body)
    assert message in error.message
    assert (error.body, error.request_id, error.status_code) == (kept, "r1", 502)
    assert len(str(error)) < MAX_TEXT + 100


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": AT_8, "date": "Wed, 21 Oct 2026 07:58:00 GMT"}, 120.0),
        ({"retry-after": AT_8, "date": "Wed, 21 Oct 2026 08:01:00 GMT"}, 0.0),
        ({"retry-after": AT_8, "date": "Wed, 21 Oct 2026 08:00:00 -0000"}, None),
        ({"retry-after": AT_8, "date": "yesterday"}, None),
        ({"retry-after": "soon", "date": AT_8}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], expected: float | None) -> None:
    """Milliseconds win over seconds; a date counts from that of the answer; nonsense is none."""
    assert retry_after(headers) == expected
    assert response_error(429, headers, b"").retry_after == expected


@pytest.mark.parametrize("name", ["x-request-id", "request-id", "cartesia-request-id", "x-req-id"])
def test_request_ids(name: str) -> None:
    """The id of a request is found under each name that it is known to have."""
    assert request_id_of({name: "r1"}) == "r1"
    assert request_id_of({"x-other": "r1"}) is None


# --- redaction

TEXTS = ("message", "title", "error_code", "doc_url", "request_id", "context_id")


@pytest.mark.parametrize("name", TEXTS)
def test_the_key_is_taken_out_of_every_field(name: str) -> None:
    """A server that echoes the key in any field does not get it into an error."""
    error = redact(status_error({name: f"<{KEY}|{KEY}>"}, status_code=401), KEY)
    assert getattr(error, name) == "<[key]|[key]>"
    assert KEY not in f"{error} {error!r} {error.args} {vars(error)}"


def test_the_key_is_taken_out_of_bodies_and_reasons() -> None:
    """Nor through a page, nor through the reason of a close."""
    page = redact(response_error(500, {"x-request-id": KEY}, f"<p>{KEY}".encode()), KEY)
    closed = redact(ConnectionClosedError(KEY, reason=KEY), KEY)
    for error in (page, closed):
        assert KEY not in f"{error} {error!r} {error.args} {vars(error)}"


@pytest.mark.parametrize("name", [*TEXTS, "body"])
@pytest.mark.parametrize("shown", [1, 5, len(KEY) - 1, len(KEY), len(KEY) + 1])
def test_the_cut_of_a_long_text_leaves_no_part_of_the_key(name: str, shown: int) -> None:
    """Where only the start of the key is within the bound, that is taken out as well."""
    text = "é" * (MAX_TEXT - shown) + KEY + "more"
    if name == "body":
        error = redact(response_error(500, {}, text.encode()), KEY)
    else:
        error = redact(status_error({name: text}, status_code=401), KEY)
    value = getattr(error, name)
    if name != "context_id":  # which is never cut
        assert value.rstrip("m …").endswith("é" if shown < len(KEY) else "[key]")
    assert KEY[:2] not in f"{error} {error.args} {vars(error)}"


def test_a_body_of_wide_characters_is_cut_at_characters() -> None:
    """Nor is it cut at bytes, where no mark would tell."""
    error = redact(response_error(500, {}, ("𝄞" * (MAX_TEXT - 3) + KEY).encode()), KEY)
    assert error.body == "𝄞" * (MAX_TEXT - 3) + " …"


# --- connections that were never made


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (ssl.SSLCertVerificationError("no"), True),
        (socket.gaierror(socket.EAI_NONAME, "no"), True),
        (socket.gaierror(socket.EAI_AGAIN, "busy"), False),
        (ConnectionRefusedError(8, "gaierror has this number too"), False),
    ],
)
def test_failures_that_no_other_try_mends(error: OSError, final: bool) -> None:
    """Also where a library has wrapped them."""
    wrapped = RuntimeError("cannot connect")
    wrapped.__cause__ = error
    for cause in (error, wrapped):
        assert refused_error("m", cause).retryable is not final


def test_errors_of_a_connection() -> None:
    """What never left may always be sent again; what may have left may not."""
    assert refused_error("m").request_sent is False
    assert timeout_error("connect").request_sent is False
    assert timeout_error("write").request_sent is True
    assert timeout_error("close").phase == "close"
