"""The seam: requests, options and errors, with and without an event loop."""

from __future__ import annotations

import io
import os
import pickle
from typing import TYPE_CHECKING

import httpx
import pytest
from cartesia_api import (
    API_VERSION,
    ApiStatusError,
    AsyncClient,
    Client,
    Request,
    ResponseDecodeError,
)
from cartesia_api.api.voices import voices_delete, voices_get
from cartesia_api.models import RawOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_api.api import AsyncResources, Resources

    Handler = Callable[[httpx.Request], httpx.Response]
    Serve = Callable[[Handler], Resources]
    AServe = Callable[[Handler], AsyncResources]

RAW = RawOutput(encoding="pcm_s16le", sample_rate=24000)
ERROR = {
    "error_code": "voice_not_found",
    "title": "Not found",
    "message": "No such voice",
    "request_id": "r1",
}
HTML = b"<html>sk_car_secret</html>"


def test_request_carries_credentials_version_and_accept(
    serve: Serve, voice: dict[str, object]
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url == "https://api.cartesia.ai/voices/a%2Fb"
        assert request.headers["authorization"] == "Bearer sk_car_secret"
        assert request.headers["cartesia-version"] == API_VERSION == "2026-08-14"
        assert request.headers["accept"] == "application/json"
        assert request.extensions["timeout"] == {
            "connect": 5.0,
            "read": 60.0,
            "write": 60.0,
            "pool": 60.0,
        }
        return httpx.Response(200, json=voice)

    assert serve(handler).voices.get("a/b").id == "v1"


def test_options_change_one_call(serve: Serve) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["x-trace"] == "1"
        assert request.extensions["timeout"]["read"] == 3
        return httpx.Response(204)

    serve(handler).voices.delete("v1", options={"timeout": 3, "headers": {"X-Trace": "1"}})


def test_timeout_of_none_waits_for_ever(serve: Serve) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.extensions["timeout"]["read"] is None
        return httpx.Response(204)

    serve(handler).voices.delete("v1", options={"timeout": None})


def test_without_token_no_credentials_are_sent() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return httpx.Response(200, json={"ok": True, "version": "x"})

    from cartesia_api.api import Resources

    with Client(transport=httpx.MockTransport(handler)) as client:
        assert Resources(client).status.get().ok


FAILURES = [
    (404, ERROR, "status 404, Not found, No such voice, request r1"),
    (429, {"title": "Slow down"}, "status 429, Slow down"),
    (500, "a string", "status 500"),
    (307, {}, "status 307"),
    (520, HTML, "status 520"),
    (502, HTML, "status 502"),
    (503, b"", "status 503"),
    (400, b"\xff\xfe not text", "status 400"),
    (400, {"title": 5}, "status 400"),
]


def answer(status: int, body: object) -> httpx.Response:
    if isinstance(body, bytes):
        return httpx.Response(status, content=body, headers={"content-type": "text/html"})
    return httpx.Response(status, json=body)


@pytest.mark.parametrize(("status", "body", "message"), FAILURES)
def test_failures_raise_before_parsing(
    serve: Serve, status: int, body: object, message: str
) -> None:
    """Any status, any body: the same error, with the body where it can be read."""
    resources = serve(lambda request: answer(status, body))
    with pytest.raises(ApiStatusError) as caught:
        resources.voices.get("v1")
    error = caught.value
    assert error.status_code == status
    assert str(error) == message
    assert error.content == answer(status, body).content.replace(b"sk_car_secret", b"[secret]")
    assert "sk_car_secret" not in str(error) + repr(error.__context__)


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "body", "message"), FAILURES)
async def test_failures_raise_before_parsing_async(
    aserve: AServe, status: int, body: object, message: str
) -> None:
    resources = aserve(lambda request: answer(status, body))
    with pytest.raises(ApiStatusError) as caught:
        await resources.voices.get("v1")
    assert str(caught.value) == message


def test_error_body_is_typed_and_the_error_pickles(serve: Serve) -> None:
    resources = serve(lambda request: answer(404, {**ERROR, "error_code": "brand_new"}))
    with pytest.raises(ApiStatusError) as caught:
        resources.voices.get("v1")
    assert caught.value.body is not None
    assert caught.value.body.error_code == "brand_new"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_credentials_in_an_answer_are_taken_out(serve: Serve) -> None:
    """Some servers repeat the key that they refuse."""
    echo = {"title": "Unauthorized", "message": "Bad key sk_car_secret"}
    with pytest.raises(ApiStatusError) as caught:
        serve(lambda request: answer(401, echo)).voices.get("v1")
    assert str(caught.value) == "status 401, Unauthorized, Bad key [secret]"
    assert b"sk_car_secret" not in caught.value.content


