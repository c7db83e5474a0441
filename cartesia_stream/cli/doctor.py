"""The command ``doctor``: check what a client needs, and say what to do where something fails."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import socket
import ssl
import statistics
import sys
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from importlib import metadata, util
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from .. import (
    APIConnectionError,
    APIStatusError,
    AsyncCartesia,
    AuthenticationError,
    Cartesia,
    CartesiaError,
    ConfigurationError,
    ListenFormat,
    PermissionDeniedError,
    RateLimitError,
)
from .._http.config import DEFAULT_API_VERSION, DEFAULT_BASE_URL
from .._http.proxies import Proxy, environment_proxy, tls_context
from .._sync.network import resolved
from .._version import __version__
from .output import json_line, line, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

State = Literal["ok", "note", "failed", "skipped"]

_WAIT_S: Final = 10.0  # for each answer, without --timeout
_CLOCK_S: Final = 60.0  # by how much the clock may be wrong
_CERTIFICATE_DAYS: Final = 14.0
_PINGS: Final = 5
_KEY_PREFIX: Final = "sk_car_"
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA: Final = re.compile(r"""\bextra\s*==\s*["']([^"']+)["']""")


class DoctorArguments(argparse.Namespace):
    """Arguments of ``doctor``."""

    json: bool
    timeout: float | None


class Finding(NamedTuple):
    """The result of one check.

    Attributes:
        check: What was checked.
        state: ``ok``; ``note`` for what may matter; ``failed``; or ``skipped``.
        text: What was found. It never has the key.
        advice: What to do about it.
    """

    check: str
    state: State
    text: str
    advice: str = ""


class Service(NamedTuple):
    """The address of the service."""

    url: str
    scheme: str
    host: str
    port: int


def run(args: DoctorArguments) -> int:
    """Print the finding of each check as soon as it is there.

    Returns:
        0, or 1 if a check failed.
    """
    failed = 0
    for finding in findings(args.timeout or _WAIT_S):
        failed += finding.state == "failed"
        if args.json:
            json_line(finding._asdict())
            continue
        line(f"{finding.state:8} {finding.check:12} {finding.text}")
        if finding.advice:
            line(f"{'':21} -> {finding.advice}")
    if not args.json:
        line("all is well" if not failed else f"{failed} of the checks failed")
    return 1 if failed else 0


def findings(wait: float) -> Iterator[Finding]:
    """Check everything in order; what depends on a failed check is skipped.

    Args:
        wait: Seconds to wait for each answer.
    """
    yield _versions()
    yield from _extras()
    yield _loops()
    key = os.environ.get("CARTESIA_API_KEY", "")
    found_key = _key(key)
    yield found_key
    service = _service()
    if isinstance(service, Finding):
        yield service
        return
    yield Finding("service", "ok", service.url)
    try:
        proxy = environment_proxy(service.scheme, service.host, service.port)
    except ConfigurationError as error:
        yield Finding("proxy", "failed", str(error), "correct HTTPS_PROXY or ALL_PROXY")
        return
    yield _proxy(proxy)
    reachable = True
    for finding in _network(service, proxy, wait):
        reachable = reachable and finding.state != "failed"
        yield finding
    has_key = found_key.state != "failed"
    if reachable:
        with Cartesia(key if has_key else "none", timeout=wait, max_retries=0) as client:
            for finding in _http(client):
                reachable = reachable and finding.state != "failed"
                yield finding
            if reachable and has_key:
                yield from _with_key(client, key, wait)
                return
    why = "it needs a key" if reachable else "the service cannot be reached"
    for check in ("access", "speech", "hearing", "async"):
        yield Finding(check, "skipped", why)


# --- this machine


def _versions() -> Finding:
    parts = [f"cartesia-stream {__version__}", f"API {DEFAULT_API_VERSION}"]
    parts += [f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    parts += [f"{name} {metadata.version(name)}" for name in ("httpx", "httpcore", "websockets")]
    return Finding("versions", "ok", ", ".join(parts))


def _extras() -> Iterator[Finding]:
    """Tell which extras are installed, by the metadata of this package."""
    try:
        described = metadata.metadata("cartesia-stream")
    except metadata.PackageNotFoundError:
        yield Finding("extras", "note", "this package was not installed by pip")
        return
    needed: dict[str, list[str]] = {
        extra: [] for extra in described.get_all("Provides-Extra") or []
    }
    for requirement in metadata.requires("cartesia-stream") or []:
        name = _NAME.match(requirement)
        extra = _EXTRA.search(requirement)
        only_here = "platform" not in requirement
        if name is not None and extra is not None and name[0] != "cartesia-stream" and only_here:
            needed[extra[1]].append(name[0])
    missing = [extra for extra, names in needed.items() if not all(map(_is_installed, names))]
    present = [extra for extra in needed if extra not in missing]
    yield Finding("extras", "ok", f"installed: {', '.join(present) or 'none'}")
    if missing:
        advice = f'if you need one of them: pip install "cartesia-stream[{missing[0]}]"'
        yield Finding("extras", "note", f"not installed: {', '.join(missing)}", advice)


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _loops() -> Finding:
    if util.find_spec("uvloop") is None:
        return Finding("event loop", "ok", "asyncio; uvloop is not installed")
    return Finding("event loop", "ok", f"asyncio, uvloop {metadata.version('uvloop')}")


def _key(key: str) -> Finding:
    where = "set CARTESIA_API_KEY to your API key"
    if not key:
        return Finding("key", "failed", "CARTESIA_API_KEY is not set", where)
    shape = f"CARTESIA_API_KEY has {len(key)} characters"
    try:
        Cartesia(key).close()
    except ConfigurationError as error:
        if error.option != "api_key":
            return Finding("key", "ok", shape)  # what else is wrong is told below
        return Finding("key", "failed", f"{shape}: {error}", where)
    if key.startswith(_KEY_PREFIX):
        return Finding("key", "ok", f"{shape} and starts with {_KEY_PREFIX}")
    return Finding("key", "note", f"{shape} and does not start with {_KEY_PREFIX}, as keys do")


# --- the way to the service


def _service() -> Service | Finding:
    url = os.environ.get("CARTESIA_BASE_URL") or DEFAULT_BASE_URL
    try:
        Cartesia("none", base_url=url).close()
    except ConfigurationError as error:
        return Finding("service", "failed", str(error), "correct CARTESIA_BASE_URL, or unset it")
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Service(url, parts.scheme, parts.hostname or "", port)


def _proxy(proxy: Proxy | None) -> Finding:
    if proxy is None:
        return Finding("proxy", "ok", "none for this service")
    login = ", with a login" if proxy.login is not None else ""
    return Finding("proxy", "ok", f"{proxy.scheme}://{proxy.host}:{proxy.port}{login}")


def _network(service: Service, proxy: Proxy | None, wait: float) -> Iterator[Finding]:
    """Look up the host, connect, and shake hands, each on its own."""
    host, port = (service.host, service.port) if proxy is None else (proxy.host, proxy.port)
    whose = "the service" if proxy is None else "the proxy"
    try:
        ip_address(host)
    except ValueError:
        finding = _look_up(host, port, whose, wait)
        yield finding
        if finding.state == "failed":
            return
    began = time.monotonic()
    try:
        connection = socket.create_connection((host, port), wait)
    except OSError as error:
        text = f"no connection to {host}:{port}: {error.strerror or error}"
        advice = "check that the address is right, and that no firewall is in the way"
        yield Finding("connection", "failed", text, advice)
        return
    with connection:
        took = time.monotonic() - began
        yield Finding("connection", "ok", f"{whose} answers on port {port} after {seconds(took)}")
        if service.scheme == "https" and proxy is None:
            yield _tls(connection, host)


def _look_up(host: str, port: int, whose: str, wait: float) -> Finding:
    began = time.monotonic()
    try:
        addresses = resolved(host, port, began + wait)
    except (OSError, UnicodeError) as error:
        text = f"no address of {host}: {str(error) or f'no answer within {wait:g} s'}"
        return Finding("name", "failed", text, "check the name, and the DNS of this machine")
    known = list(dict.fromkeys(addresses))
    shown = ", ".join(known[:3]) + (", ..." if len(known) > 3 else "")
    return Finding("name", "ok", f"{whose} is {shown}, after {seconds(time.monotonic() - began)}")


def _tls(connection: socket.socket, host: str) -> Finding:
    began = time.monotonic()
    try:
        with tls_context().wrap_socket(connection, server_hostname=host) as secured:
            certificate, version = secured.getpeercert() or {}, secured.version()
    except ssl.SSLCertVerificationError as error:
        advice = (
            "if a proxy of your network replaces certificates, set SSL_CERT_FILE to the file with "
            "its root certificate"
        )
        return Finding("certificate", "failed", f"not trusted: {error.verify_message}", advice)
    except (OSError, ValueError) as error:
        advice = "check that the service speaks TLS on this port"
        return Finding("certificate", "failed", f"no TLS handshake: {error}", advice)
    took = time.monotonic() - began
    days = (ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) / 86400
    text = f"trusted, {version}, valid for {days:.0f} more days, after {seconds(took)}"
    return Finding("certificate", "ok" if days > _CERTIFICATE_DAYS else "note", text)


def _http(client: Cartesia) -> Iterator[Finding]:
    """Ask the service for its status: its version, the time that it takes, and its clock."""
    try:
        answer = client.with_response(client.status.get)
        times: list[float] = []
        for _ in range(_PINGS):
            began = time.monotonic()
            client.status.get()
            times.append(time.monotonic() - began)
    except CartesiaError as error:
        yield _failure("status", error)
        return
    text = f"the service is up, and uses version {answer.data.version} unless asked for another"
    state: State = "ok" if answer.data.ok else "note"
    yield Finding("status", state, text if answer.data.ok else "the service says that it is down")
    middle = seconds(statistics.median(times))
    yield Finding("latency", "ok", f"{middle} for a call on an open connection")
    with suppress(KeyError, ValueError):
        ahead = time.time() - parsedate_to_datetime(answer.headers["date"]).timestamp()
        off = abs(ahead) > _CLOCK_S
        text = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the service"
        advice = "set the clock: certificates and access tokens depend on it" if off else ""
        yield Finding("clock", "note" if off else "ok", text, advice)


# --- with the key


def _with_key(client: Cartesia, key: str, wait: float) -> Iterator[Finding]:
    access = _tried("access", lambda: _list_voice(client))
    yield access
    if access.state == "failed":
        for check in ("speech", "hearing", "async"):
            yield Finding(check, "skipped", "the key was not accepted")
        return
    yield _tried("speech", lambda: _timed(client.tts.prewarm, "the socket opened"))
    yield _tried("hearing", lambda: _timed(lambda: _listen(client), "the socket opened"))
    yield _tried("async", lambda: _open_async(key, wait))


def _tried(check: str, work: Callable[[], str]) -> Finding:
    try:
        return Finding(check, "ok", work())
    except CartesiaError as error:
        return _failure(check, error)


def _failure(check: str, error: CartesiaError) -> Finding:
    if isinstance(error, AuthenticationError):
        advice = "check CARTESIA_API_KEY: the service does not know this key"
    elif isinstance(error, PermissionDeniedError):
        advice = "the key may not do this, or the plan does not include it"
    elif isinstance(error, RateLimitError):
        advice = "the plan's limit is in use: try again when other programs are done"
    elif isinstance(error, APIStatusError):
        advice = "if it happens again, give the request id to the service's support"
    elif isinstance(error, APIConnectionError):
        advice = "a firewall or a proxy may block this kind of connection"
    else:
        advice = ""
    return Finding(check, "failed", " ".join(str(error).split()), advice)


def _list_voice(client: Cartesia) -> str:
    client.voices.list(limit=1)
    return "the service accepts the key"


def _timed(work: Callable[[], object], what: str) -> str:
    began = time.monotonic()
    work()
    return f"{what} after {seconds(time.monotonic() - began)}"


def _listen(client: Cartesia) -> None:
    with client.stt.dictate(format=ListenFormat()) as dictation:
        dictation.finalize()


def _open_async(key: str, wait: float) -> str:
    async def opened() -> None:
        async with AsyncCartesia(key, timeout=wait, max_retries=0) as client:
            await client.tts.prewarm()

    names = ["asyncio"]
    asyncio.run(opened())
    if sys.platform != "win32" and util.find_spec("uvloop") is not None:
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(opened())
        names.append("uvloop")
    return f"the socket opened on {' and '.join(names)}"
