"""WAV files as programs write them."""

import io
import struct
import wave

import numpy as np
import pytest

from cartesia_emulator.audio.errors import AudioTooLongError, UnsupportedAudioError
from cartesia_emulator.audio.files import decode_file
from cartesia_emulator.audio.pcm import encode

from .recordings import RATE, chunk, fmt, riff, s16, sine

TONE = sine(0.5)
BODY = s16(TONE)
FMT = chunk(b"fmt ", fmt())
LIST = chunk(b"LIST", b"INFOISFT\x06\0\0\0Lavf61")

# (the length of the file, that of the samples), as programs make them up
MADE_UP = {
    "nothing": (0, 0),
    "ffmpeg": (0xFFFF_FFFF, 0xFFFF_FFFF),
    "ffmpeg, less a header": (0xFFFF_FFFF, 0xFFFF_FFFF - 36),
    "sox": (0x7FFF_F024, 0x7FFF_F000),
    "arecord": (0x8000_0024, 0x8000_0000),
    "the largest signed number": (0x7FFF_FFFF, 0x7FFF_FFFF),
    "gstreamer": (0x7FFF_0024, 0x7FFF_0000),
    "a gigabyte": (0x4000_0024, 0x4000_0000),
    "two thousand million": (2_000_000_036, 2_000_000_000),
    "only the file's": (0, len(BODY)),
    "only the samples'": (36 + len(BODY), 0),
}


def heard(data: bytes, pcm: np.ndarray = TONE, rate: int = RATE, error: float = 1e-3) -> None:
    """Check that a file holds the samples."""
    samples, its_rate = decode_file(data)
    assert its_rate == rate
    assert len(samples) == len(pcm)
    assert np.allclose(samples, pcm, atol=error)


@pytest.mark.parametrize("sizes", MADE_UP.values(), ids=MADE_UP)
@pytest.mark.parametrize("front", [b"", LIST, chunk(b"JUNK", bytes(28))], ids=["", "LIST", "JUNK"])
def test_made_up_lengths(sizes: tuple[int, int], front: bytes) -> None:
    """All samples that are there are taken."""
    whole, samples = sizes
    heard(riff(FMT, front, chunk(b"data", BODY, samples), size=whole))


@pytest.mark.parametrize(
    "rest",
    [
        LIST,
        b"junk",
        b"\0" * 7,
        b"TAG" + bytes(125),
        chunk(b"id3 ", b"ID3"),
        b"LIST\xff\xff\xff\x7f",
    ],
    ids=["LIST", "text", "zeros", "ID3v1", "id3", "a chunk that is cut short"],
)
def test_what_follows_the_samples_is_ignored(rest: bytes) -> None:
    heard(riff(FMT, chunk(b"data", BODY), rest))
    heard(riff(FMT, chunk(b"data", BODY)) + rest)


@pytest.mark.parametrize("size", [0, 3, 200, 20_000])
def test_id3_in_front(size: int) -> None:
    """Some programs write the tag of an MP3 before any file."""
    coded = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    heard(b"ID3\x04\0\0" + coded + bytes(size) + riff(FMT, chunk(b"data", BODY)))


@pytest.mark.parametrize("name", [b"RF64", b"BW64"])
@pytest.mark.parametrize("long", [len(BODY), 0, 1 << 40], ids=["true", "open", "made up"])
def test_rf64(name: bytes, long: int) -> None:
    """The length is in a chunk of its own; what follows the samples is not taken for them."""
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, long, 0, 0))
    rest = LIST if long == len(BODY) else b""
    data = riff(ds64, FMT, chunk(b"data", BODY, 0xFFFF_FFFF), rest, name=name, size=0xFFFF_FFFF)
    heard(data)


@pytest.mark.parametrize("padded", [True, False])
def test_chunks_of_odd_size(padded: bool) -> None:
    """Some programs forget the byte that fills an odd chunk up."""
    odd = chunk(b"note", b"odd")[: None if padded else -1]
    heard(riff(odd, FMT, odd, chunk(b"data", BODY)))


