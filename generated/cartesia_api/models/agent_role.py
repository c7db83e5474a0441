from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

AgentRole: TypeAlias = Literal["assistant", "system", "user"]
"""Who a turn of a call belongs to. `system` turns carry what the agent's code logged."""

AGENT_ROLE_VALUES: Final[tuple[AgentRole, ...]] = ("assistant", "system", "user")


def check_agent_role(value: object) -> AgentRole:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, AGENT_ROLE_VALUES, "AgentRole")
