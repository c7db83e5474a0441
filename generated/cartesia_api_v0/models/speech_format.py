from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

SpeechFormat: TypeAlias = Literal[
    "fp32",
    "fp32_16000",
    "fp32_22050",
    "fp32_44100",
    "mulaw_8000",
    "pcm",
    "pcm_16000",
    "pcm_22050",
    "pcm_44100",
]
"""Samples and rate of raw audio, one channel. `fp32` are 32-bit floats, `pcm` 16-bit integers,
`mulaw` 8-bit mu-law. A number is the rate in Hz; without one it is 44100."""

SPEECH_FORMAT_VALUES: Final[tuple[SpeechFormat, ...]] = (
    "fp32",
    "fp32_16000",
    "fp32_22050",
    "fp32_44100",
    "mulaw_8000",
    "pcm",
    "pcm_16000",
    "pcm_22050",
    "pcm_44100",
)


def check_speech_format(value: object) -> SpeechFormat:
    """Return the value as a known one.

    Raises:
        DecodeError: If it is not known.
    """
    return member(value, SPEECH_FORMAT_VALUES, "SpeechFormat")
