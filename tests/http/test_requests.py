"""Requests of our own client are those that httpx would make."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cartesia_runtime.sender import Request
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError, Timeouts
from cartesia_stream._http.config import Config
from cartesia_stream._http.requests import build

if TYPE_CHECKING:
    from cartesia_runtime.options import RequestOptions

    from cartesia_stream._http.requests import Answer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
CLIENT = httpx.Client(
    headers={"Accept-Encoding": "gzip, deflate"},
    transport=httpx.MockTransport(lambda request: httpx.Response(200)),
)
BASES = (
    "https://api.cartesia.ai",
    "http://localhost:8080/api",
    "http://[::1]:443",
    "http://bücher.de",
)


def config(base_url: str = BASES[0], **settings: Any) -> Config:
    given = {"token": None, "api_version": "2026-08-14", "timeouts": None, "headers": None}
    return Config(
        api_key="sk_car_planted",
        base_url=base_url,
        max_buffer_bytes=1,
        environ={},
        observers=(),
        **{**given, **settings},
    )


def fields(pairs: Any) -> list[tuple[bytes, bytes]]:
    return sorted((name.lower(), value) for name, value in pairs)


@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
    base_url=st.sampled_from(BASES),
    params=st.lists(st.tuples(TEXT, TEXT), max_size=3, unique_by=itemgetter(0)),
    body=st.none() | st.dictionaries(st.text(), JSON, max_size=3),
    headers=st.dictionaries(
        st.sampled_from(["X-Trace", "x-trace", "ACCEPT", "User-agent", "Host", "Content-type"]),
        st.just("1"),
    ),
    answer=st.sampled_from(["whole", "download", "speech"]),
)
def test_plain_requests(
    method: str,
    base_url: str,
    params: list[tuple[str, str]],
    body: dict[str, Any] | None,
    headers: dict[str, str],
    answer: Answer,
) -> None:
    request = Request(
        operation="x",
        method=method,
        path="/voices/a%2Fb",
        params=tuple(params),
        json=body,
        accept="application/json",
    )
    settings = config(base_url, headers={"x-trace": "0"}, timeouts=Timeouts(read=7))
    options: RequestOptions = {"headers": headers}
    plain, usual = (
        build(CLIENT, settings, request, options, answer=answer, ours=ours)
        for ours in (True, False)
    )
    assert (plain.method, plain.url) == (usual.method, usual.url)
    added = [(b"connection", b"keep-alive")]  # by a client of httpx
    assert fields([*plain.headers.raw, *added]) == fields(usual.headers.raw)
    assert plain.read() == usual.read()


@pytest.mark.parametrize("body", [{"speed": float("nan")}, {"a": object()}])
def test_requests_that_cannot_be_sent(body: dict[str, Any]) -> None:
    request = Request(operation="x", method="POST", path="/", json=body)
    for ours in (True, False):
        with pytest.raises(ConfigurationError, match="cannot be sent"):
            build(CLIENT, config(), request, {}, answer="whole", ours=ours)


@pytest.mark.parametrize("value", ["ä", "a\r\nb: c", 5, None, b"x"])
def test_malformed_headers_of_a_call(value: Any) -> None:
    request = Request(operation="x", method="GET", path="/")
    for ours in (True, False):
        with pytest.raises(ConfigurationError, match="X-Trace"):
            options: RequestOptions = {"headers": {"X-Trace": value}}
            build(CLIENT, config(), request, options, answer="whole", ours=ours)


@pytest.mark.parametrize("ours", [True, False])
def test_a_host_of_the_caller(ours: bool) -> None:
    """A gateway gets the name that it asks for, once, however it is spelt."""
    settings = config(headers={"host": "one.internal"})
    assert hosts(settings, {}, ours=ours) == [b"one.internal"]
    assert hosts(settings, {"headers": {"HOST": "two.internal"}}, ours=ours) == [b"two.internal"]
    assert hosts(config(), {}, ours=ours) == [b"api.cartesia.ai"]


def hosts(settings: Config, options: RequestOptions, *, ours: bool) -> list[bytes]:
    request = Request(operation="x", method="GET", path="/")
    built = build(CLIENT, settings, request, options, answer="whole", ours=ours)
    return [value for name, value in built.headers.raw if name.lower() == b"host"]


def test_a_content_type_of_the_caller() -> None:
    """It stands once beside JSON, and gives way to that of a form, which names the boundary."""
    settings = config(headers={"content-type": "application/json; charset=utf-8"})
    request = Request(operation="x", method="POST", path="/", json={})
    plain = fields(build(CLIENT, settings, request, {}, answer="whole", ours=True).headers.raw)
    assert [value for name, value in plain if name == b"content-type"] == [
        b"application/json; charset=utf-8"
    ]
    form = Request(operation="x", method="POST", path="/", files=[("clip", ("a.wav", b"x", None))])
    built = build(CLIENT, settings, form, {}, answer="whole", ours=True)
    assert built.headers["content-type"].startswith("multipart/form-data; boundary=")


@pytest.mark.parametrize(
    ("name", "value"),
    [("Content-Length", "3"), ("Transfer-Encoding", "chunked"), ("Connection", "close")],
)
def test_headers_of_the_callers_client(name: str, value: str) -> None:
    """Those of a message, or of one connection, are not the client's to send with each."""
    request = Request(operation="x", method="POST", path="/", json={})
    with httpx.Client(headers={"X-Trace": "1"}) as client:
        build(client, config(), request, {}, answer="whole", ours=False)
        client.headers[name] = value
        with pytest.raises(ConfigurationError, match=name.lower()) as caught:
            build(client, config(), request, {}, answer="whole", ours=False)
    assert caught.value.option == "http_client"
