"""What a server of v0 says, for scripts of `Peer`."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from cartesia_emulator.wire.transport import websocket_frame

from ..scenarios.peer import TEXT, Conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

VOICE = [round(0.001 * number, 3) for number in range(192)]
SPEECH: dict[str, Any] = {"transcript": "Hello there.", "voice": VOICE}

Frame = dict[str, Any]


def chunk(audio: bytes = b"\0\1" * 50, rate: int = 44100, **more: Any) -> Frame:
    """A piece of audio."""
    return {"data": base64.b64encode(audio).decode(), "sampling_rate": rate, **more}


def wire(*frames: Frame, before: str = "data: ", after: str = "\n\n") -> bytes:
    """Objects as a response has them."""
    return "".join(f"{before}{json.dumps(frame)}{after}" for frame in frames).encode()


def tell(peer: Conversation, frame: Frame) -> None:
    """Send a frame over the socket."""
    peer.send(websocket_frame(TEXT, json.dumps(frame).encode()))


def request(peer: Conversation) -> tuple[str, dict[str, str], bytes]:
    """Read one HTTP request: its first line, headers and body."""
    head = peer.read_until(b"\r\n\r\n").decode("latin-1")
    line, *fields = head.strip().split("\r\n")
    headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
    return line, headers, peer.read(int(headers.get("content-length", "0")))


def answer(status: str, body: object = b"", *headers: str) -> Callable[[Conversation], None]:
    """A script that answers one request."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def script(peer: Conversation) -> None:
        request(peer)
        peer.respond(status, data, *headers)

    return script


def stream(*pieces: bytes, cut: bool = False) -> Callable[[Conversation], None]:
    """A script that answers one request with a stream, which may break off without an end."""

    def script(peer: Conversation) -> None:
        request(peer)
        peer.stream("text/event-stream")
        for piece in filter(None, pieces):  # an empty one would be the end
            peer.piece(piece)
        if not cut:
            peer.piece(b"")

    return script


def speaking(
    *answers: Sequence[Frame] | Callable[[Conversation, Frame], object],
) -> Callable[[Conversation], None]:
    """A script for a socket: an answer for each generation, each a list of frames or a function.

    The frames get the id of their generation.
    """

    def script(peer: Conversation) -> None:
        peer.accept()
        for given in answers:
            message = peer.message()
            if callable(given):
                given(peer, message)
                continue
            for frame in given:
                tell(peer, {"context_id": message["context_id"], **frame})
        peer.part()

    return script


def leave(peer: Conversation) -> None:
    """Drop the connection when the request is there, without an answer."""
    request(peer)
    peer.reset()


DONE: Frame = {"done": True}
