"""The command ``emulate``; only this module imports the emulator."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from .. import ConfigurationError
from .output import line, note
from .signals import heeded

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from types import FrameType


class Arguments(argparse.Namespace):
    """Arguments of ``emulate``."""

    command: list[str]
    host: str
    port: int
    engine: Literal["auto", "speech", "tone"]
    api_key: str | None
    realtime: float | None
    latency: float
    chunk_ms: int
    concurrency: int
    tls: bool
    engines: bool
    allow_host: list[str]


def run(args: Arguments) -> int:
    """Run the emulator until a signal stops it, or until its command ends; or list its extras.

    Returns:
        The exit status of the command.

    Raises:
        ConfigurationError: If the emulator is not installed or a setting is invalid.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        if args.engines:
            return _list_extras()
        if args.command:
            return _run_with(args)
        _serve(args)
    except (ImportError, RuntimeError, ValueError) as error:  # a missing package, or a bad setting
        raise ConfigurationError(str(error)) from error


def _list_extras() -> int:
    from cartesia_emulator import Emulator

    line("emulator  installed  every call and fault; speaks and hears tones; raw audio and WAV")
    for extra in Emulator.describe():
        line(f"{extra.name:10}{'installed' if extra.available else 'missing':11}{extra.adds}")
        if extra.reason:
            line(f"{'':21}{extra.reason}")
    return 0


def _serve(args: Arguments) -> NoReturn:
    """Serve until `main` turns a signal into an exception."""
    with _emulator(args) as (environment, playground):
        for name, value in environment.items():
            line(f"{name}={value}")
        note(f"Open the playground: {playground}")
        if sys.stderr.isatty():
            note("The emulator is running. Press Ctrl-C to stop it.")
        # A bounded wait: on Windows an unbounded one would not see the signal.
        while True:
            time.sleep(0.5)


def _run_with(args: Arguments) -> int:
    with _emulator(args) as (environment, _):
        environment = os.environ | environment
        if args.tls:
            # Other programs look for certificates in other variables.
            for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
                environment[name] = environment["SSL_CERT_FILE"]
        for name in ("no_proxy", "NO_PROXY"):  # no proxy leads to this machine
            environment[name] = ",".join(filter(None, (os.environ.get(name), args.host)))
        status = _run_command(args.command, environment)
    return status if status >= 0 else 128 - status


def _run_command(command: list[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end.

    Ctrl-C reaches it directly. SIGTERM and SIGHUP are forwarded to it.
    """
    process: subprocess.Popen[bytes] | None = None
    waiting: list[int] = []  # signals from before there was something to forward them to

    def forward(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            return
        if process is None:
            waiting.append(number)
        else:
            process.send_signal(number)

    # To ignore Ctrl-C instead would make the command ignore it as well.
    before = {number: signal.signal(number, forward) for number in heeded()}
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603 (the caller's own)
        for number in waiting:
            process.send_signal(number)
        return process.wait()
    except OSError as error:
        raise ConfigurationError(f"cannot run {command[0]}: {error.strerror}") from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _emulator(args: Arguments) -> Generator[tuple[dict[str, str], str]]:
    """Run an emulator; give the environment variables that clients need, and its playground."""
    from cartesia_emulator import Emulator

    with Emulator(
        engine=args.engine,
        host=args.host,
        port=args.port,
        api_key=args.api_key,
        realtime=args.realtime,
        latency=args.latency,
        chunk_ms=args.chunk_ms,
        concurrency=args.concurrency,
        tls=args.tls,
        allow_hosts=args.allow_host,
    ) as emulator:
        found = {"CARTESIA_BASE_URL": emulator.base_url, "CARTESIA_API_KEY": emulator.api_key}
        if args.tls:
            found["SSL_CERT_FILE"] = str(_bundle(Path(emulator.cafile)))
        yield found, emulator.playground_url


def _bundle(cafile: Path) -> Path:
    """Put the certificate before those that clients trust already, so that they still do."""
    import certifi

    trusted = Path(os.environ.get("SSL_CERT_FILE") or certifi.where())
    bundle = cafile.with_name("bundle.pem")
    bundle.write_bytes(cafile.read_bytes() + b"\n" + trusted.read_bytes())
    return bundle
