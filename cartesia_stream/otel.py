"""Traces and metrics with OpenTelemetry; needs the extra ``otel``.

    from cartesia_stream import Cartesia
    from cartesia_stream.otel import OpenTelemetry

    client = Cartesia(observers=[OpenTelemetry()])

Each stream of speech and each listener is a span, from its start to its end. Its parent is the span
in which you requested it. Names follow the semantic conventions for generative AI; names that those
do not define begin with ``cartesia.``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from ._checks import Needs
from ._version import __version__
from .observe import Observer

with Needs("opentelemetry", "otel"):
    from opentelemetry.metrics import MeterProvider, get_meter_provider
    from opentelemetry.trace import (
        Span,
        SpanKind,
        Status,
        StatusCode,
        TracerProvider,
        get_tracer_provider,
    )

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opentelemetry.util.types import AttributeValue

    from .errors import APIConnectionError, APIError
    from .observe import (
        ObservedConnection,
        ObservedListener,
        ObservedRequest,
        ObservedStream,
        RestartReason,
    )

__all__ = ["OpenTelemetry"]

Attributes = dict[str, str | int | float | bool]

SCOPE: Final = "cartesia_stream"
OPERATION: Final = "text_to_speech"
LISTENING: Final = "speech_to_text"
BUCKETS_S: Final[Sequence[float]] = (
    *(0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0),
)

# The metrics by their names after "cartesia.", the counters with their units.
_HISTOGRAMS: Final = {
    "stream.duration": "Duration of streams of speech.",
    "stream.time_to_first_audio": (
        "Time from the start of a stream to the arrival of its first audio."
    ),
    "listener.duration": "Duration of listeners.",
    "listener.final_latency.max": (
        "Longest time that a listener waited for a final, or the end of a turn."
    ),
    "request.duration": "Duration of HTTP calls, including their retries.",
}
_LONG: Final = ("listener.duration",)  # too long for our buckets
_COUNTERS: Final = {
    "stream.audio.size": ("By", "Bytes of audio that arrived."),
    "stream.audio.duration": ("s", "Playing time of the audio that arrived."),
    "stream.underruns": (
        "{underrun}",
        "Number of times that real-time playback ran out of audio.",
    ),
    "stream.restarts": ("{restart}", "Number of restarts of streams."),
    "listener.audio.duration": ("s", "Playing time of the audio that was sent."),
    "listener.audio.lost": (
        "s",
        "Playing time of the audio that nobody heard, after a lost connection.",
    ),
    "listener.finals": ("{final}", "Number of answers to finalize, or of turns."),
    "listener.restarts": ("{restart}", "Number of connections of listeners that were replaced."),
}


class _Trace(NamedTuple):
    """The span of a stream or listener, its start by wall clock (ns) and monotonic clock (s)."""

    span: Span
    since_ns: int
    since: float
    attributes: Attributes


class OpenTelemetry(Observer):
    """Observer that records OpenTelemetry spans and metrics of a client.

    One instance can observe many clients.

    Spans ``text_to_speech <model>``, of kind client, have the events ``cartesia.first_audio`` and
    ``cartesia.restart``; spans ``speech_to_text <model>`` the latter. A failure sets the status and
    ``error.type``. No span has a text in it.

    Metrics, with the model, the transport and the server as attributes:

    - ``cartesia.stream.duration``, histogram in s, by ``cartesia.outcome``;
    - ``cartesia.stream.time_to_first_audio``, histogram in s;
    - ``cartesia.stream.audio.size`` (By), ``cartesia.stream.audio.duration`` (s),
      ``cartesia.stream.underruns``, ``cartesia.stream.restarts``, counters;
    - ``cartesia.listener.duration``, histogram in s, by ``cartesia.outcome``;
    - ``cartesia.listener.final_latency.max``, histogram in s, of the slowest final of a listener;
    - ``cartesia.listener.audio.duration`` (s that were sent), ``cartesia.listener.audio.lost`` (s),
      ``cartesia.listener.finals``, ``cartesia.listener.restarts``, counters;
    - ``cartesia.request.duration``, histogram in s, by operation and status;
    - ``cartesia.connections``, the number of open sockets.

    Args:
        tracer_provider: Provider of the tracer; default: the global one.
        meter_provider: Provider of the meter; default: the global one.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        tracers = tracer_provider or get_tracer_provider()
        meter = (meter_provider or get_meter_provider()).get_meter(SCOPE, __version__)
        self._tracer = tracers.get_tracer(SCOPE, __version__)
        self._traces: WeakKeyDictionary[ObservedStream | ObservedListener, _Trace] = (
            WeakKeyDictionary()
        )
        self._histograms = {
            name: meter.create_histogram(
                f"cartesia.{name}",
                unit="s",
                description=text,
                explicit_bucket_boundaries_advisory=None if name in _LONG else BUCKETS_S,
            )
            for name, text in _HISTOGRAMS.items()
        }
        self._counters = {
            name: meter.create_counter(f"cartesia.{name}", unit=unit, description=text)
            for name, (unit, text) in _COUNTERS.items()
        }
        self._connections = meter.create_up_down_counter(
            "cartesia.connections", unit="{connection}", description="Number of open sockets."
        )

    # --- streams

    def stream_started(self, stream: ObservedStream) -> None:
        """Start the span of the stream."""
        self._start(stream, OPERATION, {"gen_ai.output.type": "speech", **_format(stream)})

    def _start(
        self, source: ObservedStream | ObservedListener, operation: str, more: Attributes
    ) -> None:
        attributes: Attributes = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": "cartesia",
            "cartesia.transport": source.transport,
            **_server(source.base_url),
        }
        if source.model_id is not None:
            attributes["gen_ai.request.model"] = source.model_id
        since_ns = time.time_ns()
        span = self._tracer.start_span(
            f"{operation} {source.model_id}" if source.model_id else operation,
            kind=SpanKind.CLIENT,
            attributes={**attributes, **more},
            start_time=since_ns,
        )
        self._traces[source] = _Trace(span, since_ns, time.monotonic(), attributes)

    def _end(
        self,
        source: ObservedStream | ObservedListener,
        histogram: str,
        outcome: str | None,
        error: Exception | None,
        facts: Mapping[str, AttributeValue | None],
    ) -> Attributes:
        """End a span and record how long it took; return the attributes of its metrics."""
        span, _, since, attributes = self._traces.pop(source)
        ended = {"cartesia.outcome": outcome or "cancelled"}
        if error is not None:
            ended["error.type"] = type(error).__qualname__
            span.set_status(Status(StatusCode.ERROR, ended["error.type"]))
        span.set_attributes({**ended, **{k: v for k, v in facts.items() if v is not None}})
        span.end()
        self._histograms[histogram].record(time.monotonic() - since, {**attributes, **ended})
        return attributes

    def first_audio(self, stream: ObservedStream, seconds: float) -> None:
        """Add the first audio to the span, at the time of its arrival."""
        span, since_ns, _, attributes = self._traces[stream]
        span.add_event(
            "cartesia.first_audio",
            {"cartesia.time_to_first_audio": seconds},
            timestamp=since_ns + round(seconds * 1e9),
        )
        self._histograms["stream.time_to_first_audio"].record(seconds, attributes)

    def stream_restarted(
        self, stream: ObservedStream, reason: RestartReason, error: APIError
    ) -> None:
        """Add the restart to the span and count it."""
        span, _, _, attributes = self._traces[stream]
        kind = {"cartesia.restart.reason": reason, "error.type": type(error).__qualname__}
        span.add_event("cartesia.restart", kind)
        self._counters["stream.restarts"].add(1, {**attributes, **kind})

    def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
        """Add the statistics to the span and end it."""
        stats = stream.stats
        facts: dict[str, AttributeValue | None] = {
            "cartesia.time_to_first_audio": stats.time_to_first_audio,
            "cartesia.queue.duration": stats.queued,
            "cartesia.audio.chunks": stats.chunks,
            "cartesia.audio.size": stats.nbytes,
            "cartesia.audio.duration": stats.audio_seconds,
            "cartesia.audio.lead": stats.lead,
            "cartesia.audio.lead.min": stats.min_lead,
            "cartesia.underruns": stats.underruns,
            "cartesia.underruns.duration": stats.underrun_seconds,
            "cartesia.restarts": stats.restarts,
            "cartesia.reconnects": stats.reconnects,
            "cartesia.context_ids": stats.context_ids,
            "cartesia.request_ids": stats.request_ids,
        }
        attributes = self._end(stream, "stream.duration", stats.outcome, error, facts)
        self._counters["stream.audio.size"].add(stats.nbytes, attributes)
        self._counters["stream.audio.duration"].add(max(0.0, stats.audio_seconds), attributes)
        self._counters["stream.underruns"].add(stats.underruns, attributes)

    # --- listeners

    def listener_started(self, listener: ObservedListener) -> None:
        """Start the span of the listener."""
        self._start(listener, LISTENING, {"gen_ai.output.type": "text"})

    def listener_restarted(self, listener: ObservedListener, error: APIError) -> None:
        """Add the lost connection to the span and count it."""
        span, _, _, attributes = self._traces[listener]
        kind = {"error.type": type(error).__qualname__}
        span.add_event("cartesia.restart", kind)
        self._counters["listener.restarts"].add(1, {**attributes, **kind})

    def listener_ended(self, listener: ObservedListener, error: Exception | None) -> None:
        """Add the statistics to the span and end it."""
        stats = listener.stats
        facts: dict[str, AttributeValue | None] = {
            "cartesia.audio.encoding": listener.format.encoding,
            "cartesia.audio.sample_rate": listener.format.sample_rate,
            "cartesia.queue.duration": stats.queued,
            "cartesia.audio.sent": stats.sent,
            "cartesia.audio.replayed": stats.replayed,
            "cartesia.audio.lost": stats.lost,
            "cartesia.audio.muted": stats.muted,
            "cartesia.audio.dropped": stats.dropped,
            "cartesia.audio.lag": stats.lag,
            "cartesia.finals": stats.finals,
            "cartesia.final_latency": stats.final_latency,
            "cartesia.final_latency.max": stats.max_final_latency,
            "cartesia.eager_lead": stats.eager_lead,
            "cartesia.restarts": stats.restarts,
            "cartesia.repaired": stats.repaired,
            "cartesia.request_ids": stats.request_ids,
        }
        attributes = self._end(listener, "listener.duration", stats.outcome, error, facts)
        if stats.max_final_latency is not None:
            self._histograms["listener.final_latency.max"].record(
                stats.max_final_latency, attributes
            )
        self._counters["listener.audio.duration"].add(stats.sent, attributes)
        self._counters["listener.audio.lost"].add(stats.lost, attributes)
        self._counters["listener.finals"].add(stats.finals, attributes)

    # --- sockets and calls

    def connection_opened(self, connection: ObservedConnection) -> None:
        """Count one more open socket."""
        self._connections.add(1, _server(connection.base_url))

    def connection_closed(self, connection: ObservedConnection, cause: APIConnectionError) -> None:
        """Count one open socket less."""
        self._connections.add(-1, _server(connection.base_url))

    def request_finished(self, request: ObservedRequest) -> None:
        """Record the duration of the call."""
        attributes: Attributes = {
            "cartesia.operation": request.operation,
            "http.request.method": request.method,
            **_server(request.base_url),
        }
        if request.status_code is not None:
            attributes["http.response.status_code"] = request.status_code
        if request.error is not None:
            attributes["error.type"] = type(request.error).__qualname__
        self._histograms["request.duration"].record(request.seconds, attributes)


def _server(base_url: str) -> Attributes:
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"server.address": parts.hostname or "", "server.port": port}


def _format(stream: ObservedStream) -> Attributes:
    fmt = stream.format
    attributes: Attributes = {
        "cartesia.audio.container": fmt.container,
        "cartesia.audio.sample_rate": fmt.sample_rate,
    }
    if fmt.encoding is not None:
        attributes["cartesia.audio.encoding"] = fmt.encoding
    return attributes
