"""Settings of a client: base URL, API version, credentials, headers and deadlines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from .. import _forks as _forks  # calls import lazily, and forks must wait for that
from .._checks import check_names, mapping_of, text_of, whole_number
from .._protocol.faults import host_and_port
from .._version import __version__
from ..errors import ConfigurationError, LocalStateError
from ..options import DEFAULT_TIMEOUTS, Timeouts, is_time
from .records import Observers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn, Self, SupportsIndex

    from cartesia_runtime.options import PhaseTimeouts, RequestOptions

    from .._protocol.session import Session
    from ..observe import Observer

DEFAULT_BASE_URL: Final = "https://api.cartesia.ai"
DEFAULT_API_VERSION: Final = "2026-08-14"
MAX_BUFFER_BYTES: Final = 64 << 20
USER_AGENT: Final = f"cartesia-stream/{__version__}"

_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Headers that mark the end of a message or concern one connection only. If a user's copy stood
# beside ours, a proxy and the service could read two different requests. Users may replace Host.
_OF_THE_CONNECTION: Final = re.compile(
    "content-length|transfer-encoding|connection|upgrade|keep-alive|te|trailer|http2-settings"
    "|proxy-.*|sec-websocket-.*"
)


class Config:
    """Settings that all calls of a client share; validated once, and never changed afterwards.

    Raises:
        ConfigurationError: If the key or token is missing or malformed, or the base URL is invalid.
    """

    __slots__ = ("api_key", "base_url", "headers", "max_buffer_bytes", "observers", "timeouts")

    def __init__(
        self,
        *,
        api_key: str | None,
        token: str | Callable[[], object] | None = None,
        base_url: str | None,
        api_version: str,
        timeouts: Timeouts | PhaseTimeouts | float | None,
        headers: Mapping[str, str] | None,
        max_buffer_bytes: int,
        environ: Mapping[str, str],
        observers: Iterable[Observer] = (),
    ) -> None:
        if token is not None and api_key is not None:
            raise ConfigurationError("give api_key or token, not both", option="token")
        self.api_key: str = ""  # until a token function has returned the first token
        if isinstance(token, str):
            self.api_key = _checked(token, "access token", option="token")
        elif token is None:
            self.api_key = _checked_key(api_key or environ.get("CARTESIA_API_KEY"))
        elif not callable(cast("object", token)):
            raise ConfigurationError("token must be a string or a function", option="token")
        self.base_url: str = _checked_url(
            base_url or environ.get("CARTESIA_BASE_URL") or DEFAULT_BASE_URL
        )
        self.timeouts: Timeouts = timeouts_of(timeouts)
        self.max_buffer_bytes: int = whole_number(max_buffer_bytes, "max_buffer_bytes", least=1)
        self.observers: Observers = Observers(self.base_url, observers)
        _check_header("Cartesia-Version", api_version, option="api_version")
        own = {"User-Agent": USER_AGENT, "Cartesia-Version": api_version}
        self.headers: dict[str, str] = _merged(own, {} if headers is None else headers)
        if self.api_key:
            self.headers["Authorization"] = f"Bearer {self.api_key}"

    def __repr__(self) -> str:
        return f"Config({self.base_url!r})"

    def with_token(self, token: object) -> Self:
        """Return a copy that authenticates with a token.

        Raises:
            ConfigurationError: If the token is empty, is not a string or has invalid characters.
        """
        other = copy(self)
        other.api_key = _checked(token, "access token", option="token")
        other.headers = {**self.headers, "Authorization": f"Bearer {other.api_key}"}
        return other

    def with_options(
        self,
        *,
        timeouts: Timeouts | PhaseTimeouts | float | None,
        headers: Mapping[str, str] | None,
    ) -> Self:
        """Return a copy with other deadlines, unless they are None, and with additional headers."""
        other = copy(self)
        if timeouts is not None:
            other.timeouts = timeouts_of(timeouts)
        other.headers = _merged(self.headers, {} if headers is None else headers)
        return other

    @property
    def server(self) -> str:
        """Host and port of the service, for error messages."""
        parts = urlsplit(self.base_url)
        return host_and_port(
            parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        )

    @property
    def socket_path(self) -> str:
        """The path of the TTS socket, relative to the base URL."""
        return "/tts/websocket"

    @property
    def socket_params(self) -> tuple[tuple[str, str], ...]:
        """The query parameters of the handshake."""
        return ()

    def session(self, *, now: float) -> Session:
        """Create the protocol state of a TTS socket, before its handshake."""
        from .._protocol.session import Session
        from .._protocol.websocket import WebSocket

        return Session(
            WebSocket(), secret=self.api_key, max_buffer_bytes=self.max_buffer_bytes, now=now
        )


def check_ssl_context(context: object) -> None:
    """Reject an ``ssl_context`` of another type; `ssl` is not imported if there is none."""
    if context is None:
        return
    import ssl

    if not isinstance(context, ssl.SSLContext):
        raise ConfigurationError(
            f"ssl_context must be an ssl.SSLContext, not {type(context).__name__}",
            option="ssl_context",
        )


def closed_client() -> LocalStateError:
    """Make the error for using a client that is closed."""
    return LocalStateError("the client is closed")


class NotCopyableError(LocalStateError, TypeError):
    """An object with connections was copied or pickled."""


class NotCopyable:
    """Base class of objects that have connections, and so can be neither copied nor pickled."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        """Refuse `copy` and `pickle`.

        Raises:
            LocalStateError: Always. It is a TypeError too, as for other objects of that kind.
        """
        raise NotCopyableError(
            f"{type(self).__name__} cannot be copied or pickled, because it has connections: "
            "create a client where you need one, or use `with_options` for other settings"
        )


def shown(client: object) -> str:
    """Return the `repr` of a client; also of one whose constructor has raised an error."""
    config: Config | None = getattr(client, "_config", None)
    return f"{type(client).__name__}({'...' if config is None else repr(config.base_url)})"


def http_client_elsewhere(place: str) -> LocalStateError:
    """Make the error for an ``http_client`` whose idle connections belong to another place.

    Args:
        place: What they belong to: ``process`` or ``event loop``.
    """
    return LocalStateError(
        f"another {place} has used this http_client, and its open connections belong there; create "
        f"a client with an http_client of its own in each {place}"
    )


def timeouts_of(value: Timeouts | PhaseTimeouts | float | None) -> Timeouts:
    """Return deadlines.

    Args:
        value: Deadlines; None means the defaults. A number bounds each wait for the service and the
            network. Those of httpx have no names for some waits, which get the most similar one.

    Raises:
        ConfigurationError: If it is none of them, or a deadline is not greater than 0.
    """
    if value is None:
        return DEFAULT_TIMEOUTS
    if isinstance(value, Timeouts):
        return value
    phases = [getattr(value, name, value) for name in ("connect", "read", "write", "pool")]
    for seconds in phases:
        if seconds is not None and not is_time(seconds):
            raise ConfigurationError(
                f"timeout is {seconds!r}; give seconds greater than 0, Timeouts or httpx.Timeout",
                option="timeout",
            )
    connect, read, write, pool = cast("list[float | None]", phases)
    usual = DEFAULT_TIMEOUTS.close
    close = usual if connect is None or usual is None else min(connect, usual)
    return Timeouts(
        connect=connect,
        read=read,
        write=write,
        pool=pool,
        queue=pool,
        first_audio=read,
        idle=read,
        final=read,
        drain=read,
        close=close,
    )


_NO_DEADLINES: Final = Timeouts(**dict.fromkeys(Timeouts.__struct_fields__))


def timeouts_for(options: RequestOptions, config: Config) -> Timeouts:
    """Return the deadlines of one call; None as its timeout means no deadline."""
    if "timeout" not in options:
        return config.timeouts
    given = options["timeout"]
    return _NO_DEADLINES if given is None else timeouts_of(given)


def _checked_key(key: str | None) -> str:
    if not key:
        raise ConfigurationError(
            "no API key: pass api_key or set CARTESIA_API_KEY", option="api_key"
        )
    return _checked(key, "API key", option="api_key")


def _checked(secret: object, what: str, *, option: str) -> str:
    if not isinstance(secret, str) or not secret:
        raise ConfigurationError(f"the {what} must be a non-empty string", option=option)
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ConfigurationError(
            f"the {what} has spaces, line breaks or other characters that are not allowed; "
            "check that you copied all of it and nothing else",
            option=option,
        )
    return secret


def _merged(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Merge two sets of headers; the second wins, except that it cannot set the credentials."""
    check_headers(second)
    fields = {name.lower(): (name, value) for name, value in first.items()}
    for name, value in second.items():
        if name.lower() != "authorization":
            fields[name.lower()] = (name, value)
    return dict(fields.values())


