"""Agents with what belongs to them: numbers, deployments, calls, and metrics of the calls."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "Agent",
    "AgentCall",
    "Deployment",
    "GitRepository",
    "Metric",
    "MetricResult",
    "PhoneNumber",
    "Template",
    "Turn",
    "measure",
]

_WORD: Final = re.compile(r"\w+")


class GitRepository(msgspec.Struct, frozen=True, kw_only=True):
    """Where an agent's code lives."""

    account: str
    name: str
    provider: str


class PhoneNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A phone number of an agent; the API shows its id in the agent only."""

    id: str
    agent_id: str
    number: str
    is_cartesia_managed: bool
    created_at: datetime
    updated_at: datetime

    def public(self) -> dict[str, object]:
        """Return it as the API shows it."""
        return {key: value for key, value in msgspec.structs.asdict(self).items() if key != "id"}


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """Code that an agent can start from."""

    id: str
    name: str
    description: str | None
    owner_id: str
    repo_url: str
    root_dir: str
    dependencies: tuple[str, ...]
    required_env_vars: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an agent's code, and the outcome of its build and deployment."""

    id: str
    agent_id: str
    status: str
    is_live: bool
    is_pinned: bool
    env_var_collection_id: str
    source_code_file_id: str
    git_commit_hash: str
    created_at: datetime
    updated_at: datetime
    build_started_at: datetime
    build_completed_at: datetime
    build_logs: str
    deployment_started_at: datetime
    deployment_completed_at: datetime
    build_error: str | None = None
    deployment_error: str | None = None


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """One agent; its phone numbers and deployments are collections of their own."""

    id: str
    name: str
    description: str | None
    tts_voice: str
    tts_language: str
    created_at: datetime
    updated_at: datetime
    has_text_to_agent_run: bool = False
    webhook_id: str | None = None
    git_repository: GitRepository | None = None
    git_deploy_branch: str | None = None


class TelephonyParams(msgspec.Struct, frozen=True, kw_only=True):
    """Who called whom."""

    from_: str = msgspec.field(name="from")
    to: str


class TextChunk(msgspec.Struct, frozen=True, kw_only=True):
    """Part of what was said in a turn."""

    text: str
    start_timestamp: float


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that the agent used."""

    id: str
    name: str
    arguments: dict[str, str]


class LogEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that the agent's code logged."""

    event: str
    metadata: dict[str, str]
    timestamp: float


class LogMetric(msgspec.Struct, frozen=True, kw_only=True):
    """A number that the agent's code logged."""

    name: str
    value: float
    timestamp: float


class Turn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of a transcript; ``system`` entries come from the agent's code."""

    role: str
    start_timestamp: float
    end_timestamp: float
    text: str | None = None
    text_chunks: tuple[TextChunk, ...] | None = None
    end_reason: str | None = None
    tool_calls: tuple[ToolCall, ...] | None = None
    tts_ttfb: float | None = None
    vad_buffer_ms: int | None = None
    log_event: LogEvent | None = None
    log_metric: LogMetric | None = None


class AgentCall(msgspec.Struct, frozen=True, kw_only=True):
    """One phone call of an agent."""

    id: str
    agent_id: str
    deployment_id: str
    status: str
    start_time: datetime
    end_time: datetime | None = None
    error_message: str | None = None
    summary: str | None = None
    telephony_params: TelephonyParams | None = None
    transcript: tuple[Turn, ...] = ()

    def public(self, *, transcript: bool) -> dict[str, object]:
        """Return it as the API shows it, with or without the transcript."""
        fields = msgspec.structs.asdict(self)
        if not transcript:
            del fields["transcript"]
        return fields


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A question about calls."""

    id: str
    name: str
    display_name: str | None
    prompt: str
    created_at: datetime


class MetricResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a metric for one call; the API shows it in camel case."""

    id: str
    agent_id: str
    call_id: str
    deployment_id: str
    metric_id: str
    metric_name: str
    created_at: datetime
    status: str
    result: str
    summary: str
    value: float
    run_id: str

    def public(self) -> dict[str, object]:
        """Return it as the API shows it."""
        fields = msgspec.structs.asdict(self) | {"json_result": {"value": self.value}}
        return {_camel(key): value for key, value in fields.items()}


def measure(metric: Metric, record: AgentCall, now: datetime) -> MetricResult:
    """Measure the share of the words of the prompt that were said in the call."""
    wanted = set(_WORD.findall(metric.prompt.casefold()))
    said = {
        word for turn in record.transcript for word in _WORD.findall((turn.text or "").casefold())
    }
    share = round(len(wanted & said) / len(wanted), 4) if wanted else 0.0
    place = uuid.uuid5(uuid.NAMESPACE_URL, f"{metric.id}/{record.id}")
    return MetricResult(
        id=f"result_{place}",
        agent_id=record.agent_id,
        call_id=record.id,
        deployment_id=record.deployment_id,
        metric_id=metric.id,
        metric_name=metric.name,
        created_at=now,
        status="completed",
        result=f"{share:.0%}",
        summary=f"{len(wanted & said)} of {len(wanted)} words of the prompt were said.",
        value=share,
        run_id=f"run_{place}",
    )


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(map(str.capitalize, tail))
