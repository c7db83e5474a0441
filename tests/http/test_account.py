"""The account of a stream: what came, and audio cut at whole samples."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import (
    PCM_24K,
    AudioChunk,
    AudioFormat,
    Done,
    PhonemeTimestamps,
    Timing,
    WordTimestamps,
)
from cartesia_stream._http.account import Account
from cartesia_stream._http.records import Observers, StreamRecord

if TYPE_CHECKING:
    import pytest

FLOAT = AudioFormat("raw", "pcm_f32le", 48000)


def account_of(fmt: AudioFormat, *, at: float = 0.0) -> Account:
    """The account of a stream that begins at a time."""
    return Account(
        StreamRecord(
            Observers("http://127.0.0.1:1"), "websocket", fmt, model_id=None, clock=lambda: at
        )
    )


@given(st.binary(max_size=40), st.lists(st.integers(0, 40)), st.sampled_from([PCM_24K, FLOAT]))
def test_blocks_hold_whole_samples(data: bytes, cuts: list[int], fmt: AudioFormat) -> None:
    """However chunks cut the samples, each block holds whole ones and none is lost."""
    data = data[: len(data) - len(data) % fmt.sample_bytes]
    account = account_of(fmt)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    blocks = [
        account.audio_of(AudioChunk(data=data[start:end]))
        for start, end in itertools.pairwise(edges)
    ]
    assert all(len(block) % fmt.sample_bytes == 0 for block in blocks)
    assert b"".join(blocks) == data
    assert account.audio_of(Done()) == b""


def test_half_a_sample_at_the_end_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A rest that never became a sample is dropped with a warning."""
    account = account_of(PCM_24K)
    assert account.audio_of(AudioChunk(data=b"abc")) == b"ab"
    assert account.audio_of(Done()) == b""
    assert [record.getMessage() for record in caplog.records] == [
        "the audio ended 1 bytes into a sample"
    ]


def test_the_account_adds_up() -> None:
    """Chunks, bytes, timings and the time to the first audio are what was delivered."""
    account = account_of(PCM_24K, at=2)
    account.record.begin()
    assert account.record.stats.time_to_first_audio is None
    account.record.meter.audio(48000, now=4)
    word, sound = Timing("a", 0, 1), Timing("ə", 0, 1)
    account.take(WordTimestamps(words=(word,)))
    account.take(PhonemeTimestamps(phonemes=(sound,)))
    account.take(AudioChunk(data=b"\0" * 24000))
    account.take(AudioChunk(data=b"\0" * 24000))
    account.take(Done())
    assert (account.chunks, account.nbytes, account.duration) == (2, 48000, 1.0)
    result = account.result(b"data", text="a b", context_id="c", request_id="r")
    assert (result.words, result.phonemes) == ((word,), (sound,))
    assert (result.text, result.context_id, result.request_id) == ("a b", "c", "r")
    assert result.time_to_first_audio == 2
