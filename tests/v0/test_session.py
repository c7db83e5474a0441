"""The sockets of v0, which speak the old words and serve the session of today."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from websockets.frames import Frame as SocketFrame

from cartesia_stream import APIStatusError, AudioChunk, Cancelled, ConnectionClosedError, Done
from cartesia_stream._protocol.session import Session
from cartesia_stream.v0._session import InterruptSession, InterruptWebSocket, PlainWebSocket

from ..protocol.reads import joined, next_event, reads
from .talk import DONE, Frame, chunk

if TYPE_CHECKING:
    from cartesia_stream._protocol.context import Context

KEY = "sk%20car_planted"  # as it is in the URL


class Line:
    """A session of v0 and its peer."""

    def __init__(self, *, interrupts: bool = True) -> None:
        websocket = InterruptWebSocket(KEY) if interrupts else PlainWebSocket(KEY)
        kind = InterruptSession if interrupts else Session
        self.session = kind(websocket, secret="sk car_planted", max_buffer_bytes=1 << 20, now=0.0)
        self.woken: list[str] = []
        self.peer = joined(websocket)

    def open(self, ident: str) -> Context:
        def wake() -> None:
            self.woken.append(ident)

        body = {"transcript": "Hi.", "voice": None}
        return self.session.open(ident, {"data": body}, wake=wake, now=0.0)

    def speak(self, ident: str) -> Context:
        context = self.open(ident)
        self.session.send(context, "Hi.", more=False, flush=False, now=0.0)
        return context

    def acknowledge(self, context: Context) -> None:
        self.session.send(context, "", more=True, flush=True, now=0.0)

    def reply(self, *frames: Frame) -> None:
        for frame in frames:
            self.peer.send_text(json.dumps(frame).encode())
        for count in reads(self.session.get_buffer, b"".join(self.peer.data_to_send())):
            self.session.receive(count, now=0.0)

    def sent(self) -> list[Any]:
        """What the peer has got since the last call."""
        self.peer.receive_data(b"".join(self.session.websocket.data_to_send()))
        events = [event for event in self.peer.events_received() if isinstance(event, SocketFrame)]
        return [json.loads(bytes(event.data)) for event in events if int(event.opcode) == 1]


def events(context: Context) -> list[object]:
    found: list[object] = []
    while (event := next_event(context)) is not None:
        found.append(event)
        if isinstance(event, Done | Cancelled):
            break
    return found


@pytest.mark.parametrize("interrupts", [False, True])
def test_a_generation_is_asked_for_in_the_words_of_v0(interrupts: bool) -> None:
    line = Line(interrupts=interrupts)
    line.speak("a")
    assert line.sent() == [{"context_id": "a", "data": {"transcript": "Hi.", "voice": None}}]


@pytest.mark.parametrize("interrupts", [False, True])
def test_audio_and_end_are_the_events_of_today(interrupts: bool) -> None:
    line = Line(interrupts=interrupts)
    context = line.speak("a")
    line.reply(chunk(b"12", context_id="a"), {**chunk(b"34", context_id="a"), **DONE})
    got = events(context)
    assert [event.data for event in got if isinstance(event, AudioChunk)] == [b"12", b"34"]
    assert isinstance(got[-1], Done)


def test_the_plain_socket_sends_no_acknowledgements_and_no_cancels() -> None:
    line = Line(interrupts=False)
    context = line.speak("a")
    line.sent()
    line.session.cancel(context, now=0.0)
    assert line.sent() == []


def test_the_interrupt_socket_sends_both() -> None:
    line = Line()
    context = line.open("a")
    line.session.send(context, "Hi.", more=True, flush=False, now=0.0)
    line.sent()
    line.acknowledge(context)
    line.session.cancel(context, now=0.0)
    assert line.sent() == [{"context_id": "a"}, {"context_id": "a", "action": "cancel"}]


def test_a_chunk_is_acknowledged_in_any_state() -> None:
    """The consumer may be behind the service, which has ended the generation."""
    line = Line()
    context = line.speak("a")
    line.sent()
    line.reply(chunk(b"12", context_id="a"), {"context_id": "a", **DONE})
    assert context.done
    line.acknowledge(context)
    assert line.sent() == [{"context_id": "a"}]
    line.session.close()
    line.sent()
    line.acknowledge(context)  # to nobody
    assert line.session.websocket.data_to_send() == []


def test_the_next_generation_ends_the_one_before_and_wakes_its_reader() -> None:
    line = Line()
    first, second = line.speak("a"), line.speak("b")
    assert line.woken == ["a"]
    assert [type(event) for event in events(first)] == [Cancelled]
    assert list(line.session.contexts.values()) == [second]
    assert [request.get("action") for request in line.sent()] == [None, "cancel", None]
    line.reply(chunk(b"12", context_id="a"), chunk(b"34", context_id="b"))
    (event,) = events(second)
    assert isinstance(event, AudioChunk)
    assert event.data == b"34"


def test_the_plain_socket_has_many_generations_at_once() -> None:
    line = Line(interrupts=False)
    first, second = line.speak("a"), line.speak("b")
    line.reply(chunk(b"12", context_id="a"), chunk(b"34", context_id="b"))
    assert len(events(first)) == len(events(second)) == 1


def test_the_key_is_in_no_error_of_the_service() -> None:
    line = Line()
    context = line.speak("a")
    line.reply({"error": f"wrong: /audio?api_key={KEY}", "context_id": "a"})
    with pytest.raises(APIStatusError) as caught:
        next_event(context)
    assert caught.value.message == "wrong: /audio?api_key=[key]"
    assert KEY not in str(caught.value.title)
    line.peer.send_close(1008, f"api_key={KEY}")
    line.reply()
    assert isinstance(line.session.end, ConnectionClosedError)
    assert line.session.end.reason == "api_key=[key]"


def test_what_a_service_says_of_a_key_in_audio_stays_as_it_is() -> None:
    """Only errors are searched for the key."""
    line = Line()
    context = line.speak("a")
    line.reply(chunk(b"12", context_id="a", note=KEY))
    (event,) = events(context)
    assert isinstance(event, AudioChunk)
    assert event.extra["note"] == KEY
