"""The frame cutter against the bare package: the same messages, answers and endings."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING, NamedTuple

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from cartesia_stream import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    ConnectionClosedError,
    InternalServerError,
    RateLimitError,
    RemoteProtocolError,
)
from cartesia_stream._core import websocket as module
from cartesia_stream._core.buffer import LARGE
from cartesia_stream._core.websocket import MAX_HANDSHAKE, WebSocket

from .reads import reads

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY = "sk_car_planted"
HEADERS = {"Authorization": f"Bearer {KEY}", "Cartesia-Version": "2026-08-14"}
URL = "ws://service/tts/websocket"
SILENT = logging.getLogger("peer")
SILENT.disabled = True
LIMIT = 300  # bytes of a message; small, so that sequences can pass it


def make(limit: int = LIMIT) -> WebSocket:
    return WebSocket(URL, HEADERS, secret=KEY, max_message_bytes=limit)


def receive(websocket: WebSocket, data: bytes) -> list[bytes]:
    """Hand bytes over as a network does; the messages that they complete."""
    return [
        bytes(held[start:end])
        for count in reads(websocket.get_buffer, data)
        for held, start, end in websocket.receive(count)
    ]


def sent(websocket: WebSocket | ServerProtocol) -> bytes:
    return b"".join(websocket.data_to_send())


def accepting(request: bytes) -> bytes:
    """The answer of a willing server."""
    server = ServerProtocol(logger=SILENT)
    server.receive_data(request)
    (handshake,) = server.events_received()
    server.send_response(server.accept(handshake))  # type: ignore[arg-type]  # it is a request
    return sent(server)


def opened(limit: int = LIMIT) -> WebSocket:
    websocket = make(limit)
    assert websocket.is_connecting
    receive(websocket, accepting(sent(websocket)))
    assert websocket.is_open
    return websocket


class Bare:
    """The package alone, fed with the same bytes."""

    def __init__(self, limit: int) -> None:
        self.protocol = ClientProtocol(parse_uri(URL), max_size=limit)
        request = self.protocol.connect()
        for name, value in HEADERS.items():
            request.headers[name] = value
        self.protocol.send_request(request)
        self.messages: list[bytes] = []
        self._parts: list[bytes] = []
        self._close: Close | None = None

    def receive(self, data: bytes) -> None:
        self.protocol.receive_data(data)
        for frame in self.protocol.events_received():
            if not isinstance(frame, Frame):
                continue
            if frame.opcode is Opcode.CLOSE:
                self._close = Close.parse(frame.data)
            elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._parts.append(bytes(frame.data))
                if frame.fin:
                    self.messages.append(b"".join(self._parts))
                    self._parts.clear()

    def close_outcome(self) -> tuple[int, str]:
        """The peer's close; ours where that was none, as in the midst of fragments."""
        close = self._close or self.protocol.close_sent
        return (1006, "") if close is None else (close.code, close.reason)


# --- random sequences


def frame(
    dice: random.Random, opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0
) -> bytes:
    """One frame, with its length in any of the forms that fit."""
    size = len(payload)
    forms = [form for form in (125, 65535, 1 << 63) if size <= form]
    form = dice.choice(forms) if dice.random() < 0.1 else forms[0]
    head = bytes([fin << 7 | rsv << 4 | opcode])
    if form == 125:
        return head + bytes([size]) + payload
    if form == 65535:
        return head + b"\x7e" + size.to_bytes(2, "big") + payload
    return head + b"\x7f" + size.to_bytes(8, "big") + payload


def payload(dice: random.Random) -> bytes:
    return dice.randbytes(dice.choice([0, 1, 5, 125, 126, 127, LIMIT - 1, LIMIT]))


def valid(dice: random.Random) -> bytes:
    """A message, whole or in fragments with control frames between them, or a ping."""
    kind = dice.random()
    if kind < 0.5:
        return frame(dice, dice.choice([1, 2]), payload(dice))
    if kind < 0.65:
        return frame(dice, dice.choice([9, 10]), dice.randbytes(dice.randrange(10)))
    parts = [dice.randbytes(dice.randrange(40)) for _ in range(dice.randrange(2, 5))]
    data = b""
    for index, part in enumerate(parts):
        data += frame(dice, 0 if index else 1, part, fin=index == len(parts) - 1)
        if dice.random() < 0.4:
            data += frame(dice, 9, b"p")
    return data