@pytest.mark.parametrize(
    ("tag", "bits", "body", "error"),
    [
        (1, 8, (TONE * 127 + 128).astype(np.uint8).tobytes(), 0.02),
        (1, 16, BODY, 1e-3),
        (
            1,
            24,
            (TONE * 8388607).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
            1e-3,
        ),
        (
            1,
            20,
            (TONE * 8388607).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes(),
            1e-3,
        ),
        (1, 32, (TONE * 2147480000).astype("<i4").tobytes(), 1e-3),
        (3, 16, TONE.astype("<f2").tobytes(), 1e-3),
        (3, 32, TONE.astype("<f4").tobytes(), 1e-6),
        (3, 64, TONE.astype("<f8").tobytes(), 1e-6),
        (6, 8, encode(TONE, "pcm_alaw"), 0.03),
        (7, 8, encode(TONE, "pcm_mulaw"), 0.03),
    ],
)
@pytest.mark.parametrize("extensible", [False, True])
def test_encodings(tag: int, bits: int, body: bytes, error: float, extensible: bool) -> None:
    """Also as WAVE_FORMAT_EXTENSIBLE, where the encoding is in the subformat."""
    shape = fmt(tag, bits=bits)
    if extensible:
        guid = struct.pack("<H", tag) + bytes.fromhex("00000000 1000 8000 00aa00389b71")
        shape = struct.pack("<H", 0xFFFE) + shape[2:] + struct.pack("<HHI", 22, bits, 4) + guid
    heard(riff(chunk(b"fmt ", shape), chunk(b"data", body)), error=error)


def test_more_channels_are_mixed() -> None:
    stereo = np.stack([TONE, TONE / 2], axis=1).ravel()
    shape = chunk(b"fmt ", fmt(channels=2))
    heard(riff(shape, chunk(b"data", s16(stereo.astype(np.float32)))), TONE * 0.75)


def test_a_part_of_a_sample_at_the_end_is_ignored() -> None:
    heard(riff(FMT, chunk(b"data", BODY, 0)) + b"\1")


def test_doubles_beyond_float32() -> None:
    """Neither warns nor poisons the samples."""
    body = struct.pack("<3d", 1e300, float("nan"), 0.5)
    samples, _ = decode_file(riff(chunk(b"fmt ", fmt(3, bits=64)), chunk(b"data", body)))
    assert samples.tolist() == [1.0, 0.0, 0.5]


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_files_of_the_standard_library(width: int) -> None:
    """Stereo integers of every width."""
    buffer = io.BytesIO()
    full = 1 << (8 * width - 1)
    left, right = full // 2, -full // 4
    offset = 128 if width == 1 else 0
    frame = b"".join(
        (value + offset).to_bytes(width, "little", signed=width > 1) for value in (left, right)
    )
    with wave.open(buffer, "wb") as file:
        file.setparams((2, width, 44_100, 0, "NONE", ""))
        file.writeframes(frame * 10)
    samples, rate = decode_file(buffer.getvalue())
    assert rate == 44_100
    assert samples == pytest.approx([0.125] * 10, abs=0.01)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (riff(chunk(b"data", BODY), FMT), "'fmt ' chunk of a WAV file must precede 'data'"),
        (riff(chunk(b"data", BODY)), "must precede 'data'"),
        (riff(FMT), "no 'data' chunk"),
        (riff(FMT)[:20], "cut short"),
        (riff(FMT, chunk(b"data", BODY))[:1000], "declares 16000 bytes, 956 are there"),
        (riff(FMT, chunk(b"JUNK", b"", 0x7FFF_FFFF), chunk(b"data", BODY)), "cut short"),
        (riff(FMT, chunk(b"data", b"")), "no samples"),
        (riff(FMT, chunk(b"data", b""), LIST), "no samples"),
        (riff(FMT, chunk(b"data", b"\0")), "no samples"),
        (riff(chunk(b"fmt ", fmt()[:14]), chunk(b"data", BODY)), "no complete 'fmt ' chunk"),
        (riff(chunk(b"fmt ", fmt(channels=0)), chunk(b"data", BODY)), "no channels"),
        (riff(chunk(b"fmt ", fmt(rate=0)), chunk(b"data", BODY)), "no sample rate"),
        (riff(chunk(b"fmt ", fmt(rate=1)), chunk(b"data", BODY)), "1 Hz"),
        (riff(chunk(b"fmt ", fmt(rate=1 << 31)), chunk(b"data", BODY)), "2147483648 Hz"),
        (riff(chunk(b"fmt ", fmt(bits=40)), chunk(b"data", BODY)), "40 bits is not supported"),
        (b"RIFF1234", "cut short or not WAVE"),
        (b"RF64", "cut short or not WAVE"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(UnsupportedAudioError, match=reason):
        decode_file(data)


def test_a_clip_that_is_too_long() -> None:
    """Half an hour is the limit; the header tells before anything is decoded."""
    shape = chunk(b"fmt ", fmt(7, rate=1000, bits=8))
    with pytest.raises(AudioTooLongError, match="30 minutes"):
        decode_file(riff(shape, chunk(b"data", bytes(1_800_002))))
