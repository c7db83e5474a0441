"""Decode a streamed HTTP response, of server-sent events or plain audio, into events.

A response is complete only with its end mark. For server-sent events that is ``done``; for plain
audio it is the end of the HTTP body, which the HTTP library checks.
"""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import (
    APIError,
    APIStatusError,
    APITimeoutError,
    RemoteProtocolError,
    StreamTruncatedError,
)
from ..events import AudioChunk, Done
from .faults import caused_by, redact
from .frames import decode, decode_untyped
from .sse import EventStreamParser

if TYPE_CHECKING:
    from ..events import SpeechEvent
    from ..options import Timeouts


class ResponseDecoder:
    """Decodes the body of one response into events; base class for SSE and plain audio.

    Args:
        audible: Whether the text has anything to speak, so that no audio is an error.
        secret: The API key, removed from error messages.
        request_id: The service's id of the request.
        timeouts: ``first_audio`` and ``idle`` bound the waits for events.
        now: When the request was sent, in monotonic seconds.
        context_id: The context of the request. With None, it is the first one that a frame names.
        framed: Whether HTTP marks the end of the body. If not, the end of the connection could
            also be a cut.

    Attributes:
        chunks: Audio chunks received so far.
        nbytes: Bytes of audio received so far.
        dropped: Frames that were ignored because they name another context.
        ended: Whether the stream has ended or failed, so that no more bytes need to be read.
    """

    media_types: tuple[str, ...] = ()

    def __init__(
        self,
        *,
        audible: bool,
        secret: str,
        request_id: str | None,
        timeouts: Timeouts,
        now: float,
        context_id: str | None = None,
        framed: bool = True,
    ) -> None:
        self.request_id = request_id
        self.chunks: int = 0
        self.nbytes: int = 0
        self.dropped: int = 0
        self._context_id = context_id
        self._framed = framed
        self._audible = audible
        self._secret = secret
        self._timeouts = timeouts
        self._since = now
        self._events: deque[SpeechEvent] = deque()
        self._fault: APIError | None = None
        self.ended: bool = False

    def check(self, status_code: int, content_type: str) -> None:
        """Reject a 2xx response that cannot be the requested audio.

        Raises:
            RemoteProtocolError: If the body is empty (204) or has another content type.
        """
        kind = content_type.partition(";")[0].strip().lower()
        if status_code == 204 or not kind.startswith(self.media_types):
            what = "an empty response" if status_code == 204 else kind or "no content type"
            raise RemoteProtocolError(
                f"expected {self.media_types[0]}, got {what} with status {status_code}",
                request_id=self.request_id,
            )

    def next_event(self) -> SpeechEvent | None:
        """Return the next event, or None if more bytes must be read first.

        Raises:
            APIError: The error that ended the stream, after the last event before it.
        """
        if self._events:
            return self._events.popleft()
        if self._fault is not None:
            raise self._fault
        return None

    def deadline(self) -> float | None:
        """Return the deadline for the next event, in monotonic seconds, or None."""
        timeouts = self._timeouts
        seconds = timeouts.idle if self.chunks else timeouts.first_audio
        return None if seconds is None else self._since + seconds

    def check_deadline(self, *, now: float) -> None:
        """Check the deadline of a stream that keeps sending bytes, such as comments, but no event.

        Raises:
            APITimeoutError: If the next event is overdue.
        """
        deadline = self.deadline()
        if deadline is not None and now > deadline and not (self._events or self.ended):
            raise self.timeout()

    def timeout(self) -> APITimeoutError:
        """Return the error for a passed deadline."""
        timeouts = self._timeouts
        if self.chunks:
            message, seconds = "no event arrived", timeouts.idle
        else:
            message, seconds = "no audio arrived", timeouts.first_audio
        return APITimeoutError(
            f"{message} for {seconds or 0:g} s",
            phase="idle" if self.chunks else "first_audio",
            seconds=seconds,
            request_id=self.request_id,
        )

    def receive_data(self, data: bytes, *, now: float) -> None:
        """Decode a piece of the body; the events come from `next_event`."""
        raise NotImplementedError

    def receive_eof(self) -> None:
        """Handle the end of the body."""
        raise NotImplementedError

    def truncated(self, why: str, *, cause: Exception | None = None) -> StreamTruncatedError:
        """Return the error for a body that ended early."""
        error = StreamTruncatedError(
            f"the stream broke off after {self.chunks} chunks and {self.nbytes} bytes of audio: "
            f"{why}",
            chunks=self.chunks,
            nbytes=self.nbytes,
            request_id=self.request_id,
        )
        return error if cause is None else caused_by(error, cause, self._secret)

    def _take(self, event: SpeechEvent, now: float) -> None:
        self._since = now
        if isinstance(event, AudioChunk):
            self.chunks += 1
            self.nbytes += len(event.data)
        elif isinstance(event, Done):
            self.ended = True
            if self._audible and not self.nbytes:
                self._end(RemoteProtocolError("the service ended the stream without any audio"))
                return
        self._events.append(event)

    def _end(self, fault: APIError) -> None:
        fault.request_id = fault.request_id or self.request_id
        self._fault = redact(fault, self._secret)
        self.ended = True


class EventStreamDecoder(ResponseDecoder):
    """Decodes ``text/event-stream``: JSON frames; one of type ``done`` is the last."""

    media_types = ("text/event-stream",)
    _decode = staticmethod(decode)

    @cached_property
    def _parser(self) -> EventStreamParser:
        return EventStreamParser()

    def receive_data(self, data: bytes, *, now: float) -> None:
        """Decode a piece of the body; ignore everything after the last event."""
        if self.ended:
            return
        try:
            for found in self._parser.receive_data(data):
                if self.ended:
                    return
                try:
                    frame = self._decode(found)
                except RemoteProtocolError as error:
                    if self._context_id is None or not self._is_foreign(error.context_id):
                        raise
                    self.dropped += 1
                    continue
                if self._is_foreign(frame.context_id):
                    self.dropped += 1
                elif isinstance(frame, APIStatusError):
                    self._end(frame)
                else:
                    self._take(frame, now)
        except RemoteProtocolError as error:
            self._end(error)

    def _is_foreign(self, context_id: str | None) -> bool:
        """Whether a frame names another context. A frame without a name belongs to this one."""
        if self._context_id is None:
            self._context_id = context_id
        return context_id is not None and context_id != self._context_id

    def receive_eof(self) -> None:
        """Handle the end of the body: an error, unless ``done`` came before."""
        if not self.ended:
            self._end(self.truncated("the response ended before the done event"))


class UntypedEventStreamDecoder(EventStreamDecoder):
    """Decodes ``text/event-stream`` of the voice changer, whose frames have no ``type``."""

    _decode = staticmethod(decode_untyped)


class AudioDecoder(ResponseDecoder):
    """Decodes plain audio, in the container that was requested."""

    media_types = ("audio/", "application/octet-stream")

    def receive_data(self, data: bytes, *, now: float) -> None:
        """Turn a piece of the body into an `AudioChunk`."""
        if data:
            self._take(AudioChunk(data=data), now)

    def receive_eof(self) -> None:
        """Handle the end of the body: `Done`, or an error if HTTP did not mark the end."""
        if not self._framed:
            self._end(
                self.truncated("the connection ended without a mark that the audio is complete")
            )
        elif not self.ended:
            self._take(Done(), self._since)
