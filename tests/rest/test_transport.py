"""Retries, errors, deadlines, connections and secrets of every call, from both faces."""

from __future__ import annotations

import asyncio
import io
import logging
import time
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartesia_stream import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncCartesia,
    AuthenticationError,
    BadRequestError,
    Cartesia,
    ConfigurationError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RemoteProtocolError,
    StreamTruncatedError,
    Timeouts,
    UnprocessableEntityError,
)

if TYPE_CHECKING:
    import respx

    from .conftest import Face

KEY = "sk_car_planted"
UP = httpx.Response(200, json={"ok": True, "version": "x"})
TOKEN = {"token": "short-lived"}
AUDIO = httpx.Response(200, content=b"ab", headers={"content-type": "audio/raw"})
SPEAK = {"transcript": "Hi", "voice": "v1", "then": "collect"}


# --- retries


def test_an_idempotent_call_is_repeated(face: Face, service: respx.Router) -> None:
    """A passing failure is tried again after growing waits, and the caller does not notice."""
    route = service.get("/").mock(side_effect=[httpx.Response(503), httpx.Response(503), UP])
    assert face.call("status.get").ok
    assert route.call_count == 3
    assert 0.25 <= face.delays[0] <= 0.5 <= face.delays[1] <= 1.0


def test_retries_end(face: Face, service: respx.Router) -> None:
    """After the last try its error is raised."""
    route = service.get("/").respond(503)
    face.settings["max_retries"] = 3
    with pytest.raises(InternalServerError):
        face.call("status.get")
    assert route.call_count == 4


@pytest.mark.parametrize("failure", [httpx.Response(503), httpx.ReadTimeout("slow")])
@pytest.mark.parametrize("call", ["voices.clone", "tts.generate"])
def test_a_call_that_costs_is_not_repeated(
    face: Face, service: respx.Router, call: str, failure: Any
) -> None:
    """A call that may have done its work is tried once."""
    route = service.post().mock(side_effect=[failure])
    form = {"clip": b"RIFF", "name": "Ada", "language": "en"}
    with pytest.raises((InternalServerError, APITimeoutError)):
        face.call(call, **(form if call == "voices.clone" else SPEAK))
    assert route.call_count == 1
    assert face.delays == []


def test_a_refused_call_waits_as_long_as_it_is_asked_to(face: Face, service: respx.Router) -> None:
    """A 429 certainly did nothing: even a call that costs is repeated, after Retry-After."""
    busy = httpx.Response(429, headers={"retry-after": "7"})
    service.post("/access-token").mock(side_effect=[busy, httpx.Response(200, json=TOKEN)])
    assert face.call("access_token.create").token == TOKEN["token"]
    assert len(face.delays) == 1
    assert 7 <= face.delays[0] <= 7.1


def test_refused_speech_waits_in_line(face: Face, service: respx.Router) -> None:
    """Speech that a 429 refused waits for a slot, as long as it was asked to at least."""
    busy = httpx.Response(429, headers={"retry-after": "0.2"})
    service.post("/tts/bytes").mock(side_effect=[busy, AUDIO])
    before = time.monotonic()
    assert face.call("tts.generate", **SPEAK).data == b"ab"
    assert time.monotonic() - before >= 0.2


def test_a_long_wait_is_left_to_the_caller(face: Face, service: respx.Router) -> None:
    """More than a minute is not waited for; the error says how long it would be."""
    service.get("/").respond(429, headers={"retry-after": "61"})
    with pytest.raises(RateLimitError) as caught:
        face.call("status.get")
    assert caught.value.retry_after == 61
    assert face.delays == []


def test_a_call_that_never_left_is_repeated(face: Face, service: respx.Router) -> None:
    """Without a connection nothing was done."""
    service.post("/tts/bytes").mock(side_effect=[httpx.ConnectError("refused"), AUDIO])
    assert face.call("tts.generate", **SPEAK).data == b"ab"


def test_options_of_one_call(face: Face, service: respx.Router) -> None:
    """One call may have its own retries, headers and deadline; headers win over the client's."""
    route = service.get("/").respond(503)
    face.settings["headers"] = {"X-Trace": "all"}
    options = {"max_retries": 0, "headers": {"x-trace": "one"}, "timeout": 3.0}
    with pytest.raises(InternalServerError):
        face.call("status.get", options=options)
    assert route.call_count == 1
    request = route.calls.last.request
    assert request.headers.get_list("x-trace") == ["one"]
    assert request.extensions["timeout"] == dict.fromkeys(("connect", "read", "write", "pool"), 3.0)


