"""Who watches a client, and what they are told: the lives of streams, sockets and HTTP calls."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Literal, Protocol, Self

import msgspec

from ._http.with_response import Watch
from ._protocol.faults import request_id_of
from ._protocol.log import debugging, label, logger
from ._protocol.stats import Meter
from .errors import APIError, APIStatusError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from cartesia_runtime.sender import Request

    from ._http.config import Config
    from ._protocol.stats import StreamOutcome, StreamStats
    from .audio import AudioFormat
    from .errors import APIConnectionError

__all__ = [
    "ObservedConnection",
    "ObservedRequest",
    "ObservedStream",
    "Observer",
    "RestartReason",
    "StreamTransport",
]

StreamTransport = Literal["websocket", "sse", "bytes"]
RestartReason = Literal["refused", "replayed", "resumed"]


class ObservedStream(Protocol):
    """A stream of speech, as observers see it.

    It is the same object in each call, and can be the key of what you keep about the stream.
    """

    @property
    def transport(self) -> StreamTransport:
        """How it comes: ``websocket``, ``sse`` or ``bytes``."""
        ...

    @property
    def model_id(self) -> str | None:
        """The model that speaks; None for the voice changer."""
        ...

    @property
    def format(self) -> AudioFormat:
        """Format of the audio."""
        ...

    @property
    def base_url(self) -> str:
        """The service."""
        ...

    @property
    def stats(self) -> StreamStats:
        """Its statistics as they are now."""
        ...


class ObservedConnection(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A socket that was opened; compared by identity.

    Attributes:
        base_url: The service.
        seconds: How long it took to open, with name resolution, TLS and the handshake.
    """

    base_url: str
    seconds: float


class ObservedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP call that is over, its retries included; for a stream, once its answer began.

    Attributes:
        operation: Name of the operation in the API's document, such as ``voices_list``.
        method: HTTP method.
        base_url: The service.
        seconds: How long it took.
        status_code: HTTP status; None if there was no answer.
        request_id: The service's id of the request, if it gave one.
        error: Why it failed; None for a success.
    """

    operation: str
    method: str
    base_url: str
    seconds: float
    status_code: int | None
    request_id: str | None
    error: Exception | None


class Observer:
    """Is told what happens in a client; override what you want to know.

    Give it to a client as ``observers=[...]``. The methods are called at once, by the thread or
    task in which it happens: they must be quick, must not wait, and must not use the client. Those
    of different streams, and the end of a stream that is closed by another thread, may come at the
    same time. Those of a stream run in a copy of the context (`contextvars`) in which the stream
    was asked for. What a method raises is logged, and harms nothing else.
    """

    def stream_started(self, stream: ObservedStream) -> None:
        """A stream was begun; a context, with its first push."""

    def first_audio(self, stream: ObservedStream, seconds: float) -> None:
        """The consumer got the first audio, which had come so many seconds after the start."""

    def stream_restarted(
        self, stream: ObservedStream, reason: RestartReason, error: APIError
    ) -> None:
        """A stream begins again.

        Args:
            stream: Which one.
            reason: ``refused`` if the plan's limit did not let it start, ``replayed`` if none of
                its audio had been handed out, ``resumed`` if it goes on behind what was.
            error: What had happened.
        """

    def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
        """A stream was read to its end, failed or was closed; its statistics are final.

        Called once for each that was started; for one that is dropped without being closed, in
        another thread or task than the one that dropped it.

        Args:
            stream: Which one; ``stream.stats.outcome`` tells how it ended.
            error: What the consumer gets, if it failed.
        """

    def connection_opened(self, connection: ObservedConnection) -> None:
        """A socket was opened."""

    def connection_closed(self, connection: ObservedConnection, cause: APIConnectionError) -> None:
        """A socket was closed or lost; the cause tells by whom and why."""

    def request_finished(self, request: ObservedRequest) -> None:
        """An HTTP call is over."""


class Observers:
    """All observers of a client."""

    def __init__(self, observers: Iterable[Observer] = ()) -> None:
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


class Life:
    """One stream from its start to its end: measured, logged, and told to the observers.

    Args:
        config: Where, and who watches.
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
        config: Config,
        transport: StreamTransport,
        fmt: AudioFormat,
        *,
        model_id: object,
        clock: Callable[[], float],
    ) -> None:
        self.meter: Meter = Meter(fmt)
        self.transport: StreamTransport = transport
        self.format: AudioFormat = fmt
        self.base_url: str = config.base_url
        self.model_id: str | None = model_id if isinstance(model_id, str) else None
        self.outcome: StreamOutcome | None = None
        self._clock = clock
        self._observers = config.observers
        self._context = copy_context() if config.observers else None
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


class Link:
    """One socket from its opening to its end: logged, and told to the observers.

    Args:
        config: Where, and who watches.
        now: Monotonic seconds at the start of the handshake.
    """

    def __init__(self, config: Config, *, now: float) -> None:
        self._config = config
        self._since = now
        self._connection: ObservedConnection | None = None

    def opened(self, now: float) -> None:
        """The handshake is complete."""
        seconds = now - self._since
        connection = ObservedConnection(base_url=self._config.base_url, seconds=seconds)
        self._connection = connection
        logger.debug("socket opened in %.3f s", seconds)
        self._config.observers.tell(lambda observer: observer.connection_opened(connection))

    def closed(self, cause: APIConnectionError) -> None:
        """It is over; one that was never open has no end."""
        connection = self._connection
        if connection is not None:
            logger.debug("socket closed: %s", label(cause))
            self._config.observers.tell(
                lambda observer: observer.connection_closed(connection, cause)
            )


class Call(Watch):
    """One HTTP call: timed, logged, and told to the observers; a context manager.

    Args:
        config: Where, and who watches.
        request: What is sent.
        clock: Monotonic seconds.
    """

    def __init__(self, config: Config, request: Request, clock: Callable[[], float]) -> None:
        super().__init__()
        self._config = config
        self._request = request
        self._clock = clock
        self._since = clock()

    def __enter__(self) -> Self:
        logger.debug("> %s %s", self._request.method, self._request.operation)
        return super().__enter__()

    def __exit__(self, *raised: object) -> None:
        super().__exit__(*raised)
        if self.response is not None:
            Watch.note(self.response)  # to whoever watches from outside
        error = raised[1] if isinstance(raised[1], Exception) else None
        if raised[1] is not None and error is None:
            return  # it was cancelled
        status_code, request_id = self._answer(error)
        call = ObservedRequest(
            operation=self._request.operation,
            method=self._request.method,
            base_url=self._config.base_url,
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
        self._config.observers.tell(lambda observer: observer.request_finished(call))

    def _answer(self, error: Exception | None) -> tuple[int | None, str | None]:
        """The status and the id of the request."""
        if error is not None:
            status = error.status_code if isinstance(error, APIStatusError) else None
            return status, error.request_id if isinstance(error, APIError) else None
        assert self.response is not None
        return self.response.status_code, request_id_of(self.response.headers)
