"""Every fault of the emulator on every transport: one table, the same outcome in both faces.

A row says what a fault does to a stream of speech. Three rules hold for all of them: what is
delivered as success is the whole audio; what breaks off says exactly how much came before; and
the socket, where it survives, serves the next context.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from cartesia_emulator.faults import FAULTS
from cartesia_stream import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AudioChunk,
    ConnectionClosedError,
    InternalServerError,
    RateLimitError,
    RemoteProtocolError,
    StreamTruncatedError,
    Timeouts,
    UnknownEvent,
)

from .faces import VOICE, speak

if TYPE_CHECKING:
    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia, SpeechEvent

    from .conftest import MakePeer
    from .faces import Face
    from .peer import Conversation

TEXT: Final = "Hi."
AFTER: Final = 2  # chunks that pass before the fault
CHUNK: Final = 4800  # bytes: 100 ms, the emulator's default
TRANSPORTS: Final = ("websocket", "sse", "bytes")
MANY: Final = 20_000_000  # more bytes than one message may have


@dataclass(frozen=True)
class Broken:
    """The stream ends with an error of this class and these attributes.

    `chunks` were delivered before it; None where the fault does not wait for any.
    """

    error: type[APIError]
    attributes: dict[str, object] = field(default_factory=dict)
    cause: dict[str, object] = field(default_factory=dict)
    chunks: int | None = AFTER


@dataclass(frozen=True)
class Whole:
    """The stream is complete; `added` bytes of the fault's own are part of it."""

    added: int = 0


@dataclass(frozen=True)
class Row:
    """One fault and what comes of it, per transport."""

    fault: str
    outcome: Broken | Whole
    on: tuple[str, ...]
    value: object = None
    after: int = AFTER
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.fault if self.value is None else f"{self.fault}={self.value}"


BOTH: Final = ("websocket", "sse")
TRUNCATED: Final = Broken(StreamTruncatedError, {"chunks": AFTER, "nbytes": AFTER * CHUNK})
TRUNCATED_BODY: Final = Broken(StreamTruncatedError, {"nbytes": AFTER * CHUNK})
PROTOCOL: Final = Broken(RemoteProtocolError)
REFUSED: Final = Broken(RemoteProtocolError, chunks=0)


def closed(code: int, by: str = "remote", **more: str) -> Broken:
    """A socket closed in mid-stream: truncated, because of a close with this code."""
    cause: dict[str, object] = {"code": code, "by": by, **more}
    return Broken(StreamTruncatedError, TRUNCATED.attributes, cause)


def late(phase: str, chunks: int) -> Broken:
    """A deadline that passed."""
    return Broken(APITimeoutError, {"phase": phase, "seconds": 0.3}, chunks=chunks)


ROWS: Final = (
    # the connection breaks
    Row("drop", TRUNCATED, BOTH),
    Row("drop", TRUNCATED_BODY, ("bytes",)),
    Row("truncate", TRUNCATED, ("sse",)),
    Row("truncate", TRUNCATED_BODY, ("bytes",)),
    Row("half-frame", TRUNCATED, BOTH),
    Row("close", closed(1006, reason=""), ("websocket",), "none"),
    Row("close", closed(1000, reason="asked for"), ("websocket",), 1000),
    Row("close", closed(1001), ("websocket",), 1001),
    Row("close", closed(1011), ("websocket",), 1011),
    Row("close", closed(4003), ("websocket",), 4003),
    Row("oversize-frame", closed(1009, "local"), ("websocket",), MANY),
    Row("oversize-frame", PROTOCOL, ("sse",), MANY),
    # the connection stays and nothing comes
    Row("stall", late("idle", AFTER), BOTH),
    Row("stall", late("idle", AFTER), ("bytes",)),
    Row("stall", late("first_audio", 0), TRANSPORTS, after=0),
    Row("no-done", late("idle", -1), ("websocket",)),
    Row("no-done", Broken(StreamTruncatedError, chunks=-1), ("sse",)),
    Row("slow-headers", Broken(APITimeoutError, {"phase": "connect"}, chunks=0), ("websocket",), 9),
    Row("slow-headers", Broken(APITimeoutError, chunks=0), ("sse", "bytes"), 9),
    # what comes is wrong
    Row("bad-base64", PROTOCOL, BOTH),
    Row("bad-utf8", PROTOCOL, BOTH),
    Row("bad-json", PROTOCOL, BOTH),
    Row("missing-data", PROTOCOL, BOTH),
    Row("empty-audio", REFUSED, TRANSPORTS, after=0),
    Row("empty-body", REFUSED, ("sse", "bytes")),
    Row("html", REFUSED, ("sse", "bytes"), 200),
    Row("error-200", REFUSED, ("sse", "bytes")),
    # the service says no
    Row("error", Broken(InternalServerError, {"status_code": 500}), BOTH),
    Row(
        "error",
        Broken(RateLimitError, {"status_code": 429, "error_code": "concurrency_limited"}),
        BOTH,
        429,
        options={"code": "concurrency_limited"},
    ),
    Row("error-without-context", Broken(InternalServerError), ("websocket",)),
    Row("html", Broken(InternalServerError, {"status_code": 502}, chunks=0), TRANSPORTS),
    Row("status", Broken(InternalServerError, {"status_code": 500}, chunks=0), TRANSPORTS),
    Row("handshake-status", Broken(InternalServerError, chunks=0), ("websocket",), 503),
    # nothing is wrong
    Row("fragment", Whole(), ("websocket",), after=0),
    Row("ignore-pings", Whole(), ("websocket",)),
    Row("unknown-type", Whole(), BOTH),
    Row("extra-fields", Whole(), BOTH),
    Row("stale-context", Whole(), ("websocket",)),
    Row("done-twice", Whole(), BOTH),
    Row("late-frames-after-done", Whole(), BOTH, after=0),
    Row("oversize-frame", Whole(2_097_152 - CHUNK), BOTH),
    Row("split-sample", Whole(), TRANSPORTS),
    Row("reordered-json", Whole(), BOTH),
    *(Row(name, Whole(), ("sse",), after=0) for name in FAULTS if name.startswith("sse-")),
)

