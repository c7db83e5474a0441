"""Sample formats, containers and resampling."""

import io
import random
import struct
import sys
import warnings
import wave
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cartesia_emulator.audio.files import decode_file
from cartesia_emulator.audio.pcm import (
    StreamEncoder,
    closed_wav,
    decode,
    encode,
    limit,
    wav_bytes,
)
from cartesia_emulator.audio.rates import resample

Samples = NDArray[np.float32]
ALL_S16 = np.arange(-32768, 32768, dtype=np.int16)


def sine(seconds: float = 1.0, rate: int = 24_000, hertz: float = 440.0) -> Samples:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype("f4")


def stream(encoder: StreamEncoder, pcm: Samples, size: int = 1000) -> bytes:
    parts = [encoder.feed(pcm[at : at + size]) for at in range(0, len(pcm), size)]
    return b"".join(parts) + encoder.finish()


@pytest.fixture(scope="module")
def audioop() -> Any:
    """The standard library's G.711, an independent implementation."""
    if sys.version_info >= (3, 13):
        pytest.skip("audioop left the standard library")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return import_module("audioop")


@pytest.mark.parametrize(("encoding", "name"), [("pcm_mulaw", "ulaw"), ("pcm_alaw", "alaw")])
def test_g711_matches_audioop_on_every_sample_and_code(
    audioop: Any, encoding: str, name: str
) -> None:
    pcm = ALL_S16.astype(np.float32) / np.float32(32768)
    assert encode(pcm, encoding) == getattr(audioop, f"lin2{name}")(ALL_S16.tobytes(), 2)
    codes = bytes(range(256))
    linear = np.frombuffer(getattr(audioop, f"{name}2lin")(codes, 2), "<i2")
    assert np.array_equal(decode(codes, encoding) * 32768, linear)


@pytest.mark.parametrize(
    ("encoding", "golden"),
    [("pcm_mulaw", "00 00 01 ff fe 7e 80 80"), ("pcm_alaw", "2a 2a 2b d5 d5 55 aa aa")],
)
def test_g711_golden_values(encoding: str, golden: str) -> None:
    """Values of the ITU tables, also where audioop is gone."""
    linear = np.array([-32768, -32636, -31500, 0, 8, -8, 32700, 32767])
    pcm = linear.astype(np.float32) / np.float32(32768)
    assert encode(pcm, encoding).hex(" ") == golden


def test_s16_survives_a_round_trip_exactly() -> None:
    raw = ALL_S16.tobytes()
    assert encode(decode(raw, "pcm_s16le"), "pcm_s16le") == raw


def test_integers_clip_at_full_scale() -> None:
    loud = np.array([-2.0, -1.0, 1.0, 2.0], np.float32)
    assert np.frombuffer(encode(loud, "pcm_s16le"), "<i2").tolist() == [
        -32768,
        -32768,
        32767,
        32767,
    ]


@pytest.mark.parametrize(
    ("encoding", "raw", "value"),
    [
        ("pcm_f32le", struct.pack("<f", 0.25), 0.25),
        ("pcm_s32le", struct.pack("<i", 1 << 29), 0.25),
        ("pcm_f16le", struct.pack("<e", 0.25), 0.25),
        ("pcm_s16le", struct.pack("<h", 8192), 0.25),
    ],
)
def test_decode_ignores_a_part_of_a_sample_at_the_end(
    encoding: str, raw: bytes, value: float
) -> None:
    assert decode(raw + raw[:1], encoding).tolist() == [value]
    assert decode(b"", encoding).tolist() == []


def test_decode_replaces_what_is_not_a_number() -> None:
    raw = struct.pack("<3f", float("nan"), float("inf"), 0.5)
    assert decode(raw, "pcm_f32le").tolist() == [0.0, 1.0, 0.5]


def test_unknown_and_input_only_encodings_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown encoding 'pcm_s8'"):
        decode(b"", "pcm_s8")
    with pytest.raises(ValueError, match="input only"):
        encode(np.zeros(1, np.float32), "pcm_s32le")
    with pytest.raises(ValueError, match="unknown container 'ogg'"):
        StreamEncoder("ogg", None, 24_000, 24_000)
    with pytest.raises(ValueError, match="MP3 cannot carry 12345 Hz"):
        StreamEncoder("mp3", None, 12_345, 24_000)


def test_limit_bends_peaks_and_leaves_the_rest_alone() -> None:
    pcm = np.array([0.0, 0.5, -0.9, 1.3, -5.0], np.float32)
    bent = limit(pcm)
    assert bent[:3].tolist() == pcm[:3].tolist()
    assert 0.9 < bent[3] < 1.0
    assert -1.0 <= bent[4] < -0.99
    quiet = sine()
    assert limit(quiet) is quiet


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_streamed_resampling_equals_the_whole_clip(rate: int) -> None:
    pcm = sine(0.7)
    random.seed(0)
    encoder = StreamEncoder("raw", "pcm_f32le", rate, 24_000)
    out, at = b"", 0
    while at < len(pcm):
        size = random.randrange(0, 900)
        out += encoder.feed(pcm[at : at + size])
        at += size
    streamed = decode(out + encoder.finish(), "pcm_f32le")
    whole = resample(pcm, 24_000, rate)
    assert abs(len(streamed) - round(0.7 * rate)) <= 1
    assert np.allclose(streamed[: len(whole)], whole[: len(streamed)], atol=1e-4)


@pytest.mark.parametrize(
    ("encoding", "tag", "error"),
    [
        ("pcm_f32le", 3, 1e-7),
        ("pcm_s16le", 1, 1e-4),
        ("pcm_mulaw", 7, 0.02),
        ("pcm_alaw", 6, 0.02),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_wav_round_trip(encoding: str, tag: int, error: float, streamed: bool) -> None:
    pcm = sine()[:12_001]
    if streamed:
        data = stream(StreamEncoder("wav", encoding, 24_000, 24_000), pcm)
        assert data[4:8] == b"\xff" * 4
    else:
        data = wav_bytes(pcm, 24_000, encoding)
        assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
        assert len(data) % 2 == 0
    assert struct.unpack("<HHI", data[20:28]) == (tag, 1, 24_000)
    heard, rate = decode_file(data)
    assert rate == 24_000
    assert np.allclose(heard, pcm, atol=error)


def test_the_standard_library_reads_our_wav() -> None:
    with wave.open(io.BytesIO(wav_bytes(sine(), 16_000))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        assert file.getnframes() == 24_000


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
@pytest.mark.parametrize("count", [0, 1, 12_001])
def test_a_stream_that_is_kept_is_closed(encoding: str, count: int) -> None:
    """It is the file that is written at once."""
    pcm = sine()[:count]
    data = stream(StreamEncoder("wav", encoding, 24_000, 24_000), pcm)
    assert closed_wav(data, 24_000, encoding) == wav_bytes(pcm, 24_000, encoding)


@pytest.mark.parametrize("container", ["raw", "wav", "mp3"])
def test_a_stream_without_audio_ends_cleanly(container: str) -> None:
    StreamEncoder(container, None, 8_000, 24_000).finish()