def faulty(dice: random.Random) -> bytes:
    """A frame that ends the connection, or may do so."""
    body = dice.randbytes(dice.choice([0, 3, 126]))
    return dice.choice(
        [
            frame(dice, 1, body, rsv=dice.randrange(1, 8)),
            frame(dice, dice.choice([3, 7, 11, 15]), body),
            frame(dice, 0, body),  # a continuation of nothing, or not
            frame(dice, 1, body, fin=False),  # not continued, or within another message
            frame(dice, 9, body, fin=False),
            frame(dice, 9, dice.randbytes(126)),  # too long for a control frame
            frame(dice, 1, dice.randbytes(LIMIT + 1)),
            b"\x81\x7f" + b"\xff" * 8,
            b"\x81\x84abcd1234",  # masked
            b"\x88\x01\x03",  # close payloads that break the rules
            b"\x88\x02\x00\x01",
            b"\x88\x03\x03\xe8\xff",
            dice.randbytes(20),
        ]
    )


def closing(dice: random.Random) -> bytes:
    code = dice.choice([b"", b"\x03\xe8", b"\x03\xe9bye", b"\x03\xf3boom", b"\x0f\xa1mine"])
    return frame(dice, 8, code)


def cut(dice: random.Random, data: bytes) -> Iterable[bytes]:
    """The same bytes in random pieces."""
    while data:
        size = dice.choice([1, 2, 3, 7, 100, len(data)])
        yield data[:size]
        data = data[size:]


def handshake(dice: random.Random, request: bytes) -> bytes:
    kind = dice.random()
    if kind < 0.85:
        return accepting(request)
    if kind < 0.95:
        body = dice.randbytes(dice.randrange(60))
        length = dice.choice([f"Content-Length: {len(body)}\r\n", ""])
        return f"HTTP/1.1 429 No\r\n{length}\r\n".encode() + body
    return dice.choice([b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"", b"HTTP/1.1 101 "])


class Outcome(NamedTuple):
    messages: list[bytes]
    answers: bytes
    state: State
    close: tuple[int, str]
    refused: type[BaseException] | None


def play(seed: int) -> tuple[Outcome, Outcome]:
    """The same conversation with both; ``random`` masks client frames alike in both."""
    dice = random.Random(seed)
    ours, bare = make(), Bare(LIMIT)
    bare.protocol.key = ours._protocol.key
    request = sent(ours)
    bare.protocol.data_to_send()
    pieces = [handshake(dice, request)]
    pieces += [valid(dice) for _ in range(dice.randrange(6))]
    pieces += [faulty(dice)] if dice.random() < 0.4 else []
    pieces += [closing(dice)] if dice.random() < 0.4 else []
    pieces += [valid(dice) for _ in range(dice.randrange(3))]
    data = b"".join(pieces)
    if dice.random() < 0.2:
        data = data[: dice.randrange(len(data) + 1)]
    close_after = dice.randrange(len(data) + 1) if dice.random() < 0.2 else len(data) + 1
    messages: list[bytes] = []
    answers, expected_answers, position = b"", b"", 0
    for piece in cut(dice, data):
        if position <= close_after < position + len(piece) and ours.is_open:
            ours.close(4000, "enough")
            bare.protocol.send_close(4000, "enough")
        position += len(piece)
        messages += receive(ours, piece)
        bare.receive(piece)
        answers += sent(ours)
        expected_answers += b"".join(bare.protocol.data_to_send())
        assert ours.is_open == (bare.protocol.state is State.OPEN)
    ours.receive_eof()
    bare.protocol.receive_eof()
    closed = ours.closed_error()
    assert isinstance(closed, ConnectionClosedError)
    refused, expected_refusal = ours._protocol.handshake_exc, bare.protocol.handshake_exc
    return (
        Outcome(
            messages,
            answers + sent(ours),
            ours._protocol.state,
            (closed.code, closed.reason),
            type(refused) if refused else None,
        ),
        Outcome(
            bare.messages,
            expected_answers + b"".join(bare.protocol.data_to_send()),
            bare.protocol.state,
            bare.close_outcome(),
            type(expected_refusal) if expected_refusal else None,
        ),
    )


