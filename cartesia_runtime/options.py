"""Options of one call, which a sender follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypedDict

Progress: TypeAlias = Callable[[int, int | None], object]
"""Function called with the bytes sent or received so far, and the total, or None if unknown."""


class RequestOptions(TypedDict, total=False):
    """Options of one call; they override those of its sender.

    Attributes:
        timeout: Seconds for each phase of the call. None means no deadline.
        headers: More headers to send. They override those of the sender.
        idempotent: Whether the sender may retry the call after a failure with unknown effect.
        max_retries: Maximum number of retries, if the sender retries calls.
        progress: Called with the bytes of the body sent so far and the total, which includes the
            framing of a form. A retry starts again from 0. If it raises an exception, the call
            fails with it.
    """

    timeout: float | None
    headers: Mapping[str, str]
    idempotent: bool
    max_retries: int
    progress: Progress
