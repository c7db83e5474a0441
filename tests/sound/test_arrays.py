"""Arrays of numpy, from and to `Audio`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cartesia_stream import Audio, AudioFormat, ConfigurationError, LocalStateError
from cartesia_stream.audio import wav_header

if TYPE_CHECKING:
    from cartesia_stream._sound.encodings import Encoding

NUMBERS = np.array([0, 1, -1, 32767, -32768, 12345], np.int16)


def audio_of(data: bytes, encoding: Encoding, container: Any = "raw") -> Audio:
    fmt = AudioFormat(container, encoding, 24000)
    if container == "wav":
        data = wav_header(fmt, len(data)) + data
    return Audio(data=data, format=fmt)


@pytest.mark.parametrize("container", ["raw", "wav"])
def test_audio_is_an_array(container: str) -> None:
    """Of the samples alone, in the type of their encoding; half a sample is left out."""
    whole = audio_of(NUMBERS.tobytes(), "pcm_s16le", container)
    assert np.asarray(whole).dtype == np.int16
    assert np.array_equal(np.asarray(whole), NUMBERS)
    floats = NUMBERS.astype("f4") / 32768
    found = np.asarray(audio_of(floats.tobytes(), "pcm_f32le", container))
    assert found.dtype == np.float32
    assert np.array_equal(found, floats)
    for encoding, silence in (("pcm_mulaw", 0xFF), ("pcm_alaw", 0xD5)):
        quiet = np.asarray(audio_of(bytes([silence, 0x2A, 0xAA]), encoding, container))  # type: ignore[arg-type]
        assert quiet.dtype == np.int16
        assert abs(int(quiet[0])) <= 8
    assert np.array_equal(np.asarray(audio_of(NUMBERS.tobytes() + b"x", "pcm_s16le")), NUMBERS)


def test_types_and_copies() -> None:
    """As numpy asks for them: no copy where none is needed, and an error where one would be."""
    audio = audio_of(NUMBERS.tobytes(), "pcm_s16le")
    view = np.asarray(audio)
    assert not view.flags.writeable
    assert np.array(audio).flags.writeable
    assert np.asarray(audio, np.float64).dtype == np.float64
    assert np.array_equal(audio.__array__(copy=False), NUMBERS)
    assert np.array_equal(audio.__array__(np.int16, copy=False), NUMBERS)
    with pytest.raises(ValueError, match="float32 needs a copy"):
        audio.__array__(np.float32, copy=False)
    with pytest.raises(ValueError, match="int16 needs a copy"):
        audio_of(b"\xff", "pcm_mulaw").__array__(copy=False)


def test_audio_that_is_no_array() -> None:
    """MP3 says what to ask for, and audio in a file that it is gone."""
    mp3 = Audio(data=b"ID3", format=AudioFormat("mp3", None, 44100, 128000))
    with pytest.raises(ConfigurationError, match="ask for raw audio, such as output_format="):
        np.asarray(mp3)
    saved = Audio(data=b"", format=AudioFormat(), nbytes=100)
    with pytest.raises(LocalStateError, match="written to a file"):
        np.asarray(saved)


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
def test_an_array_is_audio(kind: Any, shape: tuple[int, ...]) -> None:
    """And back: the same numbers."""
    numbers = NUMBERS if kind is np.int16 else NUMBERS / 32768
    array = numbers.astype(kind).reshape(shape)
    audio = Audio.from_array(array, 16000)
    encoding: Encoding = "pcm_s16le" if kind is np.int16 else "pcm_f32le"
    assert audio.format == AudioFormat("raw", encoding, 16000)
    assert audio.duration == len(NUMBERS) / 16000
    assert np.array_equal(np.asarray(audio), numbers)


def test_arrays_however_they_lie_in_memory() -> None:
    """Each second sample, the other byte order, and what numpy makes an array of."""
    assert np.array_equal(np.asarray(Audio.from_array(NUMBERS[::2], 8000)), NUMBERS[::2])
    assert np.array_equal(np.asarray(Audio.from_array(NUMBERS.astype(">i2"), 8000)), NUMBERS)
    assert np.asarray(Audio.from_array([0.5, -0.5], 8000)).tolist() == [0.5, -0.5]
    assert Audio.from_array(np.zeros(0, np.int16), 8000).duration == 0


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((9, 2), "f4"), "one channel, such as array.mean"),
        (np.zeros((1, 9), "f4"), "one channel"),
        (np.zeros((2, 2, 2), "f4"), r"the shape \(2, 2, 2\)"),
        (np.float32(1), r"the shape \(\)"),
        (np.zeros(9, "i4"), "samples of int32; give int16, or floats from -1 to 1"),
        (np.zeros(9, "u1"), "samples of uint8"),
        (np.zeros(9, "c8"), "samples of complex64"),
        (np.array(["a"]), "give int16"),
        (np.array([0, np.nan], "f4"), "nan_to_num"),
        (np.array([0, np.inf], "f8"), "nan_to_num"),
    ],
)
def test_arrays_that_are_no_audio(array: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        Audio.from_array(array, 16000)
    assert caught.value.option == "array"


def test_arrays_need_a_rate_and_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="sample_rate is 12345; allowed: 8000"):
        Audio.from_array(NUMBERS, 12345)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ConfigurationError, match=r"pip install \"cartesia-stream\[audio\]\""):
        Audio.from_array([0.5], 16000)
