from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

AgentTurnEnd: TypeAlias = Literal["call_ended", "interrupted", "tts_completed"]
"""Why the agent stopped speaking."""

AGENT_TURN_END_VALUES: Final[tuple[AgentTurnEnd, ...]] = (
    "call_ended",
    "interrupted",
    "tts_completed",
)


def check_agent_turn_end(value: object) -> AgentTurnEnd:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, AGENT_TURN_END_VALUES, "AgentTurnEnd")
