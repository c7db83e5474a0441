"""Error bodies and frames to exceptions, and what must not stand in them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from ..errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    RemoteProtocolError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..errors import TimeoutPhase

_E = TypeVar("_E", bound=APIError)

REDACTED: Final = "[key]"
MAX_TEXT: Final = 2000  # characters of a peer's text that an exception carries
CUT: Final = " …"
MAX_BODY: Final = 65536  # bytes of an error response that are read at all
MAX_RETRY_AFTER_S: Final = 60.0

# EAI_NONAME and EAI_NODATA of Linux, of macOS and of Windows.
_NO_SUCH_HOST: Final = frozenset((-2, -5, 8, 7, 11001, 11004))
_REQUEST_ID_HEADERS: Final = ("x-request-id", "request-id", "cartesia-request-id", "x-req-id")


def status_error(
    fields: Mapping[str, object], *, status_code: int = 0, request_id: str | None = None
) -> APIStatusError:
    """The exception for a structured error body or an error frame.

    Every field is optional here, since sources disagree about which ones are always sent. Versions
    before 2026-03-01 send one string, ``error``.
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
    """The exception for an HTTP response that is not a success, whatever its body is.

    Args:
        status_code: Any status, also one that no standard knows (520 ...).
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
        # Versions before 2026-03-01 answer "Title: Message"; a page of HTML is not a message.
        message = text if text and not text.startswith("<") else "the service gave no message"
        error = APIStatusError.class_for(status_code)(
            message, status_code=status_code, request_id=request_id
        )
    error.body = text
    error.retry_after = retry_after(headers)
    return error


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The service's id of a request, from the response headers."""
    return next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), None)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a response asks to wait; None when it does not say.

    An HTTP date is not accepted: telling it apart from a wrong local clock is not worth a guess.
    """
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * scale
        except (KeyError, ValueError):
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None


def refused_error(message: str, cause: BaseException | None = None) -> APIConnectionError:
    """The error for a connection that was never made; some causes no other try would mend."""
    error = APIConnectionError(message)
    error.request_sent = False
    error.passing = cause is None or not _is_final(cause)
    return error


def _is_final(cause: BaseException) -> bool:
    """Whether a connection failed for a certificate, or for a host that does not exist."""
    link: BaseException | None = cause
    while link is not None:
        kind = type(link).__name__  # their modules can block
        if kind == "SSLCertVerificationError":
            return True
        if kind == "gaierror" and isinstance(link, OSError) and link.errno in _NO_SUCH_HOST:
            return True
        link = link.__cause__ or link.__context__
    return False


def no_stream_error() -> RemoteProtocolError:
    """The error for an upgrade without a connection, as a mock gives it."""
    return RemoteProtocolError(
        "the answer to the WebSocket handshake has no connection, as from a mock or a recording"
    )


def peer_not_reading_error() -> APIConnectionError:
    """The error for a peer that sends and does not read."""
    return APIConnectionError("the peer does not read what is sent to it")


def timeout_error(phase: TimeoutPhase) -> APITimeoutError:
    """The error for a deadline of the connection that has passed."""
    error = APITimeoutError(f"the {phase} deadline passed", phase=phase)
    error.request_sent = phase not in ("connect", "pool")
    return error


def redact(error: _E, secret: str) -> _E:
    """Take the API key out of whatever a peer echoed into an exception."""
    for name, value in vars(error).items():
        if secret and isinstance(value, str):
            setattr(error, name, _without(secret, value))
    error.args = (error.message,)
    return error


def _without(secret: str, text: str) -> str:
    """A text without the key, nor the start of it where the text was cut."""
    text = text.replace(secret, REDACTED)
    if text.endswith(CUT):
        kept = text.removesuffix(CUT)
        for size in range(len(secret) - 1, 0, -1):
            if kept.endswith(secret[:size]):
                return kept[:-size] + CUT
    return text


def caused_by(error: _E, cause: BaseException, secret: str) -> _E:
    """Give an error its cause, unless that quotes the key: a parser may quote what it met."""
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
