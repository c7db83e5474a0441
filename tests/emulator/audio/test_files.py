"""Audio files of every kind that the service takes, within bounds."""

import itertools
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cartesia_emulator.audio import files
from cartesia_emulator.audio.errors import AudioTooLongError, UnsupportedAudioError
from cartesia_emulator.audio.files import decode_file, is_file
from cartesia_emulator.audio.pcm import StreamEncoder
from cartesia_emulator.extras import PackageMissingError, missing

from .recordings import PHONES, Recording, fmt, pitch, record, riff, s16, sine

M4A, OPUS, WEBM = (
    next(how for how in PHONES if how.name == name) for name in ("m4a", "Opus in Ogg", "WebM")
)
MP3, FLAC = (next(how for how in PHONES if how.name == name) for name in ("MP3", "FLAC"))
CODECS = [
    how
    for how in PHONES
    if how.name in {"MP3", "layer 2", "FLAC", "FLAC above 48 kHz", "Opus in Ogg"}
]


@pytest.mark.parametrize("how", PHONES, ids=lambda how: how.name)
def test_recordings(how: Recording) -> None:
    """They have the length and the sound that was recorded, whatever the file is called."""
    samples, rate = decode_file(record(how, sine(1.0, how.rate)))
    assert rate == min(how.rate, 48_000)
    assert len(samples) / rate == pytest.approx(1.0, abs=0.12)
    assert pitch(samples, rate) == pytest.approx(440, abs=5)
    assert 0.3 < np.abs(samples).max() < 0.7


@pytest.mark.parametrize("rate", [8_000, 22_050, 24_000, 44_100])
def test_mp3_of_the_emulator(rate: int) -> None:
    encoder = StreamEncoder("mp3", None, rate, 24_000, 64_000)
    first = encoder.feed(sine(0.5, 24_000))
    assert first
    samples, its_rate = decode_file(first + encoder.finish())
    assert its_rate == rate
    frame = 576 / rate  # LAME adds up to three, and one without a sound in front
    assert 0.5 <= len(samples) / rate <= 0.5 + 4 * max(frame, 0.03)
    assert pitch(samples, rate) == pytest.approx(440, abs=5)


@pytest.mark.parametrize("how", [MP3, FLAC, M4A, OPUS], ids=lambda how: how.name)
@pytest.mark.parametrize("padding", [0, 500])
def test_tags_in_front(how: Recording, padding: int) -> None:
    """ID3 tags, also two of them, with a picture, and zeros behind them."""
    picture = b"APIC" + bytes(40_000)
    sizes = bytes(len(picture) >> shift & 0x7F for shift in (21, 14, 7, 0))
    tag = b"ID3\x03\0\0" + sizes + picture
    samples, rate = decode_file(tag + tag + bytes(padding) + record(how, sine(1.0, how.rate)))
    assert pitch(samples, rate) == pytest.approx(440, abs=5)


def test_files_are_told_from_raw_samples() -> None:
    """Only MPEG audio without a tag, other than the usual MP3, looks like raw samples."""
    alike = {"AAC frames", "layer 2"}
    found = {how.name for how in PHONES if is_file(record(how, sine(0.1, how.rate)))}
    assert found == {how.name for how in PHONES} - alike
    names = (b"RIFF", b"RIFX", b"RF64", b"BW64")
    assert all(is_file(riff(fmt(), name=name)) for name in names)
    assert is_file(b"ID3\x03")
    values = (-1, 0, 1, -15, -16, 255, 256)  # -15 is b"\xf1\xff", and as float b"\0\0\x70\xc1"
    quiet = [np.full(4, value, kind).tobytes() for value in values for kind in ("<i2", "<f4")]
    assert not any(map(is_file, [b"", b"\0", s16(sine()), sine().tobytes(), *quiet]))
    assert not any(is_file(bytes([value]) * 4) for value in range(256))  # one byte a sample


