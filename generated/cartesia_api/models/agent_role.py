from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

AgentRole: TypeAlias = Literal["assistant", "system", "user"]
"""Who speaks in a turn of a call. Turns of `system` contain what the agent's code logged."""

AGENT_ROLE_VALUES: Final[tuple[AgentRole, ...]] = ("assistant", "system", "user")


def check_agent_role(value: object) -> AgentRole:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, AGENT_ROLE_VALUES, "AgentRole")
