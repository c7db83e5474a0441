"""Everything that clients can make and change; it outlives a restart of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import sample_agents as samples
from .collection import Collection
from .store import VoiceStore
from .v0_voices import alpha_voices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .agent_calls import AgentCall
    from .agent_metrics import Metric, MetricResult
    from .agents import Agent, Deployment, PhoneNumber, Template
    from .datasets import Dataset
    from .dictionaries import Dictionary
    from .engine import VoiceShape
    from .files import StoredFile
    from .fine_tunes import FineTune

__all__ = ["State"]


class State:
    """The collections, filled with the public voices and the sample agents.

    Args:
        presets: Shapes of the engine's voices.
    """

    def __init__(self, presets: Mapping[str, VoiceShape]) -> None:
        self.voices: VoiceStore = VoiceStore(presets, alpha_voices(presets))
        self.dictionaries: Collection[Dictionary] = Collection("pronunciation dictionary")
        self.datasets: Collection[Dataset] = Collection("dataset")
        self.files: Collection[StoredFile] = Collection("file")
        self.fine_tunes: Collection[FineTune] = Collection("fine-tune")
        self.templates: Collection[Template] = Collection("template", samples.TEMPLATES)
        self.agents: Collection[Agent] = Collection("agent", samples.AGENTS)
        self.phone_numbers: Collection[PhoneNumber] = Collection("phone number", samples.NUMBERS)
        self.deployments: Collection[Deployment] = Collection("deployment", samples.DEPLOYMENTS)
        self.calls: Collection[AgentCall] = Collection("call", samples.CALLS)
        self.metrics: Collection[Metric] = Collection("metric", samples.METRICS)
        self.results: Collection[MetricResult] = Collection("result", samples.sample_results())
        self.attached: set[tuple[str, str]] = set(samples.ATTACHED)
        """Which agents (by id) are measured with which metrics."""
