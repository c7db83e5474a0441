"""MP3 while it is streamed: bytes as they are made, which give the whole again."""

import io
import sys

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # ships no types

from cartesia_stream import ConfigurationError
from cartesia_stream._sound.mp3 import Mp3Writer, _Sink

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


def tone(rate: int, seconds: float = 0.5) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)).astype("f4")


def encoded(rate: int, bit_rate: int, piece: int = 1000, seconds: float = 0.5) -> list[bytes]:
    writer, sound = Mp3Writer(rate, bit_rate), tone(rate, seconds)
    parts = [writer.feed(sound[at : at + piece]) for at in range(0, len(sound), piece)]
    return [*parts, writer.finish()]


@pytest.mark.parametrize("rate", RATES)
def test_every_rate_of_mp3(rate: int) -> None:
    heard, found = soundfile.read(io.BytesIO(b"".join(encoded(rate, 64_000))), dtype="float32")
    assert found == rate
    assert 0 <= len(heard) - rate / 2 <= 3 * 1152  # whole frames, and one for the delay
    spectrum = np.abs(np.fft.rfft(heard))
    assert np.argmax(spectrum) * rate / len(heard) == pytest.approx(440, abs=4)


def test_bytes_come_while_it_is_fed() -> None:
    parts = encoded(24_000, 64_000)
    assert sum(map(len, parts[:-1])) > len(b"".join(parts)) / 2
    assert parts[0] or parts[1]


def test_pieces_of_any_size_give_the_same_bytes() -> None:
    """But for the first frame, into which the length would be written at the end."""
    assert b"".join(encoded(24_000, 64_000, 333)) == b"".join(encoded(24_000, 64_000, 4800))


@pytest.mark.parametrize(
    ("rate", "asked", "made"),
    [(44_100, 64_000, 64), (44_100, 128_000, 128), (24_000, 64_000, 64), (24_000, 500_000, 160)],
)
def test_the_bit_rate_is_the_nearest_that_there_is(rate: int, asked: int, made: int) -> None:
    size = len(b"".join(encoded(rate, asked, seconds=4.0)))
    assert size * 8 / 4.0 == pytest.approx(made * 1000, rel=0.1)


def test_without_its_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(ConfigurationError, match=r"writing MP3 needs .*\[mp3\]"):
        Mp3Writer(24_000, 64_000)


def test_what_was_given_away_is_not_written_again() -> None:
    sink = _Sink()
    assert sink.write(b"first ") == 6
    assert sink.write(b"second") == 6
    assert sink.take() == b"first second"
    assert sink.seek(0) == sink.tell() == 0
    assert sink.write(b"FIRST ") == 6
    assert sink.take() == b""
    assert sink.seek(-2, 1) == 4
    assert sink.seek(0, 2) == 12
    sink.write(b" third")
    assert sink.take() == b" third"
