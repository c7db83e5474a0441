"""One socket that listens: frames to the listener, messages to the service."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame

from cartesia_stream import APIError, APIStatusError, ConnectionClosedError, RateLimitError
from cartesia_stream._protocol.listen_session import ListenSession
from cartesia_stream._protocol.listener import Message
from cartesia_stream._protocol.websocket import WebSocket

from .reads import joined, reads

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_stream import APIConnectionError

KEY = "sk_car_planted"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


class Told:
    """What a listener was told, in order."""

    def __init__(self) -> None:
        self.news: list[tuple[Any, ...]] = []

    def wake(self) -> None: ...

    def tell(self, session: ListenSession, what: Callable[[Any], None]) -> None:
        what(self)

    def opened(self, now: float) -> None: ...

    def note(self, request_id: str | None) -> None:
        self.news.append(("opened", request_id))

    def receive(self, fields: dict[str, object], error: APIStatusError | None, now: float) -> None:
        assert now == 1.0
        self.news.append(("heard", fields, error))

    def broken(self, cause: APIError) -> None:
        self.news.append(("broken", str(cause)))

    def closed(self, code: int | None, cause: APIConnectionError) -> None:
        self.news.append(("closed", code, cause))


class Line:
    """A session, what its listener was told, and the peer."""

    def __init__(self) -> None:
        self.told = Told()
        self.session = ListenSession(WebSocket(), secret=KEY, now=0.0, hearer=self.told)
        self.peer = joined(self.session.websocket)

    def reply(self, *texts: str | bytes, size: int = 1 << 20) -> list[object]:
        """Have the peer send frames, in pieces of a size; return who is to be woken."""
        for text in texts:
            self.peer.send_text(text if isinstance(text, bytes) else text.encode())
        data = b"".join(self.peer.data_to_send())
        return [
            sleeper
            for at in range(0, len(data), size)
            for count in reads(self.session.get_buffer, data[at : at + size])
            for sleeper in self.session.receive(count, now=1.0)
        ]

    def sent(self) -> list[tuple[int, bytes]]:
        """The opcode and data of each frame that the peer has got."""
        self.peer.receive_data(b"".join(self.session.websocket.data_to_send()))
        frames = [event for event in self.peer.events_received() if isinstance(event, Frame)]
        return [(int(frame.opcode), bytes(frame.data)) for frame in frames]


@settings(max_examples=20)
@given(st.lists(st.dictionaries(st.text(max_size=6), JSON, max_size=4), max_size=5), st.data())
def test_every_object_is_heard_in_any_chunking(
    documents: list[dict[str, Any]], data: st.DataObject
) -> None:
    for document in documents:
        document.pop("error", None)  # an error without a type
        document["type"] = "transcript"
    line = Line()
    size = data.draw(st.integers(1, 200))
    news = line.reply(*map(json.dumps, documents), size=size)
    assert line.told.news == [("heard", document, None) for document in documents]
    assert set(news) == ({line.told} if documents else set())


@pytest.mark.parametrize(
    "text", ["", "nothing", "[]", '"done"', "3", "{", "[" * 5000, b'{"a": "\xff"}'], ids=repr
)
def test_what_is_no_object_is_told_as_broken(text: str | bytes) -> None:
    line = Line()
    line.reply(text, '{"type": "done"}')
    assert line.told.news == [
        ("broken", "a frame is not a JSON object"),
        ("heard", {"type": "done"}, None),
    ]


@pytest.mark.parametrize(
    "frame", [{"type": "error", "status_code": 429, "message": "slower"}, {"error": "slower"}]
)
def test_an_error_comes_with_its_exception(frame: dict[str, object]) -> None:
    line = Line()
    line.reply(json.dumps(frame))
    ((_, fields, error),) = line.told.news
    assert fields == frame
    assert isinstance(error, RateLimitError if "type" in frame else APIStatusError)
    assert error.message == "slower"


def test_a_frame_that_mentions_an_error_is_none() -> None:
    line = Line()
    line.reply('{"type": "transcript", "error": null}')
    assert line.told.news[0][2] is None


def test_the_key_is_in_no_error() -> None:
    line = Line()
    line.reply(json.dumps({"type": "error", "message": f"wrong: {KEY}"}))
    assert KEY not in str(line.told.news[0][2])
    line.peer.send_close(1008, KEY)
    line.reply()
    kind, code, cause = line.told.news[1]
    assert (kind, code, cause.reason) == ("closed", 1008, "[key]")


def test_audio_is_binary_and_a_command_is_text() -> None:
    line = Line()
    line.session.send([Message(b"\1\2", True), Message(b"finalize", False)])
    assert line.sent() == [(2, b"\1\2"), (1, b"finalize")]


def test_what_is_sent_after_the_end_is_dropped() -> None:
    line = Line()
    line.session.close()
    line.sent()
    line.session.send([Message(b"\1\2", True)])
    assert line.session.websocket.data_to_send() == []


def test_the_end_is_told_once_with_its_code() -> None:
    line = Line()
    line.peer.send_close(1001, "going away")
    assert line.reply() == [line.told]
    line.session.receive_eof(now=2.0)
    line.session.close()
    ((kind, code, cause),) = line.told.news
    assert (kind, code) == ("closed", 1001)
    assert isinstance(cause, ConnectionClosedError)
    assert (cause.code, cause.reason, cause.by) == (1001, "going away", "remote")


def test_an_end_without_a_close_frame_has_no_code() -> None:
    line = Line()
    line.session.receive_eof(now=2.0)
    ((kind, code, cause),) = line.told.news
    assert (kind, code, cause.code) == ("closed", None, 1006)


def test_frames_before_the_end_come_before_it() -> None:
    line = Line()
    line.peer.send_text(b'{"type": "done"}')
    line.peer.send_close(1000)
    line.reply()
    assert [kind for kind, *_ in line.told.news] == ["heard", "closed"]


def test_a_ping_is_answered_and_wakes_nobody() -> None:
    line = Line()
    line.peer.send_ping(b"p")
    assert line.reply() == []
    assert line.sent() == [(10, b"p")]


def test_opening_is_told_first() -> None:
    line = Line()
    line.session.opened("r1", now=1.0)
    line.reply('{"type": "connected"}')
    assert line.told.news == [("opened", "r1"), ("heard", {"type": "connected"}, None)]


def test_the_log_has_sizes_and_neither_text_nor_audio(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "cartesia_stream")
    line = Line()
    line.session.send([Message(b"secret words", True), Message(b"finalize", False)])
    line.reply('{"type": "transcript", "text": "secret words"}')
    assert caplog.messages == ["> audio 12 B", "> command 8 B", "< transcript 46 B"]
