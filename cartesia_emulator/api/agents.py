"""``/agents``: agents, their templates, phone numbers and deployments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec
from aiohttp import web

from ..wire.requests import check_language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..backend import Backend
    from ..state.agents import Agent
    from ..wire.call import Call


class _Update(msgspec.Struct, frozen=True):
    """Body of ``PATCH /agents/{id}``; null clears the description and keeps other members."""

    name: str | None = None
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    tts_voice: str | None = None
    tts_language: str | None = None


async def list_agents(backend: Backend, call: Call) -> web.Response:
    """GET /agents."""
    agents = backend.state.agents.all()
    return call.json({"summaries": [_shown(backend, agent) for agent in agents]})


async def list_templates(backend: Backend, call: Call) -> web.Response:
    """GET /agents/templates."""
    templates = backend.state.templates.all()
    return call.json({"templates": [msgspec.structs.asdict(item) for item in templates]})


async def get_agent(backend: Backend, call: Call) -> web.Response:
    """GET /agents/{agent_id}."""
    return call.json(_shown(backend, agent_of(backend, call)))


async def update_agent(backend: Backend, call: Call) -> web.Response:
    """PATCH /agents/{agent_id}."""
    agent, update = agent_of(backend, call), call.read(_Update)
    if update.tts_voice is not None:
        backend.voices.get(update.tts_voice, field="tts_voice")
    check_language("tts_language", update.tts_language)
    changes: dict[str, object] = {
        name: value
        for name in ("name", "tts_voice", "tts_language")
        if (value := getattr(update, name)) is not None
    }
    if update.description is not msgspec.UNSET:
        changes["description"] = update.description
    changed = msgspec.structs.replace(agent, **changes, updated_at=datetime.now(UTC))
    return call.json(_shown(backend, backend.state.agents.add(changed)))


async def delete_agent(backend: Backend, call: Call) -> web.Response:
    """DELETE /agents/{agent_id}: its numbers and deployments go with it, its calls stay."""
    agent = agent_of(backend, call)
    for number in _of_agent(backend.state.phone_numbers.all(), agent.id):
        backend.state.phone_numbers.remove(number.id)
    for deployment in _of_agent(backend.state.deployments.all(), agent.id):
        backend.state.deployments.remove(deployment.id)
    backend.state.agents.remove(agent.id)
    return web.Response(status=204)


async def list_phone_numbers(backend: Backend, call: Call) -> web.Response:
    """GET /agents/{agent_id}/phone-numbers: a bare array."""
    numbers = _of_agent(backend.state.phone_numbers.all(), agent_of(backend, call).id)
    return call.json([number.public() for number in numbers])


async def list_deployments(backend: Backend, call: Call) -> web.Response:
    """GET /agents/{agent_id}/deployments: a bare array."""
    deployments = _of_agent(backend.state.deployments.all(), agent_of(backend, call).id)
    return call.json([msgspec.structs.asdict(item) for item in deployments])


async def get_deployment(backend: Backend, call: Call) -> web.Response:
    """GET /agents/deployments/{deployment_id}."""
    deployment = backend.state.deployments.get(call.path("deployment_id"))
    return call.json(msgspec.structs.asdict(deployment))


def agent_of(backend: Backend, call: Call) -> Agent:
    """Find the agent that the path names."""
    return backend.state.agents.get(call.path("agent_id"))


def _shown(backend: Backend, agent: Agent) -> dict[str, object]:
    """Return an agent as the API shows it."""
    numbers = _of_agent(backend.state.phone_numbers.all(), agent.id)
    fields: dict[str, object] = {
        "deployment_count": len(_of_agent(backend.state.deployments.all(), agent.id)),
        "deleted_at": None,
        "phone_numbers": [{"id": item.id, "number": item.number} for item in numbers],
    }
    return msgspec.structs.asdict(agent) | fields


class _Owned(Protocol):
    @property
    def agent_id(self) -> str: ...


_T = TypeVar("_T", bound=_Owned)


def _of_agent(items: Iterable[_T], agent_id: str) -> list[_T]:
    return [item for item in items if item.agent_id == agent_id]
