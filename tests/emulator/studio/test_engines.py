"""The choice of engines, which needs no model."""

import subprocess
import sys

import pytest

from cartesia_emulator import extras
from cartesia_emulator.hearing.tone import ToneRecognizer
from cartesia_emulator.speech.tone import ToneSynthesizer
from cartesia_emulator.studio import engines


def test_tone_is_loaded_by_name() -> None:
    synthesizer, recognizer = engines.load("tone")
    assert isinstance(synthesizer, ToneSynthesizer)
    assert isinstance(recognizer, ToneRecognizer)
    engines.warm(synthesizer, recognizer)
    with pytest.raises(ValueError, match="unknown engine 'piano'"):
        engines.load("piano")


def test_missing_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says once that there is no speech."""
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "hibari" else object())
    with pytest.raises(
        engines.EngineUnavailableError,
        match=r'hibari-tts not installed; pip install "cartesia-stream\[speech\]"',
    ):
        engines.load("speech")
    with caplog.at_level("WARNING"):
        assert engines.load("auto")[0].name == engines.load("auto")[0].name == "tone"
    assert caplog.messages == [
        "the emulator speaks tones instead of English: " + extras.missing("speech")
    ]
    found = {info["name"]: info for info in engines.listed()}
    assert not found["hibari"]["available"]
    assert "hibari-tts" in str(found["hibari"]["reason"])
    assert found["tone"]["available"]


def test_a_moonshine_without_weights_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: object())
    monkeypatch.setattr(extras, "version", lambda name: "0.1.5")
    with pytest.raises(engines.EngineUnavailableError, match=r"0\.1\.5 ships without a model"):
        engines.load("speech")
    assert engines.load("auto")[1].name == "tone"


def test_importing_the_engines_loads_no_model_code() -> None:
    code = (
        "import sys, cartesia_emulator.studio.engines, cartesia_emulator.speech.hibari, "
        "cartesia_emulator.hearing.moonshine\n"
        "heavy = {'soundfile', 'av', 'onnxruntime', 'hibari', 'moonshine_voice'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
