"""Decoder for streamed responses of v0."""

from __future__ import annotations

from functools import cached_property

from .._protocol.frames import decode
from .._protocol.response import ResponseDecoder
from ..errors import APIStatusError, RemoteProtocolError
from ..events import Done
from ._frames import ObjectStream, promises_end, typed


class ObjectDecoder(ResponseDecoder):
    """Decoder for JSON objects, in standard server-sent events or not.

    The stream of v0 did not mark its end, so the end of the response counts as its end; the HTTP
    library checks that the response is complete. But if the events follow the standard and chunks
    have a ``done`` field, the last object must set it: otherwise the stream was cut.
    """

    _promised = False

    @cached_property
    def _stream(self) -> ObjectStream:
        return ObjectStream()

    def check(self, status_code: int, content_type: str) -> None:
        """Accept any 2xx response with a body, because the media type of v0 is unknown.

        Raises:
            RemoteProtocolError: If the response has no body.
        """
        if status_code == 204:
            raise RemoteProtocolError("an empty response", request_id=self.request_id)

    def receive_data(self, data: bytes, *, now: float) -> None:
        """Process a piece of the body; ignore bytes after the end."""
        if self.ended:
            return
        try:
            for found in self._stream.receive_data(data):
                self._promised = self._promised or promises_end(found)
                for frame in typed(found):
                    event = decode(frame)
                    if isinstance(event, APIStatusError):
                        self._end(event)
                    else:
                        self._take(event, now)
                    if self.ended:
                        return
        except RemoteProtocolError as error:
            self._end(error)

    def receive_eof(self) -> None:
        """Process the end of the body."""
        if self.ended:
            return
        if self._stream.unfinished:
            self._end(self.truncated("the response ended within an object"))
        elif not self.chunks:
            self._end(self.truncated("the response ended without any audio"))
        elif self._promised and self._stream.conforming:
            self._end(self.truncated("the response ended before the last object"))
        else:
            self._take(Done(), self._since)
