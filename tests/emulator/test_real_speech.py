"""The same wire with real speech: what is said over one route is understood on another."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

TEXT = "The train to the coast leaves at seven. Please bring a warm coat and some water."


@pytest.fixture
def speaking(make_bench: Any) -> Any:
    """A bench whose emulator has loaded its speech engines."""
    bench = make_bench(engine="speech")
    bench.http.timeout = 30
    bench.http.post("/tts/bytes", json=bench.speech("Warm."))
    return bench


def plain(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_speech_round_trip_over_the_websocket(speaking: Any) -> None:
    talk = speaking.talk()
    talk.send("one", TEXT, add_timestamps=True, add_phoneme_timestamps=True)
    frames = talk.until("done", timeout=30)
    audio = b"".join(base64.b64decode(f["data"]) for f in frames if f["type"] == "chunk")
    wanted, found = plain(TEXT), plain(speaking.heard(audio))
    missed = set(wanted) - set(found)
    assert len(missed) <= 1, (missed, found)
    words = [f["word_timestamps"] for f in frames if f["type"] == "timestamps"]
    assert [word for item in words for word in item["words"]] == TEXT.split()
    starts = [start for item in words for start in item["start"]]
    assert starts == sorted(starts)
    assert words[-1]["end"][-1] < len(audio) / 48000
    phonemes = [f["phoneme_timestamps"] for f in frames if f["type"] == "phoneme_timestamps"]
    assert len([p for item in phonemes for p in item["phonemes"]]) > 40


def test_a_language_without_sounds_is_heard_as_tones(speaking: Any) -> None:
    said = speaking.http.post("/tts/bytes", json=speaking.speech("你好,世界", language="zh"))
    assert speaking.heard(said.content) == "你好,世界"
