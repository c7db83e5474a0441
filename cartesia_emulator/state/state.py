"""Everything that clients can make and change; it outlives a restart of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..v0.voices import alpha_voices
from . import sample_agents as samples
from .collection import Collection
from .voices import VoiceStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..api.agent_calls import AgentCall
    from ..api.agent_metrics import Metric, MetricResult
    from ..api.agents import Agent, Deployment, PhoneNumber, Template
    from ..api.datasets import Dataset
    from ..api.files import StoredFile
    from ..api.fine_tunes import FineTune
    from ..api.pronunciation_dicts import Dictionary
    from ..speech.engine import VoiceShape

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
