"""Responses that unpack to more than they should: each is bounded, and the error is typed."""

from __future__ import annotations

import functools
import gzip
import json
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Final

import pytest

from cartesia_stream import (
    APIError,
    InternalServerError,
    RemoteProtocolError,
)
from cartesia_stream._http import bodies

from .faces import speak

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import MakePeer
    from .faces import Face
    from .peer import Conversation

LIMIT: Final = 1 << 20
BOMB: Final = 1 << 26


def deflate_raw(data: bytes) -> bytes:
    return zlib.compress(data, 9, -zlib.MAX_WBITS)


PACKED: Final[dict[str, tuple[str, Callable[[bytes], bytes]]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", deflate_raw),
}


PAGE: Final = json.dumps({"data": [], "has_more": False}).encode()


@functools.cache
def bomb(pack: Callable[[bytes], bytes], byte: bytes = b"\0") -> bytes:
    """64 MiB of one byte, packed once for all tests: this takes a quarter of a second."""
    return pack(byte * BOMB)


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_ANSWER", LIMIT)


def answer(status: str, coding: str, body: bytes) -> Callable[[Conversation], None]:
    """A script that gives one answer, in chunks of any size."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        named = f"Content-Encoding: {coding}\r\n" if coding else ""
        peer.send(
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{named}"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        for start in range(0, len(body), 1000):
            peer.piece(body[start : start + 1000])
        peer.send(b"0\r\n\r\n")

    return script


def peak(action: Callable[[], object]) -> int:
    """The memory that an action takes at its peak, in bytes."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("coding", "pack"), PACKED.values(), ids=PACKED.keys())
def test_packed_answer_is_read(
    face: Face, make_peer: MakePeer, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    client = face.client(make_peer(answer("200 OK", coding, pack(PAGE))).base_url)
    assert client.voices.list(limit=1).data == []


@pytest.mark.parametrize(("coding", "pack"), PACKED.values(), ids=PACKED.keys())
def test_bomb_is_an_error(
    face: Face, make_peer: MakePeer, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    """Of 64 MiB, no more is unpacked than the limit."""
    client = face.client(make_peer(answer("200 OK", coding, bomb(pack))).base_url)

    def call() -> None:
        with pytest.raises(RemoteProtocolError, match="larger than 1 MiB"):
            client.voices.list(limit=1)

    assert peak(call) < 16 * LIMIT


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "new"])
def test_packing_that_was_not_asked_for(face: Face, make_peer: MakePeer, coding: str) -> None:
    """A few bytes of it may unpack to gigabytes at once, so it is refused."""
    client = face.client(make_peer(answer("200 OK", coding, b"\x1b\xff\xff" * 10)).base_url)
    with pytest.raises(RemoteProtocolError, match="not asked for"):
        client.voices.list(limit=1)


@pytest.mark.parametrize("coding", ["", "identity", "gzip", "deflate"])
def test_answer_without_an_end(face: Face, make_peer: MakePeer, coding: str) -> None:
    """What unpacks to nothing, and what is not packed, is bounded as well."""
    empty = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
    flush = empty.flush(zlib.Z_FULL_FLUSH)
    block = empty.flush(zlib.Z_FULL_FLUSH) or b"\0\0\0\xff\xff"
    body = bytes(3 * LIMIT) if coding in ("", "identity") else flush + block * (3 * LIMIT // 5)
    client = face.client(make_peer(answer("200 OK", coding, body)).base_url)
    with pytest.raises(RemoteProtocolError, match="larger than 1 MiB"):
        client.voices.list(limit=1)


def test_length_that_is_too_large(face: Face, make_peer: MakePeer) -> None:
    """An answer that states it is not read at all."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 18 + b"\r\n\r\n")
        peer.hold()

    client = face.client(make_peer(script).base_url)
    with pytest.raises(RemoteProtocolError, match="larger than 1 MiB"):
        client.voices.list(limit=1)


@pytest.mark.parametrize(
    "body",
    [gzip.compress(PAGE)[:-9], b"\x1f\x8b\x08nonsense", b"\x1f"],
    ids=["cut", "nonsense", "one byte"],
)
def test_damaged_answer(face: Face, make_peer: MakePeer, body: bytes) -> None:
    """It is no answer, even if what could be unpacked looks whole."""
    client = face.client(make_peer(answer("200 OK", "gzip", body)).base_url, max_retries=0)
    with pytest.raises(RemoteProtocolError):
        client.voices.list(limit=1)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("transport", ["call", "websocket", "sse", "bytes"])
def test_error_is_known_by_its_status(
    face: Face, make_peer: MakePeer, coding: str, transport: str
) -> None:
    """Whatever its body unpacks to."""
    body = bomb(gzip.compress if coding == "gzip" else zlib.compress)
    client = face.client(
        make_peer(answer("503 Service Unavailable", coding, body)).base_url, max_retries=0
    )

    def call() -> None:
        with pytest.raises(InternalServerError) as raised:
            if transport == "call":
                client.voices.list(limit=1)
            else:
                speak(client, transport, "Hello.").collect()
        assert len(raised.value.body or "") < 4000

    assert peak(call) < 16 * LIMIT


@pytest.mark.parametrize(("coding", "pack"), PACKED.values(), ids=PACKED.keys())
def test_packed_event_stream(
    face: Face, make_peer: MakePeer, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    """It is read piece by piece; one line that never ends has the bound of all lines."""
    frames = b'data: {"type":"chunk","data":"AAEAAQ=="}\n\ndata: {"type":"done"}\n\n'

    def serve(body: bytes) -> str:
        def script(peer: Conversation) -> None:
            peer.read_call()
            head = f"Content-Type: text/event-stream\r\nContent-Encoding: {coding}"
            peer.send(f"HTTP/1.1 200 OK\r\n{head}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            peer.piece(body)
            peer.send(b"0\r\n\r\n")

        return make_peer(script).base_url

    speech = face.client(serve(pack(frames)))
    assert speak(speech, "sse", "Hello.").collect().data == b"\0\1\0\1"
    client = face.client(serve(bomb(pack, b"x")))

    def call() -> None:
        with pytest.raises(APIError, match="longer than"):
            speak(client, "sse", "Hello.").collect()

    assert peak(call) < 3 * (1 << 24)
