"""Spans and measurements of OpenTelemetry, as its own kit exports them."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cartesia_stream import AudioChunk, BadRequestError, NotFoundError
from cartesia_stream.otel import OpenTelemetry

from .faces import VOICE, Background, eventually, speak
from .recordings import FORMAT, turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import ReadableSpan

    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia

    from .faces import Face

TEXT: Final = "One, two and three. Four; the five."
LONG: Final = "This goes on and on. " * 40
TRANSPORTS: Final = ("websocket", "sse", "bytes")
RECORDING: Final = turns("Hello you.")

Point = tuple[dict[str, Any], float, int]
"""Attributes, sum and count of a measurement."""


class Telemetry:
    """The kit with its exporters in memory."""

    def __init__(self) -> None:
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meters = MeterProvider(metric_readers=[self._reader])
        self.tracer = self.tracers.get_tracer("caller")
        self.observer = OpenTelemetry(tracer_provider=self.tracers, meter_provider=self.meters)

    def spans(self) -> list[ReadableSpan]:
        """The spans of speech and of listeners that have ended."""
        finished = self._spans.get_finished_spans()
        return [span for span in finished if "_to_" in span.name]

    def span(self) -> ReadableSpan:
        """The one span that has ended."""
        (span,) = self.spans()
        return span

    def measured(self, name: str) -> list[Point]:
        """All points of a metric."""
        data = self._reader.get_metrics_data()
        found: list[Point] = []
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    if metric.name == name:
                        found += [_point(point) for point in metric.data.data_points]
        return found

    def close(self) -> None:
        self.tracers.shutdown()
        self.meters.shutdown()


def _point(point: Any) -> Point:
    total = point.sum if hasattr(point, "sum") else point.value
    return dict(point.attributes or {}), total, getattr(point, "count", 1)


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    telemetry = Telemetry()
    yield telemetry
    telemetry.close()


@pytest.fixture
def client(face: Face, emulator: Emulator, telemetry: Telemetry) -> Cartesia:
    """A client that is observed."""
    return face.client(emulator, observers=[telemetry.observer])


def attributes_of(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_stream_is_a_span(
    client: Cartesia, emulator: Emulator, telemetry: Telemetry, transport: str
) -> None:
    """With the request at its start, the statistics at its end, and an event between."""
    stream = speak(client, transport, TEXT)
    list(stream)
    span = telemetry.span()
    assert span.name == "text_to_speech sonic-latest"
    assert span.kind is trace.SpanKind.CLIENT
    assert span.status.status_code is trace.StatusCode.UNSET
    assert span.parent is None
    stats, attributes = stream.stats, attributes_of(span)
    host, port = emulator.base_url.removeprefix("http://").split(":")
    expected = {
        "gen_ai.operation.name": "text_to_speech",
        "gen_ai.provider.name": "cartesia",
        "gen_ai.request.model": "sonic-latest",
        "gen_ai.output.type": "speech",
        "server.address": host,
        "server.port": int(port),
        "cartesia.transport": transport,
        "cartesia.audio.container": "raw",
        "cartesia.audio.encoding": "pcm_s16le",
        "cartesia.audio.sample_rate": 24000,
        "cartesia.outcome": "done",
        "cartesia.time_to_first_audio": stats.time_to_first_audio,
        "cartesia.queue.duration": stats.queued,
        "cartesia.audio.chunks": stats.chunks,
        "cartesia.audio.size": stats.nbytes,
        "cartesia.audio.duration": stats.audio_seconds,
        "cartesia.audio.lead": stats.lead,
        "cartesia.audio.lead.min": stats.min_lead,
        "cartesia.underruns": stats.underruns,
        "cartesia.underruns.duration": stats.underrun_seconds,
        "cartesia.restarts": 0,
        "cartesia.reconnects": 0,
        "cartesia.context_ids": stats.context_ids,
        "cartesia.request_ids": stats.request_ids,
    }
    # The audio may come in one piece, which tells nothing of the lead at the next.
    assert attributes == {name: value for name, value in expected.items() if value is not None}
    (event,) = span.events
    assert event.name == "cartesia.first_audio"
    assert dict(event.attributes or {}) == {
        "cartesia.time_to_first_audio": stats.time_to_first_audio
    }
    assert (span.start_time or 0) < event.timestamp


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_failure_is_the_status_of_the_span(
    client: Cartesia, telemetry: Telemetry, transport: str
) -> None:
    """With the class of the error, and without the words of the service."""
    with pytest.raises(NotFoundError) as raised:
        list(speak(client, transport, TEXT, voice="nobody"))
    span = telemetry.span()
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.status.description == "NotFoundError"
    attributes = attributes_of(span)
    assert attributes["error.type"] == "NotFoundError"
    assert attributes["cartesia.outcome"] == "failed"
    assert raised.value.request_id in attributes["cartesia.request_ids"]
    assert "cartesia.time_to_first_audio" not in attributes
    assert span.events == ()
    ((point, _, count),) = telemetry.measured("cartesia.stream.duration")
    assert (point["cartesia.outcome"], point["error.type"], count) == ("failed", "NotFoundError", 1)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_cancelling_is_no_error(client: Cartesia, telemetry: Telemetry, transport: str) -> None:
    """The span ends when the stream is left."""
    with speak(client, transport, LONG) as stream:
        next(event for event in stream if isinstance(event, AudioChunk))
        assert telemetry.spans() == []
    span = telemetry.span()
    assert span.status.status_code is trace.StatusCode.UNSET
    assert attributes_of(span)["cartesia.outcome"] == "cancelled"


def test_resumption_is_an_event_of_the_span(
    client: Cartesia, emulator: Emulator, telemetry: Telemetry
) -> None:
    """One span over both contexts."""
    emulator.inject("drop", after=12)
    list(client.tts.speak(TEXT, voice=VOICE, resume=True))
    span = telemetry.span()
    first, restart = span.events
    assert (first.name, restart.name) == ("cartesia.first_audio", "cartesia.restart")
    cause = dict(restart.attributes or {})
    assert cause["cartesia.restart.reason"] == "resumed"
    assert str(cause["error.type"]).endswith("Error")
    attributes = attributes_of(span)
    assert (attributes["cartesia.restarts"], attributes["cartesia.reconnects"]) == (1, 1)
    assert len(attributes["cartesia.context_ids"]) == 2
    ((point, total, _),) = telemetry.measured("cartesia.stream.restarts")
    assert (point["cartesia.restart.reason"], total) == ("resumed", 1)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_caller_is_the_parent(client: Cartesia, telemetry: Telemetry, transport: str) -> None:
    """The span in which speech was asked for, wherever and whenever it is read."""
    with telemetry.tracer.start_as_current_span("turn") as turn:
        stream = speak(client, transport, TEXT)
    with telemetry.tracer.start_as_current_span("playback"):
        assert Background(lambda: list(stream)).error(20) is None
    span = telemetry.span()
    assert span.parent is not None
    assert span.parent.span_id == turn.get_span_context().span_id
    assert span.context.trace_id == turn.get_span_context().trace_id


def test_caller_of_a_context_is_the_parent(client: Cartesia, telemetry: Telemetry) -> None:
    """The span in which the context was opened; it begins with the first push."""
    with client.tts.websocket_connect() as connection:
        with telemetry.tracer.start_as_current_span("turn") as turn:
            context = connection.context(voice=VOICE)
        context.push(TEXT)
        context.no_more_inputs()
        list(context.receive())
    span = telemetry.span()
    assert span.parent is not None
    assert span.parent.span_id == turn.get_span_context().span_id


def test_streams_are_measured(client: Cartesia, emulator: Emulator, telemetry: Telemetry) -> None:
    """Two streams add up."""
    stats = []
    for _ in range(2):
        stream = client.tts.speak(TEXT, voice=VOICE)
        list(stream)
        stats.append(stream.stats)
    host, port = emulator.base_url.removeprefix("http://").split(":")
    common = {
        "gen_ai.operation.name": "text_to_speech",
        "gen_ai.provider.name": "cartesia",
        "gen_ai.request.model": "sonic-latest",
        "server.address": host,
        "server.port": int(port),
        "cartesia.transport": "websocket",
    }
    ((point, total, count),) = telemetry.measured("cartesia.stream.time_to_first_audio")
    assert (point, count) == (common, 2)
    assert total == pytest.approx(sum(each.time_to_first_audio or 0 for each in stats))
    ((point, total, count),) = telemetry.measured("cartesia.stream.duration")
    assert (point, count) == ({**common, "cartesia.outcome": "done"}, 2)
    assert total > 0
    sums = {
        "cartesia.stream.audio.size": sum(each.nbytes for each in stats),
        "cartesia.stream.audio.duration": sum(each.audio_seconds for each in stats),
        "cartesia.stream.underruns": sum(each.underruns for each in stats),
    }
    for name, value in sums.items():
        ((point, total, _),) = telemetry.measured(name)
        assert point == common
        assert total == pytest.approx(value)


@pytest.mark.parametrize("method", ["listen", "dictate"])
def test_a_listener_is_a_span(
    client: Cartesia, emulator: Emulator, telemetry: Telemetry, method: str
) -> None:
    """With a lost connection in it, but without a word that was heard."""
    path = {"listen": "/stt/turns/websocket", "dictate": "/stt/websocket"}[method]
    emulator.inject("drop", after=1, path=path)
    with telemetry.tracer.start_as_current_span("call") as call:
        listening: Any = getattr(client.stt, method)(RECORDING, format=FORMAT, pace=None)
    assert listening.collect().text == "Hello you."
    span = telemetry.span()
    assert span.name == "speech_to_text ink-2"
    assert span.kind is trace.SpanKind.CLIENT
    assert span.status.status_code is trace.StatusCode.UNSET
    assert span.parent is not None
    assert span.parent.span_id == call.get_span_context().span_id
    stats = listening.stats
    host, port = emulator.base_url.removeprefix("http://").split(":")
    common = {
        "gen_ai.operation.name": "speech_to_text",
        "gen_ai.provider.name": "cartesia",
        "gen_ai.request.model": "ink-2",
        "server.address": host,
        "server.port": int(port),
        "cartesia.transport": method,
    }
    expected = {
        **common,
        "gen_ai.output.type": "text",
        "cartesia.audio.encoding": "pcm_s16le",
        "cartesia.audio.sample_rate": 16000,
        "cartesia.outcome": "done",
        "cartesia.queue.duration": stats.queued,
        "cartesia.audio.sent": len(RECORDING) / 32000,
        "cartesia.audio.replayed": stats.replayed,
        "cartesia.audio.lost": 0.0,
        "cartesia.audio.muted": 0.0,
        "cartesia.audio.dropped": 0.0,
        "cartesia.audio.lag": 0.0,
        "cartesia.finals": stats.finals,
        "cartesia.final_latency": stats.final_latency,
        "cartesia.final_latency.max": stats.max_final_latency,
        "cartesia.eager_lead": stats.eager_lead,
        "cartesia.restarts": 1,
        "cartesia.repaired": 0,
        "cartesia.request_ids": stats.request_ids,
    }
    assert attributes_of(span) == {k: v for k, v in expected.items() if v is not None}
    (event,) = span.events
    assert event.name == "cartesia.restart"
    ((point, total, _),) = telemetry.measured("cartesia.listener.restarts")
    assert (point, total) == ({**common, **dict(event.attributes or {})}, 1)
    ((point, total, count),) = telemetry.measured("cartesia.listener.duration")
    assert (point, count) == ({**common, "cartesia.outcome": "done"}, 1)
    assert total > 0
    sums = {
        "cartesia.listener.audio.duration": stats.sent,
        "cartesia.listener.audio.lost": 0,
        "cartesia.listener.finals": stats.finals,
    }
    for name, value in sums.items():
        ((point, total, _),) = telemetry.measured(name)
        assert (point, total) == (common, value)
    assert len(telemetry.observer._traces) == 0


def test_failure_of_a_listener_is_the_status_of_its_span(
    client: Cartesia, emulator: Emulator, telemetry: Telemetry
) -> None:
    emulator.inject("error", 400, after=2, path="/stt/turns/websocket")
    with pytest.raises(BadRequestError):
        client.stt.listen(RECORDING, format=FORMAT, pace=None).collect()
    span = telemetry.span()
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.status.description == "BadRequestError"
    assert attributes_of(span)["cartesia.outcome"] == "failed"


def test_cancelling_a_listener_is_no_error(client: Cartesia, telemetry: Telemetry) -> None:
    with client.stt.dictate(format=FORMAT) as dictation:
        dictation.push(RECORDING[:6400])
        assert dictation.finalize().text == ""
    span = telemetry.span()
    assert span.status.status_code is trace.StatusCode.UNSET
    assert attributes_of(span)["cartesia.outcome"] == "cancelled"
    ((_, total, count),) = telemetry.measured("cartesia.listener.final_latency.max")
    assert (total > 0, count) == (True, 1)


def test_calls_and_sockets_are_measured(client: Cartesia, telemetry: Telemetry) -> None:
    """By operation and status; and how many sockets are open."""
    client.voices.list(limit=1)
    client.voices.list(limit=1)
    with pytest.raises(NotFoundError):
        client.voices.get("00000000-0000-0000-0000-000000000000")
    seen = [
        (
            point["cartesia.operation"],
            point["http.request.method"],
            point["http.response.status_code"],
            point.get("error.type"),
            count,
        )
        for point, _, count in telemetry.measured("cartesia.request.duration")
    ]
    assert seen == [
        ("voices_list", "GET", 200, None, 2),
        ("voices_get", "GET", 404, "NotFoundError", 1),
    ]

    def open_sockets() -> float:
        return sum(total for _, total, _ in telemetry.measured("cartesia.connections"))

    client.tts.prewarm(2)
    assert open_sockets() == 2
    client.close()
    assert eventually(lambda: open_sockets() == 0)


def test_call_without_an_answer_is_measured(face: Face, telemetry: Telemetry) -> None:
    """It has an error and no status."""
    client = face.client("http://127.0.0.1:1", observers=[telemetry.observer], max_retries=0)
    with pytest.raises(Exception, match="connect"):
        client.voices.list()
    ((point, _, count),) = telemetry.measured("cartesia.request.duration")
    assert count == 1
    assert point["error.type"] == "APIConnectionError"
    assert "http.response.status_code" not in point


def test_stream_that_is_dropped_is_forgotten(client: Cartesia, telemetry: Telemetry) -> None:
    """One that nobody reads or closes never ends, and leaves nothing behind."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push(TEXT)
        assert len(telemetry.observer._traces) == 1
    del context

    def forgotten() -> bool:
        gc.collect()
        return not telemetry.observer._traces

    assert eventually(forgotten)
    assert telemetry.spans() == []


def test_providers_are_the_global_ones(
    face: Face, emulator: Emulator, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless others are given."""
    monkeypatch.setattr("cartesia_stream.otel.get_tracer_provider", lambda: telemetry.tracers)
    monkeypatch.setattr("cartesia_stream.otel.get_meter_provider", lambda: telemetry.meters)
    client = face.client(emulator, observers=[OpenTelemetry()])
    list(client.tts.speak(TEXT, voice=VOICE))
    assert telemetry.span().name == "text_to_speech sonic-latest"
    assert len(telemetry.measured("cartesia.stream.duration")) == 1


def test_nothing_is_imported_unless_asked_for() -> None:
    """The package does without OpenTelemetry."""
    code = (
        "import sys, cartesia_stream as c; c.Cartesia('k'); print('opentelemetry' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
