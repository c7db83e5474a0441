"""What observers are told and what is logged, on a clock of its own."""

from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from cartesia_runtime.sender import Request

from cartesia_stream import (
    PCM_24K,
    ConfigurationError,
    ConnectionClosedError,
    NotFoundError,
    ObservedConnection,
    ObservedRequest,
    ObservedStream,
    Observer,
    RateLimitError,
    StreamTruncatedError,
)
from cartesia_stream._http.records import (
    CallRecord,
    ConnectionRecord,
    Observers,
    ResponseRecorder,
    StreamRecord,
)
from cartesia_stream._protocol.log import label

if TYPE_CHECKING:
    from cartesia_stream import APIConnectionError, APIError, RestartReason

URL: Final = "http://127.0.0.1:1"
REQUEST: Final = Request(operation="voices_list", method="GET", path="/voices")


class Diary(Observer):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []

    def stream_started(self, stream: ObservedStream) -> None:
        self.lines.append(("started", stream))

    def first_audio(self, stream: ObservedStream, seconds: float) -> None:
        self.lines.append(("first audio", seconds))

    def stream_restarted(
        self, stream: ObservedStream, reason: RestartReason, error: APIError
    ) -> None:
        self.lines.append(("restarted", reason, error))

    def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
        self.lines.append(("ended", stream.stats.outcome, error))

    def connection_opened(self, connection: ObservedConnection) -> None:
        self.lines.append(("opened", connection))

    def connection_closed(self, connection: ObservedConnection, cause: APIConnectionError) -> None:
        self.lines.append(("closed", connection, cause))

    def request_finished(self, request: ObservedRequest) -> None:
        self.lines.append(("request", request))


class Broken(Observer):
    """Fails in each method."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_"):
            return super().__getattribute__(name)
        raise RuntimeError("of the observer")


class Clock:
    """Monotonic seconds that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def diary() -> Diary:
    return Diary()


def observed_by(*observers: Observer) -> Observers:
    return Observers(URL, observers)


def stream_of(clock: Clock, *observers: Observer) -> StreamRecord:
    return StreamRecord(
        observed_by(*observers), "websocket", PCM_24K, model_id="sonic-3", clock=clock
    )


# --- streams


def test_a_life_is_told_in_its_order_and_once(diary: Diary, clock: Clock) -> None:
    """However often it is called: start, first audio, restart and end."""
    stream = stream_of(clock, diary)
    error = StreamTruncatedError("lost", request_id="r1")
    stream.begin()
    stream.begin()
    stream.enter("c1", socket="one")
    stream.heard()  # nothing has arrived
    clock.now += 0.25
    stream.meter.audio(48000, clock.now)
    clock.now += 0.5
    stream.heard()
    stream.heard()
    stream.restart("resumed", error, dropped=24000)
    stream.enter("c2", socket="two")
    stream.end(complete=True)
    stream.end(error)
    stream.heard()
    assert diary.lines == [
        ("started", stream),
        ("first audio", 0.25),
        ("restarted", "resumed", error),
        ("ended", "done", None),
    ]
    stats = stream.stats
    assert (stats.outcome, stats.nbytes, stats.audio_seconds) == ("done", 48000, 0.5)
    assert (stats.restarts, stats.reconnects) == (1, 1)
    assert (stats.context_ids, stats.request_ids) == (("c1", "c2"), ("r1",))
    assert (stream.transport, stream.model_id, stream.base_url) == ("websocket", "sonic-3", URL)


def test_an_end_has_one_of_three_outcomes(diary: Diary, clock: Clock) -> None:
    """Done, cancelled, or failed with its error, whose request is noted."""
    error = NotFoundError("no such voice", status_code=404, request_id="r2")
    outcomes: list[tuple[Exception | None, bool]] = [(None, True), (None, False), (error, False)]
    for failure, complete in outcomes:
        stream = stream_of(clock, diary)
        stream.begin()
        stream.requested("r2")
        stream.end(failure, complete=complete)
        assert stream.stats.request_ids == ("r2",)
    ends = [line for line in diary.lines if line[0] == "ended"]
    assert ends == [
        ("ended", "done", None),
        ("ended", "cancelled", None),
        ("ended", "failed", error),
    ]


def test_what_never_started_has_no_end(diary: Diary, clock: Clock) -> None:
    """A context that nobody pushed to, for example."""
    stream = stream_of(clock, diary)
    stream.end()
    assert diary.lines == []
    assert stream.stats.outcome is None


