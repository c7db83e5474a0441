"""The recordings that a command sends."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .. import File
from .feed import recording_on_stdin
from .output import Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from .. import RequestOptions


@contextmanager
def recording(name: str) -> Generator[File]:
    """Open a recording to upload.

    Args:
        name: Name of a file; ``-`` for stdin.

    Raises:
        OSError: If it cannot be read.
        ConfigurationError: If stdin has no recording.
    """
    if name == "-":
        yield File(recording_on_stdin(), "stdin")
        return
    with Path(name).open("rb") as file:
        # Names may have bytes that are not UTF-8, which the service could not read.
        yield File(file, Path(name).name.encode("utf-8", "replace").decode())


@contextmanager
def uploading(name: str) -> Generator[RequestOptions]:
    """Show how much of a recording was sent, if stderr is a terminal; yield options of the call."""
    bar = Progress()

    def show(sent: int, total: int | None) -> None:
        done = f"{sent / 1e6:.1f} MB" if not total else f"{sent / total:.0%}"
        bar.show(f"{name}: waiting for the answer" if sent == total else f"{name}: {done} sent")

    try:
        yield {"progress": show}
    finally:
        bar.clear()
