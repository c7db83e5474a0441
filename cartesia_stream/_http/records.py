"""Records of streams, sockets and calls: measure and log them, and notify the observers."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar, cast

import msgspec
from cartesia_runtime.wav import WavLengths

from .._protocol.faults import request_id_of
from .._protocol.log import debugging, label, logger
from .._protocol.stats import Meter
from ..errors import APIError, APIStatusError, ConfigurationError
from ..observe import ObservedConnection, ObservedRequest, Observer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    import httpx
    from cartesia_runtime.sender import Request

    from .._protocol.listener import Listener
    from .._protocol.stats import StreamOutcome, StreamStats
    from ..audio import AudioFormat
    from ..errors import APIConnectionError
    from ..observe import ListenTransport, RestartReason, StreamTransport
    from ..transcripts import ListenFormat, ListenOutcome, ListenStats

T = TypeVar("T")


class Observers:
    """The observers of a client.

    Args:
        base_url: Base URL of the service that the client calls.
        observers: The observers to notify.
    """

    def __init__(self, base_url: str, observers: Iterable[Observer] = ()) -> None:
        self.base_url: str = base_url
        given = cast("object", observers)
        items = tuple(cast("Iterable[object]", given)) if isinstance(given, Iterable) else (given,)
        if not all(isinstance(item, Observer) for item in items):
            raise ConfigurationError(
                "observers must be an iterable of instances of Observer", option="observers"
            )
        self._observers = cast("tuple[Observer, ...]", items)

    def __bool__(self) -> bool:
        return bool(self._observers)

    def tell(self, what: Callable[[Observer], object]) -> None:
        """Notify each observer, and log the exceptions that observers raise."""
        for observer in self._observers:
            try:
                what(observer)
            except Exception:
                logger.exception("an observer failed: %s", type(observer).__name__)


class _Record:
    """What a record of a stream and one of a listener share: steps, told to the observers once.

    Args:
        steps: The steps that happen once.
    """

    __slots__ = ("__weakref__", "_context", "_due", "_observers", "base_url")

    def __init__(self, observers: Observers, *steps: str) -> None:
        self.base_url: str = observers.base_url
        self._observers = observers
        self._context = copy_context() if observers else None
        self._due = list(steps)  # removing from a list is atomic

    def _once(self, step: str) -> bool:
        try:
            self._due.remove(step)
        except ValueError:
            return False
        return True

    def _tell(self, what: Callable[[Observer], object]) -> None:
        if self._context is not None:
            self._context.copy().run(self._observers.tell, what)  # two may run at a time


class StreamRecord(_Record):
    """The record of one stream: measures and logs it, and notifies the observers.

    Args:
        clock: Returns monotonic seconds.

    Attributes:
        wav: Counts the bytes of samples, if the audio is a WAV file.
    """

    __slots__ = (
        "_clock",
        "_socket",
        "format",
        "meter",
        "model_id",
        "outcome",
        "transport",
        "wav",
    )

    def __init__(
        self,
        observers: Observers,
        transport: StreamTransport,
        fmt: AudioFormat,
        *,
        model_id: object,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(observers, "start", "first audio", "end")
        self.meter: Meter = Meter(fmt)
        self.transport: StreamTransport = transport
        self.format: AudioFormat = fmt
        self.wav: WavLengths | None = WavLengths() if fmt.container == "wav" else None
        self.model_id: str | None = model_id if isinstance(model_id, str) else None
        self.outcome: StreamOutcome | None = None
        self._clock = clock
        self._socket: object = None

    @property
    def stats(self) -> StreamStats:
        """A snapshot of the statistics."""
        return self.meter.snapshot(self._clock(), self.outcome)

    def begin(self) -> None:
        """Record that the stream has started; safe to call twice."""
        if self._once("start"):
            self.meter.start(self._clock())
            self._tell(lambda observer: observer.stream_started(self))

    @contextmanager
    def queueing(self) -> Generator[None]:
        """Measure how long the stream waits for a slot; a context manager."""
        since = self._clock()
        try:
            yield
        finally:
            self.meter.queued += self._clock() - since

    def enter(self, context_id: str | None, socket: object = None) -> None:
        """Record the context and the socket of the stream."""
        if context_id is not None:
            self.meter.context_ids += (context_id,)
        if self._socket is not None and socket is not self._socket:
            self.meter.reconnects += 1
        self._socket = socket

    def requested(self, request_id: str | None) -> None:
        """Record the id that the service gave to a request."""
        if request_id is not None and request_id not in self.meter.request_ids:
            self.meter.request_ids += (request_id,)

    def heard(self) -> bool:
        """Record that the consumer receives its first audio; return False if that is a header."""
        seconds = self.meter.time_to_first_audio
        if seconds is None:
            return False
        if "end" in self._due and self._once("first audio"):
            self._tell(lambda observer: observer.first_audio(self, seconds))
        return True

    def restart(self, reason: RestartReason, error: APIError, *, dropped: int = 0) -> None:
        """Record that the speech starts again; ``dropped`` bytes of its audio were discarded."""
        self.meter.restarts += 1
        self.meter.drop(dropped)
        self.requested(error.request_id)
        logger.debug("speech %s after %s", reason, label(error))
        self._tell(lambda observer: observer.stream_restarted(self, reason, error))

    def end(self, error: Exception | None = None, *, complete: bool = False) -> None:
        """Record that the stream has ended: failed, complete or cancelled.

        Only the first call counts. A stream that never started has no end to report.
        """
        if "start" in self._due or not self._once("end"):
            return
        self.outcome = "failed" if error is not None else "done" if complete else "cancelled"
        self.meter.finish(self._clock(), complete=complete)
        if isinstance(error, APIError):
            self.requested(error.request_id)
        if debugging():
            self._log(error)
        self._tell(lambda observer: observer.stream_ended(self, error))

    def _log(self, error: Exception | None) -> None:
        stats = self.stats
        logger.debug(
            "speech %s%s: %d chunks, %d B, first audio after %s s, ctx=%s",
            stats.outcome,
            "" if error is None else f" with {label(error)}",
            stats.chunks,
            stats.nbytes,
            "-" if stats.time_to_first_audio is None else f"{stats.time_to_first_audio:.3f}",
            ",".join(stats.context_ids) or "-",
        )


class ListenRecord(_Record):
    """The record of one listener: logs its start and end, and notifies the observers.

    Args:
        listener: The protocol, which measures.
    """

    __slots__ = ("_listener", "model_id", "outcome", "transport")

    def __init__(
        self,
        observers: Observers,
        transport: ListenTransport,
        model_id: str,
        listener: Listener,
    ) -> None:
        super().__init__(observers, "start", "end")
        self.transport: ListenTransport = transport
        self.model_id: str = model_id
        self.outcome: ListenOutcome | None = None
        self._listener = listener

    @property
    def format(self) -> ListenFormat:
        """Format of the audio."""
        return self._listener.format

    @property
    def stats(self) -> ListenStats:
        """A snapshot of the statistics."""
        return self._listener.stats(self.outcome)

    def begin(self) -> None:
        """Record that the listener has started."""
        if self._once("start"):
            self._tell(lambda observer: observer.listener_started(self))

    def restart(self, error: APIError) -> None:
        """Record that a connection was lost."""
        logger.debug("%s goes on after %s", self.transport, label(error))
        self._tell(lambda observer: observer.listener_restarted(self, error))

    def end(self, error: Exception | None = None, *, complete: bool = False) -> None:
        """Record that it has ended; only the first call after `begin` counts."""
        if "start" in self._due or not self._once("end"):
            return
        self.outcome = "failed" if error is not None else "done" if complete else "cancelled"
        if debugging():
            stats = self.stats
            logger.debug(
                "%s %s%s: %.1f s sent, %d restarts, request=%s",
                self.transport,
                stats.outcome,
                "" if error is None else f" with {label(error)}",
                stats.sent,
                stats.restarts,
                ",".join(stats.request_ids) or "-",
            )
        self._tell(lambda observer: observer.listener_ended(self, error))


class ConnectionRecord:
    """The record of one socket: logs its opening and its end, and notifies the observers.

    Args:
        now: Monotonic seconds at the start of the handshake.
    """

    def __init__(self, observers: Observers, *, now: float) -> None:
        self._observers = observers
        self._since = now
        self._connection: ObservedConnection | None = None

    def opened(self, now: float) -> None:
        """Record that the handshake is complete."""
        seconds = now - self._since
        connection = ObservedConnection(base_url=self._observers.base_url, seconds=seconds)
        self._connection = connection
        logger.debug("socket opened in %.3f s", seconds)
        self._observers.tell(lambda observer: observer.connection_opened(connection))

    def closed(self, cause: APIConnectionError) -> None:
        """Record that the socket is closed; does nothing if it was never open."""
        connection = self._connection
        if connection is not None:
            logger.debug("socket closed: %s", label(cause))
            self._observers.tell(lambda observer: observer.connection_closed(connection, cause))


class Response(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """The result of a call with the details of its HTTP response; see `Cartesia.with_response`.

    Attributes:
        data: The value that the call returns.
        status_code: HTTP status.
        headers: Headers; names ignore case, and the values of a repeated name are joined.
        request_id: Id that the service gave the request, or None.
    """

    data: T
    status_code: int
    headers: Mapping[str, str]
    request_id: str | None


class ResponseRecorder:
    """Context manager that records the last HTTP response of the calls inside it.

    Attributes:
        response: The last successful response; None before the first.
    """

    _current: Final[ContextVar[ResponseRecorder | None]] = ContextVar(
        "cartesia_watch", default=None
    )

    def __init__(self) -> None:
        self.response: httpx.Response | None = None

    @classmethod
    def note(cls, response: httpx.Response) -> None:
        """Give a successful response to the active recorder, if there is one."""
        recorder = cls._current.get()
        if recorder is not None:
            recorder.response = response

    def __enter__(self) -> Self:
        self._token = self._current.set(self)
        return self

    def __exit__(self, *error: object) -> None:
        self._current.reset(self._token)

    def answer(self, data: T) -> Response[T]:
        """Return the result of a call with the details of its response.

        Raises:
            ConfigurationError: If the call sent no HTTP request.
        """
        response = self.response
        if response is None:
            raise ConfigurationError("the call sent no HTTP request, so it has no response")
        return Response(
            data=data,
            status_code=response.status_code,
            headers=response.headers,
            request_id=request_id_of(response.headers),
        )


class CallRecord(ResponseRecorder):
    """The record of one HTTP call: times and logs it, and notifies the observers.

    A context manager around the call.

    Args:
        clock: Returns monotonic seconds.
    """

    def __init__(self, observers: Observers, request: Request, clock: Callable[[], float]) -> None:
        super().__init__()
        self._observers = observers
        self._request = request
        self._clock = clock
        self._since = clock()

    def __enter__(self) -> Self:
        logger.debug("> %s %s", self._request.method, self._request.operation)
        return super().__enter__()

    def __exit__(self, *raised: object) -> None:
        super().__exit__(*raised)
        if self.response is not None:
            ResponseRecorder.note(self.response)  # for an outer recorder
        error = raised[1] if isinstance(raised[1], Exception) else None
        if raised[1] is not None and error is None:
            return  # the call was cancelled
        if not (self._observers or debugging()):
            return
        status_code, request_id = self._answer(error)
        call = ObservedRequest(
            operation=self._request.operation,
            method=self._request.method,
            base_url=self._observers.base_url,
            seconds=self._clock() - self._since,
            status_code=status_code,
            request_id=request_id,
            error=error,
        )
        logger.debug(
            "< %s %s in %.3f s, request=%s",
            label(error) if error is not None else status_code,
            call.operation,
            call.seconds,
            request_id,
        )
        self._observers.tell(lambda observer: observer.request_finished(call))

    def _answer(self, error: Exception | None) -> tuple[int | None, str | None]:
        """Return the status code and the request id, as far as they are known."""
        if error is not None:
            status = error.status_code if isinstance(error, APIStatusError) else None
            return status, error.request_id if isinstance(error, APIError) else None
        assert self.response is not None
        return self.response.status_code, request_id_of(self.response.headers)
