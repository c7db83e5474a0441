"""V0 with real speech: voices that differ, and words that are understood."""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np
import pytest

from cartesia_emulator.audio.pcm import wav_bytes
from cartesia_emulator.speech.shape import measure

TEXT = "The train to the coast leaves at seven. Please bring a warm coat and some water."


@pytest.fixture
def speaking(make_v0: Any) -> Any:
    """A client of an emulator that has loaded its speech engines."""
    v0 = make_v0(engine="speech")
    v0.http.timeout = 30
    v0.http.post("/audio/sse", json=v0.body("Warm."))
    return v0


def said(v0: Any, voice: list[float]) -> Any:
    """Samples at 16 kHz, over the socket."""
    talk = v0.talk()
    talk.say("one", TEXT, voice=voice, output_format="fp32_16000")
    frames = [talk.receive(timeout=30)]
    while not frames[-1]["done"]:
        frames.append(talk.receive(timeout=30))
    audio = b"".join(base64.b64decode(frame["data"]) for frame in frames[:-1])
    return np.frombuffer(audio, "<f4")


def test_a_speech_is_understood_and_its_voice_is_cloned(speaking: Any) -> None:
    """What Graham says is transcribed; a clone of it has about his pitch, which is not Jane's."""
    graham = said(speaking, speaking.embedding("Graham"))
    files = {"clip": ("input.wav", wav_bytes(graham, 16000))}
    text = speaking.http.post("/audio/transcriptions", files=files).json()["text"]
    words = re.findall(r"[a-z']+", text.lower())
    assert len(set(re.findall(r"[a-z']+", TEXT.lower())) - set(words)) <= 1
    clone = speaking.http.post("/voices/clone/clip", files=files).json()["embedding"]
    low = measure(graham, 16000).f0
    assert measure(said(speaking, clone), 16000).f0 == pytest.approx(low, rel=0.15)
    assert measure(said(speaking, speaking.embedding("Jane")), 16000).f0 > 1.3 * low
