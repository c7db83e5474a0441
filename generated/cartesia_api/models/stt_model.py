from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

SttModel: TypeAlias = Literal["ink-2", "ink-whisper", "ink-whisper-2025-06-04"]
"""Models that listen on a WebSocket. The WebSocket of turns takes `ink-2` only."""

STT_MODEL_VALUES: Final[tuple[SttModel, ...]] = ("ink-2", "ink-whisper", "ink-whisper-2025-06-04")


def check_stt_model(value: object) -> SttModel:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, STT_MODEL_VALUES, "SttModel")