CASES: Final = [
    pytest.param(row, transport, id=f"{row}-{transport}") for row in ROWS for transport in row.on
]

_WHERE: Final = {"websocket": {"context", "handshake"}, "sse": {"sse"}, "bytes": {"body"}}


def test_every_fault_is_in_the_table() -> None:
    """A fault that the emulator learns must be given an outcome here, wherever it can strike."""
    expected = {
        (name, transport)
        for (name, kind), transport in itertools.product(FAULTS.items(), TRANSPORTS)
        if _WHERE[transport] & set(kind.where)
    }
    # Events that name no context, as the table's, leave none to tell another one from.
    expected.remove(("stale-context", "sse"))
    assert {(row.fault, transport) for row in ROWS for transport in row.on} == expected


@pytest.fixture(scope="module")
def chunks(shared_emulator: Emulator) -> list[bytes]:
    """What the text sounds like, as the emulator cuts it."""
    from cartesia_stream import Cartesia

    shared_emulator.clear_faults()
    with Cartesia(shared_emulator.api_key, base_url=shared_emulator.base_url) as client:
        events = list(speak(client, "sse", TEXT))
    return [event.data for event in events if isinstance(event, AudioChunk)]


def read(client: Cartesia, transport: str, events: list[SpeechEvent]) -> None:
    events.extend(speak(client, transport, TEXT))


@pytest.mark.parametrize(("row", "transport"), CASES)
def test_fault_has_the_outcome_of_the_table(
    face: Face, emulator: Emulator, row: Row, transport: str, chunks: list[bytes]
) -> None:
    """See the table; the next stream of the same client works in any case."""
    expected = getattr(row.outcome, "error", None)
    gap = 0.3 if expected is APITimeoutError else 5.0
    connect = 0.3 if row.fault == "slow-headers" else 5.0
    short = Timeouts(connect=connect, first_audio=gap, idle=gap)
    client = face.client(emulator, timeout=short, max_retries=0)
    emulator.inject(row.fault, row.value, after=row.after, **row.options)  # type: ignore[arg-type]
    events: list[SpeechEvent] = []
    if isinstance(row.outcome, Broken):
        expect_broken(row.outcome, client, transport, events, chunks)
    else:
        read(client, transport, events)
        audio = b"".join(event.data for event in events if isinstance(event, AudioChunk))
        assert len(audio) == sum(map(len, chunks)) + row.outcome.added
        assert row.outcome.added or audio == b"".join(chunks)
        assert events[-1].type == "done"
    emulator.clear_faults()
    assert speak(client, transport, TEXT).collect().data == b"".join(chunks)


def expect_broken(
    outcome: Broken,
    client: Cartesia,
    transport: str,
    events: list[SpeechEvent],
    chunks: list[bytes],
) -> None:
    with pytest.raises(outcome.error) as caught:
        read(client, transport, events)
    count = len(chunks) if outcome.chunks == -1 else outcome.chunks
    audio = b"".join(event.data for event in events if isinstance(event, AudioChunk))
    assert audio == b"".join(chunks[:count])
    error = caught.value
    assert {name: getattr(error, name) for name in outcome.attributes} == outcome.attributes
    if outcome.cause:
        cause = error.__cause__
        assert isinstance(cause, ConnectionClosedError)
        assert {name: getattr(cause, name) for name in outcome.cause} == outcome.cause


# --- what the table cannot say


@pytest.mark.parametrize("transport", BOTH)
def test_unknown_event_is_an_event_of_its_own(
    client: Cartesia, emulator: Emulator, transport: str
) -> None:
    """A frame of an unknown type becomes `UnknownEvent` with its name and fields."""
    emulator.inject("unknown-type", after=1)
    unknown = [event for event in speak(client, transport, TEXT) if isinstance(event, UnknownEvent)]
    assert [(event.name, event.fields["glow"]) for event in unknown] == [("aurora", 0.5)]


