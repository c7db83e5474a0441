from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

AgentCallExpand: TypeAlias = Literal["transcript",]
"""Field of a call that the server sends only on request. It is one value, unlike the `expand[]`
of voices."""

AGENT_CALL_EXPAND_VALUES: Final[tuple[AgentCallExpand, ...]] = ("transcript",)


def check_agent_call_expand(value: object) -> AgentCallExpand:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, AGENT_CALL_EXPAND_VALUES, "AgentCallExpand")