def test_first_audio_behind_the_end_is_not_told(diary: Diary, clock: Clock) -> None:
    """Audio that is read after a close, for example."""
    stream = stream_of(clock, diary)
    stream.begin()
    stream.meter.audio(2, clock.now)
    stream.end()
    stream.heard()
    assert [line[0] for line in diary.lines] == ["started", "ended"]


def test_waiting_in_the_queue_adds_up(clock: Clock) -> None:
    """Also where the wait fails."""
    stream = stream_of(clock)
    with stream.queueing():
        clock.now += 1
    with pytest.raises(ValueError, match="full"), stream.queueing():
        clock.now += 2
        raise ValueError("full")
    assert stream.stats.queued == 3


def test_hooks_run_where_the_stream_was_asked_for(clock: Clock) -> None:
    """In a copy of the context variables of that moment, wherever they are called from."""
    variable: ContextVar[str] = ContextVar("variable")
    seen: list[str] = []

    class Looker(Observer):
        def stream_started(self, stream: ObservedStream) -> None:
            seen.append(variable.get())
            variable.set("of the hook")

        def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
            seen.append(variable.get())

    variable.set("of the caller")
    stream = stream_of(clock, Looker())
    variable.set("of the consumer")
    stream.begin()
    stream.end()
    assert seen == ["of the caller", "of the caller"]
    assert variable.get() == "of the consumer"


