"""The frame cutter against the bare package: the same messages, answers and endings."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from cartesia_stream import ConnectionClosedError, RemoteProtocolError
from cartesia_stream._protocol import websocket as module
from cartesia_stream._protocol.websocket import (
    FRAGMENT_COST,
    FULL_READS,
    LARGE,
    SMALL,
    ReadBuffer,
    WebSocket,
)

from .reads import reads

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY = "sk_car_planted"
HEADERS = {"Authorization": f"Bearer {KEY}", "Cartesia-Version": "2026-08-14"}
URL = "ws://service/tts/websocket"
SILENT = logging.Logger("peer", logging.CRITICAL)  # noqa: LOG001  # outside of the tree
LIMIT = 300  # bytes of a message; small, so that sequences can pass it


def make(limit: int = LIMIT) -> WebSocket:
    return WebSocket(max_message_bytes=limit)


def asked(websocket: WebSocket) -> bytes:
    """The request that an HTTP client makes of the headers of a handshake."""
    fields = {"Host": "service", **HEADERS, **websocket.handshake_headers()}
    lines = ["GET /tts/websocket HTTP/1.1", *(f"{name}: {fields[name]}" for name in fields)]
    return "\r\n".join((*lines, "", "")).encode()


def answered(websocket: WebSocket, answer: bytes) -> bytes:
    """Let an HTTP client read the head of the answer; what follows it."""
    head, _, rest = answer.partition(b"\r\n\r\n")
    fields = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    websocket.accept([(name, value) for name, value in fields])
    return rest


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
    answered(websocket, accepting(asked(websocket)))
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


class Outcome(NamedTuple):
    messages: list[bytes]
    answers: bytes
    state: State
    close: tuple[int, str]


def play(seed: int) -> tuple[Outcome, Outcome]:
    """The same conversation with both; ``random`` masks client frames alike in both."""
    dice = random.Random(seed)
    ours, bare = make(), Bare(LIMIT)
    bare.protocol.key = ours._protocol.key
    answer = accepting(asked(ours))
    bare.protocol.data_to_send()
    answered(ours, answer)
    bare.receive(answer)
    pieces = [valid(dice) for _ in range(dice.randrange(6))]
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
    return (
        Outcome(
            messages,
            answers + sent(ours),
            ours._protocol.state,
            (closed.code, closed.reason),
        ),
        Outcome(
            bare.messages,
            expected_answers + b"".join(bare.protocol.data_to_send()),
            bare.protocol.state,
            bare.close_outcome(),
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


@pytest.mark.parametrize("size", [0, 1, 30])
def test_message_in_endless_fragments_is_bounded(size: int) -> None:
    """Fragments without text count as well, and so do control frames between them not."""
    websocket = opened(1 << 16)
    part = b"\x00" + bytes([size]) + b"x" * size + b"\x89\x01p"
    messages = receive(websocket, b"\x01\x00")
    fragments = 0
    while websocket.is_open:
        messages += receive(websocket, part)
        websocket.data_to_send()
        fragments += 1
        assert fragments <= (1 << 16) // FRAGMENT_COST + 1
    assert messages == []
    error = websocket.closed_error()
    assert isinstance(error, ConnectionClosedError)
    assert (error.code, error.by) == (1009, "local")


# --- the handshake


def test_request() -> None:
    """The headers ask for a WebSocket without compression; the host is the HTTP client's to say."""
    fields = make().handshake_headers()
    assert fields["Upgrade"] == "websocket"
    assert fields["Connection"] == "Upgrade"
    assert fields["Sec-WebSocket-Version"] == "13"
    assert not {"Host", "Sec-WebSocket-Extensions"} & fields.keys()
    assert fields["Sec-WebSocket-Key"] != make().handshake_headers()["Sec-WebSocket-Key"]


def test_nothing_is_sent_but_the_request() -> None:
    """The request leaves through an HTTP client, and not a second time."""
    websocket = opened()
    assert sent(websocket) == b""
    websocket.send_text(b"hi")
    assert sent(websocket)[0] == 0x81