BROKEN = [
    (HTML, "voices_list: the body is not JSON (text/html)"),
    (b"", "voices_list: the body is not JSON (text/html)"),
    ([], "voices_list: expected an object, got list"),
    ({"has_more": True}, "voices_list: data: missing"),
    ({"data": [{"id": "secret"}], "has_more": True}, "voices_list: data[0].name: missing"),
    ({"data": "secret", "has_more": True}, "voices_list: data: expected a list, got str"),
    ({"data": [], "has_more": "secret"}, "voices_list: has_more: expected a boolean, got str"),
]


@pytest.mark.parametrize(("body", "message"), BROKEN)
def test_broken_success_is_a_typed_error(serve: Serve, body: object, message: str) -> None:
    """Neither the message nor the chain of causes holds the payload."""
    resources = serve(lambda request: answer(200, body))
    with pytest.raises(ResponseDecodeError) as caught:
        resources.voices.list()
    assert str(caught.value) == message
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert str(pickle.loads(pickle.dumps(caught.value))) == message


def test_deeply_nested_success_is_a_typed_error(serve: Serve) -> None:
    bomb = b"[" * 100_000
    resources = serve(lambda request: httpx.Response(200, content=bomb))
    with pytest.raises(ResponseDecodeError):
        resources.voices.list()


def test_no_content_is_none_whatever_the_body(serve: Serve) -> None:
    for response in (httpx.Response(204), httpx.Response(200, content=HTML)):
        assert voices_delete.parse(response) is None  # type: ignore[func-returns-value]  # the point


def test_streams_are_handed_out_unread(serve: Serve) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept"] == "audio/*"
        return answers[0]

    answers = [httpx.Response(200, stream=httpx.ByteStream(b"RIFF"))]
    with serve(handler).tts.generate(
        model_id="sonic-3", transcript="Hi", voice="v1", output_format=RAW
    ) as download:
        assert not answers[0].is_stream_consumed
        assert download.read() == b"RIFF"
    assert answers[0].is_closed


def test_streams_raise_before_they_start(serve: Serve) -> None:
    resources = serve(lambda request: answer(402, ERROR))
    stream = resources.tts.generate_sse(
        model_id="sonic-3", transcript="Hi", voice="v1", output_format=RAW
    )
    with pytest.raises(ApiStatusError, match="No such voice"), stream:
        pytest.fail("the body must not run")


@pytest.mark.anyio
async def test_streams_async(aserve: AServe) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.headers["accept"] == "text/event-stream":
            return answer(429, ERROR)
        return httpx.Response(200, content=b"RIFF")

    tts = aserve(handler).tts
    async with tts.generate(
        model_id="sonic-3", transcript="Hi", voice="v1", output_format=RAW
    ) as response:
        assert await response.read() == b"RIFF"
    stream = tts.generate_sse(model_id="sonic-3", transcript="Hi", voice="v1", output_format=RAW)
    with pytest.raises(ApiStatusError):
        async with stream:
            pytest.fail("the body must not run")


def test_repr_hides_the_token() -> None:
    for client in (Client("sk_car_secret"), AsyncClient("sk_car_secret")):
        assert "secret" not in repr(client)
        assert "https://api.cartesia.ai" in repr(client)


@pytest.mark.anyio
async def test_clients_close() -> None:
    client = Client()
    client.close()
    client.close()
    with pytest.raises(RuntimeError):
        client.send(voices_get.build_request(id="v1"))
    async with AsyncClient() as aclient:
        pass
    with pytest.raises(RuntimeError):
        await aclient.send(voices_get.build_request(id="v1"))


@pytest.mark.parametrize(
    ("method", "idempotent"), [("GET", True), ("DELETE", True), ("POST", False), ("PATCH", False)]
)
def test_idempotence_follows_the_method(method: str, *, idempotent: bool) -> None:
    request = Request(operation="x", method=method, path="/")
    assert request.idempotent is idempotent
    assert Request(operation="x", method=method, path="/", idempotent=True).idempotent


def test_a_pipe_cannot_be_sent_again() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as pipe, os.fdopen(write, "wb"):
        for payload, replayable in ((b"x", True), (io.BytesIO(b"x"), True), (pipe, False)):
            request = Request(
                operation="x", method="POST", path="/", files=[("clip", ("a", payload, None))]
            )
            assert request.replayable is replayable
    assert Request(operation="x", method="GET", path="/").replayable


def test_request_repr_hides_the_body() -> None:
    request = Request(operation="x", method="POST", path="/", json={"transcript": "private"})
    assert "private" not in repr(request)
