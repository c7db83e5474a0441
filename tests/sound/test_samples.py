"""Samples from bytes and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream._sound.encodings import Encoding
from cartesia_stream._sound.samples import as_floats, decode, encode

FLOATS = np.array([0, 0.5, -1, 1, 2, -2, np.nan, 1 / 65536 + 1e-7], "f4")


@given(st.binary(max_size=64).map(lambda data: data[: len(data) // 2 * 2]))
def test_integers_come_back_as_the_same_bytes(data: bytes) -> None:
    assert encode(decode(data, "pcm_s16le"), "pcm_s16le") == data
    assert encode(as_floats(decode(data, "pcm_s16le")), "pcm_s16le") == data


@pytest.mark.parametrize("encoding", ["pcm_mulaw", "pcm_alaw"])
def test_companded_bytes_come_back(encoding: Encoding) -> None:
    codes = bytes(range(256))
    samples = decode(codes, encoding)
    again = encode(samples, encoding)
    assert np.array_equal(decode(again, encoding), samples)
    assert sum(one != other for one, other in zip(again, codes, strict=True)) <= 1  # mu-law's -0


def test_floats_round_and_stay_within_the_scale() -> None:
    whole = np.frombuffer(encode(FLOATS, "pcm_s16le"), "<i2")
    assert whole.tolist() == [0, 16384, -32768, 32767, 32767, -32768, 0, 1]


def test_floats_are_kept_as_they_are() -> None:
    data = FLOATS.tobytes()
    assert encode(decode(data, "pcm_f32le"), "pcm_f32le") == data
    assert as_floats(FLOATS) is FLOATS


def test_decoded_bytes_are_not_copied() -> None:
    assert not decode(bytes(4), "pcm_s16le").flags.writeable
