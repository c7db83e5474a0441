"""The client that a command uses, and the recordings that it sends."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .. import Cartesia, File, Timeouts
from .feed import recording_on_stdin

if TYPE_CHECKING:
    from collections.abc import Generator


def make_client(timeout: float | None) -> Cartesia:
    """Return a client with the settings of the environment.

    Args:
        timeout: Deadline in seconds for each wait for the service; None keeps the defaults.

    Raises:
        ConfigurationError: If the environment has no usable key or base URL.
    """
    if timeout is None:
        return Cartesia()
    bound = Timeouts(
        connect=timeout,
        read=timeout,
        first_audio=timeout,
        idle=timeout,
        final=timeout,
        drain=timeout,
    )
    return Cartesia(timeout=bound)


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
