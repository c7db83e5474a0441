"""A streamed HTTP response to events: server-sent events, or plain audio bytes.

Both end only by their own sign. For events that is ``done``; for plain bytes it is the end that
the HTTP framing marks, which the HTTP library checks.
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
    """Turns the body of one response into events; the base of the two kinds.

    Args:
        audible: Whether the text has anything that can be heard, so that silence is a fault.
        secret: The API key, kept out of messages.
        request_id: The service's id of the request.
        timeouts: Bounds the gaps between events.
        now: Monotonic seconds when the request had been sent.
        context_id: The context that was asked for; otherwise the first that is named is this one.
        framed: Whether HTTP marks the end of the body, which the end of the connection does not.

    Attributes:
        chunks: Chunks of audio so far.
        nbytes: Bytes of audio so far.
        dropped: Frames of other contexts, which reach nobody.
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
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether nothing more needs to be read from the network."""
        return self._ended

    def check(self, status_code: int, content_type: str) -> None:
        """Refuse a success that is none: an empty one, or one of another kind.

        Raises:
            RemoteProtocolError: If the body cannot be what was asked for.
        """
        kind = content_type.partition(";")[0].strip().lower()
        if status_code == 204 or not kind.startswith(self.media_types):
            what = "an empty response" if status_code == 204 else kind or "no content type"
            raise RemoteProtocolError(
                f"expected {self.media_types[0]}, got {what} with status {status_code}",
                request_id=self.request_id,
            )

    def next_event(self) -> SpeechEvent | None:
        """The next event, or None while more must be read.

        Raises:
            APIError: What went wrong, after the last event before it.
        """
        if self._events:
            return self._events.popleft()
        if self._fault is not None:
            raise self._fault
        return None

    def deadline(self) -> float | None:
        """When the next event must be here, in monotonic seconds."""
        timeouts = self._timeouts
        seconds = timeouts.idle if self.chunks else timeouts.first_audio
        return None if seconds is None else self._since + seconds

    def check_deadline(self, *, now: float) -> None:
        """Judge a stream that keeps sending bytes, such as comments, but no event.

        Raises:
            APITimeoutError: If the next event is overdue.
        """
        deadline = self.deadline()
        if deadline is not None and now > deadline and not (self._events or self._ended):
            raise self.timeout()

    def timeout(self) -> APITimeoutError:
        """The error for a deadline that has passed."""
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
        """Take a piece of the body."""
        raise NotImplementedError

    def receive_eof(self) -> None:
        """Take the end of the body."""
        raise NotImplementedError

    def truncated(self, why: str, *, cause: Exception | None = None) -> StreamTruncatedError:
        """The error for a body that broke off."""
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
            self._ended = True
            if self._audible and not self.nbytes:
                self._end(RemoteProtocolError("the service ended the stream without any audio"))
                return
        self._events.append(event)

    def _end(self, fault: APIError) -> None:
        fault.request_id = fault.request_id or self.request_id
        self._fault = redact(fault, self._secret)
        self._ended = True


class EventStreamDecoder(ResponseDecoder):
    """``text/event-stream``: JSON frames, ended by one of type ``done``."""

    media_types = ("text/event-stream",)
    _decode = staticmethod(decode)

    @cached_property
    def _parser(self) -> EventStreamParser:
        return EventStreamParser()

    def receive_data(self, data: bytes, *, now: float) -> None:
        """Take a piece of the body; what follows the terminal event is dropped."""
        if self._ended:
            return
        try:
            for event in self._parser.receive_data(data):
                if self._ended:
                    return
                frame = self._decode(event.data)
                if self._is_foreign(frame.context_id):
                    self.dropped += 1
                elif isinstance(frame, APIStatusError):
                    self._end(frame)
                else:
                    self._take(frame, now)
        except RemoteProtocolError as error:
            self._end(error)

    def _is_foreign(self, context_id: str | None) -> bool:
        """Whether a frame names another context; one that names none belongs to this one."""
        if self._context_id is None:
            self._context_id = context_id
        return context_id is not None and context_id != self._context_id

    def receive_eof(self) -> None:
        """Take the end of the body, which is never the end of the stream."""
        if not self._ended:
            self._end(self.truncated("the response ended before the done event"))


class UntypedEventStreamDecoder(EventStreamDecoder):
    """``text/event-stream`` of the voice changer, whose frames have no type."""

    _decode = staticmethod(decode_untyped)


class AudioDecoder(ResponseDecoder):
    """Plain audio, in whatever container was asked for."""

    media_types = ("audio/", "application/octet-stream")

    def receive_data(self, data: bytes, *, now: float) -> None:
        """Take a piece of the body."""
        if data:
            self._take(AudioChunk(data=data), now)

    def receive_eof(self) -> None:
        """Take the end of the body."""
        if not self._framed:
            self._end(
                self.truncated("the connection ended without a mark that the audio is complete")
            )
        elif not self._ended:
            self._take(Done(), self._since)
