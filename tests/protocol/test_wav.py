"""WAV of every kind, read in pieces of any size."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError, ListenFormat
from cartesia_stream._protocol.wav import WavReader
from cartesia_stream._sound.encodings import expanded


def wav(
    data: bytes,
    tag: int = 1,
    bits: int = 16,
    channels: int = 1,
    rate: int = 16000,
    *,
    size: int = -1,
) -> bytes:
    width = bits // 8 * channels
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * width, width, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"LIST\x03\0\0\0abc\0"
    body += b"data" + struct.pack("<I", len(data) if size < 0 else size) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def read(file: bytes, step: int) -> tuple[ListenFormat | None, bytes]:
    reader = WavReader()
    data = b"".join(reader.feed(file[at : at + step]) for at in range(0, len(file), step))
    reader.finish()
    return reader.format, data


@given(samples=st.lists(st.integers(-32768, 32767), max_size=40), step=st.integers(1, 60))
def test_the_pieces_do_not_matter(samples: list[int], step: int) -> None:
    data = struct.pack(f"<{len(samples)}h", *samples)
    assert read(wav(data) + b"LIST\4\0\0\0tail", step) == (ListenFormat(), data) or not samples
    assert read(wav(data, size=0xFFFFFFFF), step) == (ListenFormat(), data)


@pytest.mark.parametrize(
    ("tag", "bits", "data", "encoding", "read_as"),
    [
        (1, 8, bytes([0, 128, 255]), "pcm_s16le", struct.pack("<3h", -32768, 0, 32512)),
        (1, 24, b"\1\2\3\xff\xff\xff", "pcm_s32le", b"\0\1\2\3\0\xff\xff\xff"),
        (1, 32, b"abcd", "pcm_s32le", b"abcd"),
        (3, 32, struct.pack("<f", 0.5), "pcm_f32le", struct.pack("<f", 0.5)),
        (3, 64, struct.pack("<d", 0.5), "pcm_f32le", struct.pack("<f", 0.5)),
        (6, 8, b"ab", "pcm_alaw", b"ab"),
        (7, 8, b"ab", "pcm_mulaw", b"ab"),
    ],
)
def test_kinds_of_samples(tag: int, bits: int, data: bytes, encoding: str, read_as: bytes) -> None:
    for step in (1, 7, 1000):
        fmt, found = read(wav(data, tag, bits), step)
        assert fmt is not None
        assert (fmt.encoding, found) == (encoding, read_as)


def test_channels_become_one() -> None:
    data = struct.pack("<6h", 100, 300, -100, -300, 7, 7)
    assert read(wav(data, channels=2), 5)[1] == struct.pack("<3h", 200, -200, 7)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"RIFF",
        b"OggS" + bytes(100),
        wav(b"", tag=2),
        wav(b"", bits=12),
        wav(b"", channels=0),
        wav(b"", rate=5),
        b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd",
        b"RIFF\0\0\0\0WAVE" + b"junk\0\0\x20\0" + bytes(1 << 21),
    ],
)
def test_what_cannot_be_read_is_an_error(file: bytes) -> None:
    with pytest.raises(ConfigurationError):
        read(file, 5000)


def chunk(name: bytes, data: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(data) if size is None else size) + data


def fmt_chunk(tag: int, channels: int, align: int, bits: int) -> bytes:
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, 16000, 16000 * align, align, bits))


PLAIN = fmt_chunk(1, 1, 2, 16)
TAIL = chunk(b"LIST", b"INFOabcd")


@pytest.mark.parametrize(
    ("file", "samples"),
    [
        (
            b"RF64" + b"\xff" * 4 + b"WAVE" + chunk(b"ds64", struct.pack("<QQQI", 0, 4, 2, 0)),
            b"abcd",
        ),
        (
            b"BW64" + b"\xff" * 4 + b"WAVE" + chunk(b"ds64", struct.pack("<QQQI", 0, 4, 2, 0)),
            b"abcd",
        ),
        (b"RF64" + b"\xff" * 4 + b"WAVE" + chunk(b"ds64", bytes(28)), b"abcd" + TAIL),
    ],
    ids=["RF64", "BW64", "of unknown length"],
)
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_long_files_tell_their_length_in_a_chunk_of_its_own(
    file: bytes, samples: bytes, step: int
) -> None:
    file += PLAIN + chunk(b"data", b"abcd", 0xFFFFFFFF) + TAIL
    assert read(file, step) == (ListenFormat(), samples)


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_file_without_samples_has_none(step: int) -> None:
    """What follows the samples is no sound; a length of 0 may also mean that nobody knew it."""
    head = b"RIFF\0\0\0\0WAVE" + PLAIN
    assert read(head + chunk(b"data", b"") + TAIL, step)[1] == b""
    assert read(head + chunk(b"data", b"abcd" + TAIL, 0), step)[1] == b"abcd" + TAIL


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_chunk_of_odd_length_may_not_be_filled_up(step: int) -> None:
    for odd in (b"abc", b"abc\0"):
        file = b"RIFF\0\0\0\0WAVE" + chunk(b"LIST", odd, 3) + PLAIN + chunk(b"data", b"abcd")
        assert read(file, step) == (ListenFormat(), b"abcd")


@pytest.mark.parametrize(
    ("bits", "align", "data", "encoding", "read_as"),
    [
        (12, 2, b"abcd", "pcm_s16le", b"abcd"),
        (20, 3, b"abc", "pcm_s32le", b"\0abc"),
        (24, 4, b"abcd", "pcm_s32le", b"abcd"),
    ],
)
def test_samples_may_be_wider_than_their_bits(
    bits: int, align: int, data: bytes, encoding: str, read_as: bytes
) -> None:
    file = b"RIFF\0\0\0\0WAVE" + fmt_chunk(1, 1, align, bits) + chunk(b"data", data)
    fmt, found = read(file, 1000)
    assert fmt is not None
    assert (fmt.encoding, found) == (encoding, read_as)


@pytest.mark.parametrize("tag", [6, 7])
def test_both_sides_of_a_telephone_call_are_averaged(tag: int) -> None:
    """Their samples are companded, so that they are expanded first."""
    table = struct.unpack("<256h", expanded("pcm_alaw" if tag == 6 else "pcm_mulaw"))
    fmt, found = read(wav(b"\x01\x70\xd5\xff", tag, 8, 2), 3)
    assert fmt == ListenFormat("pcm_s16le", 16000)
    expected = ((table[1] + table[0x70]) // 2, (table[0xD5] + table[0xFF]) // 2)
    assert struct.unpack("<2h", found) == expected


def test_floats_that_are_too_large_are_the_largest() -> None:
    _, found = read(wav(struct.pack("<3d", 1e300, float("-inf"), 0.5), 3, 64), 1000)
    assert struct.unpack("<3f", found) == pytest.approx((3.4028235e38, -3.4028235e38, 0.5))


def test_a_reader_tells_when_the_samples_are_over() -> None:
    reader = WavReader()
    reader.feed(wav(b"abcd")[:-2])
    assert not reader.complete
    reader.feed(b"cd")
    assert reader.complete
