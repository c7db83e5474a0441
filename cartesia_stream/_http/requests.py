"""Logic that both HTTP senders share: build requests, and translate failures.

Exceptions of httpx end here: users only see those of `cartesia_stream.errors`.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, cast
from urllib.parse import urlencode

import httpcore
import httpx
from cartesia_runtime.sender import Request

from .._protocol.backoff import Backoff
from .._protocol.faults import (
    MAX_BODY,
    caused_by,
    redact,
    refused_error,
    request_id_of,
    response_error,
    timeout_error,
)
from ..errors import (
    APIConnectionError,
    APIError,
    CartesiaError,
    ConfigurationError,
    LocalStateError,
    RemoteProtocolError,
    StreamTruncatedError,
)
from .bodies import ACCEPTED
from .config import check_options, check_sendable, is_of_the_connection, timeouts_for
from .http11 import MalformedResponseError, ReadDeadline
from .progress import CountedBody

if TYPE_CHECKING:
    from cartesia_runtime.options import RequestOptions

    from .._protocol.response import ResponseDecoder
    from .._protocol.websocket import WebSocket
    from ..errors import TimeoutPhase
    from ..options import Timeouts
    from .config import Config
    from .operations import SpeechRequest

Answer = Literal["whole", "download", "speech", "socket"]
"""How a response is read: all at once, by the caller, event by event, or as a WebSocket."""

ERROR_BODY_S: Final = 2.0  # to read the body of an error; the status is already known

_PHASES: Final[tuple[tuple[type[httpx.TimeoutException], TimeoutPhase], ...]] = (
    (httpx.ConnectTimeout, "connect"),
    (httpx.PoolTimeout, "pool"),
    (httpx.WriteTimeout, "write"),
    (httpx.ReadTimeout, "read"),
)

FAULTS: Final = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


def check_http_client(client: object, wanted: type[object], *others: object) -> None:
    """Reject an ``http_client`` that cannot be used, before anything is sent.

    Args:
        client: The client that the user passed.
        wanted: The class it must have: the sync or the async client of httpx.
        others: Arguments that must be None, because the user sets them on that client.

    Raises:
        ConfigurationError: If the client has another class, or one of ``others`` is given.
    """
    if not isinstance(client, wanted):
        raise ConfigurationError(
            f"http_client must be an httpx.{wanted.__name__}, not {type(client).__name__}",
            option="http_client",
        )
    if any(other is not None for other in others):
        raise ConfigurationError(
            "with http_client, set ssl_context and proxy on that client", option="http_client"
        )


def closed_http_client() -> ConfigurationError:
    """Make the error for an ``http_client`` that the user closed too early."""
    return ConfigurationError(
        "the http_client is closed: close it after this client", option="http_client"
    )


def check_upgrade(response: httpx.Response) -> None:
    """Reject a response that does not open a socket.

    Raises:
        ConfigurationError: If it came over HTTP/2, which has no such upgrade.
        RemoteProtocolError: If it is a 2xx response.
    """
    if response.http_version.startswith("HTTP/2"):
        raise ConfigurationError(
            "sockets need HTTP/1.1: create the http_client without http2=True", option="http_client"
        )
    if response.is_success:
        raise RemoteProtocolError(
            f"the WebSocket handshake failed: the service answered {response.status_code}",
            request_id=request_id_of(response.headers),
        )


def upgrade_request(config: Config, websocket: WebSocket) -> Request:
    """Build the handshake request that opens a socket."""
    return Request(
        operation="websocket",
        method="GET",
        path=config.socket_path,
        params=config.socket_params,
        headers=websocket.handshake_headers(),
        idempotent=True,
    )


def fault_of_httpx(error: Exception) -> httpx.TransportError:
    """Translate an exception of httpcore into the exception of httpx with the same name."""
    kind = next(kind for kind in type(error).__mro__ if hasattr(httpx, kind.__name__))
    fault: httpx.TransportError = getattr(httpx, kind.__name__)(str(error))
    return fault


_httpx_log: Final = logging.getLogger("httpx")


def log_response(request: httpx.Request, response: httpx.Response) -> None:
    """Log an exchange as httpx does, but without query and reason, which may quote the API key."""
    if _httpx_log.isEnabledFor(logging.INFO):
        shown = request.url.copy_with(query=None)
        version, status = response.http_version, response.status_code
        _httpx_log.info('HTTP Request: %s %s "%s %d"', request.method, shown, version, status)


def timeouts_of(request: httpcore.Request) -> dict[str, float | None]:
    """Return the timeouts of a request: seconds for each phase."""
    extensions = cast(
        "dict[str, dict[str, float | None]]",
        request.extensions,  # pyright: ignore[reportUnknownMemberType]  # of an empty dict
    )
    return extensions.get("timeout", {})


def deadline_of(response: httpx.Response) -> ReadDeadline | None:
    """Return the read deadline of a response's connection; None if we did not open it."""
    deadline = getattr(response.extensions.get("network_stream"), "deadline", None)
    return deadline if isinstance(deadline, ReadDeadline) else None