@pytest.mark.parametrize("transport", BOTH)
def test_unknown_fields_are_kept(client: Cartesia, emulator: Emulator, transport: str) -> None:
    """Members that this version does not know stay in `extra`."""
    emulator.inject("extra-fields")
    first = next(iter(speak(client, transport, TEXT)))
    assert isinstance(first, AudioChunk)
    assert first.extra["aurora"] == {"glow": [1, None, {"deep": True}]}


def test_blocks_of_audio_are_whole_samples(client: Cartesia, emulator: Emulator) -> None:
    """Chunks that end within a sample are cut at samples by `audio`, on every transport."""
    for transport in TRANSPORTS:
        emulator.inject("split-sample")
        blocks = list(speak(client, transport, TEXT).audio())
        assert {len(block) % 2 for block in blocks} == {0}


def test_error_without_a_context_ends_every_context(client: Cartesia, emulator: Emulator) -> None:
    """What the service says of no context in particular concerns them all: none waits on."""
    connection = client.tts.websocket_connect()
    idle = connection.context(voice="v")
    emulator.inject("error-without-context", 429, after=1)
    with pytest.raises(RateLimitError) as caught:
        connection.speak(TEXT, voice="6ccbfb76-1fc6-48f7-b71d-91ac6298247b").collect()
    assert caught.value.context_id
    with pytest.raises(RateLimitError):
        idle.receive().collect()
    with pytest.raises(RateLimitError):
        idle.push("more")


def test_unparsable_frame_ends_every_context(face: Face, make_peer: MakePeer) -> None:
    """A frame that cannot be read may be anyone's, so nobody is left waiting for it."""

    def script(peer: Conversation) -> None:
        peer.accept()
        first, second = (peer.message()["context_id"] for _ in range(2))
        peer.chunk(first)
        peer.chunk(second)
        peer.send(b"\x81\x05{nope")
        peer.hold()

    connection = face.client(make_peer(script).base_url).tts.websocket_connect()
    streams = [connection.speak("Hello.", voice="v") for _ in range(2)]
    for stream in streams:
        with pytest.raises(RemoteProtocolError) as caught:
            stream.collect()
        assert caught.value.context_id == stream.context_id


def test_frames_after_the_end_are_dropped_and_counted(face: Face, make_peer: MakePeer) -> None:
    """Late frames of a context reach nobody; the socket knows how many there were."""

    def script(peer: Conversation) -> None:
        peer.accept()
        first = peer.message()["context_id"]
        peer.chunk(first)
        peer.tell("done", first)
        second = peer.message()["context_id"]
        for _ in range(3):
            peer.chunk(first, b"late")
        peer.tell("done", first)
        peer.chunk(second, b"good")
        peer.tell("done", second)
        peer.hold()

    connection = face.client(make_peer(script).base_url).tts.websocket_connect()
    connection.speak("One.", voice="v").collect()
    assert connection.speak("Two.", voice="v").collect().data == b"good"
    assert connection._driver._session.dropped == 4


def test_stale_frame_of_an_event_stream_is_dropped(client: Cartesia, emulator: Emulator) -> None:
    """With a context id of its own, an event stream tells the chunks of another one apart."""
    whole = client.tts.generate_sse(TEXT, voice=VOICE, context_id="mine").collect().data
    emulator.inject("stale-context", after=AFTER)
    assert client.tts.generate_sse(TEXT, voice=VOICE, context_id="mine").collect().data == whole


@pytest.mark.parametrize("context_id", [None, "mine"])
def test_error_frame_that_names_another_context_reaches_nobody(
    face: Face, make_peer: MakePeer, context_id: str | None
) -> None:
    """In an event stream as on a socket: it is dropped, and the speech goes on."""

    def frame(kind: str, name: str | None, **fields: object) -> bytes:
        known = {} if name is None else {"context_id": name}
        return b"data: %b\n\n" % json.dumps({"type": kind, **known, **fields}).encode()

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.stream("text/event-stream")
        for data in (
            frame("chunk", "mine", data="AAEAAQ=="),
            frame("error", "other", status_code=500, message="of another"),
            frame("done", "other", done=True),
            frame("chunk", None, data="AAEAAQ=="),
            frame("done", "mine", done=True),
        ):
            peer.piece(data)
        peer.send(b"0\r\n\r\n")

    client = face.client(make_peer(script).base_url)
    stream = client.tts.generate_sse("Hello.", voice="v", context_id=context_id)
    assert len(stream.collect().data) == 8


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_failed_stream_stays_failed(client: Cartesia, emulator: Emulator, transport: str) -> None:
    """Reading on after a failure raises it again: a broken stream never looks complete."""
    emulator.inject("drop", after=1)
    stream = speak(client, transport, TEXT)
    for _ in range(2):
        with pytest.raises(StreamTruncatedError):
            stream.collect()
    with pytest.raises(StreamTruncatedError):
        next(iter(stream))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_failure_is_a_connection_error_of_ours(
    client: Cartesia, emulator: Emulator, transport: str
) -> None:
    """No exception of a library below is what the caller has to catch."""
    emulator.inject("drop", after=1)
    with pytest.raises(APIConnectionError) as caught:
        speak(client, transport, TEXT).collect()
    assert type(caught.value).__module__ == "cartesia_stream.errors"
    assert caught.value.retryable