def test_a_broken_observer_harms_nobody(
    diary: Diary, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """What it raises is logged, and the next observer is told all the same."""
    stream = stream_of(clock, Broken(), diary)
    stream.begin()
    stream.meter.audio(2, clock.now)
    stream.heard()
    stream.restart("replayed", RateLimitError("full", status_code=429))
    stream.end()
    assert [line[0] for line in diary.lines] == ["started", "first audio", "restarted", "ended"]
    assert len(caplog.records) == 4
    for record in caplog.records:
        assert (record.name, record.levelname) == ("cartesia_stream", "ERROR")
        assert record.getMessage() == "an observer failed: Broken"
        assert record.exc_info


def test_an_observer_need_not_care(clock: Clock) -> None:
    """Each method of the base does nothing."""
    observers = observed_by(Observer())
    stream = StreamRecord(observers, "sse", PCM_24K, model_id=None, clock=clock)
    stream.begin()
    stream.meter.audio(2, clock.now)
    stream.heard()
    stream.restart("rate_limited", RateLimitError("full", status_code=429))
    stream.end()
    socket = ConnectionRecord(observers, now=clock.now)
    socket.opened(clock.now)
    socket.closed(ConnectionClosedError("over"))
    with CallRecord(observers, REQUEST, clock) as call:
        call.note(httpx.Response(200))
    assert stream.stats.outcome == "cancelled"


# --- sockets and calls


def test_a_socket_is_told_from_its_opening_on(diary: Diary, clock: Clock) -> None:
    """One whose handshake failed was none."""
    cause = ConnectionClosedError("over", code=1001)
    ConnectionRecord(observed_by(diary), now=clock.now).closed(cause)
    socket = ConnectionRecord(observed_by(diary), now=clock.now)
    socket.opened(clock.now + 0.5)
    socket.closed(cause)
    (_, connection), (_, same, why) = diary.lines
    assert connection is same
    assert (connection.base_url, connection.seconds) == (URL, 0.5)
    assert why is cause


def test_a_call_is_told_with_its_answer(diary: Diary, clock: Clock) -> None:
    """And whoever watches from outside still sees the response."""
    response = httpx.Response(201, headers={"x-request-id": "r3"})
    with ResponseRecorder() as watch:
        with CallRecord(observed_by(diary), REQUEST, clock):
            clock.now += 0.75
            ResponseRecorder.note(response)
        assert watch.response is response
    expected = ObservedRequest(
        operation="voices_list",
        method="GET",
        base_url=URL,
        seconds=0.75,
        status_code=201,
        request_id="r3",
        error=None,
    )
    assert diary.lines == [("request", expected)]


@pytest.mark.parametrize(
    ("error", "status_code", "request_id"),
    [
        (NotFoundError("none", status_code=404, request_id="r4"), 404, "r4"),
        (ConnectionClosedError("gone"), None, None),
        (OSError("no such file"), None, None),
    ],
)
def test_a_call_that_failed_is_told_with_its_error(
    diary: Diary, clock: Clock, error: Exception, status_code: int | None, request_id: str | None
) -> None:
    """With the status and the id of the request, if there was an answer."""
    with pytest.raises(type(error)), CallRecord(observed_by(diary), REQUEST, clock):
        raise error
    ((_, call),) = diary.lines
    assert (call.status_code, call.request_id, call.error) == (status_code, request_id, error)


def test_a_call_that_was_cancelled_is_not_told(diary: Diary, clock: Clock) -> None:
    """It has no answer and no error of its own."""
    with pytest.raises(KeyboardInterrupt), CallRecord(observed_by(diary), REQUEST, clock):
        raise KeyboardInterrupt
    assert diary.lines == []


# --- logging


def test_nothing_is_logged_unless_asked_for(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """A healthy client is silent above DEBUG."""
    caplog.set_level(logging.INFO)
    stream = stream_of(clock)
    stream.begin()
    stream.end(complete=True)
    socket = ConnectionRecord(observed_by(), now=clock.now)
    socket.opened(clock.now)
    socket.closed(ConnectionClosedError("over"))
    assert caplog.records == []


def test_what_is_logged_of_lives(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Sizes, times and ids; errors by their class and number, never by their words."""
    caplog.set_level(logging.DEBUG)
    stream = stream_of(clock)
    stream.begin()
    stream.enter("c1")
    stream.meter.audio(48000, clock.now + 0.125)
    stream.restart("resumed", ConnectionClosedError("the words", code=1011))
    stream.enter("c2")
    stream.end(NotFoundError("the words", status_code=404))
    silent = stream_of(clock)
    silent.begin()
    silent.end()
    socket = ConnectionRecord(observed_by(), now=clock.now)
    socket.opened(clock.now + 0.5)
    socket.closed(ConnectionClosedError("the words", code=1001))
    with CallRecord(observed_by(), REQUEST, clock):
        ResponseRecorder.note(httpx.Response(200, headers={"x-request-id": "r5"}))
    with pytest.raises(OSError, match="the words"), CallRecord(observed_by(), REQUEST, clock):
        raise OSError("the words")
    failed = (
        "speech failed with NotFoundError 404: 1 chunks, 48000 B, first audio after 0.125 s, "
        "ctx=c1,c2"
    )
    assert [record.getMessage() for record in caplog.records] == [
        "speech resumed after ConnectionClosedError 1011",
        failed,
        "speech cancelled: 0 chunks, 0 B, first audio after - s, ctx=-",
        "socket opened in 0.500 s",
        "socket closed: ConnectionClosedError 1001",
        "> GET voices_list",
        "< 200 voices_list in 0.000 s, request=r5",
        "> GET voices_list",
        "< OSError voices_list in 0.000 s, request=None",
    ]


def test_label_of_an_error_is_short() -> None:
    """Its class, and the number or the phase that tells it from others."""
    assert label(ValueError("words")) == "ValueError"
    assert label(NotFoundError("words", status_code=404)) == "NotFoundError 404"


def response(status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(
        status, headers={name.replace("_", "-"): headers[name] for name in headers}
    )


def test_the_last_response_of_a_call_is_recorded() -> None:
    with ResponseRecorder() as recorder:
        ResponseRecorder.note(response(200, x_request_id="r1"))
        ResponseRecorder.note(response(206, x_request_id="r2"))
    answer = recorder.answer("data")
    assert (answer.data, answer.status_code, answer.request_id) == ("data", 206, "r2")
    assert answer.headers["X-Request-Id"] == "r2"


def test_responses_after_the_call_are_not_recorded() -> None:
    with ResponseRecorder() as recorder:
        pass
    ResponseRecorder.note(response())
    with pytest.raises(ConfigurationError, match="no HTTP request"):
        recorder.answer(None)


def test_calls_inside_each_other_record_their_own() -> None:
    with ResponseRecorder() as outer:
        ResponseRecorder.note(response(201))
        with ResponseRecorder() as inner:
            ResponseRecorder.note(response(202))
    assert (outer.answer(0).status_code, inner.answer(0).status_code) == (201, 202)


def test_calls_beside_each_other_record_their_own() -> None:
    async def call(status: int) -> int:
        with ResponseRecorder() as recorder:
            await asyncio.sleep(0)
            ResponseRecorder.note(response(status))
            await asyncio.sleep(0)
            return recorder.answer(None).status_code

    async def both() -> list[int]:
        return list(await asyncio.gather(call(200), call(201)))

    assert asyncio.run(both()) == [200, 201]