def build(
    client: httpx.Client | httpx.AsyncClient,
    config: Config,
    request: Request,
    options: RequestOptions,
    *,
    answer: Answer,
    ours: bool,
) -> httpx.Request:
    """Build the httpx request for a generated one: add address, credentials and deadlines.

    Args:
        client: The client that will send it; a user's client adds its own headers and parameters.
        config: Base URL, credentials and deadlines.
        request: The generated request.
        options: Settings of the call.
        answer: How the response will be read.
        ours: Whether the client is our own, which adds nothing.

    Raises:
        ConfigurationError: If the request cannot be sent.
    """
    if not ours:
        _check_headers_of(client)
    headers = _headers(config, request, options, answer)
    timeout = _timeout(timeouts_for(options, config), answer, ours=ours)
    url = config.base_url + request.path
    try:
        if ours:
            query = "?" + urlencode(request.params) if request.params else ""
            outgoing = httpx.Request(
                request.method,
                _url(url + query),
                headers=headers,
                json=request.json,
                files=request.files,
                content=request.content,
                extensions={"timeout": timeout},
            )
        else:
            outgoing = client.build_request(
                request.method,
                url,
                params=request.params or None,
                headers=headers,
                json=request.json,
                files=request.files,
                content=request.content,
                extensions={"timeout": timeout},
            )
    except (ValueError, TypeError, httpx.InvalidURL) as error:
        raise ConfigurationError(f"the request cannot be sent: {error}") from error
    progress = options.get("progress")
    if progress is not None:
        outgoing.stream = CountedBody(outgoing, progress)
    return outgoing


_url = lru_cache(64)(httpx.URL)  # parsing a URL takes longer than the rest of building


def _headers(
    config: Config, request: Request, options: RequestOptions, answer: Answer
) -> list[tuple[str, str]]:
    """Merge the headers of a request, ignoring the case of names.

    The call's headers win over the client's, and those over the defaults.

    Raises:
        ConfigurationError: If the call or the client has a header that only we may set.
    """
    check_sendable(config.headers)
    if options:
        check_options(options)
    own = {"Accept": request.accept, **request.headers}
    if answer in ("download", "speech"):
        own["Accept-Encoding"] = "identity"  # audio does not compress; events must not wait
    else:
        own["Accept-Encoding"] = ACCEPTED
    fields = {
        name.lower(): (name, value)
        for given in (
            own,
            config.headers,
            options.get("headers", {}),
            options.get("extra_headers", {}),
        )
        for name, value in given.items()
    }
    if request.files is not None:
        fields.pop("content-type", None)  # httpx sets it, with the boundary between the parts
    return list(fields.values())


def _check_headers_of(client: httpx.Client | httpx.AsyncClient) -> None:
    """Reject headers of the user's client that would duplicate those of the message."""
    for name, value in client.headers.items():
        if is_of_the_connection(name) and (name, value) != ("connection", "keep-alive"):
            raise ConfigurationError(
                f"http_client sets the header {name!r}, which belongs to the connection",
                option="http_client",
            )


def backoff(request: Request, options: RequestOptions, max_retries: int) -> Backoff:
    """Return how often, and when, a request may be repeated."""
    return Backoff(
        options.get("max_retries", max_retries) if request.replayable else 0,
        idempotent=options.get("idempotent", request.is_idempotent),
    )


def _timeout(timeouts: Timeouts, answer: Answer, *, ours: bool) -> dict[str, float | None]:
    """Return seconds for each phase, with the names of httpx and httpcore."""
    read = timeouts.read
    if answer == "socket":
        read = timeouts.connect  # on our own connections it starts with connecting
    elif answer == "speech":
        read = timeouts.first_audio  # the decoder bounds the gaps between events
        if not ours and read is not None:
            read = None if timeouts.idle is None else max(read, timeouts.idle)
    return {
        "connect": timeouts.connect,
        "read": read,
        "write": timeouts.write,
        "pool": timeouts.pool,
    }


