"""What answers a call: decoded, refused if it breaks the contract, or streamed."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import httpx
import pytest
from cartesia_api.api.voices import voices_delete
from cartesia_api.models import RawOutput
from cartesia_runtime.errors import ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_api.api import AsyncResources, Resources

    from .senders import Handler

    Serve = Callable[[Handler], Resources]
    AServe = Callable[[Handler], AsyncResources]

RAW = RawOutput(encoding="pcm_s16le", sample_rate=24000)
HTML = b"<html>secret</html>"


def answer(body: object) -> httpx.Response:
    if isinstance(body, bytes):
        return httpx.Response(200, content=body, headers={"content-type": "text/html"})
    return httpx.Response(200, json=body)


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
    resources = serve(lambda request: answer(body))
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


@pytest.mark.anyio
async def test_streams_async(aserve: AServe) -> None:
    tts = aserve(lambda request: httpx.Response(200, content=b"RIFF")).tts
    async with tts.generate(
        model_id="sonic-3", transcript="Hi", voice="v1", output_format=RAW
    ) as download:
        assert await download.read() == b"RIFF"
