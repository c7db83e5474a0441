"""Formats of the audio that a listener sends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import AudioFormat, ConfigurationError, ListenFormat
from cartesia_stream.transcripts import LISTEN_BYTES

ENCODINGS = st.sampled_from(sorted(LISTEN_BYTES))
FORMATS: st.SearchStrategy[Any] = st.builds(ListenFormat, ENCODINGS, st.integers(1000, 384_000))


@given(FORMATS, st.integers(0, 10**7))
def test_whole_samples_keep_their_number_through_seconds(fmt: ListenFormat, count: int) -> None:
    nbytes = count * fmt.sample_bytes
    assert fmt.nbytes(fmt.duration(nbytes)) == nbytes


@given(FORMATS, st.floats(0, 1000))
def test_bytes_of_seconds_are_whole_samples_and_no_more(fmt: ListenFormat, seconds: float) -> None:
    nbytes = fmt.nbytes(seconds)
    assert nbytes % fmt.sample_bytes == 0
    assert fmt.duration(nbytes) <= seconds + 1e-8
    assert fmt.duration(nbytes + fmt.sample_bytes) > seconds


@pytest.mark.parametrize(
    ("encoding", "silence"),
    [
        ("pcm_s16le", b"\0\0\0\0"),
        ("pcm_f32le", b"\0\0\0\0"),
        ("pcm_mulaw", b"\xff\xff\xff\xff"),
        ("pcm_alaw", b"\xd5\xd5\xd5\xd5"),
    ],
)
def test_silence_is_the_code_nearest_to_zero(encoding: Any, silence: bytes) -> None:
    assert ListenFormat(encoding, 8000).silence(4) == silence


@pytest.mark.parametrize("encoding", ["mp3", "PCM_S16LE", "", None, 16, ["pcm_s16le"], {}])
def test_an_encoding_that_the_service_does_not_take(encoding: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^encoding is .* allowed: pcm_s16le, ") as caught:
        ListenFormat(encoding)
    assert caught.value.option == "format"


@pytest.mark.parametrize("rate", [999, 384_001, -8000, 8000.0, "8000", True, None, [8000]])
def test_a_rate_that_the_service_does_not_take(rate: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^sample_rate is .* 1000 to 384000 Hz$"):
        ListenFormat("pcm_s16le", rate)


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
@pytest.mark.parametrize("container", ["raw", "wav"])
def test_speech_of_the_service_can_be_listened_to(container: Any, encoding: Any) -> None:
    expected = ListenFormat(encoding, 44100)
    assert ListenFormat.of(AudioFormat(container, encoding, 44100)) == expected
    assert ListenFormat.of(expected) is expected


@pytest.mark.parametrize(
    "value",
    [
        AudioFormat("mp3", None, 44100, 128000),
        "pcm_s16le",
        None,
        SimpleNamespace(encoding=16, sample_rate=8000),
        SimpleNamespace(encoding="opus", sample_rate=8000),
        SimpleNamespace(encoding="pcm_s16le"),
        SimpleNamespace(encoding="pcm_s16le", sample_rate="8000"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_raw_audio_cannot_be_listened_to(value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ListenFormat.of(value)
    assert caught.value.option == "format"