def transport_error(
    error: httpx.HTTPError | httpx.StreamError | OSError,
    config: Config,
    *,
    answer: Answer = "whole",
) -> APIError:
    """Translate an exception of httpx into one of ours.

    Raise the result outside the ``except`` block: then the original is not its context.
    """
    return caused_by(_transport_error(error, answer, config.server), error, config.api_key)


def _transport_error(
    error: httpx.HTTPError | httpx.StreamError | OSError, answer: Answer, server: str
) -> APIError:
    socket = answer == "socket"
    for kind, phase in _PHASES:
        if isinstance(error, kind):
            if phase == "read" and answer == "speech":
                phase = "first_audio"
            return timeout_error("connect" if socket and phase != "pool" else phase, server)
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        # our own connections name the host that they tried: that of a proxy is worth reading
        reason = str(error).removeprefix(f"{server}: ")
        return refused_error(f"cannot connect to {server}: {reason}", error)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.DecodingError):
        return RemoteProtocolError(f"the response cannot be read: {error}")
    if isinstance(error, httpx.RemoteProtocolError):
        if isinstance(error.__cause__, MalformedResponseError) and socket:
            return RemoteProtocolError(f"the WebSocket handshake failed: {error}")
        return StreamTruncatedError(f"the response of {server} broke off: {error}")
    reason = f"{type(error).__name__} {error}".rstrip()
    return APIConnectionError(f"the connection to {server} failed: {reason}")


def is_framed(response: httpx.Response) -> bool:
    """Whether the body marks its end, so that a lost connection cannot look like the end."""
    if "content-length" in response.headers or not response.http_version.startswith("HTTP/1"):
        return True
    return "chunked" in response.headers.get("transfer-encoding", "").lower()


def unmarked_end() -> StreamTruncatedError:
    """Make the error for a download that ended without an end mark."""
    return StreamTruncatedError("the connection ended without a mark that the download is complete")


def broken_body(error: httpx.HTTPError | httpx.StreamError | OSError, config: Config) -> Exception:
    """Make the exception for a download that broke off."""
    if isinstance(error, httpx.StreamError):
        return left_download()
    return transport_error(error, config)


def left_download() -> LocalStateError:
    """Make the error for reading a download after its ``with`` block."""
    return LocalStateError("the download is closed: read it inside its with block")


def status_failure(response: httpx.Response, body: bytes, config: Config) -> APIError:
    """Make the exception for a response that is not a success."""
    if 300 <= response.status_code < 400:
        return RemoteProtocolError(
            f"the service redirected the request ({response.status_code}); the client follows no "
            "redirects, because it would send the API key with them: check base_url",
            request_id=request_id_of(response.headers),
        )
    return redact(response_error(response.status_code, response.headers, body), config.api_key)


def hook_failure(response: httpx.Response, config: Config) -> CartesiaError:
    """Return the error for a response that an event hook of the caller's client has rejected."""
    if response.status_code == 101:
        return ConfigurationError(
            "an event hook of the http_client rejects status 101, which opens a socket",
            option="http_client",
        )
    body = b""
    with suppress(httpx.ResponseNotRead):
        body = response.content[:MAX_BODY]
    return status_failure(response, body, config)


def body_error(
    error: OSError | httpx.HTTPError | httpx.StreamError, decoder: ResponseDecoder
) -> APIError:
    """Make the exception for a streamed body that broke off; it says how much arrived."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return decoder.timeout()
    return decoder.truncated(str(error) or type(error).__name__, cause=error)


def decoder_for(
    response: httpx.Response,
    request: SpeechRequest,
    options: RequestOptions,
    *,
    config: Config,
    now: float,
) -> ResponseDecoder:
    """Create the decoder for a streamed 2xx response; its clock starts when the request was sent.

    Raises:
        RemoteProtocolError: If the body cannot be the requested audio.
    """
    deadline = deadline_of(response)
    decoder = request.decoder(
        audible=any(map(str.isalnum, request.transcript)),
        secret=config.api_key,
        request_id=request_id_of(response.headers),
        timeouts=timeouts_for(options, config),
        now=now if deadline is None else deadline.sent_at,
        context_id=request.context_id,
        framed=is_framed(response),
    )
    decoder.check(response.status_code, response.headers.get("content-type", ""))
    return decoder
