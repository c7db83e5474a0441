"""Fine-tunes: a voice trained on the recordings of a dataset.

Training takes two steps, from ``created`` over ``training`` to its end. A step is taken each time
somebody asks for the fine-tune, or by itself after a second: a client that polls sees every
status, whatever its pace, and one that only waits gets there too.
"""

from __future__ import annotations

import time
from typing import Final

import msgspec

__all__ = ["FineTune"]

STEP_S: Final = 1.0
_RUNNING: Final = ("created", "training")


class FineTune(msgspec.Struct, frozen=True, kw_only=True):
    """One fine-tune.

    Attributes:
        clips: The files that the dataset held when training began.
        begun: Monotonic time of its creation, in seconds.
        steps: How often it was asked for.
        ended: ``completed`` or ``failed`` once that is known.
        voice_ids: The voices it made.
    """

    id: str
    name: str
    description: str
    language: str
    model_id: str
    dataset: str
    accent: str
    clips: tuple[bytes, ...]
    begun: float
    steps: int = 0
    ended: str | None = None
    voice_ids: tuple[str, ...] = ()

    def is_due(self) -> bool:
        """Whether training is over by its steps or by time."""
        return self._progress() >= len(_RUNNING)

    def public(self) -> dict[str, object]:
        """What the service tells about it."""
        status = self.ended or _RUNNING[min(self._progress(), len(_RUNNING) - 1)]
        told = ("id", "name", "description", "language", "model_id", "dataset", "accent")
        fields: dict[str, object] = {name: getattr(self, name) for name in told}
        return fields | {"status": status}

    def _progress(self) -> int:
        return max(self.steps, int((time.monotonic() - self.begun) / STEP_S))
