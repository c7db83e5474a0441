"""Output to stdout and stderr, line by line."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def line(text: str) -> None:
    """Print a line to stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Print a line to stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def json_line(value: Mapping[str, object]) -> None:
    """Print an object as one line of JSON."""
    line(json.dumps(value, ensure_ascii=False))


def table(rows: Iterable[tuple[str, ...]], widths: tuple[int, ...]) -> None:
    """Print rows in columns as they arrive; cut long cells, except in the last column."""
    for row in rows:
        cells = [_fit(cell, width) for cell, width in zip(row, widths, strict=False)]
        line("  ".join([*cells, *row[len(widths) :]]).rstrip())


def _fit(cell: str, width: int) -> str:
    return (cell if len(cell) <= width else cell[: width - 1] + "…").ljust(width)


def seconds(value: float) -> str:
    """Return a time in a readable form, such as ``140 ms`` or ``3.2 s``."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
