"""Everything that clients can make and change; it survives a restart of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import sample_agents as samples
from .collection import Collection
from .files import FileStore
from .voices import VoiceStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..speech.engine import VoiceShape
    from .agents import Agent, AgentCall, Deployment, Metric, MetricResult, PhoneNumber, Template
    from .files import Dataset
    from .fine_tunes import FineTune
    from .pronunciation_dicts import Dictionary
    from .voices import VoiceRecord

__all__ = ["State"]


class State:
    """The collections, filled with the public voices and the sample agents.

    Args:
        presets: Shapes of the engine's voices.
        retired: Voices that are found by their ids but no longer listed.
    """

    def __init__(
        self, presets: Mapping[str, VoiceShape], retired: Iterable[VoiceRecord] = ()
    ) -> None:
        self._presets = presets
        self._retired = tuple(retired)
        self.reset()

    def reset(self) -> None:
        """Forget what clients made and changed."""
        self.voices: VoiceStore = VoiceStore(self._presets, self._retired)
        self.dictionaries: Collection[Dictionary] = Collection("pronunciation dictionary")
        self.datasets: Collection[Dataset] = Collection("dataset")
        self.files: FileStore = FileStore()
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
