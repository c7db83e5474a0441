"""Audio and WAV files."""

from __future__ import annotations

import io
import struct
import wave
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import (
    PCM_24K,
    TELEPHONY,
    Audio,
    AudioChunk,
    AudioFormat,
    ConfigurationError,
    Timing,
    WavWriter,
)
from cartesia_stream.audio import saving, wav_header

if TYPE_CHECKING:
    from pathlib import Path

FLOAT = AudioFormat("raw", "pcm_f32le", 48000)
ALAW = AudioFormat("raw", "pcm_alaw", 8000)
MP3 = AudioFormat("mp3", None, 44100, 128000)

# --- WAV files


def wav(fmt: AudioFormat, data: bytes) -> bytes:
    return Audio(data=data, format=fmt).wav()


@pytest.mark.parametrize("samples", [0, 1, 1000])
def test_s16_as_the_standard_library_writes_it(samples: int) -> None:
    """A 16-bit file is byte for byte what the standard library writes, and reads."""
    data = b"\1\2" * samples
    out = io.BytesIO()
    with wave.open(out, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(24000)
        writer.writeframes(data)
    assert wav(PCM_24K, data) == out.getvalue()


GOLDEN = {
    "pcm_f32le": (
        "52494646 3a000000 57415645 666d7420 12000000 0300 0100 80bb0000 00ee0200 0400 2000 0000"
        "66616374 04000000 02000000 64617461 08000000"
    ),
    "pcm_mulaw": (
        "52494646 3a000000 57415645 666d7420 12000000 0700 0100 401f0000 401f0000 0100 0800 0000"
        "66616374 04000000 08000000 64617461 08000000"
    ),
    "pcm_alaw": (
        "52494646 3a000000 57415645 666d7420 12000000 0600 0100 401f0000 401f0000 0100 0800 0000"
        "66616374 04000000 08000000 64617461 08000000"
    ),
}


@pytest.mark.parametrize("fmt", [FLOAT, TELEPHONY, ALAW], ids=lambda fmt: fmt.encoding)
def test_headers_of_other_encodings(fmt: AudioFormat) -> None:
    """Float and G.711 files carry the extension size and the fact chunk that they must."""
    data = b"abcdefgh"
    assert wav(fmt, data) == bytes.fromhex(GOLDEN[fmt.encoding or ""]) + data


@given(st.binary(max_size=60), st.sampled_from([PCM_24K, FLOAT, TELEPHONY, ALAW]))
def test_files_are_well_formed(data: bytes, fmt: AudioFormat) -> None:
    """The chunks of a file fill it exactly, an odd size is padded, and the data is the data."""
    content = wav(fmt, data)
    assert content[:4] + content[8:12] == b"RIFFWAVE"
    assert struct.unpack_from("<I", content, 4) == (len(content) - 8,)
    position, chunks = 12, {}
    while position < len(content):
        name, size = struct.unpack_from("<4sI", content, position)
        chunks[name] = content[position + 8 : position + 8 + size]
        position += 8 + size + (size & 1)
    assert position == len(content)
    assert chunks[b"data"] == data


class Pipe(io.BytesIO):
    """A file that cannot seek."""

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError("a pipe")

    def seek(self, position: int, whence: int = 0) -> int:
        raise OSError("a pipe")


def test_a_pipe_gets_an_open_length() -> None:
    """Where the header cannot be patched it says that the length is not known."""
    pipe = Pipe()
    with WavWriter(pipe, PCM_24K) as writer:
        writer.write(b"ab")
        writer.write(b"cd")
    content = pipe.getvalue()
    assert struct.unpack_from("<I", content, 4) == struct.unpack_from("<I", content, 40)
    assert struct.unpack_from("<I", content, 40) == (0xFFFF_FFFF,)
    assert content[44:] == b"abcd"


def test_a_writer_starts_where_the_file_stands() -> None:
    """What is in front of the WAV stays, the file stays open, and the position is its end."""
    file = io.BytesIO(b"front")
    file.seek(0, io.SEEK_END)
    writer = WavWriter(file, TELEPHONY)
    writer.write(b"abc")
    writer.close()
    writer.close()
    assert file.getvalue() == b"front" + wav(TELEPHONY, b"abc")
    assert file.tell() == len(file.getvalue())
    assert not file.closed


def test_a_writer_closes_the_file_that_it_opened(tmp_path: Path) -> None:
    """A path is opened, written and closed, also when the block fails."""
    path = tmp_path / "a.wav"
    with pytest.raises(KeyError), WavWriter(path, PCM_24K) as writer:
        writer.write(b"ab")
        raise KeyError
    assert path.read_bytes() == wav(PCM_24K, b"ab")
    assert writer._file.closed


@pytest.mark.parametrize("name", ["a.mp3", "a.ogg", "a.raw"])
def test_a_writer_refuses_other_names(name: str, tmp_path: Path) -> None:
    """A WAV file is never called otherwise, and nothing is created."""
    with pytest.raises(ConfigurationError):
        WavWriter(tmp_path / name, PCM_24K)
    assert list(tmp_path.iterdir()) == []


def test_a_length_that_no_header_can_state() -> None:
    """Four gigabytes and more leave the length open; a little less does not."""
    for fmt, header in ((PCM_24K, 36), (TELEPHONY, 50)):
        most = 0xFFFF_FFFE - header
        assert wav_header(fmt, most)[4:8] == b"\xfe\xff\xff\xff"
        for nbytes in (most + 1, 1 << 32, 1 << 40):
            assert wav_header(fmt, nbytes) == wav_header(fmt, None)


def test_a_writer_refuses_mp3(tmp_path: Path) -> None:
    """A WAV file cannot hold mp3, and nothing is created."""
    with pytest.raises(ConfigurationError):
        WavWriter(tmp_path / "a.wav", MP3)
    assert list(tmp_path.iterdir()) == []


# --- whole utterances


@pytest.mark.parametrize(
    ("fmt", "expected"),
    [
        (PCM_24K, wav(PCM_24K, b"abcd")),
        (AudioFormat("wav", "pcm_s16le", 24000), wav(PCM_24K, b"abcd")),
        (MP3, b"abcd"),
    ],
)
def test_save(fmt: AudioFormat, expected: bytes, tmp_path: Path) -> None:
    """Raw audio is saved as a WAV file, wav and mp3 as they are."""
    data = wav(PCM_24K, b"abcd") if fmt.container == "wav" else b"abcd"
    audio = Audio(data=data, format=fmt)
    assert audio.save(str(tmp_path / "a")).read_bytes() == expected


def test_mp3_cannot_become_wav() -> None:
    """Asking mp3 for a WAV file is refused."""
    with pytest.raises(ConfigurationError):
        wav(MP3, b"abcd")


def test_audio_is_short_in_print() -> None:
    """An utterance prints its length and format, never its bytes or text."""
    audio = Audio(data=b"\0" * 48000, format=PCM_24K, words=(Timing("secret", 0, 1),))
    assert audio.duration == 1.0
    assert repr(audio) == "Audio(1.00 s, raw pcm_s16le)"
    assert repr(AudioChunk(data=b"abc", context_id="c")) == "AudioChunk(3 bytes, context_id='c')"
    assert AudioChunk(data=b"abc").audio == b"abc"


# --- files that appear when they are whole


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("fmt", [PCM_24K, MP3, AudioFormat("wav", "pcm_s16le", 24000)])
def test_a_failure_leaves_nothing_behind(
    failure: type[BaseException], fmt: AudioFormat, tmp_path: Path
) -> None:
    """Whatever stops the writing, the old file is untouched and no part of the new one stays."""
    path = tmp_path / ("a.mp3" if fmt is MP3 else "a.wav")
    path.write_bytes(b"old")
    with pytest.raises(failure), saving(path, fmt) as write:
        write(b"half")
        raise failure
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("fmt", "expected"), [(PCM_24K, wav(PCM_24K, b"abcd")), (MP3, b"abcd")])
def test_saving_piece_by_piece(fmt: AudioFormat, expected: bytes, tmp_path: Path) -> None:
    """Pieces add up to the file that `Audio.save` writes at once."""
    with saving(tmp_path / "a", fmt) as write:
        write(b"ab")
        write(b"cd")
    assert (tmp_path / "a").read_bytes() == expected
