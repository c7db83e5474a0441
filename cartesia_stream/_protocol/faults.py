"""Turn error responses and frames into exceptions, without the API key in any of them."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from ..errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    LocalStateError,
    RemoteProtocolError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..errors import TimeoutPhase

_E = TypeVar("_E", bound=APIError)

REDACTED: Final = "[key]"
MAX_TEXT: Final = 2000  # characters of the service's text that an exception keeps
CUT: Final = " …"
MAX_BODY: Final = 65536  # bytes to read of an error response
MAX_RETRY_AFTER_S: Final = 60.0

# EAI_NONAME and EAI_NODATA of Linux, of macOS and of Windows.
_NO_SUCH_HOST: Final = frozenset((-2, -5, 8, 7, 11001, 11004))
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_DATE: Final = re.compile(r"[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT")
_REQUEST_ID_HEADERS: Final = ("x-request-id", "request-id", "cartesia-request-id", "x-req-id")


def status_error(
    fields: Mapping[str, object], *, status_code: int = 0, request_id: str | None = None
) -> APIStatusError:
    """Return the exception for a JSON error body or an error frame.

    Every field is optional, because the sources disagree about which ones the service always sends.
    API versions before 2026-03-01 send one string, ``error``.
    """
    status = status_code or _whole(fields.get("status_code")) or 0
    title = _text(fields.get("title"))
    message = _text(fields.get("message")) or _text(fields.get("error"))
    return APIStatusError.class_for(status)(
        message or title or "the service reported an error without a message",
        status_code=status,
        error_code=_text(fields.get("error_code")),
        title=title,
        doc_url=_text(fields.get("doc_url")),
        request_id=_text(fields.get("request_id")) or request_id,
        context_id=_id(fields.get("context_id")),
    )


def response_error(status_code: int, headers: Mapping[str, str], body: bytes) -> APIStatusError:
    """Return the exception for an HTTP error response, whatever its body is.

    Args:
        status_code: Any status, including non-standard ones such as 520.
        headers: Lower-case names or a case-insensitive mapping.
        body: The start of the body.
    """
    request_id = request_id_of(headers)
    try:
        fields = msgspec.json.decode(body, type=dict[str, object])
    except (ValueError, RecursionError):
        fields = None
    text = _text(body.decode("utf-8", "replace").strip()) or ""
    if fields is not None:
        error = status_error(fields, status_code=status_code, request_id=request_id)
    else:
        # API versions before 2026-03-01 answer "Title: Message"; a page of HTML is not a message.
        message = text if text and not text.startswith("<") else "the service gave no message"
        error = APIStatusError.class_for(status_code)(
            message, status_code=status_code, request_id=request_id
        )
    error.body = text
    error.retry_after = retry_after(headers)
    return error


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """Return the service's id of a request, from the response headers."""
    return next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), None)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a response asks to wait, or None.

    The response's own date tells how far away an HTTP date is, so no clock needs to be right.
    """
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * scale
        except (KeyError, ValueError):
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    if "retry-after" in headers and "date" in headers:
        return _seconds_between(headers["date"], headers["retry-after"])
    return None


def _seconds_between(date: str, later: str) -> float | None:
    """Return the seconds between two HTTP dates (RFC 9110, section 5.6.7), or None."""
    first, last = _read_date(date), _read_date(later)
    return None if first is None or last is None else max(0.0, last - first)


def _read_date(text: str) -> float | None:
    found = _DATE.fullmatch(text.strip())
    if found is None or found[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(found[group]) for group in (1, 3, 4, 5, 6))
    month = _MONTHS.index(found[2]) // 4 + 1
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:  # such as the 31st of February
        return None


def refused_error(message: str, cause: BaseException | None = None) -> APIConnectionError:
    """Return the error for a connection that was never made; the cause decides `retryable`."""
    error = APIConnectionError(message)
    error.request_sent = False
    error.passing = cause is None or not _is_final(cause)
    return error


def _is_final(cause: BaseException) -> bool:
    """Whether the cause is an untrusted certificate or a host that does not exist."""
    link: BaseException | None = cause
    while link is not None:
        kind = type(link).__name__  # by name: importing their modules can block
        if kind == "SSLCertVerificationError":
            return True
        if kind == "gaierror" and isinstance(link, OSError) and link.errno in _NO_SUCH_HOST:
            return True
        link = link.__cause__ or link.__context__
    return False


def host_and_port(host: str, port: int) -> str:
    """Return a host and a port as they stand in a URL, such as ``[::1]:443``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def no_stream_error() -> RemoteProtocolError:
    """Return the error for a handshake response that has no connection, as from a mock."""
    return RemoteProtocolError(
        "the answer to the WebSocket handshake has no connection, as from a mock or a recording"
    )


def peer_not_reading_error() -> APIConnectionError:
    """Return the error for a peer that sends but does not read."""
    return APIConnectionError("the peer does not read what is sent to it")


def elsewhere_error(place: str) -> LocalStateError:
    """Return the exception for a connection, context or stream that is used in another place.

    Args:
        place: What it belongs to: ``process`` or ``event loop``.
    """
    return LocalStateError(
        f"this was opened in another {place}, and only that {place} may use it; open a new one here"
    )


def timeout_error(phase: TimeoutPhase, server: str = "the service") -> APITimeoutError:
    """Return the error for a passed deadline of the connection to a server, as in ``host:443``."""
    message = f"the {phase} deadline passed while waiting for {server}"
    error = APITimeoutError(message, phase=phase)
    error.request_sent = phase not in ("connect", "pool")
    return error


def redact(error: _E, secret: str) -> _E:
    """Replace the API key in every string of an exception; a peer may have echoed it."""
    for name, value in vars(error).items():
        if secret and isinstance(value, str):
            setattr(error, name, _without(secret, value))
    error.args = (error.message,)
    return error


def _without(secret: str, text: str) -> str:
    """Replace the key in a text, and a start of the key at the end of a cut text."""
    text = text.replace(secret, REDACTED)
    if text.endswith(CUT):
        kept = text.removesuffix(CUT)
        for size in range(len(secret) - 1, 0, -1):
            if kept.endswith(secret[:size]):
                return kept[:-size] + CUT
    return text


def caused_by(error: _E, cause: BaseException, secret: str) -> _E:
    """Set the cause of an error, unless the cause quotes the key, as a parser error may."""
    redact(error, secret)
    link: BaseException | None = cause
    while link is not None:
        if secret and secret in str(link):
            return error
        link = link.__cause__ or link.__context__
    error.__cause__ = cause
    return error


def _text(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + CUT


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
