from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

TtsModel: TypeAlias = Literal[
    "sonic-3",
    "sonic-3-2025-10-27",
    "sonic-3-2026-01-12",
    "sonic-3.5",
    "sonic-3.5-2026-05-04",
    "sonic-latest",
]
"""Models for text to speech. A name without a date may switch to a newer model without notice;
`sonic-latest` is always the newest."""

TTS_MODEL_VALUES: Final[tuple[TtsModel, ...]] = (
    "sonic-3",
    "sonic-3-2025-10-27",
    "sonic-3-2026-01-12",
    "sonic-3.5",
    "sonic-3.5-2026-05-04",
    "sonic-latest",
)


def check_tts_model(value: object) -> TtsModel:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, TTS_MODEL_VALUES, "TtsModel")