def test_a_caller_may_vouch_for_a_call(face: Face, service: respx.Router) -> None:
    """A call that the caller calls idempotent is repeated like one."""
    made = {"token": "t"}
    service.post("/access-token").mock(
        side_effect=[httpx.Response(503), httpx.Response(200, json=made)]
    )
    assert face.call("access_token.create", options={"idempotent": True}).token == "t"


def test_a_pipe_cannot_be_sent_twice(face: Face, service: respx.Router) -> None:
    """A body that cannot be rewound is sent once, whatever the answer."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    route = service.post("/stt").respond(429)
    with pytest.raises(RateLimitError):
        face.call("stt.transcribe", file=Pipe(b"\0\0"), model="m")
    assert route.call_count == 1


# --- errors


@pytest.mark.parametrize("call", ["status.get", "tts.generate", "tts.generate_sse"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (402, APIStatusError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (408, APIStatusError),
        (409, ConflictError),
        (422, UnprocessableEntityError),
        (429, RateLimitError),
        (500, InternalServerError),
        (520, InternalServerError),
    ],
)
def test_each_status_has_its_class(
    face: Face, service: respx.Router, call: str, status: int, kind: type[APIStatusError]
) -> None:
    """Every call, streamed or not, raises the class of its status with what the body says."""
    face.settings["max_retries"] = 0
    service.route().respond(status, json={"message": "No", "request_id": "r1", "error_code": "e"})
    with pytest.raises(APIStatusError) as caught:
        face.call(call, **({} if call == "status.get" else SPEAK))
    assert type(caught.value) is kind
    assert (caught.value.request_id, caught.value.error_code) == ("r1", "e")


def test_a_proxys_page(face: Face, service: respx.Router) -> None:
    """A page in place of an error is no message, and its end is not waited for."""
    face.settings["max_retries"] = 0
    service.get("/").respond(502, html="<h1>Bad Gateway</h1>" + "x" * 200_000)
    with pytest.raises(InternalServerError, match="502: the service gave no message") as caught:
        face.call("status.get")
    assert (caught.value.body or "").startswith("<h1>Bad Gateway</h1>")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_refused(face: Face, service: respx.Router, status: int) -> None:
    """The key is never sent on to where an answer points."""
    route = service.get("/").respond(status, headers={"location": "https://elsewhere.example"})
    with pytest.raises(RemoteProtocolError, match="follows no redirects"):
        face.call("status.get")
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("failure", "kind", "sent"),
    [
        (httpx.ConnectError("no route"), APIConnectionError, False),
        (httpx.ProxyError("no"), APIConnectionError, False),
        (httpx.ReadError("reset"), APIConnectionError, True),
        (httpx.RemoteProtocolError("peer closed"), StreamTruncatedError, True),
        (httpx.DecodingError("bad gzip"), RemoteProtocolError, None),
        (httpx.ConnectTimeout("t"), "connect", False),
        (httpx.PoolTimeout("t"), "pool", False),
        (httpx.WriteTimeout("t"), "write", True),
        (httpx.ReadTimeout("t"), "read", True),
    ],
)
def test_network_failures(
    face: Face, service: respx.Router, failure: Exception, kind: Any, sent: bool | None
) -> None:
    """Failures of the network are our errors and say what was waited for and what may have left."""
    face.settings["max_retries"] = 0
    service.get("/").mock(side_effect=failure)
    with pytest.raises((APIConnectionError, RemoteProtocolError)) as caught:
        face.call("status.get")
    error = caught.value
    assert type(error) is (APITimeoutError if isinstance(kind, str) else kind)
    assert getattr(error, "phase", kind) == kind
    assert getattr(error, "request_sent", None) is sent
    assert error.__cause__ is failure


def test_deadlines_of_the_network(face: Face, service: respx.Router) -> None:
    """Each phase has its own deadline; a stream may pause as long as its gaps allow."""
    face.settings["timeout"] = Timeouts(connect=1, read=2, write=3, pool=4, first_audio=9, idle=8)
    route = service.route().mock(side_effect=[UP, AUDIO])
    face.call("status.get")
    face.call("tts.generate", **SPEAK)
    plain, streamed = (call.request.extensions["timeout"] for call in route.calls)
    assert plain == {"connect": 1, "read": 2, "write": 3, "pool": 4}
    assert streamed == {"connect": 1, "read": 9, "write": 3, "pool": 4}


# --- connections


def test_a_client_of_ones_own_stays_open_and_as_it_was() -> None:
    """The given HTTP client is used, not closed, and not changed."""
    seen: list[httpx.Request] = []
    headers = {"x-mine": "1", "accept-encoding": "br"}

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": True, "version": "x"})

    with httpx.Client(
        transport=httpx.MockTransport(handler), headers=headers, follow_redirects=True
    ) as own:
        before = own.headers.copy()
        with Cartesia(KEY, http_client=own) as client:
            client.status.get()
        assert not own.is_closed
        assert own.headers == before

    async def main() -> None:
        transport = httpx.MockTransport(handler)
        async with httpx.AsyncClient(transport=transport, headers=headers) as own:
            before = own.headers.copy()
            async with AsyncCartesia(KEY, http_client=own) as client:
                await client.status.get()
            assert not own.is_closed
            assert own.headers == before

    asyncio.run(main())
    for request in seen:
        assert request.headers["x-mine"] == "1"
        assert request.headers["accept-encoding"] == "gzip, deflate"  # what can be bounded
        assert request.headers["authorization"] == f"Bearer {KEY}"


def test_a_client_of_ones_own_knows_its_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment says of proxies is nothing to a client that brings its own."""
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"ok": True, "version": "x"}))
    own, own_async = httpx.Client(transport=answer), httpx.AsyncClient(transport=answer)
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy")

    async def main() -> None:
        async with own_async, AsyncCartesia(KEY, http_client=own_async) as client:
            assert (await client.status.get()).ok

    with own, Cartesia(KEY, http_client=own) as client:
        assert client.status.get().ok
    asyncio.run(main())
    with Cartesia(KEY) as client, pytest.raises(ConfigurationError, match="proxy"):
        client.status.get()


