"""Sans-I/O implementation of the HTTP/1.1 that this client needs: heads and body framing.

`h11` takes several steps and copies for every piece of audio. Here, the head of a request is one
bytes object, and whole chunks are sliced out of what was read. The parser is strict wherever
leniency would let two parties disagree about the end of a body. It raises the exceptions of
httpcore, whose connection pool uses it.

Source: RFC 9110, section 5; RFC 9112, sections 2 to 9.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from httpcore import LocalProtocolError, NetworkError, RemoteProtocolError

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Headers = list[tuple[bytes, bytes]]

MAX_HEAD: Final = 100 << 10
MAX_LINE: Final = 1 << 14  # bytes of a chunk's size with its extensions, or of one trailer
MAX_TRAILERS: Final = 1 << 16

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TEXT: Final = rb"[^\x00\n\v\f\r]*"  # no character that a parser may take for the end of a line
_REQUEST_LINE: Final = re.compile(_TOKEN + rb" [\x21-\x7e]+ HTTP/1\.1")
_STATUS_LINE: Final = re.compile(rb"HTTP/(1\.[01]) ([1-5][0-9]{2})(?: (" + _TEXT + rb"))?")
_FIELD: Final = re.compile(rb"(" + _TOKEN + rb"):(" + _TEXT + rb")")
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_FOLD: Final = re.compile(rb"\r?\n[ \t]+")
_LINE_END: Final = re.compile(rb"\r?\n")
_LENGTH: Final = re.compile(rb"[0-9]{1,20}")
# The lines of a chunked body, up to their LF. Extensions may contain blanks (RFC 9112, section
# 7.1.1). Extensions and trailers are ignored, but a trailer must not set a length or a coding.
_QUOTED: Final = rb'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"'
_EXTENSION: Final = (
    rb"[ \t]*;[ \t]*" + _TOKEN + rb"(?:[ \t]*=[ \t]*(?:" + _TOKEN + rb"|" + _QUOTED + rb"))?"
)
_CHUNK_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})(?:" + _EXTENSION + rb")*[ \t]*\r")
_TRAILER: Final = re.compile(
    rb"(?!(?i:content-length|transfer-encoding):)" + _FIELD.pattern + rb"\r"
)


def request_head(method: bytes, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Encode the head of a request; reject parts that would inject another line.

    Raises:
        ConfigurationError: If a part is malformed; the message does not quote its value.
    """
    line = b"%b %b HTTP/1.1" % (method, target)
    if not _REQUEST_LINE.fullmatch(line):
        raise ConfigurationError("the method or the path of the request is malformed")
    lines = [line]
    for name, value in headers:
        field = b"%b: %b" % (name, value)
        if not _FIELD.fullmatch(field):
            shown = name[:40].decode("latin-1")
            raise ConfigurationError(f"the header {shown!r} is malformed", option="headers")
        lines.append(field)
    return b"\r\n".join((*lines, b"", b""))


