"""WAV of every kind, read in pieces of any size."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError, ListenFormat
from cartesia_stream._protocol.wav import WavReader


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
        wav(b"ab", tag=7, bits=8, channels=2),
        wav(b"", rate=5),
        b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd",
        b"RIFF\0\0\0\0WAVE" + b"junk\0\0\x20\0" + bytes(1 << 21),
    ],
)
def test_what_cannot_be_read_is_an_error(file: bytes) -> None:
    with pytest.raises(ConfigurationError):
        read(file, 5000)
