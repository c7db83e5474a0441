"""What an engine that listens must do: turn audio into a `Transcript`.

Like the engines that speak, these block, and several threads may call one at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..speech.engine import Word

__all__ = ["Recognizer", "Transcript"]


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """What was heard in a clip, with word times in seconds from its start."""

    text: str
    words: tuple[Word, ...]
    duration: float
    language: str = "en"


class Recognizer(Protocol):
    """Turns speech into text."""

    @property
    def name(self) -> str:
        """Engine name: ``moonshine`` or ``tone``."""
        ...

    def transcribe(
        self,
        pcm: NDArray[np.float32],
        sample_rate: int,
        *,
        language: str = "en",
        word_times: bool = True,
    ) -> Transcript:
        """Recognise a whole clip (mono float32).

        Args:
            pcm: The samples.
            sample_rate: Their rate in Hz.
            language: Language of the speech.
            word_times: Whether the times of the words are wanted; finding them may take long.
        """
        ...
