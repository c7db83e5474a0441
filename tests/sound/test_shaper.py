"""Blocks of one length, cut from audio that arrives in pieces."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream._sound.encodings import SAMPLE_BYTES, SILENCE
from cartesia_stream._sound.forms import Form
from cartesia_stream._sound.shaper import Shaper

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
