"""The bytes that the server sends, rendered before they are needed."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from bench.plan import RENDERED, Load, blocks, context_id, cycle_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Wire = Literal["ws", "deflate", "sse", "bytes"]

TEXT: Final = 1
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10
DEFLATED: Final = 0x40  # RSV1


def message(load: Load, fields: dict[str, object]) -> bytes:
    """JSON in the layout of a load."""
    if load.layout == "reversed":
        fields = dict(reversed(fields.items()))
    separators = (", ", ": ") if load.layout == "blanks" else (",", ":")
    return json.dumps(fields, separators=separators).encode()


def chunk(load: Load, number: int, block: bytes) -> bytes:
    """The message with a chunk of audio."""
    data = base64.b64encode(block).decode()
    rest = {"done": False, "status_code": 206, "step_time": 12.345}
    name = context_id(RENDERED, number)
    return message(load, {"type": "chunk", "data": data, **rest, "context_id": name})


def done(load: Load, number: int) -> bytes:
    """The message that ends a context."""
    name = context_id(RENDERED, number)
    return message(load, {"type": "done", "done": True, "status_code": 206, "context_id": name})


def websocket_frame(payload: bytes, opcode: int = TEXT, flags: int = 0) -> bytes:
    """A whole frame of a server (RFC 6455, section 5.2)."""
    head = bytes([0x80 | flags | opcode])
    size = len(payload)
    if size < 126:
        return head + bytes([size]) + payload
    if size < 1 << 16:
        return head + struct.pack("!BH", 126, size) + payload
    return head + struct.pack("!BQ", 127, size) + payload


def deflated(payload: bytes) -> bytes:
    """The payload of a compressed frame that needs no former one (RFC 7692, section 7.2.1)."""
    packer = zlib.compressobj(wbits=-15)
    return (packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def http_chunk(data: bytes) -> bytes:
    """A piece of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def framed(wire: Wire, kind: str, payload: bytes) -> bytes:
    """A message as a transport carries it."""
    match wire:
        case "ws":
            return websocket_frame(payload)
        case "deflate":
            return websocket_frame(deflated(payload), flags=DEFLATED)
        case "sse":
            return http_chunk(b"event: %b\ndata: %b\n\n" % (kind.encode(), payload))
        case "bytes":
            return http_chunk(payload)


@lru_cache(2)
def chunks(load: Load, wire: Wire, number: int) -> tuple[bytes, ...]:
    """One round of the chunks of a context."""
    audio = blocks(load, number)[: load.chunks]
    if wire == "bytes":
        return tuple(framed(wire, "", block) for block in audio)
    return tuple(framed(wire, "chunk", chunk(load, number, block)) for block in audio)


def ending(load: Load, wire: Wire, number: int) -> bytes:
    """What ends a context, and with HTTP the body."""
    last = b"" if wire == "bytes" else framed(wire, "done", done(load, number))
    return last + (http_chunk(b"") if wire in ("sse", "bytes") else b"")


@lru_cache(40)
def flood(load: Load, wire: Wire, numbers: tuple[int, ...]) -> tuple[bytes, int]:
    """Chunks of contexts in turn, until their audio comes round.

    Returns:
        The bytes, and how many of them are one chunk of each context.
    """
    columns = [chunks(load, wire, number) for number in numbers]
    rounds = [b"".join(row) for row in zip(*columns, strict=True)]
    sizes = {len(row) for row in rounds}
    return b"".join(rounds), len(rounds[0]) if len(sizes) == 1 else 0


def batches(load: Load, wire: Wire, numbers: tuple[int, ...]) -> Iterator[bytes | memoryview]:
    """All chunks of contexts that share a connection, in few large pieces."""
    whole, row = flood(load, wire, numbers)
    full, left = divmod(load.chunks, min(load.chunks, cycle_of(load)))
    for _ in range(full):
        yield whole
    if left and row:
        yield memoryview(whole)[: left * row]
    elif left:  # compressed chunks differ in length
        columns = [chunks(load, wire, number)[:left] for number in numbers]
        yield b"".join(b"".join(line) for line in zip(*columns, strict=True))


def chunk_size(load: Load, wire: Wire) -> int:
    """Bytes of one chunk on the network; the same for all of a load."""
    return len(chunks(load, wire, 0)[0])


def voices_page(count: int = 100) -> bytes:
    """A page of voices."""
    voices = [
        {
            "id": f"{number:08d}-0000-4000-8000-000000000000",
            "name": f"Voice {number}",
            "tagline": "Calm",
            "description": "A calm voice for long texts.",
            "language": "en",
            "created_at": "2026-08-14T00:00:00Z",
            "is_owner": False,
            "access": "public",
            "visibility": "all",
            "locales": [{"locale": "en-US", "is_native": True}],
            "gender": "feminine",
            "accent": "general-american",
            "country": "US",
        }
        for number in range(count)
    ]
    return json.dumps({"data": voices, "has_more": False, "next_page": None}).encode()
