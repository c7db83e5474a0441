"""Fine-tunes: voices trained on the recordings of a dataset.

Training takes two steps, from ``created`` over ``training`` to its end. A step happens each time a
client requests the fine-tune, or after one second: so a client that polls sees every status at any
pace, and a client that only waits gets a finished voice too.
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
        steps: How often a client requested it.
        ended: ``completed`` or ``failed``; None while it trains.
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
        """Whether training is finished, by steps or by time."""
        return self._progress() >= len(_RUNNING)

    def public(self) -> dict[str, object]:
        """Return it as the API shows it."""
        status = self.ended or _RUNNING[min(self._progress(), len(_RUNNING) - 1)]
        names = ("id", "name", "description", "language", "model_id", "dataset", "accent")
        fields: dict[str, object] = {name: getattr(self, name) for name in names}
        return fields | {"status": status}

    def _progress(self) -> int:
        return max(self.steps, int((time.monotonic() - self.begun) / STEP_S))