def check_host(host: str, option: str) -> None:
    """Reject a host name that cannot be looked up.

    Raises:
        ConfigurationError: If IDNA, the standard for such names, does not have it.
    """
    if ":" in host or all(0 < len(label) < 64 for label in host.removesuffix(".").split(".")):
        if host.isascii():
            return
        from httpx import URL, InvalidURL  # on first use: it is slow to import

        try:
            URL(f"http://{host}")
        except InvalidURL:
            pass
        else:
            return
    raise ConfigurationError(f"{option}: no host can have the name {host!r}", option=option)


def check_headers(headers: object) -> None:
    """Reject malformed headers, such as a value with a line break.

    Raises:
        ConfigurationError: If a header is malformed; the message names it.
    """
    if not isinstance(headers, Mapping):
        raise ConfigurationError("headers must be a mapping of names to values", option="headers")
    for name, value in cast("Mapping[object, object]", headers).items():
        _check_header(name, value)


def check_options(options: RequestOptions | None) -> None:
    """Reject options of one call that are misspelt or invalid.

    Raises:
        ConfigurationError: If an option is unknown, has a wrong type, or is out of range.
    """
    if options is None:
        return
    from cartesia_runtime.options import RequestOptions

    given = mapping_of(options, "options")
    check_names(
        given,
        RequestOptions.__optional_keys__,
        "options",
        elsewhere=_OPTIONS_ELSEWHERE,
        otherwise="To send a field that this version does not know, use extra_query or extra_body.",
    )
    timeouts_of(options.get("timeout"))
    whole_number(given.get("max_retries", 0), "max_retries", least=0)
    if not isinstance(given.get("idempotent", False), bool):
        raise ConfigurationError("idempotent must be a bool", option="idempotent")
    if given.get("progress") is not None and not callable(given["progress"]):
        raise ConfigurationError("progress must be a function", option="progress")
    for name in ("headers", "extra_headers"):
        if name in given:
            check_headers(given[name])
            check_sendable(cast("Mapping[str, str]", given[name]))
    for name in ("extra_query", "extra_body"):
        mapping_of(given.get(name, {}), name)


