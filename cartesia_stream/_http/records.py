"""Records of streams, sockets and calls while they last: measured, logged, told to observers."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Self

from .._protocol.faults import request_id_of
from .._protocol.log import debugging, label, logger
from .._protocol.stats import Meter
from ..errors import APIError, APIStatusError
from ..observe import ObservedConnection, ObservedRequest
from .with_response import ResponseRecorder

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from cartesia_runtime.sender import Request

    from .._protocol.stats import StreamOutcome, StreamStats
    from ..audio import AudioFormat
    from ..errors import APIConnectionError
    from ..observe import Observer, RestartReason, StreamTransport


class Observers:
    """All observers of a client.

    Args:
        base_url: The service that they watch it call.
        observers: Who watches.
    """

    def __init__(self, base_url: str, observers: Iterable[Observer] = ()) -> None:
        self.base_url: str = base_url
        self._observers = tuple(observers)

    def __bool__(self) -> bool:
        return bool(self._observers)

    def tell(self, what: Callable[[Observer], object]) -> None:
        """Call each of them."""
        for observer in self._observers:
            try:
                what(observer)
            except Exception:
                logger.exception("an observer failed: %s", type(observer).__name__)


class StreamRecord:
    """One stream from its start to its end: measured, logged, and told to the observers.

    Args:
        observers: Who watches.
        transport: How the audio comes.
        fmt: Format of the audio.
        model_id: The model that speaks.
        clock: Monotonic seconds.
    """

    __slots__ = (
        "__weakref__",
        "_clock",
        "_context",
        "_due",
        "_observers",
        "_socket",
        "base_url",
        "format",
        "meter",
        "model_id",
        "outcome",
        "transport",
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
        self.meter: Meter = Meter(fmt)
        self.transport: StreamTransport = transport
        self.format: AudioFormat = fmt
        self.base_url: str = observers.base_url
        self.model_id: str | None = model_id if isinstance(model_id, str) else None
        self.outcome: StreamOutcome | None = None
        self._clock = clock
        self._observers = observers
        self._context = copy_context() if observers else None
        self._socket: object = None
        self._due = ["start", "first audio", "end"]  # to remove from a list is atomic

    @property
    def stats(self) -> StreamStats:
        """The statistics as they are now."""
        return self.meter.snapshot(self._clock(), self.outcome)

    def _once(self, step: str) -> bool:
        try:
            self._due.remove(step)
        except ValueError:
            return False
        return True

    def _tell(self, what: Callable[[Observer], object]) -> None:
        if self._context is not None:
            self._context.copy().run(self._observers.tell, what)  # two may be told at a time

    # --- what happens

    def begin(self) -> None:
        """It starts; again is harmless."""
        if self._once("start"):
            self.meter.start(self._clock())
            self._tell(lambda observer: observer.stream_started(self))

    @contextmanager
    def queueing(self) -> Generator[None]:
        """It waits for a slot."""
        since = self._clock()
        try:
            yield
        finally:
            self.meter.queued += self._clock() - since

    def enter(self, context_id: str | None, socket: object = None) -> None:
        """It is spoken in a context, on a socket."""
        if context_id is not None:
            self.meter.context_ids += (context_id,)
        if self._socket is not None and socket is not self._socket:
            self.meter.reconnects += 1
        self._socket = socket

    def requested(self, request_id: str | None) -> None:
        """The service told the id of a request."""
        if request_id is not None and request_id not in self.meter.request_ids:
            self.meter.request_ids += (request_id,)

    def heard(self) -> None:
        """The consumer gets audio for the first time."""
        seconds = self.meter.time_to_first_audio
        if seconds is not None and "end" in self._due and self._once("first audio"):
            self._tell(lambda observer: observer.first_audio(self, seconds))

    def restart(self, reason: RestartReason, error: APIError, *, dropped: int = 0) -> None:
        """It begins again, without so many bytes of what came."""
        self.meter.restarts += 1
        self.meter.drop(dropped)
        self.requested(error.request_id)
        logger.debug("speech %s after %s", reason, label(error))
        self._tell(lambda observer: observer.stream_restarted(self, reason, error))

    def end(self, error: Exception | None = None, *, complete: bool = False) -> None:
        """It is over: failed, complete or cancelled; only the first time counts.

        One that never started has no end.
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


class ConnectionRecord:
    """One socket from its opening to its end: logged, and told to the observers.

    Args:
        observers: Who watches.
        now: Monotonic seconds at the start of the handshake.
    """

    def __init__(self, observers: Observers, *, now: float) -> None:
        self._observers = observers
        self._since = now
        self._connection: ObservedConnection | None = None

    def opened(self, now: float) -> None:
        """The handshake is complete."""
        seconds = now - self._since
        connection = ObservedConnection(base_url=self._observers.base_url, seconds=seconds)
        self._connection = connection
        logger.debug("socket opened in %.3f s", seconds)
        self._observers.tell(lambda observer: observer.connection_opened(connection))

    def closed(self, cause: APIConnectionError) -> None:
        """It is over; one that was never open has no end."""
        connection = self._connection
        if connection is not None:
            logger.debug("socket closed: %s", label(cause))
            self._observers.tell(lambda observer: observer.connection_closed(connection, cause))


class CallRecord(ResponseRecorder):
    """One HTTP call: timed, logged, and told to the observers; a context manager.

    Args:
        observers: Who watches.
        request: What is sent.
        clock: Monotonic seconds.
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
            ResponseRecorder.note(self.response)  # to whoever watches from outside
        error = raised[1] if isinstance(raised[1], Exception) else None
        if raised[1] is not None and error is None:
            return  # it was cancelled
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
        """The status and the id of the request."""
        if error is not None:
            status = error.status_code if isinstance(error, APIStatusError) else None
            return status, error.request_id if isinstance(error, APIError) else None
        assert self.response is not None
        return self.response.status_code, request_id_of(self.response.headers)
