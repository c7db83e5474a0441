"""Outputs for audio and subtitles: files that appear when they are whole, devices, stdout."""

from __future__ import annotations

import io
import os
import sys
import wave
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from cartesia_stream import PCM_16K, ConfigurationError, Timing
from cartesia_stream.cli import sinks
from cartesia_stream.cli.sinks import open_sink, open_subtitles
from cartesia_stream.play import PlaybackError

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Buffer

    from cartesia_stream.formats import Container

SOUND = bytes(range(200))


def frames(data: bytes) -> bytes:
    with wave.open(io.BytesIO(data)) as file:
        assert file.getframerate() == 16000
        samples: bytes = file.readframes(file.getnframes())
        return samples


def streamed(data: bytes) -> bytes:
    """The samples behind a header that was written before its length was known."""
    head, _, samples = data.partition(b"data\xff\xff\xff\xff")
    assert head.startswith(b"RIFF")
    return samples


@pytest.mark.parametrize("kind", ["wav", "raw"])
def test_a_file_appears_when_it_is_whole(tmp_path: Path, kind: Container) -> None:
    path = tmp_path / "a.wav"
    with open_sink(str(path), PCM_16K, kind=kind) as write:
        write(SOUND[:100])
        assert not path.exists()
        write(SOUND[100:])
    data = path.read_bytes()
    assert (frames(data) if kind == "wav" else data) == SOUND


@pytest.mark.parametrize("kind", ["wav", "raw"])
def test_a_failure_leaves_what_was_there(tmp_path: Path, kind: Container) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"before")
    with pytest.raises(KeyError), open_sink(str(path), PCM_16K, kind=kind) as write:
        write(SOUND)
        raise KeyError
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.wav", b"before")]


@pytest.mark.parametrize("kind", ["wav", "raw"])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, kind: Container) -> None:
    path = str(tmp_path / "no" / "a.wav")
    with (
        pytest.raises(ConfigurationError, match="/no: there is no such folder"),
        open_sink(path, PCM_16K, kind=kind),
    ):
        pass


@pytest.mark.parametrize("kind", ["wav", "raw"])
def test_stdout_has_each_block_at_once(monkeypatch: pytest.MonkeyPatch, kind: Container) -> None:
    """A program at the other end plays it while it comes."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=1 << 16) as file, os.fdopen(reading, "rb") as other:
        monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=file))
        with open_sink("-", PCM_16K, kind=kind) as write:
            write(SOUND)
            data = other.read1()
            assert (streamed(data) if kind == "wav" else data) == SOUND
        assert not file.closed


class Slow(io.RawIOBase):
    """What stdout is without a buffer, as with ``PYTHONUNBUFFERED=1``: it may take a part."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def write(self, data: Buffer, /) -> int:
        part = bytes(data)[:7]
        self.taken += part
        return len(part)


@pytest.mark.parametrize("kind", ["wav", "raw"])
def test_stdout_without_a_buffer_gets_everything(
    monkeypatch: pytest.MonkeyPatch, kind: Container
) -> None:
    slow = Slow()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=slow))
    with open_sink("-", PCM_16K, kind=kind) as write:
        write(SOUND)
    assert (streamed(bytes(slow.taken)) if kind == "wav" else slow.taken) == SOUND


@pytest.mark.parametrize("kind", ["wav", "raw"])
def test_a_device_is_written_to_and_not_replaced(tmp_path: Path, kind: Container) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open_sink(str(path), PCM_16K, kind=kind) as write:
        write(SOUND)
        data = os.read(reader, 1000)  # each block comes at once
    os.close(reader)
    assert path.is_fifo()
    assert (streamed(data) if kind == "wav" else data) == SOUND


@pytest.mark.parametrize("kind", [PlaybackError, ConfigurationError])
def test_without_a_loudspeaker_a_file_is_suggested(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    def none(fmt: object) -> None:
        raise kind("no loudspeaker was found")

    monkeypatch.setattr("cartesia_stream.play.Player", none)
    with (
        pytest.raises(kind, match=r"was found; .*--output FILE\.wav$"),
        sinks.open_sink(None, PCM_16K, kind="raw"),
    ):
        pass


WORDS = [Timing("Good", 0.0, 0.4), Timing("morning.", 0.5, 1.0)]


@pytest.mark.parametrize(
    ("name", "begin"),
    [("a.srt", "1\n00:00:00,000 -->"), ("a.VTT", "WEBVTT\n\n00:00:00.000 -->")],
)
def test_subtitles_are_of_the_kind_that_the_name_says(
    tmp_path: Path, name: str, begin: str
) -> None:
    with open_subtitles(str(tmp_path / name)) as write:
        write(WORDS, "Good morning.")
        assert not (tmp_path / name).exists()
    assert (tmp_path / name).read_text("utf-8").startswith(begin)


@pytest.mark.parametrize("name", ["a.txt", "a", "-", "srt"])
def test_subtitles_of_another_kind_are_refused(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)
    with (
        pytest.raises(ConfigurationError, match=r"must end in \.srt or \.vtt"),
        open_subtitles(path),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_subtitles_that_nobody_wants_are_not_written(tmp_path: Path) -> None:
    with open_subtitles(None) as write:
        write(WORDS, "Good morning.")
    assert list(tmp_path.iterdir()) == []
