"""The command ``cartesia-stream``, a thin layer over the public API.

Commands write audio and results to a file or stdout, words and progress to stderr. They report a
failure as one line on stderr. The exit status is 1 if the service, the network or this machine
failed, and 2 if the arguments are wrong. The API key comes from the environment and never from an
option, because all users of a machine can read the options of a process.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Final

from ..errors import CartesiaError, ConfigurationError
from .output import note
from .parser import make_parser

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

__all__ = ["main"]

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells say
TERMINATED: Final = 143  # 128 + SIGTERM


class Terminated(BaseException):
    """Raised on SIGTERM, so that the command cleans up as it does after Ctrl-C."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: Arguments without the program's name; by default those of the process.

    Returns:
        The exit status: 0 for success, 1 if the service, the network or this machine failed, 2 if
        the arguments are wrong, 130 after Ctrl-C, 143 after SIGTERM. ``emulate -- COMMAND`` returns
        the status of the command.

    Raises:
        SystemExit: After ``--help`` and ``--version``, and with 2 for arguments that do not parse.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # never fail on a terminal's encoding
    arguments = make_parser().parse_args(argv)
    try:
        with _ending_on_sigterm():
            status: int = arguments.run(arguments) or OK
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:
        status = _status_of(error)
        if not status:
            raise
        note(f"cartesia-stream: error: {_one_line(error)}")
    return status


@contextlib.contextmanager
def _ending_on_sigterm() -> Generator[None]:
    """Raise `Terminated` on the first SIGTERM; a second one ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _status_of(error: Exception) -> int:
    """Return the exit status for an error, or 0 for a bug, which needs its traceback."""
    if isinstance(error, ConfigurationError):
        return USAGE
    if isinstance(error, CartesiaError):
        return FAILED
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return USAGE
    if isinstance(error, OSError):
        return FAILED
    return OK


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and not isinstance(error, CartesiaError) and error.strerror:
        text = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    else:
        text = str(error) or type(error).__name__
    return " ".join(text.split())


def _reader_left() -> int:
    """Send buffered output to /dev/null, so that the interpreter's last flush cannot fail again."""
    with contextlib.suppress(OSError, ValueError):  # where stdout is no real file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED
