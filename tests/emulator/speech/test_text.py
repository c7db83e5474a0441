# ruff: noqa: RUF001 - phonetic letters look like Latin ones
"""Tags, spoken words and the choice of engines: what needs no model."""

import subprocess
import sys

import numpy as np
import pytest

from cartesia_emulator.audio.pcm import encode
from cartesia_emulator.hearing.align import spread, to_arpabet
from cartesia_emulator.hearing.moonshine import speech_spans
from cartesia_emulator.hearing.tone import ToneRecognizer
from cartesia_emulator.speech.engine import VoiceShape
from cartesia_emulator.speech.markup import Piece, parse
from cartesia_emulator.speech.onnxpatch import add_output
from cartesia_emulator.speech.phonemes import is_foreign, to_ipa
from cartesia_emulator.speech.shape import measure, shape_f0, shape_log, track_f0
from cartesia_emulator.speech.tone import ToneSynthesizer
from cartesia_emulator.studio import engines


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", [Piece(text="plain")]),
        ("", []),
        ("a <break time='500ms'/> b", [Piece(text="a "), Piece(pause=0.5), Piece(text=" b")]),
        ('<break time="1s" />', [Piece(pause=1.0)]),
        ('<break time="1h"/>', [Piece(pause=1.0)]),
        ("<break/>x", [Piece(text="x")]),
        ('<break time="99s"/>', [Piece(pause=10.0)]),
        ('a <speed ratio="1.5"/>b', [Piece(text="a "), Piece(text="b", speed=1.5)]),
        ('<volume ratio="0.5"/>a', [Piece(text="a", volume=0.5)]),
        ("<spell>AB1</spell> c", [Piece(text="AB1", spell=True), Piece(text=" c")]),
        ('so <emotion value="sad"/>sad', [Piece(text="so sad")]),
        ("1 < 2 and <b>bold</b>", [Piece(text="1 < 2 and <b>bold</b>")]),
        ('<speed ratio="1.2.3"/>a', [Piece(text="a")]),
    ],
)
def test_tags(text: str, pieces: list[Piece]) -> None:
    assert parse(text) == pieces


def test_phonemes_become_ipa_with_their_place() -> None:
    assert to_ipa("həlˈO, ʧˈiːz") == [
        ("h", 0, 1),
        ("ə", 1, 2),
        ("l", 2, 3),
        ("ˈoʊ", 3, 5),
        ("tʃ", 7, 8),
        ("ˈiː", 8, 11),
        ("z", 11, 12),
    ]


def test_phonemes_become_arpabet() -> None:
    assert to_arpabet("wˈɜɹld") == "W ER L D"
    assert to_arpabet("ɹˈAn") == "R EY N"
    assert to_arpabet("!?") == ""


