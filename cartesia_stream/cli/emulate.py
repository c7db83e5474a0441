"""``emulate``; only here is the emulator imported."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Literal, NoReturn, TypedDict

from .. import ConfigurationError
from .output import line, note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType


class Arguments(argparse.Namespace):
    """Of ``emulate``."""

    command: list[str]
    host: str
    port: int
    engine: Literal["auto", "speech", "tone"]
    api_key: str | None
    realtime: float | None
    latency: float
    chunk_ms: int
    concurrency: int


class Settings(TypedDict):
    """What the emulator is told."""

    engine: str
    host: str
    port: int
    api_key: str | None
    realtime: float | None
    latency: float
    chunk_ms: int
    concurrency: int


def run(args: Arguments) -> int:
    """Run the emulator until it is told to stop, or as long as a command takes.

    Returns:
        0, or the exit status of the command.

    Raises:
        ConfigurationError: If the emulator is not installed or its settings make no sense.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    settings = Settings(
        engine=args.engine,
        host=args.host,
        port=args.port,
        api_key=args.api_key,
        realtime=args.realtime,
        latency=args.latency,
        chunk_ms=args.chunk_ms,
        concurrency=args.concurrency,
    )
    try:
        if args.command:
            return _run_with(args.command, settings)
        _serve(settings)
    except (ImportError, RuntimeError) as error:  # a package that an engine needs is missing
        raise ConfigurationError(str(error)) from error
    return 0


def _serve(settings: Settings) -> None:
    from ..emulator import serve

    def ready(base_url: str, api_key: str) -> None:
        for name, value in _environment(base_url, api_key).items():
            line(f"{name}={value}")
        if sys.stderr.isatty():
            note("The emulator listens; Ctrl-C stops it.")

    serve(**settings, on_ready=ready)


def _run_with(command: list[str], settings: Settings) -> int:
    from ..emulator import Emulator

    signal.signal(signal.SIGTERM, _terminate)
    with Emulator(**settings) as emulator:
        environment = os.environ | _environment(emulator.base_url, emulator.api_key)
        for name in ("no_proxy", "NO_PROXY"):  # no proxy leads to this machine
            environment[name] = ",".join(filter(None, (os.environ.get(name), settings["host"])))
        try:
            done = subprocess.run(command, env=environment, check=False)  # noqa: S603 (the caller's own command)
        except OSError as error:
            raise ConfigurationError(f"cannot run {command[0]}: {error.strerror}") from error
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def _environment(base_url: str, api_key: str) -> Mapping[str, str]:
    return {"CARTESIA_BASE_URL": base_url, "CARTESIA_API_KEY": api_key}


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    """Leave by an exception, so that the command and the emulator are stopped on the way."""
    sys.exit(128 + number)
