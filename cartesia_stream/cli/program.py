"""Run a command, and turn what happens into an exit status and one line on stderr."""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

from .output import complain, discard_unwritten, naming, reopen_closed
from .parser import make_parser
from .signals import Stopped, stopping

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells say


def run(argv: Sequence[str] | None) -> int:
    """Run a command and return its exit status; see `cartesia_stream.cli.main`."""
    reopen_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # never fail on a terminal's encoding
    try:
        with stopping():
            return _run(argv)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Stopped as stopped:
        return stopped.status
    except BrokenPipeError:  # the reader of the output has left
        return FAILED
    except Exception as error:
        status = _status_of(error)
        if not status:
            raise
        complain(error)
        return status
    finally:
        discard_unwritten()


def _run(argv: Sequence[str] | None) -> int:
    try:
        arguments = make_parser().parse_args(argv)
        status = command(arguments.run)(arguments) or OK
    except SystemExit as leaving:  # argparse has printed a help text or an error
        status = leaving.code if isinstance(leaving.code, int) else OK
    with naming("stdout"):
        sys.stdout.flush()
    return status


def command(name: str) -> Callable[[argparse.Namespace], int | None]:
    """Import and return the function of a command, such as ``say.run``."""
    module, _, function = name.partition(".")
    found: Callable[[argparse.Namespace], int | None] = getattr(
        import_module(f"{__package__}.{module}"), function
    )
    return found


def _status_of(error: Exception) -> int:
    """Return the exit status for an error, or 0 for a bug, which needs its traceback."""
    from ..errors import CartesiaError, ConfigurationError

    if isinstance(error, ConfigurationError):
        return USAGE
    if isinstance(error, CartesiaError):
        return FAILED
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return USAGE
    if isinstance(error, OSError):
        return FAILED
    return OK
