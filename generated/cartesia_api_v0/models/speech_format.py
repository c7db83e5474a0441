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
"""Encoding and sampling rate of raw audio with one channel. `fp32` means 32-bit floats, `pcm`
16-bit integers, `mulaw` 8-bit mu-law. A number is the rate in Hz; without a number, the rate
is 44100 Hz."""

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
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, SPEECH_FORMAT_VALUES, "SpeechFormat")
