from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

SttBatchModel: TypeAlias = Literal["ink-whisper", "ink-whisper-2025-06-04"]
"""Models that transcribe whole recordings."""

STT_BATCH_MODEL_VALUES: Final[tuple[SttBatchModel, ...]] = ("ink-whisper", "ink-whisper-2025-06-04")


def check_stt_batch_model(value: object) -> SttBatchModel:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, STT_BATCH_MODEL_VALUES, "SttBatchModel")
