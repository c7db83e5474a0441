"""The text modem: exact text after anything a call or a codec does to it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cartesia_emulator.audio.files import decode_file
from cartesia_emulator.audio.pcm import StreamEncoder, decode, encode
from cartesia_emulator.hearing.tone import ToneRecognizer
from cartesia_emulator.speech.engine import VoiceShape
from cartesia_emulator.speech.tone import ToneSynthesizer

Samples = NDArray[np.float32]
Channel = Callable[[Samples], tuple[Samples, int]]
TEXT = 'Hello,  world! The 7:30pm train, naïve café; 你好世界。 Привет 🎉 "quoted" <tag/>\n ok? '
synthesizer, recognizer = ToneSynthesizer(), ToneRecognizer()


def send(text: str, voice: VoiceShape | None = None, speed: float = 1.0) -> Samples:
    segments = synthesizer.synthesize(text, voice or VoiceShape(), speed=speed)
    return np.concatenate([np.zeros(0, np.float32), *(s.pcm for s in segments)])


def through(container: str, encoding: str | None, rate: int) -> Channel:
    def apply(pcm: Samples) -> tuple[Samples, int]:
        encoder = StreamEncoder(container, encoding, rate, 24_000)
        data = encoder.feed(pcm) + encoder.finish()
        return decode_file(data) if container == "mp3" else (decode(data, encoding or ""), rate)

    return apply


def noisy(pcm: Samples) -> tuple[Samples, int]:
    padded = np.concatenate([np.zeros(4800, np.float32), pcm])
    noise = np.random.default_rng(1).normal(0, 0.08, len(padded)).astype(np.float32)
    return padded + noise, 24_000


CHANNELS: dict[str, Channel] = {
    "f32": through("raw", "pcm_f32le", 24_000),
    "s16": through("raw", "pcm_s16le", 24_000),
    "s16 44.1 kHz": through("raw", "pcm_s16le", 44_100),
    "mu-law 8 kHz": through("raw", "pcm_mulaw", 8_000),
    "A-law 8 kHz": through("raw", "pcm_alaw", 8_000),
    "mp3": through("mp3", None, 24_000),
    "noise after a pause": noisy,
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("speed", [0.6, 1.0, 1.5])
def test_text_survives_the_channel(channel: str, speed: float) -> None:
    pcm, rate = CHANNELS[channel](send(TEXT, speed=speed))
    assert recognizer.transcribe(pcm, rate).text == TEXT


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=120),
    st.floats(0.3, 3.0),
    st.floats(0.1, 4.0),
)
def test_any_text_comes_back_verbatim(text: str, speed: float, pitch: float) -> None:
    heard = recognizer.transcribe(send(text, VoiceShape(pitch=pitch), speed), 24_000)
    assert heard.text == (text if text.strip() else "")


def test_word_times_are_exact() -> None:
    text = "One two three. Four five, six."
    offset, expected = 0.0, list[tuple[str, float, float]]()
    for segment in synthesizer.synthesize(text, VoiceShape()):
        assert segment.spoken == segment.words
        expected += [(w.text, w.start + offset, w.end + offset) for w in segment.words]
        offset += len(segment.pcm) / 24_000
    heard = recognizer.transcribe(send(text), 24_000)
    assert [w.text for w in heard.words] == text.split() == [w[0] for w in expected]
    for word, (_, start, end) in zip(heard.words, expected, strict=True):
        assert word.start == pytest.approx(start, abs=0.001)
        assert word.end == pytest.approx(end, abs=0.001)


def test_clips_joined_in_any_way_are_read_in_order() -> None:
    silence = np.zeros(10_000, np.float32)
    clip = np.concatenate([send("first "), silence, send("second ", speed=1.4), send("third")])
    assert recognizer.transcribe(clip, 24_000).text == "first second third"


def test_a_transmission_cut_short_gives_what_arrived() -> None:
    pcm = send("abcdefghij")
    heard = recognizer.transcribe(pcm[: len(pcm) // 2], 24_000).text
    assert 2 < len(heard) < 10
    assert "abcdefghij".startswith(heard)


def test_speed_changes_duration() -> None:
    slow, fast = len(send("hello", speed=0.75)), len(send("hello", speed=1.5))
    assert slow / fast == pytest.approx(2, rel=0.02)


OTHER = {
    "nothing": np.zeros(0),
    "silence": np.zeros(24_000),
    "noise": np.random.default_rng(0).normal(0, 0.3, 48_000),
    "sine": np.sin(np.arange(48_000) * 0.7),
}


@pytest.mark.parametrize("clip", OTHER.values(), ids=OTHER)
def test_what_is_not_tone_has_no_text(clip: NDArray[np.float64]) -> None:
    heard = recognizer.transcribe(np.asarray(clip, np.float32), 24_000)
    assert (heard.text, heard.words) == ("", ())


def test_blank_text_is_silent() -> None:
    assert list(synthesizer.synthesize(" \n ", VoiceShape())) == []


def test_enroll_follows_the_clip_and_is_deterministic() -> None:
    time = np.arange(24_000) / 24_000
    high, low = (np.sign(np.sin(2 * np.pi * f * time)).astype(np.float32) * 0.3 for f in (240, 120))
    assert synthesizer.enroll(high, 24_000) == synthesizer.enroll(high, 24_000)
    assert synthesizer.enroll(high, 24_000).pitch == pytest.approx(2.0, rel=0.02)
    assert synthesizer.enroll(low, 24_000).pitch == pytest.approx(1.0, rel=0.02)
    assert synthesizer.enroll(np.zeros(24_000, np.float32), 24_000) == VoiceShape()


def test_voice_shape_of_every_tone_preset_is_readable() -> None:
    for shape in synthesizer.presets.values():
        (segment,) = synthesizer.synthesize("ok", shape)
        assert recognizer.transcribe(segment.pcm, 24_000).text == "ok"
        assert len(encode(segment.pcm, "pcm_s16le")) == 2 * len(segment.pcm)