_OPTIONS_ELSEWHERE: Final = {
    "params": "'extra_query'",
    "query": "'extra_query'",
    "json": "'extra_body'",
    "body": "'extra_body'",
    "retries": "'max_retries'",
}


def check_sendable(headers: Mapping[str, str]) -> None:
    """Reject headers that only the client may set, such as ``Content-Length``.

    The first call checks the headers of a client, because only then it is certain that they would
    be sent.

    Raises:
        ConfigurationError: If there is such a header; the message names it.
    """
    for name in headers:
        if is_of_the_connection(name):
            raise ConfigurationError(
                f"header {name!r} belongs to the connection; the client sets it", option=name
            )


def _check_header(name: object, value: object, *, option: str | None = None) -> None:
    if not isinstance(name, str) or not isinstance(value, str):
        raise ConfigurationError(
            f"header {name!r}: the name and the value must be strings", option=option or str(name)
        )
    if not _HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
        raise ConfigurationError(
            f"header {name!r} has characters that are not allowed", option=option or name
        )


def is_of_the_connection(name: str) -> bool:
    """Whether a header concerns one connection only, or marks the end of the message."""
    return _OF_THE_CONNECTION.fullmatch(name.lower()) is not None


def _checked_url(url: str) -> str:
    url = text_of(url, "base_url")
    try:
        parts = urlsplit(url)
        well_formed = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise ConfigurationError("base_url is not a URL", option="base_url") from None
    if not url.isprintable() or " " in url:
        raise ConfigurationError("base_url has spaces or line breaks", option="base_url")
    if not well_formed or parts.query or parts.fragment or parts.username is not None:
        raise ConfigurationError(
            "base_url must be http:// or https:// with a host, without user, query and fragment",
            option="base_url",
        )
    check_host(parts.hostname or "", "base_url")
    return parts.scheme + url[len(parts.scheme) :].rstrip("/")
