from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

AgentCallStatus: TypeAlias = Literal["active", "cancelled", "completed", "failed"]
"""State of a call."""

AGENT_CALL_STATUS_VALUES: Final[tuple[AgentCallStatus, ...]] = (
    "active",
    "cancelled",
    "completed",
    "failed",
)


def check_agent_call_status(value: object) -> AgentCallStatus:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, AGENT_CALL_STATUS_VALUES, "AgentCallStatus")
