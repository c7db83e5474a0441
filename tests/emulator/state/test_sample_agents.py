"""The sample agents and their calls fit together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_emulator.state import sample_agents as samples
from cartesia_emulator.state.voices import VoiceStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cartesia_emulator.state.agents import AgentCall

COLLECTIONS: dict[str, Sequence[Any]] = {
    "templates": samples.TEMPLATES,
    "agents": samples.AGENTS,
    "numbers": samples.NUMBERS,
    "deployments": samples.DEPLOYMENTS,
    "calls": samples.CALLS,
    "metrics": samples.METRICS,
    "results": samples.sample_results(),
}
AGENTS = {agent.id for agent in samples.AGENTS}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_ids_are_unique(name: str) -> None:
    ids = [item.id for item in COLLECTIONS[name]]
    assert len(set(ids)) == len(ids) > 0


def test_what_belongs_to_an_agent_names_one_that_exists() -> None:
    owned = (samples.NUMBERS, samples.DEPLOYMENTS, samples.CALLS, samples.sample_results())
    assert {item.agent_id for items in owned for item in items} <= AGENTS
    assert set(samples.ATTACHED) <= {
        (agent, metric.id) for agent in AGENTS for metric in samples.METRICS
    }
    live = {deployment.id for deployment in samples.DEPLOYMENTS if deployment.is_live}
    assert {call.deployment_id for call in samples.CALLS} == live


def test_agents_speak_with_voices_that_exist() -> None:
    voices = VoiceStore({})
    for agent in samples.AGENTS:
        assert voices.get(agent.tts_voice).language == agent.tts_language


def test_collections_are_oldest_first() -> None:
    for items in (samples.AGENTS, samples.DEPLOYMENTS):
        dates = [item.created_at for item in items]
        assert dates == sorted(dates)
    starts = [call.start_time for call in samples.CALLS]
    assert starts == sorted(starts)


@pytest.mark.parametrize("call", samples.CALLS, ids=lambda call: call.id)
def test_a_call_runs_forwards_and_ends_unless_it_goes_on(call: AgentCall) -> None:
    assert (call.end_time is None) == (call.status == "active")
    assert (call.error_message is not None) == (call.status == "failed")
    length = 60.0 if call.end_time is None else (call.end_time - call.start_time).total_seconds()
    for turn in call.transcript:
        assert 0 <= turn.start_timestamp <= turn.end_timestamp <= length
    for before, after in pairwise(call.transcript):
        assert before.start_timestamp <= after.start_timestamp


def test_completed_calls_are_measured_at_their_ends() -> None:
    results = {result.call_id: result for result in samples.sample_results()}
    completed = {call.id: call for call in samples.CALLS if call.status == "completed"}
    assert results.keys() == completed.keys()
    for ident, call in completed.items():
        assert results[ident].created_at == call.end_time
    assert {result.value for result in results.values()} == {1.0, 0.6667}
