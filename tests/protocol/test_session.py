"""Many contexts over one connection, against a real WebSocket peer without I/O."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from websockets.frames import Frame

from cartesia_stream import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AudioChunk,
    AuthenticationError,
    BufferOverflowError,
    Cancelled,
    ConfigurationError,
    ConnectionClosedError,
    Done,
    LocalStateError,
    RateLimitError,
    RemoteProtocolError,
    SpeechEvent,
    StreamTruncatedError,
    UnknownEvent,
)
from cartesia_stream._protocol.context import EVENT_BYTES, Context, State
from cartesia_stream._protocol.session import REMEMBERED_IDS, Session
from cartesia_stream._protocol.websocket import WebSocket

from .reads import joined, next_event, reads

KEY = "sk_car_planted"


class Line:
    """A session and its peer, joined without a network; the clock stands still by default."""

    def __init__(self, *, limit: int = 1 << 20, handshake: bool = True, secret: str = KEY) -> None:
        self.now = 0.0
        self.session = Session(
            WebSocket(),
            secret=secret,
            max_buffer_bytes=limit,
            now=0.0,
        )
        self.requests: list[dict[str, Any]] = []
        if handshake:
            self.shake_hands()

    def shake_hands(self) -> None:
        self.peer = joined(self.session.websocket)

    def carry(self) -> list[Context]:
        """Let both sides read all that the other has written."""
        news: list[Context] = []
        for _ in range(3):
            self.peer.receive_data(b"".join(self.session.websocket.data_to_send()))
            for event in self.peer.events_received():
                if isinstance(event, Frame) and event.opcode == 1:
                    self.requests.append(json.loads(bytes(event.data)))
            news += self.receive(b"".join(self.peer.data_to_send()))
        return news

    def receive(self, data: bytes) -> list[Context]:
        """Hand bytes to the session as a network does."""
        return [
            context
            for count in reads(self.session.get_buffer, data)
            for context in self.session.receive(count, now=self.now)
        ]

    def reply(self, *documents: object) -> list[Context]:
        """Have the peer send frames: JSON documents, or text as it is."""
        for document in documents:
            text = document if isinstance(document, str) else json.dumps(document)
            self.peer.send_text(text.encode())
        return self.carry()

    def open(self, context_id: str) -> Context:
        return self.session.open(context_id, {"voice": "v"}, wake=lambda: None, now=self.now)

    def send(self, context: Context, text: str, *, more: bool = True, flush: bool = False) -> None:
        self.session.send(context, text, more=more, flush=flush, now=self.now)
        self.carry()

    def spoken(self, context_id: str) -> Context:
        context = self.open(context_id)
        self.send(context, "Hello", more=False)
        return context


def chunk(context_id: str | None, data: bytes = b"\0\1") -> dict[str, object]:
    return {"type": "chunk", "data": b64encode(data).decode(), "context_id": context_id}


def done(context_id: str | None) -> dict[str, object]:
    return {"type": "done", "done": True, "context_id": context_id}


def error(context_id: str | None = None, status: int = 500, message: str = "No") -> object:
    fields = {"type": "error", "status_code": status, "message": message, "done": True}
    return fields if context_id is None else fields | {"context_id": context_id}


def read(context: Context) -> tuple[list[SpeechEvent], Exception | None]:
    """All that waits, and the fault behind it."""
    events: list[SpeechEvent] = []
    try:
        while (event := next_event(context)) is not None:
            events.append(event)
    except Exception as fault:
        return events, fault
    return events, None


# --- routing


def test_events_reach_their_context() -> None:
    """Interleaved frames come out sorted, each context with its own, in order."""
    line = Line()
    one, two = line.spoken("1"), line.spoken("2")
    news = line.reply(chunk("1", b"a"), chunk("2", b"b"), chunk("1", b"c"), done("2"), done("1"))
    assert news == [one, two]  # each but once
    for context, parts in ((one, [b"a", b"c"]), (two, [b"b"])):
        events, fault = read(context)
        assert fault is None
        assert [event.data for event in events if isinstance(event, AudioChunk)] == parts
        assert events[-1] == Done(context_id=context.id)
    assert line.session.contexts == {}


def test_requests_on_the_wire() -> None:
    """A push, a flush, the end and a cancel are the frames that the API knows."""
    line = Line()
    context = line.open("1")
    assert line.requests == []
    line.send(context, "Hi ")
    line.send(context, "", flush=True)
    line.send(context, "", more=False)
    line.send(context, "", more=False)
    line.session.cancel(context, now=0)
    line.carry()
    head = {"context_id": "1", "voice": "v"}
    assert line.requests == [
        {**head, "transcript": "Hi ", "continue": True},
        {**head, "transcript": "", "continue": True, "flush": True},
        {**head, "transcript": "", "continue": False},
        {"context_id": "1", "cancel": True},
    ]


def test_a_context_that_said_nothing_sends_nothing() -> None:
    """Finishing or cancelling before any text is settled here, without a frame."""
    line = Line()
    one, two = line.open("1"), line.open("2")
    line.send(one, "", more=False)
    line.session.cancel(two, now=0)
    line.carry()
    assert line.requests == []
    assert line.session.contexts == {}
    assert read(one) == ([Done(context_id="1")], None)
    assert read(two) == ([Cancelled(context_id="2")], None)


def test_stray_frames_are_dropped_and_counted() -> None:
    """Frames of contexts that are unknown, finished or cancelled reach nobody."""
    line = Line()
    one, two, three, four = (line.spoken(str(number)) for number in range(1, 5))
    line.reply(chunk("1"), done("1"))
    line.session.cancel(two, now=0)
    news = line.reply(
        chunk("1"), chunk("2"), done("2"), chunk("9"), done("9"), error("2"), chunk(None), done("")
    )
    assert news == []
    assert line.session.dropped == 8
    assert [len(read(context)[0]) for context in (one, two, three, four)] == [2, 1, 0, 0]
    assert {three.state, four.state} == {State.FINISHING}


def test_a_frame_without_an_id_belongs_to_the_only_context() -> None:
    """With one context open, a frame that names none can only be meant for it."""
    line = Line()
    context = line.spoken("1")
    assert line.reply(chunk(None), done(None)) == [context]
    assert [type(event) for event in read(context)[0]] == [AudioChunk, Done]
    assert line.session.contexts == {}


def test_unknown_frames_reach_their_context() -> None:
    """A frame type of a newer server is yielded, not lost."""
    line = Line()
    context = line.spoken("1")
    line.reply({"type": "laugh", "context_id": "1"})
    ((event,), _) = read(context)
    assert isinstance(event, UnknownEvent)


# --- faults


def test_an_error_with_an_id_ends_that_context_alone() -> None:
    """The other contexts go on."""
    line = Line()
    one, two = line.spoken("1"), line.spoken("2")
    assert line.reply(error("1", 429), chunk("2")) == [one, two]
    assert isinstance(read(one)[1], RateLimitError)
    assert read(two)[1] is None
    assert set(line.session.contexts) == {"2"}
    assert line.requests[2:] == []  # what the service has ended needs no cancel


def test_an_error_without_an_id_ends_every_context() -> None:
    """Each gets an exception of its own, with its own id."""
    line = Line()
    contexts = [line.spoken("1"), line.spoken("2"), line.open("3")]
    assert line.reply(error(None, 429)) == contexts
    faults = [read(context)[1] for context in contexts]
    assert all(isinstance(fault, RateLimitError) for fault in faults)
    assert [getattr(fault, "context_id", None) for fault in faults] == ["1", "2", "3"]
    assert len({id(fault) for fault in faults}) == 3
    assert line.session.usable


def test_a_bad_frame_with_an_id_ends_that_context_alone() -> None:
    """A broken chunk fails its context, which is cancelled at the service too."""
    line = Line()
    one, two = line.spoken("1"), line.spoken("2")
    line.reply({"type": "chunk", "data": "?", "context_id": "1"}, chunk("2"))
    line.carry()
    assert isinstance(read(one)[1], RemoteProtocolError)
    assert read(two)[1] is None
    assert line.requests[2:] == [{"context_id": "1", "cancel": True}]


@pytest.mark.parametrize("frame", ["nonsense", "[]", "{}", '{"type":"done","context_id":7}'])
def test_a_bad_frame_without_an_id_ends_every_context(frame: str) -> None:
    """What belongs to nobody may belong to anybody: nobody waits in vain."""
    line = Line()
    contexts = [line.spoken("1"), line.spoken("2")]
    assert line.reply(frame) == contexts
    assert all(isinstance(read(context)[1], RemoteProtocolError) for context in contexts)


def test_overflow_cancels_the_context_at_the_service() -> None:
    """A context whose consumer fell behind stops there too, and its late frames are dropped."""
    line = Line(limit=10)
    one, two = line.spoken("1"), line.spoken("2")
    line.reply(chunk("1", b"x" * 8), chunk("1", b"x" * 8), chunk("1", b"x"), chunk("2", b"x"))
    assert line.requests[2:] == [{"context_id": "1", "cancel": True}]
    assert isinstance(read(one)[1], BufferOverflowError)
    assert read(two)[1] is None
    assert line.session.dropped == 1


def test_the_key_is_taken_out_of_what_the_peer_says() -> None:
    """An error frame or a close reason that echoes the key does not carry it on."""
    line = Line()
    one, two = line.spoken("1"), line.spoken("2")
    line.reply(error("1", 401, f"bad key {KEY}"))
    line.peer.send_close(1008, f"bad key {KEY}")
    line.carry()
    first, second = read(one)[1], read(two)[1]
    assert isinstance(first, AuthenticationError)
    assert first.message == "bad key [key]"
    assert isinstance(second, StreamTruncatedError)
    for fault in (first, second, second.__cause__):
        assert KEY not in f"{fault} {fault!r} {vars(fault)}"


def test_a_context_id_may_contain_the_key() -> None:
    """Redaction never keeps an error from its context; short keys are common in tests."""
    line = Line(secret="x")
    context = line.spoken("context-x")
    assert line.reply(error("context-x", message="taxing")) == [context]
    fault = read(context)[1]
    assert isinstance(fault, APIStatusError)
    assert (fault.message, fault.context_id) == ("ta[key]ing", "context-x")


# --- ids and state


def test_ids_are_not_reused() -> None:
    """An id is good once per connection, since late frames of the former could arrive."""
    line = Line()
    line.session.cancel(line.spoken("1"), now=0)
    with pytest.raises(LocalStateError, match="was already used on this connection") as caught:
        line.open("1")
    assert caught.value.context_id == "1"


def test_the_memory_of_ids_is_bounded_but_knows_what_is_open() -> None:
    """Old ids are forgotten, except those of contexts that still live."""
    line = Line()
    line.open("first")
    for number in range(REMEMBERED_IDS + 1):
        line.session.cancel(line.open(str(number)), now=0)
    assert len(line.session._used) == REMEMBERED_IDS
    line.open("0")
    with pytest.raises(LocalStateError):
        line.open("first")


def test_a_push_after_the_end_of_the_input() -> None:
    """Text after no_more_inputs is refused and not sent."""
    line = Line()
    context = line.spoken("1")
    with pytest.raises(LocalStateError, match="cannot send: the context is finishing"):
        line.send(context, "more")
    assert len(line.requests) == 1


def test_text_that_cannot_be_sent_leaves_the_context_as_it_was() -> None:
    """A refused push changes neither state nor wire; a further push works."""
    line = Line()
    context = line.open("1")
    for more in (True, False):
        with pytest.raises(ConfigurationError):
            line.send(context, "\ud83d", more=more)
    assert context.state is State.IDLE
    line.send(context, "\U0001f600", more=False)
    assert [request["transcript"] for request in line.requests] == ["\U0001f600"]


def test_nothing_opens_before_the_handshake() -> None:
    """A context needs an open connection."""
    line = Line(handshake=False)
    assert not line.session.usable
    with pytest.raises(ConnectionClosedError):
        line.open("1")
    line.shake_hands()
    line.open("1")


# --- ends of the connection


def close_cleanly(line: Line) -> None:
    line.peer.send_close(1000)
    line.carry()


def close_with_error(line: Line) -> None:
    line.peer.send_close(1011, "boom")
    line.carry()


def vanish(line: Line) -> None:
    line.session.receive_eof(now=0)


def fail_in_the_network(line: Line) -> None:
    line.session.receive_eof(now=0, cause=APIConnectionError("the connection failed: reset"))


def break_the_rules(line: Line) -> None:
    line.receive(b"\x83\x00")


def close_ourselves(line: Line) -> None:
    line.session.close()


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        (close_cleanly, "the service closed the connection with code 1000"),
        (close_with_error, "code 1011 (boom)"),
        (vanish, "lost without a closing handshake"),
        (fail_in_the_network, "the connection failed: reset"),
        (break_the_rules, "this client closed the connection with code 1002"),
        (close_ourselves, "this client closed the connection with code 1000"),
    ],
)
def test_no_end_of_the_connection_is_silent(end: Any, sentence: str) -> None:
    """However a connection ends, contexts in flight raise what came and why it stopped."""
    line = Line()
    one, idle, gone = line.spoken("1"), line.open("2"), line.spoken("3")
    line.reply(chunk("1", b"abc"), done("3"), chunk("3"))
    read(gone)
    end(line)
    assert not line.session.usable
    events, fault = read(one)
    assert len(events) == 1
    assert isinstance(fault, StreamTruncatedError)
    assert (fault.chunks, fault.nbytes, fault.context_id) == (1, 3, "1")
    assert sentence in str(fault)
    idle_fault = read(idle)[1]
    assert isinstance(idle_fault, APIConnectionError)
    assert sentence in str(idle_fault)
    with pytest.raises(APIConnectionError, match="connection"):
        line.open("4")
    with pytest.raises(APIConnectionError):
        line.send(idle, "late")
    assert line.session.receive_eof(now=0) == []


# --- liveness


def test_peer_that_sends_on_after_the_close_is_given_up() -> None:
    """What it sends does not keep a closing connection for ever."""
    line = Line()
    line.session.close()
    for _ in range(5):
        line.now += 10
        line.peer.send_ping(b"p")
        line.receive(b"".join(line.peer.data_to_send()))
        line.session.tick(now=line.now)
    assert line.session.is_closed


def test_a_silent_peer_is_pinged_then_given_up() -> None:
    """Silence brings a ping; silence after that ends every context."""
    line = Line()
    context = line.spoken("1")
    assert line.session.next_tick() == 20
    assert line.session.tick(now=19) == []
    assert line.session.websocket.data_to_send() == []
    assert line.session.tick(now=20) == []
    assert line.session.websocket.data_to_send()[0][0] == 0x89
    assert line.session.next_tick() == 40
    assert line.session.tick(now=39.9) == []
    assert not line.session.is_closed
    assert line.session.tick(now=40) == [context]
    assert line.session.is_closed
    fault = read(context)[1]
    assert isinstance(fault, StreamTruncatedError)
    assert isinstance(fault.__cause__, APITimeoutError)
    assert fault.__cause__.phase == "idle"


def test_any_byte_is_a_sign_of_life() -> None:
    """A pong, or anything else, starts the wait anew."""
    line = Line()
    line.session.tick(now=20)
    line.now = 25
    line.carry()
    assert line.session.next_tick() == 45
    assert line.session.tick(now=44) == []


# --- any sequence of moves of both sides

IDS = [str(number) for number in range(6)]
ids = st.sampled_from(IDS)


class Conversation(RuleBasedStateMachine):
    """Random moves; a model says what each context may yield, and the invariants what never."""

    def __init__(self) -> None:
        super().__init__()
        self.line = Line(limit=8 * EVENT_BYTES)
        self.contexts: dict[str, Context] = {}
        self.expected: dict[str, list[bytes]] = {}  # audio sent to a living context and not read
        self.ends: dict[str, int] = {}

    @property
    def alive(self) -> bool:
        return self.line.session.usable

    def living(self, context_id: str) -> bool:
        context = self.contexts.get(context_id)
        return context is not None and not context.done

    @rule(context_id=ids)
    def open(self, context_id: str) -> None:
        if not self.alive or context_id in self.contexts:
            with pytest.raises((LocalStateError, APIConnectionError)):
                self.line.open(context_id)
            return
        self.contexts[context_id] = self.line.open(context_id)
        self.expected[context_id] = []
        self.ends[context_id] = 0

    @rule(context_id=ids, text=st.sampled_from(["", "Hi"]), more=st.booleans())
    def send(self, context_id: str, text: str, more: bool) -> None:
        context = self.contexts.get(context_id)
        if context is None:
            return
        before = context.state
        try:
            self.line.send(context, text, more=more)
        except (LocalStateError, APIStatusError, APIConnectionError, RemoteProtocolError):
            assert before not in (State.IDLE, State.OPEN)
        except BufferOverflowError:
            assert before is State.FAILED

    @rule(context_id=ids)
    def cancel(self, context_id: str) -> None:
        if context_id in self.contexts:
            if self.living(context_id):
                self.expected[context_id].clear()
            self.line.session.cancel(self.contexts[context_id], now=0)
            self.line.carry()

    @rule(context_id=ids, number=st.integers(1, 3))
    def speak(self, context_id: str, number: int) -> None:
        """The peer sends audio that names its context in every byte, whatever the state."""
        if not self.alive:
            return
        for _ in range(number):
            data = context_id.encode() * EVENT_BYTES
            takes = self.living(context_id) and self.contexts[context_id].state is not State.IDLE
            self.line.reply(chunk(context_id, data))
            if takes and self.contexts[context_id].state is not State.FAILED:
                self.expected[context_id].append(data)

    @rule(context_id=ids)
    def finish(self, context_id: str) -> None:
        if self.alive:
            self.line.reply(done(context_id))

    @precondition(lambda self: self.alive)
    @rule(context_id=st.none() | ids)
    def fail(self, context_id: str | None) -> None:
        living = [name for name in self.contexts if self.living(name)]
        self.line.reply(error(context_id))
        for name in living:
            assert self.contexts[name].done is (context_id in (None, name))

    @precondition(lambda self: self.alive)
    @rule(context_id=ids)
    def garble(self, context_id: str) -> None:
        self.line.reply({"type": "chunk", "data": 5, "context_id": context_id})

    @rule(end=st.sampled_from([close_cleanly, vanish, break_the_rules, close_ourselves]))
    @precondition(lambda self: self.alive and len(self.contexts) > 3)
    def end(self, end: Any) -> None:
        end(self.line)
        assert all(context.done for context in self.contexts.values())

    @rule(context_id=ids)
    def read(self, context_id: str) -> None:
        context = self.contexts.get(context_id)
        if context is None:
            return
        events, fault = read(context)
        heard = [event.data for event in events if isinstance(event, AudioChunk)]
        assert heard == self.expected[context_id]
        self.expected[context_id].clear()
        ends = [event for event in events if isinstance(event, Done | Cancelled)]
        self.ends[context_id] += len(ends)
        assert events[-1:] == ends if ends else True
        assert self.ends[context_id] <= 1
        if context.done:
            assert (self.ends[context_id] == 1) is (fault is None)
            assert (context.state is State.FAILED) is (fault is not None)
        else:
            assert fault is None

    @invariant()
    def the_session_knows_the_living_and_nobody_else(self) -> None:
        living = {name for name in self.contexts if self.living(name)}
        assert set(self.line.session.contexts) == living

    @invariant()
    def buffers_are_bounded(self) -> None:
        for context in self.contexts.values():
            waiting = [event for event in context._events if isinstance(event, AudioChunk)]
            assert sum(len(event.data) for event in waiting) <= 8 * EVENT_BYTES

    @invariant()
    def only_the_service_makes_an_end(self) -> None:
        """Without a connection no context is left waiting."""
        if not self.alive:
            assert all(context.done for context in self.contexts.values())


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