@pytest.mark.parametrize("text", [True, False])
def test_messages_of_every_size_reach_a_server(text: bool) -> None:
    """Masked, in order, and before a close frame; an independent parser reads them."""
    websocket, server = opened(), ServerProtocol(state=State.OPEN, logger=SILENT)
    sizes = (0, 1, 125, 126, 127, 65535, 65536, 100_000)
    send = websocket.send_text if text else websocket.send_binary
    for size in sizes:
        send(b"a" * size)
    websocket.close()
    data = sent(websocket)
    server.receive_data(data)
    found = [event for event in server.events_received() if isinstance(event, Frame)]
    assert [(frame.opcode, bytes(frame.data)) for frame in found[:-1]] == [
        (Opcode.TEXT if text else Opcode.BINARY, b"a" * size) for size in sizes
    ]
    assert found[-1].opcode is Opcode.CLOSE
    assert b"a" * 125 not in data


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("Upgrade", "websocket"), ("Connection", "Upgrade")],
        [("Upgrade", "h2c"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", "x")],
        [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", "x")],
    ],
)
def test_an_answer_that_is_no_handshake(fields: list[tuple[str, str]]) -> None:
    """An answer to something else is told apart from a refusal, and opens nothing."""
    websocket = make()
    websocket.handshake_headers()
    with pytest.raises(RemoteProtocolError, match="handshake failed"):
        websocket.accept(fields)
    assert not websocket.is_open


def test_what_was_not_asked_for_is_refused() -> None:
    """A server may choose neither an extension nor a subprotocol that nobody named."""
    for name in ("Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"):
        websocket = make()
        answer = accepting(asked(websocket)).decode()
        fields = [tuple(line.split(": ", 1)) for line in answer.split("\r\n")[1:] if line]
        with pytest.raises(RemoteProtocolError):
            websocket.accept([*fields, (name, "permessage-deflate")])  # type: ignore[list-item]  # pairs


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


# --- the read buffer, against a queue of bytes


def fill(buffer: ReadBuffer, data: bytes) -> bytes:
    """Put as much of some data in as one read can."""
    count = next(reads(buffer.room, data))
    buffer.end += count
    return data[:count]


def held(buffer: ReadBuffer) -> bytes:
    return bytes(buffer.data[buffer.start : buffer.end])


@given(st.lists(st.tuples(st.integers(1, 3 * SMALL), st.integers(0, 3 * SMALL)), max_size=12))
def test_what_goes_in_comes_out(steps: list[tuple[int, int]]) -> None:
    """Whatever is read and taken in whatever sizes, nothing is lost, repeated or moved."""
    buffer, expected, count = ReadBuffer(), b"", 0
    for size, taken in steps:
        expected += fill(buffer, bytes(at % 251 for at in range(count, count + size)))
        count += size
        assert held(buffer) == expected
        taken = min(taken, len(expected))
        buffer.start += taken
        expected = expected[taken:]
    assert buffer.take() == expected
    assert held(buffer) == b""


def test_it_grows_while_reads_fill_it() -> None:
    """Reads of a peer that has more to send become larger, up to a bound."""
    buffer, sizes = ReadBuffer(), []
    for _ in range(8 * FULL_READS):
        sizes.append(len(fill(buffer, bytes(2 * LARGE))))
        buffer.take()
    assert sizes[0] == SMALL
    assert sizes == sorted(sizes)
    assert sizes[-1] == LARGE


def test_a_burst_leaves_it_small() -> None:
    """Such as the first audio of many contexts."""
    buffer = ReadBuffer()
    for _ in range(FULL_READS - 1):
        assert len(fill(buffer, bytes(LARGE))) == SMALL
        buffer.take()
    assert len(buffer.room()) == SMALL


def test_a_message_has_its_room_at_once() -> None:
    """One that does not fit is not waited for."""
    buffer = ReadBuffer()
    for size in (SMALL, SMALL, 2 * SMALL):
        assert len(fill(buffer, bytes(LARGE))) == size


def test_it_stays_small_at_a_moderate_pace() -> None:
    """Reads that leave room change nothing."""
    buffer = ReadBuffer()
    first = buffer.data
    for _ in range(100):
        fill(buffer, bytes(5000))
        buffer.take()
    assert buffer.data is first


def test_room_is_never_empty() -> None:
    """Nothing but the memory bounds what nobody takes; a message has a bound of its own."""
    buffer = ReadBuffer()
    for _ in range(8):
        assert fill(buffer, bytes(LARGE))
    assert held(buffer) == bytes(buffer.end)
    buffer.start = buffer.end
    buffer.room()
    assert len(buffer.room()) == LARGE