def asks_for_upgrade(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request asks the service to switch to another protocol."""
    return b"upgrade" in {name.lower() for name, _ in headers}


class BodyWriter:
    """Encoder of a request's body: checks it against Content-Length, or encodes it in chunks."""

    __slots__ = ("_chunked", "_left")

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self._chunked = False
        self._left = 0
        for name, value in headers:
            lower = name.lower()
            if lower == b"content-length":
                self._left = int(value)
            elif lower == b"transfer-encoding":
                self._chunked = True

    def piece(self, data: bytes) -> bytes:
        """Encode a piece of the body.

        Raises:
            LocalProtocolError: If the body is longer than its Content-Length.
        """
        if self._chunked:
            return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
        self._left -= len(data)
        if self._left < 0:
            raise LocalProtocolError("the body of the request is longer than its Content-Length")
        return data

    def end(self) -> bytes:
        """Encode the end of the body.

        Raises:
            LocalProtocolError: If the body is shorter than its Content-Length.
        """
        if self._left:
            raise LocalProtocolError("the body of the request is shorter than its Content-Length")
        return b"0\r\n\r\n" if self._chunked else b""


Framing: TypeAlias = "OpenBody | FixedBody | ChunkedBody"


class MalformedResponseError(RemoteProtocolError):
    """The peer sent something other than HTTP/1.1, so a retry would not help."""


def is_broken_off(error: BaseException) -> bool:
    """Whether the connection ended before the response did."""
    if isinstance(error, MalformedResponseError):
        return False
    return isinstance(error, RemoteProtocolError | NetworkError)


class Head(NamedTuple):
    """The head of a response.

    Attributes:
        version: HTTP version, such as ``1.1``.
        status: Status code.
        reason: Reason phrase, as the peer sent it.
        headers: Names and values; the names keep their case.
        fields: The values by name in lower case; those of a repeated name are joined by commas.
    """

    version: bytes
    status: int
    reason: bytes
    headers: Headers
    fields: Mapping[bytes, bytes]

    def values(self, name: bytes) -> list[bytes]:
        """Split the fields with a name at commas; name and elements are in lower case."""
        value = self.fields.get(name)
        if value is None:
            return []
        return [part.strip(b" \t") for part in value.lower().split(b",")]

    def body(self, method: bytes) -> Framing:
        """Choose how to find the end of the body, by RFC 9112, section 6.3.

        Raises:
            RemoteProtocolError: If the end of the body is ambiguous.
        """
        codings = self.values(b"transfer-encoding")
        if codings and codings != [b"chunked"]:
            raise RemoteProtocolError("the response has a transfer coding other than chunked")
        lengths = set(self.values(b"content-length"))
        if len(lengths) > 1 or not all(_LENGTH.fullmatch(length) for length in lengths):
            raise RemoteProtocolError("the response has an invalid Content-Length")
        if method == b"HEAD" or self.status < 200 or self.status in (204, 304):
            return FixedBody(0)
        if codings:
            return ChunkedBody()
        return FixedBody(int(lengths.pop())) if lengths else OpenBody()

    @property
    def persists(self) -> bool:
        """Whether the connection can be reused; False if the end of the body is ambiguous."""
        if self.version != b"1.1" or b"close" in self.values(b"connection"):
            return False
        return not (self.values(b"transfer-encoding") and self.values(b"content-length"))


class HeadParser:
    """Parser for the head of one response; it skips informational responses (1xx).

    Args:
        upgrade: Whether the request asked for another protocol, which makes 101 a final response.

    Attributes:
        rest: Bytes that were read beyond the head.
    """

    __slots__ = ("_buffer", "_upgrade", "rest")

    def __init__(self, *, upgrade: bool = False) -> None:
        self.rest: bytes = b""
        self._buffer = b""
        self._upgrade = upgrade

    def receive_data(self, data: bytes) -> Head | None:
        """Receive bytes from the connection and return the head once all of it has arrived.

        Raises:
            RemoteProtocolError: If the head is malformed or too long.
        """
        search = max(len(self._buffer) - 2, 0)
        data, start = self._buffer + data, 0
        while (end := _BLANK_LINE.search(data, search, start + MAX_HEAD)) is not None:
            head = _parse(data[start : end.start()])
            start = search = end.end()
            if head.status >= 200 or (head.status == 101 and self._upgrade):
                self.rest = data[start:]
                return head
            if head.status == 101:
                raise MalformedResponseError(
                    "the service switched protocols, but the request did not ask for it"
                )
            head.body(b"")  # it has no body, but its headers must not be ambiguous about one
        self._buffer = data[start:]
        if len(self._buffer) >= MAX_HEAD:
            raise MalformedResponseError(
                f"the head of the response is larger than {MAX_HEAD} bytes"
            )
        return None


def _parse(data: bytes) -> Head:
    first, *fields = _LINE_END.split(data.removesuffix(b"\r"), maxsplit=1)
    lines = _LINE_END.split(_FOLD.sub(b" ", fields[0])) if fields else []
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        raise MalformedResponseError("the response does not begin with a status line of HTTP/1.1")
    headers: Headers = []
    joined: dict[bytes, bytes] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise MalformedResponseError("the response has a malformed header")
        name, value = field[1], field[2].strip(b" \t")
        headers.append((name, value))
        name = name.lower()
        joined[name] = joined[name] + b"," + value if name in joined else value
    return Head(status[1], int(status[2]), status[3] or b"", headers, joined)


class OpenBody:
    """The body of a response that ends when the peer closes the connection.

    Attributes:
        complete: Always False: the parser cannot know whether the peer closed it on purpose.
        fault: Always None.
    """

    __slots__ = ()

    complete: Final = False
    fault: Final = None

    def receive_data(self, data: bytes) -> bytes:
        """Return all bytes, which belong to the body."""
        return data

    def receive_eof(self) -> None:
        """Accept the end of the connection as the end of the body."""


class FixedBody:
    """The body of a response with a known length.

    Attributes:
        complete: Whether the whole body has been received.
        fault: The error if more bytes follow the body; the body itself is still valid.
    """

    __slots__ = ("_left", "complete", "fault")

    def __init__(self, length: int) -> None:
        self.complete: bool = not length
        self.fault: RemoteProtocolError | None = None
        self._left = length

    def receive_data(self, data: bytes) -> bytes:
        """Receive bytes from the connection and return those of the body."""
        if len(data) > self._left:
            self.fault = RemoteProtocolError("bytes follow the end of the body")
            data = data[: self._left]
        self._left -= len(data)
        self.complete = not self._left
        return data

    def receive_eof(self) -> None:
        """Reject the end of the connection, because a part of the body is missing.

        Raises:
            RemoteProtocolError: Always.
        """
        raise _broken_off()


class ChunkedBody:
    """The body of a response in chunked transfer coding.

    Attributes:
        complete: Whether the last chunk and its trailers have been received.
        fault: The error if the body is malformed; bytes before the fault are still returned.
    """

    __slots__ = (
        "_buffer",
        "_in_trailers",
        "_left",
        "_length",
        "_line",
        "_trailers",
        "complete",
        "fault",
    )

    def __init__(self) -> None:
        self.complete: bool = False
        self.fault: RemoteProtocolError | None = None
        self._buffer = b""  # an incomplete line, or an incomplete line end of a chunk
        self._left = 0  # bytes of the current chunk, with its line end, that are still missing
        self._line = b"0\r"  # the size line of the last chunk, and the length it gives
        self._length = 0
        self._in_trailers = False
        self._trailers = 0

    def receive_data(self, data: bytes) -> bytes:
        """Receive bytes from the connection and return those of the body.

        Malformed bytes, and bytes after the end of the body, set `fault`.
        """
        parts: list[bytes] = []
        try:
            self._receive(data, parts)
        except RemoteProtocolError as error:
            self.fault = error
            self.complete = False
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def receive_eof(self) -> None:
        """Reject the end of the connection, because a part of the body is missing.

        Raises:
            RemoteProtocolError: Always.
        """
        raise _broken_off()

    def _receive(self, data: bytes, parts: list[bytes]) -> None:
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        position, size = 0, len(data)
        while position < size:
            if self._left:
                position = self._take(data, position, parts)
                continue
            end = data.find(b"\n", position, position + MAX_LINE)
            if end < 0:
                if size - position >= MAX_LINE:
                    raise _broken("a line is too long")
                break
            if self.complete:
                raise _broken("bytes follow its end")
            line = data[position:end]
            position = end + 1
            if self._in_trailers:
                self._trailer(line)
                continue
            if line != self._line:  # most chunks of audio have the same size
                self._line, self._length = line, _length(line)
            after = position + self._length
            if not self._length:
                self._in_trailers = True
            elif data[after : after + 2] == b"\r\n":  # the whole chunk is here
                parts.append(data[position:after])
                position = after + 2
            else:
                self._left = self._length + 2
        self._buffer = data[position:]
        if self.complete and self._buffer:
            raise _broken("bytes follow its end")

    def _take(self, data: bytes, position: int, parts: list[bytes]) -> int:
        """Consume the available part of a chunk and of the line end after it."""
        left = self._left
        have = min(len(data) - position, left)
        after = position + have
        if left > 2:
            parts.append(data[position : min(after, position + left - 2)])
        # those of the last two bytes that have arrived
        tail = data[max(position, position + left - 2) : after]
        if tail and tail != b"\r\n"[2 - min(left, 2) :][: len(tail)]:
            raise _broken("a chunk is longer than it says")
        self._left = left - have
        return after

    def _trailer(self, line: bytes) -> None:
        self._trailers += len(line)
        if self._trailers > MAX_TRAILERS:
            raise _broken("its trailers are too long")
        self.complete = line == b"\r"
        if not self.complete and not _TRAILER.fullmatch(line):
            raise _broken("a trailer is malformed")


def _length(line: bytes) -> int:
    matched = _CHUNK_LINE.fullmatch(line)
    if matched is None:
        raise _broken("a chunk has no valid size")
    return int(matched[1], 16)


def _broken(why: str) -> RemoteProtocolError:
    return RemoteProtocolError(f"the chunked body is broken: {why}")


def _broken_off() -> RemoteProtocolError:
    return RemoteProtocolError("the peer closed the connection before the end of the body")


class ReadDeadline:
    """The read deadline of a connection, for one exchange after the other.

    The read timeout of a response's head starts when the last byte of the request was written, and
    bounds the whole head. So a slow upload does not use it up, and a peer that sends single bytes
    does not extend it. After the head, the timeout applies to each read. `wait_until` sets one
    deadline for all reads until the next phase.

    Attributes:
        sent_at: When the last byte of the current request was written, in monotonic seconds.
    """

    __slots__ = ("_answered", "_each", "_until", "sent_at")

    def __init__(self) -> None:
        self.sent_at = 0.0
        self._answered = True
        self._each = True
        self._until: float | None = None

    def wrote(self, now: float) -> None:
        """Note that a part of a request was written."""
        self.sent_at = now
        self._answered, self._each = False, True

    def answered(self) -> None:
        """Note that the whole head of a response has arrived."""
        self._answered = self._each = True

    def wait_until(self, deadline: float | None) -> None:
        """Set one deadline for all following reads; None lets them wait without a limit."""
        self._each = False
        self._until = deadline

    def left(self, timeout: float | None, now: float) -> float | None:
        """Return how many seconds a read may take; None means without a limit.

        Args:
            timeout: The read timeout of the request, in seconds.
            now: Monotonic seconds.
        """
        if not self._each:
            deadline = self._until
        elif self._answered:
            return timeout
        else:
            deadline = None if timeout is None else self.sent_at + timeout
        return None if deadline is None else deadline - now