@pytest.mark.parametrize("block", range(8))
def test_random_sequences(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of conversations, good and bad, cut anywhere, go as with the bare package."""
    monkeypatch.setattr("websockets.frames.secrets.token_bytes", lambda size: b"m" * size)
    for seed in range(block * 250, (block + 1) * 250):
        ours, expected = play(seed)
        assert ours == expected, f"seed {seed}"


@pytest.mark.parametrize(
    "header",
    [b"\xc1\x7e\x00\xff", b"\x89\x7e\x00\xff", b"\x09\x7e\x00\xff"],
    ids=["reserved bit", "long ping", "ping in fragments"],
)
def test_a_bad_frame_in_two_reads_is_not_read_as_frames(header: bytes) -> None:
    """The payload of a frame whose fault shows only when it is whole never becomes a message."""
    websocket = opened()
    inner = b"\x81\x02hi" * 60
    messages = receive(websocket, header)
    messages += receive(websocket, inner)
    messages += receive(websocket, inner)
    assert messages == []
    assert not websocket.is_open


# --- the handshake


def test_request() -> None:
    """The handshake carries our headers and asks for no compression."""
    request = sent(make()).decode()
    assert request.startswith("GET /tts/websocket HTTP/1.1\r\nHost: service\r\n")
    assert f"Authorization: Bearer {KEY}\r\n" in request
    assert "Sec-WebSocket-Extensions" not in request


BODY = b'{"message":"Go away, sk_car_planted","error_code":"x","request_id":"r9","title":"No"}'
REFUSALS = [
    (401, "", AuthenticationError),
    (429, "Retry-After: 7\r\n", RateLimitError),
    (500, "", InternalServerError),
    (520, "", InternalServerError),
    (418, "", APIStatusError),
]


@pytest.mark.parametrize(("status", "header", "kind"), REFUSALS)
@pytest.mark.parametrize("sized", [True, False])
@pytest.mark.parametrize("size", [1, 50, 10000])
def test_refusals_are_the_errors_of_http(
    status: int, header: str, kind: type[APIStatusError], sized: bool, size: int
) -> None:
    """A refused handshake raises the class of its status with all that the body says."""
    websocket = make()
    length = f"Content-Length: {len(BODY)}\r\n" if sized else ""
    answer = f"HTTP/1.1 {status} No\r\n{length}{header}\r\n".encode() + BODY
    for start in range(0, len(answer), size):
        assert websocket.handshake_error() is None
        assert websocket.is_connecting
        receive(websocket, answer[start : start + size])
    if not sized:
        websocket.receive_eof()
    error = websocket.handshake_error()
    assert not websocket.is_connecting
    assert type(error) is kind
    assert (error.status_code, error.error_code, error.request_id) == (status, "x", "r9")
    assert error.retry_after == (7.0 if header else None)
    assert KEY not in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: sk_car_planted\r\n\r\n",
        b"HTTP/1.1 101 X\r\nA: " + b"a" * (MAX_HANDSHAKE + 1),
    ],
)
def test_an_answer_that_is_no_handshake(answer: bytes) -> None:
    """Something that is no WebSocket server is told apart from a refusal, without its words."""
    websocket = make()
    receive(websocket, answer)
    error = websocket.handshake_error()
    assert type(error) is RemoteProtocolError
    assert KEY not in str(error)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 10", b"HTTP/1.1 101 Switching\r\nUpgr"])
def test_a_connection_lost_in_the_handshake_may_be_tried_again(answer: bytes) -> None:
    """The end of the connection before the answer is a network error."""
    websocket = make()
    receive(websocket, answer)
    websocket.receive_eof()
    error = websocket.handshake_error()
    assert isinstance(error, APIConnectionError)
    assert error.retryable


# --- endings


def test_a_message_past_the_bound_fails_the_connection() -> None:
    """A frame over the limit is answered with 1009 by its header alone."""
    websocket = opened()
    assert receive(websocket, b"\x81\x7e\x01\x2d") == []
    assert not websocket.is_open
    assert sent(websocket)[0] == 0x88
    error = websocket.closed_error()
    assert isinstance(error, ConnectionClosedError)
    assert (error.code, error.by) == (1009, "local")


def test_fragments_past_the_bound_fail_the_connection() -> None:
    """The bound holds for a message, in however many fragments it comes."""
    websocket = opened()
    part = b"\x00\x7d" + b"x" * 125
    assert receive(websocket, b"\x01" + part[1:] + part + part) == []
    error = websocket.closed_error()
    assert isinstance(error, ConnectionClosedError)
    assert error.code == 1009


@pytest.mark.parametrize(
    ("data", "code", "reason", "by", "text"),
    [
        (b"\x88\x05\x03\xe9bye", 1001, "bye", "remote", "the service closed the connection"),
        (b"\x88\x00", 1005, "", "remote", "the service closed the connection"),
        (b"\x88\x02\x03\xe8", 1000, "", "remote", "the service closed the connection"),
        (b"", 1006, "", "remote", "lost without a closing handshake"),
        (b"\x83\x00", 1002, "invalid opcode", "local", "this client closed the connection"),
    ],
)
def test_who_closed_and_why(data: bytes, code: int, reason: str, by: str, text: str) -> None:
    """The error for an ended connection names the code, the reason and who closed."""
    websocket = opened()
    receive(websocket, data)
    websocket.receive_eof()
    assert websocket.is_closed
    error = websocket.closed_error()
    assert isinstance(error, ConnectionClosedError)
    assert (error.code, error.reason, error.by) == (code, reason, by)
    assert text in str(error)


def test_our_own_close() -> None:
    """After our close the peer's answer ends the connection, and we are named as its cause."""
    websocket = opened()
    websocket.close()
    websocket.close()
    assert len(sent(websocket)) == 2 + 4 + 2  # one close frame: header, mask, code
    receive(websocket, b"\x88\x02\x03\xe8")
    error = websocket.closed_error()
    assert isinstance(error, ConnectionClosedError)
    assert (error.code, error.by) == (1000, "local")


def test_pings_are_answered() -> None:
    """A ping is answered with its payload and is no message."""
    websocket = opened()
    assert receive(websocket, b"\x89\x02hi") == []
    assert sent(websocket)[:2] == b"\x8a\x82"


def test_messages_stay_until_the_next_read() -> None:
    """They lie where the network has put them, behind the rest of a frame as well."""
    websocket = opened()
    room = websocket.get_buffer()
    room[:9] = b"\x81\x02hi\x81\x02yo\x81"
    spans = websocket.receive(9)
    assert [bytes(data[start:end]) for data, start, end in spans] == [b"hi", b"yo"]
    assert {id(data) for data, _, _ in spans} == {id(room.obj)}
    assert receive(websocket, b"\x01!") == [b"!"]


def test_a_message_of_any_size() -> None:
    """The buffer grows with what arrives of a message, and no further than it must."""
    websocket = opened(1 << 24)
    message = random.Random(1).randbytes(3 << 20)
    header = b"\x82\x7f" + len(message).to_bytes(8, "big")
    assert receive(websocket, header) == []
    assert len(websocket.get_buffer()) < 1 << 16  # a length that is only claimed costs nothing
    assert receive(websocket, message[:-1]) == []
    assert receive(websocket, message[-1:] + b"\x81\x02hi") == [message, b"hi"]
    assert len(websocket.get_buffer()) <= LARGE


def test_the_key_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    """With every logger at DEBUG, neither handshake nor frames are logged."""
    caplog.set_level(logging.DEBUG)
    websocket = opened()
    websocket.send_text(b"secret words")
    receive(websocket, b"\x89\x02hi\x81\x02yo\x88\x02\x03\xe8")
    assert caplog.records == []
    assert not module._SILENT.isEnabledFor(logging.CRITICAL)