@pytest.mark.parametrize("how", [WEBM, OPUS, MP3, FLAC], ids=lambda how: how.name)
def test_a_recording_that_was_cut(how: Recording) -> None:
    """What is whole is taken."""
    data = record(how, sine(2.0, how.rate))
    samples, rate = decode_file(data[: len(data) * 2 // 3])
    assert 0.5 < len(samples) / rate < 1.9


@pytest.mark.parametrize("how", PHONES, ids=lambda how: how.name)
def test_a_clip_that_is_too_long(how: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoding stops at the limit; a small file may hold hours of silence."""
    monkeypatch.setattr(files, "LONGEST_S", 1.0)
    with pytest.raises(AudioTooLongError, match="longer than"):
        decode_file(record(how, np.zeros(how.rate * 3, np.float32)))


@pytest.mark.parametrize("how", [MP3, M4A], ids=lambda how: how.name)
def test_a_clip_that_takes_too_long(how: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is 10 s after the one before."""
    monkeypatch.setattr("time.monotonic", itertools.count(step=10).__next__)
    with pytest.raises(AudioTooLongError, match="cannot be decoded in 45 s"):
        decode_file(record(how, sine(30.0, how.rate)))


@pytest.mark.parametrize("how", PHONES, ids=lambda how: how.name)
def test_without_the_packages(how: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    data = record(how, sine(0.2, how.rate))
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(PackageMissingError) as caught:
        decode_file(data)
    extra = "codecs" if how in CODECS else "formats"
    assert str(caught.value).endswith(f'pip install "cartesia-stream[{extra}]"')


@pytest.fixture
def without_av(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)


@pytest.mark.usefixtures("without_av")
@pytest.mark.parametrize("how", CODECS, ids=lambda how: how.name)
def test_one_package_stands_in_for_the_other(how: Recording) -> None:
    test_recordings(how)


@pytest.mark.usefixtures("without_av")
@pytest.mark.parametrize("how", [MP3, FLAC, OPUS], ids=lambda how: how.name)
def test_the_other_package_takes_what_is_whole_too(how: Recording) -> None:
    test_a_recording_that_was_cut(how)


@pytest.mark.usefixtures("without_av")
@pytest.mark.parametrize("how", CODECS, ids=lambda how: how.name)
def test_the_other_package_knows_the_bounds_too(
    how: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_a_clip_that_is_too_long(how, monkeypatch)


@pytest.mark.usefixtures("without_av")
@pytest.mark.parametrize("data", [b"fLaC" + bytes(50), b"OggS" + bytes(24) + b"OpusHead"])
def test_the_other_package_refuses_what_is_damaged(data: bytes) -> None:
    with pytest.raises(UnsupportedAudioError, match="damaged"):
        decode_file(data)


def test_a_package_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its wheel has none inside, importing it fails in another way."""
    data = record(FLAC, sine(0.2))
    monkeypatch.setitem(sys.modules, "av", None)
    finder = SimpleNamespace(find_spec=lambda name, *_: spec_of_a_broken_package(name))
    monkeypatch.delitem(sys.modules, "soundfile", raising=False)
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    with pytest.raises(PackageMissingError, match=r'pip install "cartesia-stream\[codecs\]"'):
        decode_file(data)
    assert "soundfile finds no libsndfile" in missing("codecs")


def spec_of_a_broken_package(name: str) -> ModuleSpec | None:
    def fail(module: ModuleType) -> None:
        raise OSError("sndfile library not found")

    loader: Any = SimpleNamespace(create_module=lambda spec: None, exec_module=fail)
    return ModuleSpec(name, loader) if name == "soundfile" else None


def video() -> bytes:
    """A recording without an audio track."""
    import io
    from fractions import Fraction

    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream: Any = container.add_stream("mpeg4", rate=Fraction(10))
        stream.width = stream.height = 16
        frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b'{"error": 1}', "JSON"),
        (b"hello there, this is text", "not an audio file we know; send FLAC, M4A"),
        (b"#EXTM3U\nhttp://127.0.0.1:1/a.ts\n", "not an audio file we know"),
        (b"\0\0\0\x20ftypM4A ", "MP4 data is damaged"),
        (record(M4A, sine())[:60], "MP4"),
        (b"\x1aE\xdf\xa3" + bytes(50), "WebM"),
        (b"OggS" + bytes(24) + b"OpusHead", "Ogg"),
        (b"\xff\xfb\x90\x64" + bytes(50), "mp3 .* is damaged"),
        (b"fLaC" + bytes(50), "damaged or cut short"),
        (b"ID3\x04\0\0\0\0\0\0", "mp3"),
        (b"ID3", "mp3"),
        (video(), "no audio track"),
    ],
)
def test_what_is_not_audio_is_refused_with_a_reason(
    data: bytes, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The libraries write nothing of their own to the terminal."""
    with pytest.raises(UnsupportedAudioError, match=reason):
        decode_file(data)
    assert capfd.readouterr() == ("", "")
