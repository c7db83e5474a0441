from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

AgentCallStatus: TypeAlias = Literal["active", "cancelled", "completed", "failed"]
"""How far a call is."""

AGENT_CALL_STATUS_VALUES: Final[tuple[AgentCallStatus, ...]] = (
    "active",
    "cancelled",
    "completed",
    "failed",
)


def check_agent_call_status(value: object) -> AgentCallStatus:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, AGENT_CALL_STATUS_VALUES, "AgentCallStatus")
