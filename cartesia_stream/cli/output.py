"""Output to stdout and stderr, line by line."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

# Names and texts come from other people: a terminal must not take them for commands.
_CONTROLS: Final = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"
}


def line(text: str) -> None:
    """Print a line to stdout."""
    _write(sys.stdout, "stdout", text)


def note(text: str) -> None:
    """Print a line to stderr."""
    _write(sys.stderr, "stderr", text)


def _write(stream: TextIO, name: str, text: str) -> None:
    with naming(name):
        stream.write(text.translate(_CONTROLS) + "\n")
        stream.flush()


class Progress:
    """A line on the terminal that changes; without a terminal on stderr, it is not shown."""

    def __init__(self) -> None:
        self._shown = False
        self._terminal = sys.stderr.isatty()

    def show(self, text: str) -> None:
        """Show the end of a text in place of the last one."""
        if self._terminal:
            width = max(1, shutil.get_terminal_size().columns - 1)
            self._write("\r" + " ".join(text.split()).translate(_CONTROLS)[-width:] + "\x1b[K")
            self._shown = True

    def clear(self) -> None:
        """Remove it, so that another line can take its place."""
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _write(self, text: str) -> None:
        with naming("stderr"):
            sys.stderr.write(text)
            sys.stderr.flush()


def document(text: str) -> None:
    """Print a text to stdout in UTF-8, as its format demands, whatever the locale is."""
    from cartesia_runtime.saving import write_all

    with naming("stdout"):
        sys.stdout.flush()
        write_all(sys.stdout.buffer, text.translate(_CONTROLS).encode())
        sys.stdout.buffer.flush()


def json_line(value: Mapping[str, object]) -> None:
    """Print an object as one line of JSON."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    line(json.dumps(value, ensure_ascii=encoding != "utf8"))


def table(rows: Iterable[tuple[str, ...]], widths: tuple[int, ...]) -> None:
    """Print rows in columns as they arrive; cut long cells, except in the last column."""
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        fitted = [
            (cell if len(cell) <= width else cell[: width - 1] + "…").ljust(width)
            for cell, width in zip(cells, widths, strict=False)
        ]
        line("  ".join([*fitted, *cells[len(widths) :]]).rstrip())


def seconds(value: float) -> str:
    """Return a time in a readable form, such as ``140 ms`` or ``3.2 s``."""
    return f"{value * 1000:.0f} ms" if value < 0.9995 else f"{value:.1f} s"


def complain(error: Exception, about: str = "") -> None:
    """Print an error as one line to stderr; without a reader of stderr, nobody misses it.

    Args:
        error: The error.
        about: The file or voice that it concerns, if there are several.
    """
    text = _one_line(error)
    if about and not text.startswith(f"{about}: "):
        text = f"{about}: {text}"
    with suppress(OSError):
        note(f"cartesia-stream: error: {text}")


def _one_line(error: Exception) -> str:
    from ..errors import CartesiaError

    if isinstance(error, OSError) and not isinstance(error, CartesiaError) and error.strerror:
        name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
        text = f"{name}: {error.strerror}" if name else error.strerror
    else:
        text = str(error) or type(error).__name__
    return " ".join(text.split())


@contextmanager
def naming(name: str) -> Generator[None]:
    """Give the name of a file to errors of the system that have none or that of a part file."""
    from ..errors import CartesiaError

    try:
        yield
    except OSError as error:
        named = error.filename is not None and not str(error.filename).endswith(".part")
        if named or error.errno is None or isinstance(error, CartesiaError | BrokenPipeError):
            raise
        raise OSError(error.errno, error.strerror, name) from error


def reopen_closed() -> None:
    """Replace standard streams that are closed, so that no socket or file takes their place.

    To use them fails with the error that the closed stream would give, except that stderr is lost.
    """
    ways = (("stdin", os.O_WRONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w"))
    for name, access, mode in ways:
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, access)  # the lowest free one: that of the stream
            setattr(sys, name, open(descriptor, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def discard_unwritten() -> None:
    """Drop output that cannot be written, so that the interpreter's last flush cannot fail."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123
                os.dup2(nowhere.fileno(), stream.fileno())  # fails where it is no real file
