"""The shared half of both HTTP senders: what to send, and what a failure means.

httpx types stop here: what leaves towards the user is an exception of `cartesia_stream.errors`.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypedDict, cast
from urllib.parse import urlencode

import httpcore
import httpx
import msgspec
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
from .dial import environment_proxy, refused, tls_context
from .faults import caused_by, redact, request_id_of, response_error
from .patience import Patience
from .timeouts import Timeouts

if TYPE_CHECKING:
    import ssl
    from collections.abc import Generator, Mapping

    from cartesia_api.client import Request, RequestOptions

    from ..errors import TimeoutPhase
    from .config import Config
    from .operations import SpeechRequest
    from .response import ResponseDecoder

Answer = Literal["whole", "download", "speech"]  # how the body of a response is read

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


class PoolOptions(TypedDict):
    """What the connection pools of both faces are made with."""

    ssl_context: ssl.SSLContext | None
    proxy: httpcore.Proxy | None
    max_connections: int
    max_keepalive_connections: int
    keepalive_expiry: float


def pool_options(config: Config, proxy: str | None) -> PoolOptions:
    """Options of our own connections; plain http to the service needs no root certificates.

    Raises:
        ConfigurationError: If the proxy is none, or of a kind that needs a package.
    """
    url = httpx.URL(config.base_url)
    secure = url.scheme == "https"
    proxy = proxy or environment_proxy(url.host, secure=secure)
    return {
        "ssl_context": tls_context() if secure else None,
        "proxy": None if proxy is None else _proxy(proxy),
        "max_connections": 100,
        "max_keepalive_connections": 20,
        "keepalive_expiry": 5.0,
    }


def _proxy(proxy: str) -> httpcore.Proxy:
    try:
        given = httpx.Proxy(proxy)
    except (ValueError, httpx.InvalidURL):
        raise ConfigurationError("proxy is not the URL of a proxy", option="proxy") from None
    url = given.url
    if url.scheme.startswith("socks5") and find_spec("socksio") is None:
        raise ConfigurationError("a SOCKS proxy needs the package socksio", option="proxy")
    return httpcore.Proxy(
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/"),
        auth=given.raw_auth,
        ssl_context=tls_context() if url.scheme == "https" else None,
    )


@contextmanager
def faults_of_httpx() -> Generator[None]:
    """Raise the exceptions of httpcore as those of httpx."""
    try:
        yield
    except FAULTS as error:
        raise fault_of_httpx(error) from error


def fault_of_httpx(error: Exception) -> httpx.TransportError:
    """The exception of httpx for one of httpcore, which has the same name."""
    kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__)
    return kind(str(error))


def extensions_of(message: httpcore.Request | httpcore.Response) -> dict[str, object]:
    """What comes with a request or a response besides what is sent."""
    return cast(
        "dict[str, object]",
        message.extensions,  # pyright: ignore[reportUnknownMemberType]  # of an empty dict
    )


def timeouts_of(request: httpcore.Request) -> dict[str, float | None]:
    """Seconds by the phase that they bound."""
    return cast("dict[str, float | None]", extensions_of(request).get("timeout", {}))


def patience_of(extensions: Mapping[str, object]) -> Patience | None:
    """The deadlines of the connection of a response; None if it is not one of ours."""
    patience = getattr(extensions.get("network_stream"), "patience", None)
    return patience if isinstance(patience, Patience) else None


def build(
    client: httpx.Client | httpx.AsyncClient | None,
    config: Config,
    request: Request,
    options: RequestOptions,
    *,
    answer: Answer,
) -> httpx.Request:
    """The httpx request for a generated one: address, credentials, deadlines.

    Args:
        client: The caller's own client, which adds what it adds to each of its requests.
        config: Where to, and as whom.
        request: What is asked for.
        options: What the call does differently.
        answer: How the answer is read.
    """
    ours = client is None
    try:
        outgoing = (httpx.Request if client is None else client.build_request)(
            request.method,
            config.base_url + request.path,
            params=request.params or None,
            headers=_headers(config, request, options, answer, ours=ours),
            json=request.json,
            files=request.files,
            content=request.content,
            extensions={"timeout": _timeout(config.timeouts, options, answer, patient=ours)},
        )
    except (ValueError, TypeError, httpx.InvalidURL) as error:
        raise _cannot_be_sent(error) from error
    return with_progress(outgoing, options)


def build_plain(
    config: Config, request: Request, options: RequestOptions, *, answer: Answer
) -> httpcore.Request:
    """The same for our own connections, where most requests need none of what httpx can do."""
    if request.files is not None or request.content is not None or "progress" in options:
        built = build(None, config, request, options, answer=answer)
        url = built.url
        return httpcore.Request(
            built.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=built.headers.raw,
            content=built.stream,
            extensions=built.extensions,
        )
    try:
        base = _base(config.base_url)
        headers = [
            (name.encode("ascii"), value.encode("ascii"))
            for name, value in _headers(config, request, options, answer, ours=True)
        ]
        target = base.path + request.path.encode("ascii")
        body = b""
        if request.json is not None:
            # The very form that httpx gives it.
            text = json.dumps(
                request.json, ensure_ascii=False, separators=(",", ":"), allow_nan=False
            )
            body = text.encode()
    except (ValueError, TypeError, httpx.InvalidURL) as error:
        raise _cannot_be_sent(error) from error
    if request.params:
        target += b"?" + urlencode(request.params).encode("ascii")
    headers.insert(0, (b"Host", base.authority))
    if request.json is not None:
        headers.append((b"Content-Type", b"application/json"))
    if request.json is not None or request.method in ("POST", "PUT", "PATCH"):
        headers.append((b"Content-Length", b"%d" % len(body)))
    timeout = _timeout(config.timeouts, options, answer, patient=True)
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=base.scheme, host=base.host, port=base.port, target=target),
        headers=headers,
        content=body,
        extensions={"timeout": timeout},
    )


class _Base(NamedTuple):
    """What a base URL says."""

    scheme: bytes
    host: bytes
    port: int | None
    authority: bytes
    path: bytes


@lru_cache(16)
def _base(url: str) -> _Base:
    parts = httpx.URL(url)
    path = parts.raw_path.rstrip(b"/")
    return _Base(parts.raw_scheme, parts.raw_host, parts.port, parts.netloc, path)


def _headers(
    config: Config, request: Request, options: RequestOptions, answer: Answer, *, ours: bool
) -> list[tuple[str, str]]:
    """Fields of a request; what is given later wins, whatever the case of its name."""
    own = {"Accept": request.accept, **request.headers}
    if answer != "whole":
        own["Accept-Encoding"] = "identity"  # audio does not compress; events must not wait
    elif ours:
        own["Accept-Encoding"] = "gzip, deflate"
    fields = {
        name.lower(): (name, value)
        for given in (own, config.headers, options.get("headers", {}))
        for name, value in given.items()
    }
    return list(fields.values())


def _cannot_be_sent(error: Exception) -> ConfigurationError:
    return ConfigurationError(f"the request cannot be sent: {error}")


class Reply(httpx.Response):
    """A response of our own connections, whose JSON is read faster."""

    def json(self, **kwargs: object) -> object:
        """The value that the body is."""
        if not kwargs:
            with suppress(ValueError):  # whatever is unusual
                return msgspec.json.decode(self.content)
        return super().json(**kwargs)


def backoff(
    request: Request, options: RequestOptions, max_retries: int, *, repeat_refusals: bool = True
) -> Backoff:
    """The retries that a request may have."""
    return Backoff(
        options.get("max_retries", max_retries) if request.replayable else 0,
        idempotent=options.get("idempotent", request.idempotent),
        repeat_refusals=repeat_refusals,
    )


def _timeout(
    timeouts: Timeouts, options: RequestOptions, answer: Answer, *, patient: bool
) -> dict[str, float | None]:
    """Seconds by phase, as httpx and httpcore name them."""
    if "timeout" in options:
        return httpx.Timeout(options["timeout"]).as_dict()
    read = timeouts.read
    if answer == "speech":
        read = timeouts.first_audio  # the gaps between the events are bounded one by one
        if not patient and read is not None:
            read = None if timeouts.idle is None else max(read, timeouts.idle)
    return {
        "connect": timeouts.connect,
        "read": read,
        "write": timeouts.write,
        "pool": timeouts.pool,
    }


def _gaps(options: RequestOptions, config: Config) -> Timeouts:
    """The deadlines of a stream's events."""
    if "timeout" not in options:
        return config.timeouts
    seconds = options["timeout"]
    return Timeouts(read=seconds, first_audio=seconds, idle=seconds)


def transport_error(
    error: httpx.HTTPError, config: Config, *, answer: Answer = "whole"
) -> APIError:
    """Our exception for one of httpx; raised outside of the handler, it has no context."""
    return caused_by(_transport_error(error, answer), error, config.api_key)


def _transport_error(error: httpx.HTTPError, answer: Answer) -> APIError:
    for kind, phase in _PHASES:
        if isinstance(error, kind):
            if phase == "read" and answer == "speech":
                phase = "first_audio"
            timeout = APITimeoutError(f"the {phase} deadline passed", phase=phase)
            timeout.request_sent = phase not in ("connect", "pool")
            return timeout
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return refused(f"cannot connect: {error}", error)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.DecodingError):
        return RemoteProtocolError(f"the response cannot be read: {error}")
    if isinstance(error, httpx.RemoteProtocolError):
        return StreamTruncatedError(f"the response broke off: {error}")
    return APIConnectionError(f"the connection failed: {type(error).__name__} {error}".rstrip())


def is_framed(response: httpx.Response) -> bool:
    """Whether the end of the body is marked, so that a lost connection is not taken for it."""
    if "content-length" in response.headers or not response.http_version.startswith("HTTP/1"):
        return True
    return "chunked" in response.headers.get("transfer-encoding", "").lower()


def unmarked_end() -> StreamTruncatedError:
    """The error for a download whose end nothing marks."""
    return StreamTruncatedError("the connection ended, which may be anywhere in the download")


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
    """The decoder for a streamed success, which began when the request had been sent.

    Raises:
        RemoteProtocolError: If the body cannot be what was asked for.
    """
    patience = patience_of(response.extensions)
    decoder = request.decoder(
        audible=any(map(str.isalnum, request.transcript)),
        secret=config.api_key,
        request_id=request_id_of(response.headers),
        timeouts=_gaps(options, config),
        now=now if patience is None else patience.sent_at,
        context_id=request.context_id,
        framed=is_framed(response),
    )
    decoder.check(response.status_code, response.headers.get("content-type", ""))
    return decoder
