"""The shared half of both HTTP senders: what to send, and what a failure means.

httpx types stop here: what leaves towards the user is an exception of `cartesia_stream.errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

import httpx
from cartesia_api.client import with_progress

from ..errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    ConfigurationError,
    LocalStateError,
    RemoteProtocolError,
    StreamTruncatedError,
)
from .backoff import Backoff
from .dial import tls_context
from .faults import caused_by, redact, request_id_of, response_error
from .timeouts import Timeouts

if TYPE_CHECKING:
    import ssl

    from cartesia_api.client import Request, RequestOptions

    from ..errors import TimeoutPhase
    from .config import Config
    from .operations import SpeechRequest
    from .response import ResponseDecoder

LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=20)

_PHASES: Final[tuple[tuple[type[httpx.TimeoutException], TimeoutPhase], ...]] = (
    (httpx.ConnectTimeout, "connect"),
    (httpx.PoolTimeout, "pool"),
    (httpx.WriteTimeout, "write"),
    (httpx.ReadTimeout, "read"),
)


class ClientOptions(TypedDict):
    """What both httpx clients are made with."""

    verify: ssl.SSLContext | bool
    proxy: str | None
    limits: httpx.Limits
    follow_redirects: bool


def client_options(config: Config, proxy: str | None) -> ClientOptions:
    """Options of our own httpx client; plain http to the service needs no root certificates."""
    try:
        httpx.Proxy(proxy or "http://none")
    except (ValueError, httpx.InvalidURL):
        raise ConfigurationError("proxy is not the URL of a proxy", option="proxy") from None
    plain = config.base_url.startswith("http:") and not (proxy or "").startswith("https:")
    return {
        "verify": False if plain else tls_context(),
        "proxy": proxy,
        "limits": LIMITS,
        "follow_redirects": False,
    }


def build(
    client: httpx.Client | httpx.AsyncClient,
    config: Config,
    request: Request,
    options: RequestOptions,
    *,
    streaming: bool,
) -> httpx.Request:
    """The httpx request for a generated one: address, credentials, deadlines."""
    headers = httpx.Headers({"Accept": request.accept, **request.headers})
    if streaming:
        headers["Accept-Encoding"] = "identity"  # audio does not compress; events must not wait
    headers.update(config.headers)
    headers.update(options.get("headers", {}))
    default = _timeout(config.timeouts, streaming)
    try:
        outgoing = client.build_request(
            request.method,
            config.base_url + request.path,
            params=request.params or None,
            headers=headers,
            json=request.json,
            files=request.files,
            content=request.content,
            timeout=options.get("timeout", default),
        )
    except (ValueError, TypeError, httpx.InvalidURL) as error:
        raise ConfigurationError(f"the request cannot be sent: {error}") from error
    return with_progress(outgoing, options)


def backoff(
    request: Request, options: RequestOptions, max_retries: int, *, repeat_refusals: bool = True
) -> Backoff:
    """The retries that a request may have."""
    return Backoff(
        options.get("max_retries", max_retries) if request.replayable else 0,
        idempotent=options.get("idempotent", request.idempotent),
        repeat_refusals=repeat_refusals,
    )


def _timeout(timeouts: Timeouts, streaming: bool) -> httpx.Timeout:
    read = timeouts.read
    if streaming:
        gaps = (timeouts.first_audio, timeouts.idle)
        read = None if None in gaps else max(gap for gap in gaps if gap is not None)
    return httpx.Timeout(
        connect=timeouts.connect, read=read, write=timeouts.write, pool=timeouts.pool
    )


def _gaps(options: RequestOptions, config: Config) -> Timeouts:
    """The deadlines of a stream's events."""
    if "timeout" not in options:
        return config.timeouts
    seconds = options["timeout"]
    return Timeouts(read=seconds, first_audio=seconds, idle=seconds)


def transport_error(error: httpx.HTTPError, config: Config) -> APIError:
    """Our exception for one of httpx; raised outside of the handler, it has no context."""
    return caused_by(_transport_error(error), error, config.api_key)


def _transport_error(error: httpx.HTTPError) -> APIError:
    for kind, phase in _PHASES:
        if isinstance(error, kind):
            timeout = APITimeoutError(f"the {phase} deadline passed", phase=phase)
            timeout.request_sent = phase not in ("connect", "pool")
            return timeout
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        refused = APIConnectionError(f"cannot connect: {error}")
        refused.request_sent = False
        return refused
    if isinstance(error, httpx.UnsupportedProtocol | httpx.DecodingError):
        return RemoteProtocolError(f"the response cannot be read: {error}")
    if isinstance(error, httpx.RemoteProtocolError):
        return StreamTruncatedError(f"the response broke off: {error}")
    return APIConnectionError(f"the connection failed: {type(error).__name__} {error}".rstrip())


def broken_body(error: httpx.HTTPError | httpx.StreamError, config: Config) -> Exception:
    """The exception for a download that cannot be read on."""
    if isinstance(error, httpx.HTTPError):
        return transport_error(error, config)
    return left_download()


def left_download() -> LocalStateError:
    """The error for reading a download behind its block."""
    return LocalStateError("the download is closed: read it inside of its block")


def status_failure(response: httpx.Response, body: bytes, config: Config) -> APIError:
    """The exception for a response that is not a success."""
    if 300 <= response.status_code < 400:
        return RemoteProtocolError(
            f"the service redirects ({response.status_code}); redirects are refused, since the API "
            "key would follow them: check base_url",
            request_id=request_id_of(response.headers),
        )
    return redact(response_error(response.status_code, response.headers, body), config.api_key)


def body_error(
    error: TimeoutError | httpx.HTTPError | httpx.StreamError, decoder: ResponseDecoder
) -> APIError:
    """The exception for a streamed body that cannot be read on; says how much arrived."""
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
    """The decoder for a streamed success.

    Raises:
        RemoteProtocolError: If the body cannot be what was asked for.
    """
    decoder = request.decoder(
        audible=any(map(str.isalnum, request.transcript)),
        secret=config.api_key,
        request_id=request_id_of(response.headers),
        timeouts=_gaps(options, config),
        now=now,
    )
    decoder.check(response.status_code, response.headers.get("content-type", ""))
    return decoder
