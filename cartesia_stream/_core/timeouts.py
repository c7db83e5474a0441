"""The deadlines of a client: every wait has one."""

from __future__ import annotations

import math
from typing import Final

import msgspec

from ..errors import ConfigurationError

__all__ = ["DEFAULT_TIMEOUTS", "Timeouts"]


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Deadlines in seconds; None waits for ever, and must be chosen.

    None of them bounds a whole stream: long speech is never cut.

    Attributes:
        connect: Name resolution, connection, the tunnel of a proxy, TLS and the handshake of a
            socket, together.
        read: HTTP: for the whole head of a response, from the last byte of the request, and
            between two pieces of its body. Speech has ``first_audio`` and ``idle`` instead.
        write: One send, until the network takes it.
        pool: HTTP: for a free connection.
        queue: For a slot, where the plan's limit on concurrent contexts is reached.
        first_audio: From the first text to the first chunk.
        idle: Between two events while the service owes one.
        input: For your next push, while the service owes nothing.
        close: The closing handshake.
    """

    connect: float | None = 10.0
    read: float | None = 60.0
    write: float | None = 30.0
    pool: float | None = 30.0
    queue: float | None = 30.0
    first_audio: float | None = 10.0
    idle: float | None = 10.0
    input: float | None = 60.0
    close: float | None = 2.0

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value: object = getattr(self, name)
            if value is not None and not (
                isinstance(value, int | float) and math.isfinite(value) and value > 0
            ):
                raise ConfigurationError(
                    f"timeout {name} is {value!r}; give seconds greater than 0, or None",
                    option=name,
                )


DEFAULT_TIMEOUTS: Final = Timeouts()
