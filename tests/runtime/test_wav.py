"""The lengths in a WAV file, in any chunking."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from cartesia_runtime.wav import WavLengths, with_true_lengths
from hypothesis import given
from hypothesis import strategies as st

OPEN = 0xFFFF_FFFF


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    length = len(body) if size is None else size
    return name + struct.pack("<I", length) + body + b"\0" * (len(body) % 2)


def fmt(tag: int = 1, width: int = 2, channels: int = 1) -> bytes:
    align = width * channels
    return chunk(
        b"fmt ", struct.pack("<HHIIHH", tag, channels, 8000, 8000 * align, align, width * 8)
    )


def wav(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def streamed(body: bytes, *front: bytes, size: int = OPEN) -> bytes:
    """A file whose header was sent before its length was known."""
    return wav(*front, b"data" + struct.pack("<I", size), size=size) + body


def whole(body: bytes, *front: bytes) -> bytes:
    return wav(*front, chunk(b"data", body))


FACT = chunk(b"fact", struct.pack("<I", OPEN))


def in_pieces(data: bytes, cuts: list[int]) -> tuple[int, bytes]:
    """The samples counted, and the file corrected, when it comes cut."""
    lengths, counted, at = WavLengths(), 0, 0
    for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        counted += lengths.take(data[at:cut])
        at = cut
    assert counted == lengths.samples
    file = io.BytesIO(data)
    lengths.correct(file, 0)
    return counted, file.getvalue()


@given(
    st.binary(min_size=4, max_size=50).filter(lambda body: body[:1] not in b"LiIbcfP"),
    st.lists(st.integers(0, 150)),
    st.sampled_from([OPEN, 0, 0x7FFF_FFFF, 0x7FFF_F000, 2_000_000_000]),
)
def test_open_lengths_are_corrected(body: bytes, cuts: list[int], size: int) -> None:
    """Wherever the pieces are cut; an odd size is filled up."""
    front = (fmt(7, 1), FACT)
    true = (fmt(7, 1), chunk(b"fact", struct.pack("<I", len(body))))
    assert in_pieces(streamed(body, *front, size=size), cuts) == (len(body), whole(body, *true))


@given(st.binary(max_size=50), st.binary(max_size=20), st.lists(st.integers(0, 150)))
def test_true_lengths_are_left_alone(body: bytes, rest: bytes, cuts: list[int]) -> None:
    """What follows the samples is not counted."""
    data = whole(body, fmt(), chunk(b"LIST", b"INFO"))
    data = wav(data[12:], chunk(b"LIST", rest))
    assert in_pieces(data, cuts) == (len(body), data)


@pytest.mark.parametrize(
    ("front", "body", "samples"),
    [
        (fmt(7, 1), b"abcde", 5),
        (fmt(6, 1, channels=2), b"abcd", 2),
        (fmt(3, 4), b"abcdefgh", 2),
        (fmt(0xFFFE, 2, channels=2), b"abcdefgh", 2),
    ],
)
def test_the_fact_counts_samples_of_all_channels(front: bytes, body: bytes, samples: int) -> None:
    fact = chunk(b"fact", struct.pack("<I", samples))
    assert with_true_lengths(streamed(body, front, FACT)) == whole(body, front, fact)


def test_the_fact_of_a_compressed_file_is_left_alone() -> None:
    """It does not follow from the size."""
    front = fmt(0x11, 1)
    assert FACT in with_true_lengths(streamed(b"abcd", front, FACT))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"ID3 or anything else",
        b"RIFF\0\0\0\0AVI " + bytes(100),
        wav(fmt()),
        wav(fmt(), chunk(b"JUNK", b"", 0x7FFF_FFFF)) + bytes(100),
        wav(fmt(), b"dat"),
    ],
)
@given(cuts=st.lists(st.integers(0, 150)))
def test_what_is_no_wav_file_is_left_alone(data: bytes, cuts: list[int]) -> None:
    assert in_pieces(data, cuts)[1] == data


def test_a_wav_file_without_samples_stays_empty() -> None:
    """A list behind it is not taken for samples."""
    data = wav(fmt(), chunk(b"data", b""), chunk(b"LIST", b"INFO"))
    assert in_pieces(data, [44]) == (0, data)


def test_a_long_front_is_not_kept() -> None:
    """Memory is bounded, whatever the header says."""
    lengths = WavLengths()
    lengths.take(wav(fmt(), chunk(b"JUNK", b"", 0x7FFF_FFFF)))
    for _ in range(10):
        lengths.take(bytes(1 << 20))
    assert lengths._front is None
    assert lengths.corrections() == []


def test_the_standard_library_reads_it() -> None:
    with wave.open(io.BytesIO(with_true_lengths(streamed(bytes(1000), fmt())))) as file:
        assert file.getnframes() == 500