def test_foreign_is_what_has_letters_but_no_latin_ones() -> None:
    assert [is_foreign(w) for w in ("你好", "Привет,", "café", "7:30", "!", "C语言")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


def test_spread_goes_by_letters_over_the_loud_part() -> None:
    clip = np.zeros(32_000, np.float32)
    clip[8_000:24_000] = 0.5
    words = spread(["abc", "d", "ef"], clip)
    assert [w.text for w in words] == ["abc", "d", "ef"]
    assert [words[0].start, *(w.end for w in words)] == pytest.approx(
        [0.5, 0.944, 1.167, 1.5], abs=0.001
    )
    assert spread([], clip) == ()


def test_speech_spans_bridge_short_pauses_and_drop_clicks() -> None:
    rng = np.random.default_rng(0)
    clip = rng.normal(0, 1e-4, 16_000 * 5).astype(np.float32)
    for start, end in ((0.5, 1.0), (1.2, 1.8), (3.0, 3.1), (4.0, 4.6)):
        clip[int(start * 16_000) : int(end * 16_000)] += 0.3
    spans = [(a / 16_000, b / 16_000) for a, b in speech_spans(clip)]
    assert len(spans) == 2
    assert spans[0] == pytest.approx((0.34, 1.96), abs=0.05)
    assert spans[1] == pytest.approx((3.84, 4.76), abs=0.05)


def test_speech_spans_are_at_most_fifteen_seconds_and_margins() -> None:
    time = np.arange(16_000 * 40) / 16_000
    clip = (np.sin(2000 * time) * (0.55 + 0.45 * np.sin(time * 25))).astype(np.float32)
    spans = speech_spans(clip)
    assert len(spans) >= 3
    assert all(0 < b - a <= 16_000 * 15.4 for a, b in spans)
    assert spans[-1][1] == len(clip)


@pytest.mark.parametrize("level", [0.0, 0.001, 0.1])
def test_steady_noise_holds_no_speech(level: float) -> None:
    assert speech_spans(np.random.default_rng(0).normal(0, level, 48_000).astype(np.float32)) == []
    assert speech_spans(np.zeros(5, np.float32)) == []


@pytest.mark.parametrize("hertz", [75, 110, 200, 330])
@pytest.mark.parametrize("rate", [8_000, 24_000, 44_100])
def test_pitch_is_tracked(hertz: int, rate: int) -> None:
    time = np.arange(rate) / rate
    pulses = sum(np.cos(2 * np.pi * hertz * k * time) / k for k in range(1, 9))
    f0 = track_f0((0.2 * np.asarray(pulses)).astype(np.float32), rate)
    assert np.mean(f0 > 0) > 0.9
    assert np.median(f0[f0 > 0]) == pytest.approx(hertz, rel=0.01)


def test_silence_measures_as_no_voice() -> None:
    for clip in (np.zeros(0, np.float32), np.zeros(24_000, np.float32)):
        assert measure(clip, 24_000).f0 == 0.0


def test_shaping_moves_pitch_spread_and_spectrum() -> None:
    f0 = np.array([0, 100, 200, 400], np.float32)
    assert shape_f0(f0, VoiceShape(pitch=0.5)).tolist() == pytest.approx([0, 50, 100, 200])
    assert shape_f0(f0, VoiceShape(range=0.0001)).tolist() == pytest.approx(
        [0, 200, 200, 200], abs=0.1
    )
    log = np.zeros((601, 2), np.float32)
    log[300] = 1
    assert shape_log(log, VoiceShape(formant=0.5))[:, 0].argmax() == 150
    assert shape_log(log, VoiceShape(eq=(0.0, 1.0)))[[0, 600], 0].tolist() == [0.0, 1.0]


def test_add_output_appends_to_the_graph_only() -> None:
    graph = b"\x0a\x01x"
    model = b"\x08\x07" + b"\x3a" + bytes([len(graph)]) + graph + b"\x42\x01z"
    value = b"\x0a\x04name"
    patched = graph + b"\x62" + bytes([len(value)]) + value
    assert add_output(model, "name") == (
        b"\x08\x07" + b"\x3a" + bytes([len(patched)]) + patched + b"\x42\x01z"
    )


def test_tone_is_loaded_by_name() -> None:
    synthesizer, recognizer = engines.load("tone")
    assert isinstance(synthesizer, ToneSynthesizer)
    assert isinstance(recognizer, ToneRecognizer)
    engines.warm(synthesizer, recognizer)
    with pytest.raises(ValueError, match="unknown engine 'piano'"):
        engines.load("piano")


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None if name == "hibari" else object())
    with pytest.raises(engines.EngineUnavailableError, match="hibari-tts not installed; pip") as e:
        engines.load("speech")
    assert e.value.engine == "hibari"
    assert engines.load("auto")[0].name == "tone"
    found = {info.name: info for info in engines.describe()}
    assert not found["hibari"].available
    assert "hibari-tts" in found["hibari"].reason
    assert found["tone"].available


def test_a_moonshine_without_weights_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: object())
    monkeypatch.setattr(engines, "version", lambda name: "0.1.5")
    with pytest.raises(engines.EngineUnavailableError, match=r"0\.1\.5 ships without a model"):
        engines.load("speech")
    assert engines.load("auto")[1].name == "tone"


def test_importing_the_engines_loads_no_model_code() -> None:
    code = (
        "import sys, cartesia_emulator.studio.engines, cartesia_emulator.speech.hibari, "
        "cartesia_emulator.hearing.moonshine\n"
        "heavy = {'soxr', 'lameenc', 'miniaudio', 'onnxruntime', 'hibari', 'moonshine_voice'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_voice_shape_of_every_tone_preset_is_readable() -> None:
    synthesizer = ToneSynthesizer()
    for shape in synthesizer.presets.values():
        (segment,) = synthesizer.synthesize("ok", shape)
        assert ToneRecognizer().transcribe(segment.pcm, 24_000).text == "ok"
        assert len(encode(segment.pcm, "pcm_s16le")) == 2 * len(segment.pcm)
