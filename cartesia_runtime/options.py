"""Options of one call, which a sender follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias, TypedDict

Progress: TypeAlias = Callable[[int, int | None], object]
"""Function called with the bytes sent or received so far, and the total, or None if unknown."""


class PhaseTimeouts(Protocol):
    """Seconds for each phase of a call, such as an `httpx.Timeout`; None means no deadline."""

    @property
    def connect(self) -> float | None:
        """Seconds to open a connection."""

    @property
    def read(self) -> float | None:
        """Seconds for each wait for the response."""

    @property
    def write(self) -> float | None:
        """Seconds for each send."""

    @property
    def pool(self) -> float | None:
        """Seconds for a free connection of the pool."""


class RequestOptions(TypedDict, total=False):
    """Options of one call; they override those of its sender.

    Attributes:
        timeout: Seconds for each phase of the call: one number for all, or one for each. None means
            no deadline.
        headers: More headers to send. They override those of the sender.
        extra_query: Parameters to add to the query, such as those that are newer than this client.
            They replace parameters of the same name.
        extra_body: Fields to add to the body: members of the JSON object, or parts of the form.
            They replace fields of the same name; JSON objects are merged.
        extra_headers: As ``headers``; they win over those.
        idempotent: Whether the sender may retry the call after a failure with unknown effect.
        max_retries: Maximum number of retries, if the sender retries calls.
        progress: Called with the bytes of the body sent so far and the total, which includes the
            framing of a form. A retry starts again from 0. If it raises an exception, the call
            fails with it.
    """

    timeout: float | PhaseTimeouts | None
    headers: Mapping[str, str]
    extra_query: Mapping[str, object]
    extra_body: Mapping[str, object]
    extra_headers: Mapping[str, str]
    idempotent: bool
    max_retries: int
    progress: Progress
