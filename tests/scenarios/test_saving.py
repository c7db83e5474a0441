"""Saved audio: true lengths, names that keep their word, and files of all kinds."""

from __future__ import annotations

import io
import os
import struct
import sys
import threading
import wave
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_emulator.audio.files import decode_file
from cartesia_stream import (
    AsyncCartesia,
    Audio,
    AudioFormat,
    Cartesia,
    ConfigurationError,
    File,
    LocalStateError,
    StreamTruncatedError,
)

from .faces import VOICE, speak

if TYPE_CHECKING:
    from pathlib import Path

    from cartesia_emulator import Emulator
    from cartesia_stream import SpeechStream

    from .conftest import MakePeer
    from .faces import Face
    from .loops import Run
    from .peer import Conversation

TEXT = "Good night."
RATE = 24000
ENCODINGS = ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"]
TRANSPORTS = ["websocket", "sse", "bytes"]
MP3 = AudioFormat("mp3", None, 44100, 128000)


def wav(encoding: Any = "pcm_s16le") -> AudioFormat:
    return AudioFormat("wav", encoding, RATE)


def check(data: bytes, fmt: AudioFormat) -> int:
    """Check that a WAV file states its true lengths; return the bytes of its samples."""
    assert struct.unpack_from("<I", data, 4) == (len(data) - 8,)
    assert len(data) % 2 == 0
    position, chunks = 12, dict[bytes, bytes]()
    while position < len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        chunks[name] = data[position + 8 : position + 8 + size]
        assert len(chunks[name]) == size
        position += 8 + size + size % 2
    assert position == len(data)
    nbytes = len(chunks[b"data"])
    if fmt.encoding != "pcm_s16le":
        assert struct.unpack("<I", chunks[b"fact"]) == (nbytes // fmt.sample_bytes,)
    assert nbytes > 0
    return nbytes


def clip(client: Cartesia) -> File:
    return File(client.tts.speak("Good day to you.", voice=VOICE).collect().wav(), "clip.wav")


def generate(client: Cartesia, fmt: AudioFormat) -> SpeechStream:
    return client.tts.generate(TEXT, voice=VOICE, output_format=fmt)


def change(client: Cartesia, fmt: AudioFormat) -> SpeechStream:
    return client.voice_changer.generate(clip(client), voice=VOICE, output_format=fmt)


def change_events(client: Cartesia, fmt: AudioFormat) -> SpeechStream:
    return client.voice_changer.generate_sse(clip(client), voice=VOICE, output_format=fmt)


def infill(client: Cartesia, fmt: AudioFormat) -> SpeechStream:
    return client.tts.infill(
        TEXT, voice=VOICE, language="en", left_audio=clip(client), output_format=fmt
    )


ways = pytest.mark.parametrize(
    "way", [generate, change, change_events, infill], ids=lambda way: way.__name__
)
encodings = pytest.mark.parametrize("encoding", ENCODINGS)

# --- lengths


@ways
@encodings
def test_wav_that_is_saved_states_its_length(
    client: Cartesia, way: Any, encoding: str, tmp_path: Path
) -> None:
    """However it was asked for; the duration counts the samples alone."""
    fmt = wav(encoding)
    stream = way(client, fmt)
    saved = stream.save(tmp_path / "a.wav")
    nbytes = check((tmp_path / "a.wav").read_bytes(), fmt)
    seconds = nbytes / fmt.bytes_per_second
    assert saved.duration == stream.duration == stream.stats.audio_seconds == seconds
    assert saved.nbytes == stream.stats.nbytes == nbytes


@ways
@encodings
def test_wav_that_is_collected_states_its_length(
    client: Cartesia, way: Any, encoding: str, tmp_path: Path
) -> None:
    fmt = wav(encoding)
    audio = way(client, fmt).collect()
    nbytes = check(audio.data, fmt)
    assert audio.duration == nbytes / fmt.bytes_per_second
    assert audio.nbytes == nbytes
    assert audio.wav() == audio.data
    audio.save(tmp_path / "a.wav")
    assert (tmp_path / "a.wav").read_bytes() == audio.data
    assert Audio(data=audio.data, format=fmt).duration == audio.duration


@pytest.mark.parametrize("transport", TRANSPORTS)
@encodings
def test_raw_audio_becomes_a_wav_file(
    client: Cartesia, transport: str, encoding: Any, tmp_path: Path
) -> None:
    """Saved at once or piece by piece, to a path or to memory, it is the same file."""
    fmt = AudioFormat("raw", encoding, RATE)
    saved = speak(client, transport, TEXT, output_format=fmt).save(tmp_path / "a.wav")
    data = (tmp_path / "a.wav").read_bytes()
    assert check(data, fmt) == saved.nbytes
    audio = speak(client, transport, TEXT, output_format=fmt).collect()
    assert audio.wav() == data
    assert audio.duration == saved.duration
    memory = io.BytesIO()
    speak(client, transport, TEXT, output_format=fmt).save(memory)
    assert memory.getvalue() == data


def test_a_stream_of_wav_keeps_the_open_header(client: Cartesia, emulator: Emulator) -> None:
    """Who iterates gets the bytes as they come; all of them."""
    stream = generate(client, wav("pcm_f32le"))
    data = b"".join(stream.audio())
    assert data[4:8] == b"\xff" * 4
    assert (len(data) - 58) % 4 == 0
    assert stream.duration == (len(data) - 58) / (4 * RATE)


def test_the_whole_text_is_heard_at_the_end(client: Cartesia) -> None:
    stream = generate(client, wav())
    stream.collect()
    assert stream.heard(stream.duration) == TEXT


HEAD = b"RIFF%bWAVEfmt \x10\0\0\0\1\0\1\0\xc0\x5d\0\0\x80\xbb\0\0\2\0\x10\0data%b"
OPEN = b"\xff\xff\xff\xff"


def served(*pieces: bytes) -> Any:
    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.stream("audio/wav")
        for piece in pieces:
            peer.piece(piece)
        peer.send(b"0\r\n\r\n")

    return script


@pytest.mark.parametrize("size", [OPEN, b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\x94\x35\x77"])
@pytest.mark.parametrize("step", [1, 7, 44, 1000])
def test_lengths_that_a_service_makes_up(
    face: Face, make_peer: MakePeer, size: bytes, step: int, tmp_path: Path
) -> None:
    """In any chunking; a sample that is cut at the end, or an odd byte, breaks nothing."""
    data = HEAD % (size, size) + b"\1\2" * 50 + b"\3"
    peer = make_peer(served(*(data[at : at + step] for at in range(0, len(data), step))))
    client = face.client(peer.base_url)
    saved = client.tts.generate(TEXT, voice=VOICE, output_format=wav()).save(tmp_path / "a.wav")
    true = (36 + 102).to_bytes(4, "little"), (101).to_bytes(4, "little")
    assert (tmp_path / "a.wav").read_bytes() == HEAD % true + b"\1\2" * 50 + b"\3\0"
    assert saved.duration == 101 / 48000
    assert saved.time_to_first_audio is not None


def test_chunks_behind_the_samples_stay_and_do_not_play(
    face: Face, make_peer: MakePeer, tmp_path: Path
) -> None:
    data = HEAD % ((36 + 100 + 12).to_bytes(4, "little"), b"\x64\0\0\0") + b"\1\2" * 50
    data += b"LIST\4\0\0\0INFO"
    client = face.client(make_peer(served(data), served(data)).base_url)
    audio = client.tts.generate(TEXT, voice=VOICE, output_format=wav()).collect()
    assert audio.data == data
    assert audio.duration == 100 / 48000
    saved = client.tts.generate(TEXT, voice=VOICE, output_format=wav()).save(tmp_path / "a.wav")
    assert (tmp_path / "a.wav").read_bytes() == data
    assert saved.duration == 100 / 48000


# --- names


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", ["a.wav.ogg", "a.flac", "a.m4a", "a.opus"])
def test_raw_audio_is_never_called_otherwise(
    client: Cartesia, transport: str, name: str, tmp_path: Path
) -> None:
    """The error names the option; nothing was read, so that one can save elsewhere."""
    stream = speak(client, transport, TEXT)
    with pytest.raises(ConfigurationError, match="output_format") as caught:
        stream.save(tmp_path / name)
    assert caught.value.option == "output_format"
    assert list(tmp_path.iterdir()) == []
    check_duration = stream.save(tmp_path / "a.wav").duration
    assert check_duration > 0.1
    audio = speak(client, transport, TEXT).collect()
    with pytest.raises(ConfigurationError, match="output_format"):
        audio.save(tmp_path / name)


@pytest.mark.parametrize(
    ("fmt", "name"),
    [(MP3, "a.wav"), (MP3, "a.raw"), (MP3, "a.ogg"), (wav(), "a.mp3"), (wav(), "a.pcm")],
)
def test_a_file_is_never_called_otherwise(
    client: Cartesia, fmt: AudioFormat, name: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="output_format"):
        generate(client, fmt).save(tmp_path / name)
    with pytest.raises(ConfigurationError, match="output_format"):
        generate(client, fmt).collect().save(tmp_path / name)
    with (tmp_path / name).open("wb") as file, pytest.raises(ConfigurationError):
        generate(client, fmt).save(file)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_async_speech_is_refused_before_the_network(
    emulator: Emulator, run: Run, transport: str, tmp_path: Path
) -> None:
    """An async stream begins when it is first used."""

    async def main() -> None:
        async with AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client:
            way: Any = {
                "websocket": client.tts.speak,
                "sse": client.tts.generate_sse,
                "bytes": client.tts.generate,
            }[transport]
            with pytest.raises(ConfigurationError):
                await way(TEXT, voice=VOICE).save(tmp_path / "a.flac")

    run(main())
    assert [seen.path for seen in emulator.requests] == []


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", ["a.mp3", "a.MP3"])
def test_raw_audio_becomes_mp3(
    client: Cartesia, emulator: Emulator, transport: str, name: str, tmp_path: Path
) -> None:
    """While it arrives or at once, with samples that are split, to a path or a file of yours."""
    saved = speak(client, transport, TEXT).save(tmp_path / name)
    assert saved.nbytes > 0
    samples, rate = decode_file((tmp_path / name).read_bytes())
    assert rate == RATE
    assert len(samples) / rate == pytest.approx(saved.duration, abs=0.15)
    assert emulator.heard((tmp_path / name).read_bytes()) == TEXT
    emulator.inject("split-sample")
    memory = io.BytesIO()
    memory.name = name
    speak(client, transport, TEXT).save(memory)
    assert memory.getvalue() == (tmp_path / name).read_bytes()
    assert emulator.heard(memory.getvalue()) == TEXT
    audio = speak(client, transport, TEXT).collect()
    path = audio.save(tmp_path / name)
    assert emulator.heard(path.read_bytes()) == TEXT


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_mp3_without_its_package(
    client: Cartesia, transport: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error has the command that installs it; nothing was read, and no file is there."""
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "soundfile", None)
        stream = speak(client, transport, TEXT)
        with pytest.raises(ConfigurationError, match=r'pip install "cartesia-stream\[mp3\]"'):
            stream.save(tmp_path / "a.mp3")
    assert list(tmp_path.iterdir()) == []
    assert stream.save(tmp_path / "a.mp3").duration > 0.1


@pytest.mark.parametrize("name", ["a.mp3", "a.mpga", "a", "a.bin", "a.tmp"])
def test_mp3_is_saved_as_it_is(client: Cartesia, name: str, tmp_path: Path) -> None:
    generate(client, MP3).save(tmp_path / name)
    assert (tmp_path / name).read_bytes()[:1] == b"\xff"


@pytest.mark.parametrize("name", ["a.raw", "a.PCM"])
def test_raw_names_get_the_samples_alone(client: Cartesia, name: str, tmp_path: Path) -> None:
    client.tts.speak(TEXT, voice=VOICE).save(tmp_path / name)
    audio = client.tts.speak(TEXT, voice=VOICE).collect()
    assert (tmp_path / name).read_bytes() == audio.data
    audio.save(tmp_path / f"b{name}")
    assert (tmp_path / f"b{name}").read_bytes() == audio.data


# --- files


@pytest.mark.parametrize("fmt", [AudioFormat(), wav(), MP3], ids=lambda fmt: fmt.container)
def test_open_files(client: Cartesia, fmt: AudioFormat, tmp_path: Path) -> None:
    """An open file gets what a path gets, behind what is in it already, and stays open."""
    whole = io.BytesIO()
    generate(client, fmt).save(whole)
    with (tmp_path / "a").open("wb") as file:
        file.write(b"front")
        generate(client, fmt).save(file)
        assert (tmp_path / "a").read_bytes() == b"front" + whole.getvalue()
        assert generate(client, fmt).collect().save(file) is None
        assert file.tell() == len((tmp_path / "a").read_bytes())
    assert (tmp_path / "a").read_bytes() == b"front" + whole.getvalue() * 2


@pytest.mark.parametrize("fmt", [AudioFormat(), wav()], ids=lambda fmt: fmt.container)
def test_files_that_are_appended_to(client: Cartesia, fmt: AudioFormat, tmp_path: Path) -> None:
    """The header cannot be corrected, and no second one is written."""
    with (tmp_path / "a").open("ab") as file:
        generate(client, fmt).save(file)
    data = (tmp_path / "a").read_bytes()
    assert data.count(b"RIFF") == 1
    assert data[4:8] == OPEN


@pytest.mark.parametrize("buffering", [-1, 0])
@pytest.mark.parametrize("whole", [False, True])
def test_pipes(client: Cartesia, buffering: int, whole: bool) -> None:
    """A pipe gets all bytes; an open length if it is not known, and else the true one."""
    receiver, sender = os.pipe()
    received: list[bytes] = []

    def read() -> None:
        with os.fdopen(receiver, "rb") as file:
            received.append(file.read())

    reader = threading.Thread(target=read)
    reader.start()
    stream = generate(client, AudioFormat())
    with os.fdopen(sender, "wb", buffering) as file:
        audio = stream.collect() if whole else stream.save(file)
        if whole:
            audio.save(file)
    reader.join(10)
    (data,) = received
    assert len(data) == 44 + audio.nbytes
    assert data[4:8] == ((len(data) - 8).to_bytes(4, "little") if whole else OPEN)


@pytest.mark.parametrize(
    "target", [None, 3, b"a.wav", object(), io.StringIO(), ["a.wav"], "", "nowhere/a.wav", "."]
)
def test_what_cannot_be_saved_to(
    client: Cartesia, target: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one typed error, and the stream can be saved elsewhere."""
    monkeypatch.chdir(tmp_path)
    stream = client.tts.speak(TEXT, voice=VOICE)
    with pytest.raises(ConfigurationError) as caught:
        stream.save(target)
    assert caught.value.option == "path"
    audio = stream.collect()
    with pytest.raises(ConfigurationError):
        audio.save(target)
    assert list(tmp_path.iterdir()) == []


def test_audio_that_was_saved_is_not_saved_as_nothing(client: Cartesia, tmp_path: Path) -> None:
    """Its bytes are in the file, not in memory."""
    saved = client.tts.speak(TEXT, voice=VOICE).save(tmp_path / "a.wav")
    for keep in (saved.wav, lambda: saved.save(tmp_path / "b.wav")):
        with pytest.raises(LocalStateError, match="collect"):
            keep()
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("container", ["raw", "wav"])
def test_a_failure_leaves_the_old_file(
    client: Cartesia, emulator: Emulator, transport: str, container: Any, tmp_path: Path
) -> None:
    if container == "wav" and transport != "bytes":
        container = "raw"
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    emulator.inject("drop", after=2)
    fmt = AudioFormat(container, "pcm_s16le", RATE)
    with pytest.raises(StreamTruncatedError):
        speak(client, transport, TEXT * 5, output_format=fmt).save(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
@pytest.mark.parametrize("kept", [0o600, 0o664])
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_file_keeps_its_mode(client: Cartesia, transport: str, kept: int, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    for save in (
        lambda: speak(client, transport, TEXT).save(path),
        lambda: speak(client, transport, TEXT).collect().save(path),
    ):
        path.touch()
        path.chmod(kept)
        save()
        assert path.stat().st_mode & 0o777 == kept


def test_a_saved_file_is_read_by_the_standard_library(client: Cartesia, tmp_path: Path) -> None:
    saved = generate(client, wav()).save(tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert file.getnframes() / file.getframerate() == saved.duration
