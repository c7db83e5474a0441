"""The agents that every emulator starts with, and the calls they have had.

Ids, dates and words are constants, so that tests can name them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from .agents import (
    Agent,
    AgentCall,
    Deployment,
    GitRepository,
    LogEvent,
    LogMetric,
    Metric,
    PhoneNumber,
    TelephonyParams,
    Template,
    TextChunk,
    ToolCall,
    Turn,
    measure,
)

if TYPE_CHECKING:
    from .agents import MetricResult

__all__ = ["AGENTS", "ATTACHED", "CALLS", "DEPLOYMENTS", "METRICS", "NUMBERS", "TEMPLATES"]

_DAY: Final = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
_RESERVATIONS: Final = "agent_reservations"
_PARCELS: Final = "agent_parcels"
_LIVE: Final = "ad_reservations_2"


def _at(**passed: float) -> datetime:
    return _DAY + timedelta(**passed)


TEMPLATES: Final = (
    Template(
        id="template_restaurant",
        name="Restaurant reservations",
        description="Takes reservations and answers questions about the menu.",
        owner_id="cartesia",
        repo_url="https://example.com/templates/restaurant",
        root_dir="/",
        dependencies=("line",),
        required_env_vars=("LLM_API_KEY",),
        created_at=_at(days=-90),
        updated_at=_at(days=-30),
    ),
    Template(
        id="template_blank",
        name="Blank",
        description=None,
        owner_id="cartesia",
        repo_url="https://example.com/templates/blank",
        root_dir="/",
        dependencies=(),
        required_env_vars=(),
        created_at=_at(days=-90),
        updated_at=_at(days=-90),
    ),
)

# Oldest first, like every collection that is listed newest first.
AGENTS: Final = (
    Agent(
        id=_PARCELS,
        name="Parcel desk",
        description=None,
        tts_voice="97b8a9c0-d1e2-4f33-9445-5a6b7c8d9e88",
        tts_language="en",
        created_at=_at(days=-40),
        updated_at=_at(days=-40),
    ),
    Agent(
        id=_RESERVATIONS,
        name="Reservations",
        description="Takes reservations for a small restaurant.",
        tts_voice="6ccbfb76-1fc6-48f7-b71d-91ac6298247b",
        tts_language="en",
        created_at=_at(days=-20),
        updated_at=_at(days=-1),
        has_text_to_agent_run=True,
        webhook_id="webhook_reservations",
        git_repository=GitRepository(account="example", name="reservations", provider="github"),
        git_deploy_branch="main",
    ),
)

NUMBERS: Final = (
    PhoneNumber(
        id="pn_reservations",
        agent_id=_RESERVATIONS,
        number="+12025550143",
        is_cartesia_managed=True,
        created_at=_at(days=-19),
        updated_at=_at(days=-19),
    ),
)


def _deployment(number: int, status: str, *, is_live: bool, error: str | None) -> Deployment:
    begun = _at(days=-20 + number)
    built = begun + timedelta(minutes=2)
    return Deployment(
        id=f"ad_reservations_{number}",
        agent_id=_RESERVATIONS,
        status=status,
        is_live=is_live,
        is_pinned=False,
        env_var_collection_id="env_reservations",
        source_code_file_id=f"file_reservations_{number}",
        git_commit_hash=f"{number:040x}",
        created_at=begun,
        updated_at=built,
        build_started_at=begun,
        build_completed_at=built,
        build_logs="Installing dependencies\n" + (error or "Done"),
        build_error=error,
        # Not null even where the build failed: the official client wants dates here.
        deployment_started_at=built,
        deployment_completed_at=built if error else built + timedelta(minutes=1),
    )


DEPLOYMENTS: Final = (
    _deployment(1, "build_error", is_live=False, error="No module named 'menu'"),
    _deployment(2, "deployed", is_live=True, error=None),
)

_BOOKING: Final = (
    Turn(
        role="assistant",
        start_timestamp=0.4,
        end_timestamp=3.2,
        text="Good evening, how can I help you?",
        text_chunks=(
            TextChunk(text="Good evening,", start_timestamp=0.4),
            TextChunk(text=" how can I help you?", start_timestamp=1.5),
        ),
        end_reason="tts_completed",
        tts_ttfb=0.09,
    ),
    Turn(
        role="user",
        start_timestamp=4.0,
        end_timestamp=7.1,
        text="I would like a table for two, please.",
        vad_buffer_ms=300,
    ),
    Turn(
        role="system",
        start_timestamp=7.2,
        end_timestamp=7.2,
        log_event=LogEvent(event="intent", metadata={"name": "reserve"}, timestamp=7.2),
    ),
    Turn(
        role="assistant",
        start_timestamp=8.0,
        end_timestamp=11.5,
        text="A table for two is free at eight.",
        end_reason="interrupted",
        tool_calls=(ToolCall(id="tool_1", name="find_table", arguments={"guests": "2"}),),
        tts_ttfb=0.11,
    ),
    Turn(
        role="user",
        start_timestamp=11.4,
        end_timestamp=13.0,
        text="Perfect, thank you.",
        vad_buffer_ms=280,
    ),
    Turn(
        role="system",
        start_timestamp=13.1,
        end_timestamp=13.1,
        log_metric=LogMetric(name="guests", value=2, timestamp=13.1),
    ),
    Turn(
        role="assistant",
        start_timestamp=13.6,
        end_timestamp=15.4,
        text="See you tonight.",
        end_reason="call_ended",
        tts_ttfb=0.1,
    ),
)
_QUESTION: Final = (
    Turn(
        role="assistant",
        start_timestamp=0.4,
        end_timestamp=3.2,
        text="Good evening, how can I help you?",
        end_reason="tts_completed",
    ),
    Turn(
        role="user",
        start_timestamp=3.9,
        end_timestamp=5.8,
        text="Are you open on Sundays?",
    ),
    Turn(
        role="assistant",
        start_timestamp=6.4,
        end_timestamp=9.0,
        text="Yes, until ten. Thank you for calling.",
        end_reason="call_ended",
    ),
)

_PHONE: Final = TelephonyParams(from_="+12025550143", to="+12025550178")

CALLS: Final = (
    AgentCall(
        id="call_1",
        agent_id=_RESERVATIONS,
        deployment_id=_LIVE,
        status="failed",
        start_time=_at(),
        end_time=_at(seconds=2),
        error_message="The caller's network was lost.",
        telephony_params=_PHONE,
    ),
    AgentCall(
        id="call_2",
        agent_id=_RESERVATIONS,
        deployment_id=_LIVE,
        status="completed",
        start_time=_at(hours=1),
        end_time=_at(hours=1, seconds=16),
        summary="The caller reserved a table for two at eight.",
        telephony_params=_PHONE,
        transcript=_BOOKING,
    ),
    AgentCall(
        id="call_3",
        agent_id=_RESERVATIONS,
        deployment_id=_LIVE,
        status="completed",
        start_time=_at(hours=2),
        end_time=_at(hours=2, seconds=9),
        summary="The caller asked for the opening hours.",
        transcript=_QUESTION,
    ),
    AgentCall(
        id="call_4",
        agent_id=_RESERVATIONS,
        deployment_id=_LIVE,
        status="cancelled",
        start_time=_at(hours=3),
        end_time=_at(hours=3, seconds=1),
    ),
    AgentCall(
        id="call_5",
        agent_id=_RESERVATIONS,
        deployment_id=_LIVE,
        status="active",
        start_time=_at(hours=4),
        transcript=_QUESTION[:1],
    ),
)

METRICS: Final = (
    Metric(
        id="metric_politeness",
        name="politeness",
        display_name="Politeness",
        prompt="please thank you",
        created_at=_at(days=-5),
    ),
)
ATTACHED: Final = ((_RESERVATIONS, "metric_politeness"),)


def sample_results() -> tuple[MetricResult, ...]:
    """Return the results of the sample metric for the sample calls, dated at their ends."""
    return tuple(
        measure(METRICS[0], call, call.end_time)
        for call in CALLS
        if call.status == "completed" and call.end_time is not None
    )
