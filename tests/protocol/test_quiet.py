"""Pauses in audio, in every encoding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cartesia_emulator.audio import pcm
from cartesia_stream import ListenFormat
from cartesia_stream._protocol.quiet import pauses

RATE = 16000


def encoded(samples: Any, encoding: str) -> bytes:
    if encoding == "pcm_f16le":
        return bytes(samples.astype("<f2").tobytes())
    if encoding == "pcm_s32le":
        return bytes((samples.astype(np.float64) * 2147483647).astype("<i4").tobytes())
    return pcm.encode(samples, encoding)


@pytest.mark.parametrize("noise", [0.0, 0.003, 0.01])
@pytest.mark.parametrize(
    "encoding", ["pcm_s16le", "pcm_s32le", "pcm_f16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"]
)
def test_pauses_are_found_in_noise_too(encoding: str, noise: float) -> None:
    """Speech of 1 s, a pause of 0.7 s, speech, a pause of 0.1 s, speech, and silence."""
    tone = 0.4 * np.sin(np.arange(RATE) * 0.3)
    quiet = np.zeros(RATE)
    parts = [tone, quiet[:11200], tone, quiet[:1600], tone, quiet[:16000]]
    samples = np.concatenate(parts)
    samples = samples + noise * np.random.default_rng(1).uniform(-1, 1, len(samples))
    fmt = ListenFormat(encoding, RATE)  # type: ignore[arg-type]
    found = pauses(encoded(samples.astype(np.float32), encoding), fmt, start=1000, least_s=0.6)
    spans = [
        ((a - 1000) / fmt.bytes_per_second, (b - 1000) / fmt.bytes_per_second) for a, b in found
    ]
    assert spans == [pytest.approx((1.0, 1.7), abs=0.03), pytest.approx((3.8, 4.8), abs=0.03)]


def test_speech_without_pauses_has_none() -> None:
    tone = (0.4 * np.sin(np.arange(RATE) * 0.3)).astype(np.float32)
    assert pauses(pcm.encode(tone, "pcm_s16le"), ListenFormat(), start=0, least_s=0.1) == []
    assert pauses(b"", ListenFormat(), start=0, least_s=0.1) == []
