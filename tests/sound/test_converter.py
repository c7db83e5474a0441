"""Conversions of audio that arrives in pieces: encodings, sample rates, and MP3."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_emulator.audio.files import decode_file
from cartesia_stream import Audio, AudioFormat, ConfigurationError
from cartesia_stream._sound.forms import Form
from cartesia_stream._sound.samples import decode, encode
from cartesia_stream._sound.shaper import Shaper

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cartesia_stream._sound.encodings import Encoding

ENCODINGS: tuple[Encoding, ...] = ("pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw")
RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)


def sine(rate: int, seconds: float = 1.0, hertz: float = 440.0) -> NDArray[np.float32]:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype("f4")


def shaped(data: bytes, source: Form, form: Form, edges: list[int] | None = None) -> bytes:
    """All of some audio in another form, fed in pieces between the edges."""
    shaper = Shaper(source, form)
    out = bytearray()
    for start, end in itertools.pairwise([0, *(edges or []), len(data)]):
        shaper.feed(data[start:end])
        out += b"".join(iter(shaper.block, b""))
    shaper.finish()
    out += b"".join(iter(shaper.block, b""))
    assert shaper.pending == 0
    return bytes(out)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_result_does_not_depend_on_the_pieces(data: st.DataObject) -> None:
    """They may end within a sample; in any encoding, rate and length of blocks."""
    encoding = data.draw(st.sampled_from(ENCODINGS))
    source = Form(encoding, data.draw(st.sampled_from(RATES)))
    form = source.become(
        encoding=data.draw(st.sampled_from([*ENCODINGS, "mp3"])),
        sample_rate=data.draw(st.sampled_from(RATES)),
    )
    if form.encoding != "mp3" and data.draw(st.booleans()):
        form = form.become(frame_ms=data.draw(st.sampled_from([40, 80, 120])))
    audio = encode(sine(source.sample_rate, data.draw(st.floats(0, 0.3))), encoding)
    edges = sorted(data.draw(st.lists(st.integers(0, len(audio)), max_size=12)))
    assert shaped(audio, source, form, edges) == shaped(audio, source, form)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("source_rate", [8000, 24000, 44100])
def test_a_tone_is_the_same_tone_at_another_rate(source_rate: int, rate: int) -> None:
    """As long as it was, and 60 dB above what differs from it; at its end as well."""
    source, form = Form("pcm_f32le", source_rate), Form("pcm_f32le", rate)
    found = decode(shaped(sine(source_rate).tobytes(), source, form), "pcm_f32le")
    wanted = sine(rate)
    assert len(found) == len(wanted)
    edge = rate // 100  # a tone that begins at once has all frequencies
    error = (found - wanted)[edge:-edge]
    assert np.sqrt(np.mean(error**2)) < 0.35e-3
    assert np.abs(found[-edge:]).max() > 0.4


@pytest.mark.parametrize("encoding", ["pcm_mulaw", "pcm_alaw"])
def test_companded_samples_survive_wider_encodings(encoding: Encoding) -> None:
    """All 256 codes come back as they were; mu-law has two zeros, of which one stays."""
    codes = bytes(range(256))
    for wide in ("pcm_s16le", "pcm_f32le"):
        there = shaped(codes, Form(encoding, 8000), Form(wide, 8000))
        back = shaped(there, Form(wide, 8000), Form(encoding, 8000))
        assert back.replace(b"\x7f", b"\xff") == codes.replace(b"\x7f", b"\xff")


def test_floats_that_are_no_samples() -> None:
    """What is too loud is cut off at full scale; what is no number is silence."""
    floats = np.array([2, -2, np.nan, np.inf, -np.inf, 0.5], "f4").tobytes()
    found = shaped(floats, Form("pcm_f32le", 8000), Form("pcm_s16le", 8000))
    assert np.frombuffer(found, "<i2").tolist() == [32767, -32768, 0, 32767, -32768, 16384]


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 44100, 48000])
def test_mp3_is_made_while_the_audio_arrives(rate: int) -> None:
    """A decoder finds the tone in it; each second of it comes soon after the audio."""
    source = Form("pcm_s16le", rate)
    shaper = Shaper(source, source.become(encoding="mp3"))
    mp3 = bytearray()
    for second in range(3):
        shaper.feed(encode(sine(rate), "pcm_s16le"))
        mp3 += shaper.block()
        assert len(mp3) > (second + 0.6) * shaper.form.bytes_per_second
        assert shaper.pending < 0.4
    shaper.finish()
    mp3 += shaper.block()
    samples, found = decode_file(bytes(mp3))
    assert found == rate
    assert len(samples) / rate == pytest.approx(3, abs=0.3)
    middle = samples[rate : 2 * rate]
    loudest = np.abs(np.fft.rfft(middle)).argmax()
    assert loudest == pytest.approx(440, abs=1)


def test_an_utterance_is_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Audio.convert` keeps all else; without a change it needs no package."""
    audio = Audio(
        data=sine(24000).tobytes(), format=AudioFormat("raw", "pcm_f32le", 24000), context_id="c"
    )
    call = audio.convert(sample_rate=8000, encoding="pcm_mulaw")
    assert call.format == AudioFormat("raw", "pcm_mulaw", 8000)
    assert (call.duration, call.nbytes, call.context_id) == (1.0, 8000, "c")
    with pytest.raises(ConfigurationError, match="allowed: 8000"):
        audio.convert(sample_rate=32000)
    for module in ("numpy", "soxr"):
        monkeypatch.setitem(sys.modules, module, None)
    assert audio.convert().data == audio.data


@pytest.mark.parametrize(
    ("missing", "chosen", "command"),
    [
        ("numpy", {"encoding": "pcm_mulaw"}, 'pip install "cartesia-stream[audio]"'),
        ("soxr", {"sample_rate": 8000}, 'pip install "cartesia-stream[audio]"'),
        ("soundfile", {"encoding": "mp3"}, 'pip install "cartesia-stream[mp3]"'),
        ("numpy", {"encoding": "mp3"}, 'pip install "cartesia-stream[mp3]"'),
    ],
)
def test_a_package_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, missing: str, chosen: dict[str, Any], command: str
) -> None:
    """The error has the command that installs it."""
    monkeypatch.setitem(sys.modules, missing, None)
    source = Form("pcm_s16le", 24000)
    with pytest.raises(ConfigurationError) as caught:
        Shaper(source, source.become(**chosen))
    assert command in str(caught.value)
