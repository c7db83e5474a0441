"""Recordings in tones, which the emulator reads exactly, made without a server."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from cartesia_emulator.audio import pcm
from cartesia_emulator.audio.rates import resample
from cartesia_emulator.speech.engine import VoiceShape
from cartesia_emulator.speech.tone import ToneSynthesizer
from cartesia_stream import ListenFormat

FORMAT: Final = ListenFormat("pcm_s16le", 16000)
PAUSE: Final = bytes(32000)
"""A second of silence, which ends a turn."""


@cache
def said(text: str) -> bytes:
    """Speech in `FORMAT`."""
    segments = ToneSynthesizer().synthesize(text, VoiceShape())
    samples = np.concatenate([segment.pcm for segment in segments])
    return pcm.encode(resample(samples, 24000, 16000), "pcm_s16le")


def turns(*texts: str) -> bytes:
    """Turns with pauses around them."""
    return PAUSE[:6400] + b"".join(said(text) + PAUSE[:25600] for text in texts)
