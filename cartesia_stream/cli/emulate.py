"""The command ``emulate``; only this module imports the emulator."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Literal, TypedDict

from .. import ConfigurationError
from .output import line, note
from .signals import heeded

if TYPE_CHECKING:
    from collections.abc import Mapping
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


class Settings(TypedDict):
    """Settings of the emulator."""

    engine: str
    host: str
    port: int
    api_key: str | None
    realtime: float | None
    latency: float
    chunk_ms: int
    concurrency: int


def run(args: Arguments) -> int:
    """Run the emulator until a signal stops it, or until its command ends.

    Returns:
        0, or the exit status of the command.

    Raises:
        ConfigurationError: If the emulator is not installed or a setting is invalid.
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
    except (ImportError, RuntimeError, ValueError) as error:  # a missing package, or a bad setting
        raise ConfigurationError(str(error)) from error
    return 0


def _serve(settings: Settings) -> None:
    from cartesia_emulator import serve

    def ready(base_url: str, api_key: str) -> None:
        for name, value in _environment(base_url, api_key).items():
            line(f"{name}={value}")
        if sys.stderr.isatty():
            note("The emulator is running. Press Ctrl-C to stop it.")

    serve(**settings, on_ready=ready)


def _run_with(command: list[str], settings: Settings) -> int:
    from cartesia_emulator import Emulator

    with Emulator(**settings) as emulator:
        environment = os.environ | _environment(emulator.base_url, emulator.api_key)
        for name in ("no_proxy", "NO_PROXY"):  # no proxy leads to this machine
            environment[name] = ",".join(filter(None, (os.environ.get(name), settings["host"])))
        status = _run_command(command, environment)
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


def _environment(base_url: str, api_key: str) -> Mapping[str, str]:
    return {"CARTESIA_BASE_URL": base_url, "CARTESIA_API_KEY": api_key}
