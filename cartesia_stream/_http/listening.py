"""What both faces do before a listener connects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.sender import Request

from .._protocol.listen_fields import positive
from .._protocol.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._protocol.books import DictationBook, TurnBook
    from .config import Config
    from .sources import Source


def check_pace(pace: object, max_lag: object) -> None:
    """Check the options that say how fast audio is sent.

    Raises:
        ConfigurationError: If one is not a number above 0.
    """
    if pace is not None:
        positive("pace", pace)
    positive("max_lag", max_lag)


def new_listener(
    book: DictationBook | TurnBook,
    source: Source,
    config: Config,
    *,
    pace: float | None,
    max_lag: float,
    max_restarts: int,
    settings: Mapping[str, float],
    now: float,
) -> Listener:
    """Create the protocol of a listener."""
    return Listener(
        book,
        source.format,
        timeouts=config.timeouts,
        pace=pace,
        live=source.live,
        max_lag=max_lag,
        max_restarts=max_restarts,
        max_buffer_bytes=config.max_buffer_bytes,
        settings=settings,
        now=now,
    )


def listen_handshake(operation: str, path: str, query: tuple[tuple[str, str], ...]) -> Request:
    """Return the request that opens a socket, without the headers of the handshake."""
    return Request(operation=operation, method="GET", path=path, params=query, idempotent=True)
