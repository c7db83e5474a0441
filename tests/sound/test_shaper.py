"""Blocks of one length, cut from audio that arrives in pieces."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError
from cartesia_stream._sound.encodings import SAMPLE_BYTES, SILENCE
from cartesia_stream._sound.shaper import Form, Shaper, samples_of

if TYPE_CHECKING:
    from cartesia_stream._sound.encodings import Encoding


@given(
    data=st.binary(max_size=200),
    cuts=st.lists(st.integers(0, 200)),
    encoding=st.sampled_from(sorted(SAMPLE_BYTES)),
    samples=st.integers(1, 60),
)
def test_blocks_have_one_length_and_lose_nothing(
    data: bytes, cuts: list[int], encoding: Encoding, samples: int
) -> None:
    """However the pieces are cut: the audio, then silence of the encoding to the last block."""
    width = SAMPLE_BYTES[encoding]
    data = data[: len(data) - len(data) % width]
    source = Form(encoding, 8000)
    shaper = Shaper(source, source._replace(samples=samples))
    blocks, fed = list[bytes](), 0
    edges = [0, *sorted(min(cut - cut % width, len(data)) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        shaper.feed(data[start:end])
        fed += end - start
        blocks += iter(shaper.block, b"")
        assert shaper.pending * 8000 * width == pytest.approx(fed - len(b"".join(blocks)))
    assert shaper.finish()
    assert not shaper.finish()
    blocks += iter(shaper.block, b"")
    assert {len(block) for block in blocks} <= {samples * width}
    joined = b"".join(blocks)
    assert joined[: len(data)] == data
    padding = joined[len(data) :]
    assert padding == SILENCE[encoding] * (len(padding) // width)
    assert len(padding) < samples * width
    assert shaper.pending == 0


def test_audio_that_was_dropped_never_went_out() -> None:
    form = Form("pcm_s16le", 8000, 160)
    shaper = Shaper(form, form)
    shaper.feed(bytes(800))
    assert len(shaper.block()) == 320
    shaper.drop()
    assert shaper.block() == b""
    assert shaper.pending == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("frame_ms", "rate", "samples"), [(20, 8000, 160), (2.5, 48000, 120), (10, 44100, 441)]
)
def test_lengths(frame_ms: float, rate: int, samples: int) -> None:
    assert samples_of(frame_ms, rate) == samples


@pytest.mark.parametrize(
    ("frame_ms", "rate", "advice"),
    [
        (10, 22050, "10 is 220.5 samples at 22050 Hz, .* give a multiple of 20"),
        (2.5, 44100, "give a multiple of 10"),
        (0.01, 8000, "is 0.08 samples at 8000 Hz, .* a multiple of 1"),
        (0, 8000, "above 0"),
        (-20, 8000, "above 0"),
        (float("nan"), 8000, "above 0"),
        (float("inf"), 8000, "above 0"),
        (True, 8000, "above 0"),
        ("20", 8000, "above 0"),
    ],
)
def test_lengths_that_cannot_be(frame_ms: Any, rate: int, advice: str) -> None:
    with pytest.raises(ConfigurationError, match=advice) as caught:
        samples_of(frame_ms, rate)
    assert caught.value.option == "frame_ms"
