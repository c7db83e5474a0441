"""Compressed recordings become audio piece by piece, and the same as when decoded at once."""

from __future__ import annotations

import gc
import io
import sys
import tracemalloc
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import ConfigurationError, DamagedAudioError
from cartesia_stream._http.decoding import decoded

from ..protocol.compressed import DAMAGES, KINDS, compressed, id3

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

miniaudio: Any = import_module("miniaudio")  # which has no types


def at_once(file: bytes) -> bytes:
    """The audio of a whole file."""
    sound = miniaudio.decode(file, miniaudio.SampleFormat.SIGNED16, 1, 16000)
    return bytes(sound.samples.tobytes())


def reader(file: bytes, step: int = 1 << 14) -> Callable[[], bytes]:
    opened = io.BytesIO(file)
    return lambda: opened.read(step)


def in_pieces(file: bytes, step: int = 1 << 14) -> Generator[bytes]:
    """The audio of a file that is read in pieces."""
    return decoded(file[:12], reader(file[12:], step))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 1), (44100, 2), (48000, 1)])
def test_pieces_are_the_same_as_the_whole(kind: str, rate: int, channels: int) -> None:
    """Also the tail of a sound whose rate is converted."""
    file = compressed(kind, rate, channels)
    whole = at_once(file)
    assert len(whole) == 3 * 32000
    for step in (1 << 14, 701):
        assert b"".join(in_pieces(file, step)) == whole
    assert b"".join(decoded(file, lambda: b"")) == whole


@pytest.mark.parametrize("kind", KINDS)
def test_a_very_short_file(kind: str) -> None:
    file = compressed(kind, seconds=0.01)
    assert b"".join(in_pieces(file)) == at_once(file)


def test_a_picture_before_the_music_is_passed_over() -> None:
    file = compressed("MP3")
    assert b"".join(in_pieces(id3(200_000) + file)) == at_once(file)


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_audio_needs_only_the_start_of_the_file(kind: str) -> None:
    file = compressed(kind, 44100, 2, 30.0)
    opened = io.BytesIO(file)
    audio = decoded(opened.read(12), lambda: opened.read(1 << 14))
    assert opened.tell() < 1 << 15
    assert len(next(audio)) == 6400
    assert opened.tell() < len(file) // 4
    audio.close()


@pytest.mark.parametrize("kind", KINDS)
def test_memory_does_not_grow_with_the_file(kind: str) -> None:
    """Two hours take as much as half a minute, so whatever was read must be forgotten."""
    file = compressed(kind, seconds=20.0)
    for _ in in_pieces(file):
        pass
    gc.collect()
    audio = in_pieces(file)
    tracemalloc.start()
    try:
        for _ in audio:
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 300_000


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_the_audio_before_a_damage_comes_first(kind: str, damage: str) -> None:
    file = compressed(kind)
    heard = bytearray()
    audio = in_pieces(DAMAGES[damage](file, len(file) * 7 // 10))
    with pytest.raises(DamagedAudioError, match=r"damaged after \d\.\d\d s of audio, at byte") as e:
        for piece in audio:
            heard += piece
    assert len(heard) / 32000 == pytest.approx(e.value.at, abs=0.2)
    assert 0 < e.value.position < len(file)
    assert at_once(file).startswith(heard[:-3200])  # without the end, where MP3 blocks overlap


def test_what_a_read_raises_is_raised() -> None:
    """After the audio of the bytes before it."""
    file = compressed("MP3", seconds=30.0)
    opened = io.BytesIO(file)

    def read() -> bytes:
        if opened.tell() > len(file) // 2:
            raise OSError("the disk is gone")
        return opened.read(1 << 12)

    heard = 0
    audio = decoded(read(), read)
    with pytest.raises(OSError, match="the disk is gone"):
        for piece in audio:
            heard += len(piece)
    assert heard > 10 * 32000


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "empty"),
        (bytes(5000), "give its format if it is raw"),
        (b"\0\0\0\x20ftypM4A " + bytes(100), "M4A.*convert it to WAV"),
    ],
)
def test_what_cannot_be_decoded_says_what_to_do(head: bytes, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        decoded(head, lambda: b"")


def test_without_the_package_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(ConfigurationError, match=r"cartesia-stream\[play\]"):
        decoded(compressed("MP3"), lambda: b"")
