"""Traces and metrics with OpenTelemetry; needs the extra ``otel``.

    from cartesia_stream import Cartesia
    from cartesia_stream.otel import OpenTelemetry

    client = Cartesia(observers=[OpenTelemetry()])

Each stream of speech is a span, from its start to its end. Its parent is the span in which you
requested the stream. Names follow the semantic conventions for generative AI; names that those do
not define begin with ``cartesia.``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from opentelemetry.metrics import MeterProvider, get_meter_provider
from opentelemetry.trace import (
    Span,
    SpanKind,
    Status,
    StatusCode,
    TracerProvider,
    get_tracer_provider,
)

from ._version import __version__
from .observe import Observer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .errors import APIConnectionError, APIError
    from .observe import (
        ObservedConnection,
        ObservedRequest,
        ObservedStream,
        RestartReason,
    )

__all__ = ["OpenTelemetry"]

Attributes = dict[str, str | int | float | bool]

SCOPE: Final = "cartesia_stream"
OPERATION: Final = "text_to_speech"
BUCKETS_S: Final[Sequence[float]] = (
    *(0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0),
)


class _Trace(NamedTuple):
    """The span of a stream, its start by wall clock (ns) and monotonic clock (s)."""

    span: Span
    since_ns: int
    since: float
    attributes: Attributes


class OpenTelemetry(Observer):
    """Observer that records OpenTelemetry spans and metrics of a client.

    One instance can observe many clients.

    Spans ``text_to_speech <model>``, of kind client, have the events ``cartesia.first_audio`` and
    ``cartesia.restart``. A failure sets the status and ``error.type``.

    Metrics, with the model, the transport and the server as attributes:

    - ``cartesia.stream.duration``, histogram in s, by ``cartesia.outcome``;
    - ``cartesia.stream.time_to_first_audio``, histogram in s;
    - ``cartesia.stream.audio.size`` (By), ``cartesia.stream.audio.duration`` (s),
      ``cartesia.stream.underruns``, ``cartesia.stream.restarts``, counters;
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
        self._traces: WeakKeyDictionary[ObservedStream, _Trace] = WeakKeyDictionary()
        self._duration = meter.create_histogram(
            "cartesia.stream.duration",
            unit="s",
            description="Duration of streams of speech.",
            explicit_bucket_boundaries_advisory=BUCKETS_S,
        )
        self._first_audio = meter.create_histogram(
            "cartesia.stream.time_to_first_audio",
            unit="s",
            description="Time from the start of a stream to the arrival of its first audio.",
            explicit_bucket_boundaries_advisory=BUCKETS_S,
        )
        self._bytes = meter.create_counter(
            "cartesia.stream.audio.size", unit="By", description="Bytes of audio that arrived."
        )
        self._seconds = meter.create_counter(
            "cartesia.stream.audio.duration",
            unit="s",
            description="Playing time of the audio that arrived.",
        )
        self._underruns = meter.create_counter(
            "cartesia.stream.underruns",
            unit="{underrun}",
            description="Number of times that real-time playback ran out of audio.",
        )
        self._restarts = meter.create_counter(
            "cartesia.stream.restarts",
            unit="{restart}",
            description="Number of restarts of streams.",
        )
        self._requests = meter.create_histogram(
            "cartesia.request.duration",
            unit="s",
            description="Duration of HTTP calls, including their retries.",
            explicit_bucket_boundaries_advisory=BUCKETS_S,
        )
        self._connections = meter.create_up_down_counter(
            "cartesia.connections", unit="{connection}", description="Number of open sockets."
        )

    # --- streams

    def stream_started(self, stream: ObservedStream) -> None:
        """Start the span of the stream."""
        attributes: Attributes = {
            "gen_ai.operation.name": OPERATION,
            "gen_ai.provider.name": "cartesia",
            "cartesia.transport": stream.transport,
            **_server(stream.base_url),
        }
        if stream.model_id is not None:
            attributes["gen_ai.request.model"] = stream.model_id
        since_ns = time.time_ns()
        span = self._tracer.start_span(
            f"{OPERATION} {stream.model_id}" if stream.model_id else OPERATION,
            kind=SpanKind.CLIENT,
            attributes={**attributes, "gen_ai.output.type": "speech", **_format(stream)},
            start_time=since_ns,
        )
        self._traces[stream] = _Trace(span, since_ns, time.monotonic(), attributes)

    def first_audio(self, stream: ObservedStream, seconds: float) -> None:
        """Add the first audio to the span, at the time of its arrival."""
        span, since_ns, _, attributes = self._traces[stream]
        span.add_event(
            "cartesia.first_audio",
            {"cartesia.time_to_first_audio": seconds},
            timestamp=since_ns + round(seconds * 1e9),
        )
        self._first_audio.record(seconds, attributes)

    def stream_restarted(
        self, stream: ObservedStream, reason: RestartReason, error: APIError
    ) -> None:
        """Add the restart to the span and count it."""
        span, _, _, attributes = self._traces[stream]
        kind = {"cartesia.restart.reason": reason, "error.type": type(error).__qualname__}
        span.add_event("cartesia.restart", kind)
        self._restarts.add(1, {**attributes, **kind})

    def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
        """Add the statistics to the span and end it."""
        span, _, since, attributes = self._traces.pop(stream)
        stats = stream.stats
        outcome: Mapping[str, str] = {"cartesia.outcome": stats.outcome or "cancelled"}
        if error is not None:
            kind = type(error).__qualname__
            outcome = {**outcome, "error.type": kind}
            span.set_status(Status(StatusCode.ERROR, kind))
        numbers: dict[str, float | int | None] = {
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
        }
        span.set_attributes({**outcome, **{k: v for k, v in numbers.items() if v is not None}})
        span.set_attribute("cartesia.context_ids", stats.context_ids)
        span.set_attribute("cartesia.request_ids", stats.request_ids)
        span.end()
        self._duration.record(time.monotonic() - since, {**attributes, **outcome})
        self._bytes.add(stats.nbytes, attributes)
        self._seconds.add(max(0.0, stats.audio_seconds), attributes)
        self._underruns.add(stats.underruns, attributes)

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
        self._requests.record(request.seconds, attributes)


def _server(base_url: str) -> Attributes:
    """Return the server attributes of a base URL."""
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {"server.address": parts.hostname or "", "server.port": port}


def _format(stream: ObservedStream) -> Attributes:
    """Return the attributes of the audio format of a stream."""
    fmt = stream.format
    attributes: Attributes = {
        "cartesia.audio.container": fmt.container,
        "cartesia.audio.sample_rate": fmt.sample_rate,
    }
    if fmt.encoding is not None:
        attributes["cartesia.audio.encoding"] = fmt.encoding
    return attributes