@pytest.mark.parametrize("proxy", ["ftp://proxy", "nonsense"])
def test_a_malformed_proxy(face: Face, proxy: str) -> None:
    """A proxy that is none is refused when it is first needed."""
    face.settings["proxy"] = proxy
    with pytest.raises(ConfigurationError):
        face.call("status.get")


def test_another_address(face: Face, respx_mock: respx.Router) -> None:
    """A base URL with a path is kept in front of every path."""
    respx_mock.get("http://localhost:8080/api/").respond(json={"ok": True, "version": "x"})
    face.settings["base_url"] = "http://localhost:8080/api"
    assert face.call("status.get").ok


# --- the key


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, json=dict.fromkeys(
            ("message", "title", "error_code", "request_id", "doc_url"), f"key {KEY}")),
        httpx.Response(401, text=f"Unauthorized: {KEY}"),
        httpx.Response(502, html=f"<p>{KEY}", headers={"x-request-id": KEY}),
        httpx.Response(200, html=f"<p>{KEY}"),
        httpx.Response(200, json={"ok": KEY}),
        httpx.Response(307, headers={"location": f"https://x/?key={KEY}"}),
        httpx.ConnectError("refused"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("call", ["status.get", "tts.generate_sse"])
def test_the_key_is_nowhere_to_be_seen(
    face: Face, service: respx.Router, caplog: pytest.LogCaptureFixture, call: str, answer: Any
) -> None:
    """Whatever the service echoes, no error, cause, traceback or log of any library has the key."""
    caplog.set_level(logging.DEBUG)
    face.settings["max_retries"] = 0
    service.route().mock(side_effect=[answer])
    with pytest.raises(Exception) as caught:
        face.call(call, **({} if call == "status.get" else SPEAK))
    texts = ["".join(traceback.format_exception(caught.value)), caplog.text]
    fault: BaseException | None = caught.value
    while fault is not None:
        texts.append(f"{fault} {fault!r} {fault.args} {vars(fault)}")
        fault = fault.__cause__ or fault.__context__
    assert all(KEY not in text for text in texts)


def test_clients_do_not_show_their_key() -> None:
    """Client, resources and everything they print keep the key to themselves."""
    with Cartesia(KEY) as client:
        shown = [client, client.tts, client.voices, vars(client)]
        assert all(KEY not in f"{thing!r} {thing}" for thing in shown)
        assert repr(client) == "Cartesia('https://api.cartesia.ai')"
    assert repr(AsyncCartesia(KEY)) == "AsyncCartesia('https://api.cartesia.ai')"
