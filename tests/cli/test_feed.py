"""Texts and recordings on stdin: terminals, pipes, other encodings, no end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_emulator import Emulator
from cartesia_stream.cli import feed

from .conftest import Run


@pytest.fixture
def terminal() -> Iterator[int]:
    """A terminal for stdin, at which Ctrl-D has been typed after a line."""
    master, slave = os.openpty()
    os.write(master, b"Good morning.\n\x04")
    yield slave
    os.close(master)


def test_text_from_a_terminal_is_asked_for(emulator: Emulator, run: Run, terminal: int) -> None:
    said = run("say", "-o", "a.wav", "--transport", "sse", stdin=terminal)
    assert said.status == 0
    assert said.stderr == "Type the text to speak, line by line. Ctrl-D ends it.\n"


def test_a_recording_does_not_come_from_a_terminal(
    emulator: Emulator, run: Run, terminal: int
) -> None:
    failed = run("transcribe", "-", stdin=terminal)
    assert failed.status == 2
    assert failed.error.startswith("stdin is a terminal; give the name of a recording")


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
@pytest.mark.parametrize(
    ("text", "offset"),
    [
        (b"\xff", 0),
        (b"caf\xe9 au lait", 3),
        (b"caf\xc3", 3),  # cut within a letter
        ("é".encode() + b"\xed\xa0\x80", 2),  # half of a surrogate pair
        (b"\xef\xbb\xbfword \x80", 8),  # bytes of a mark at the start count
        (b"a" * 65535 + "é".encode() + b"\xff", 65537),  # a letter across two reads
        (b"a" * 65535 + b"\xc3(", 65535),
        ("hello".encode("utf-16"), 0),
    ],
)
def test_text_that_is_not_utf_8_is_an_error_that_names_the_byte(
    emulator: Emulator, run: Run, tmp_path: Path, transport: str, text: bytes, offset: int
) -> None:
    failed = run("say", "-o", "x.wav", "--transport", transport, stdin=text)
    assert failed.status == 2
    assert f"stdin is not UTF-8: byte 0x{text[offset]:02x} at offset {offset};" in failed.error
    assert "--errors replace" in failed.error
    assert not list(tmp_path.glob("*x.*"))


@pytest.mark.parametrize("transport", ["websocket", "sse"])
def test_text_that_is_not_utf_8_is_mended_on_request(
    emulator: Emulator, run: Run, transport: str
) -> None:
    options = ("--transport", transport, "--errors", "replace", "--timestamps")
    said = run("say", "-o", "x.wav", *options, stdin=b"caf\xe9 au lait")
    assert said.status == 0
    assert "caf\ufffd" in said.stderr


def test_endless_text_is_an_error_where_it_is_needed_whole(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_TEXT_BYTES", 1 << 20)
    failed = run("say", "-o", "x.wav", "--transport", "sse", stdin=b"word " * (1 << 18))
    assert failed.status == 2
    assert "longer than 1 MiB; --transport websocket" in failed.error


def test_an_endless_recording_is_an_error(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MAX_RECORDING_BYTES", 1 << 20)
    failed = run("transcribe", "-", stdin=bytes((1 << 20) + 1))
    assert failed.status == 2
    assert "longer than 1 MiB; give the name of a file" in failed.error


def test_text_is_read_no_faster_than_it_is_spoken() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        source = feed.Feed(reading)
        taken = 0
        with pytest.raises(BlockingIOError):
            while taken < 1 << 26:
                taken += os.write(writing, b"word " * 1000)
                os.sched_yield()
        assert taken < 1 << 26
    finally:
        os.close(writing)
    assert len(source.text()) == taken
    os.close(reading)


@pytest.mark.parametrize("command", [("transcribe", "-"), ("clone", "-", "--name", "A")])
def test_no_recording_on_stdin(emulator: Emulator, run: Run, command: tuple[str, ...]) -> None:
    language = ("--language", "en")
    failed = run(*command, *language)
    assert (failed.status, failed.error) == (2, "stdin is empty; it must be a recording")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Where to read, and where to write; a test closes the latter."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


def test_a_pause_ends_an_utterance(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    utterances = feed.Feed(reading, pause_s=0.01).utterances()
    os.write(writing, b"Good morning.")
    assert list(next(utterances)) == ["Good morning."]
    os.write(writing, b" \n")  # which nobody could hear
    os.write(writing, b"Good night.")
    assert "".join(next(utterances)).strip() == "Good night."
    os.close(writing)
    assert list(utterances) == []


def test_text_without_a_pause_is_one_utterance(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    utterances = feed.Feed(reading, pause_s=10).utterances()
    os.write(writing, b"Good ")
    pieces = next(utterances)
    assert next(pieces) == "Good "
    os.write(writing, b"morning.")
    assert next(pieces) == "morning."
    os.close(writing)
    assert list(pieces) == []
    assert list(utterances) == []


@given(st.text(st.characters(codec="utf-8"), max_size=20), st.integers(1, 5))
def test_a_character_may_come_in_parts(text: str, size: int) -> None:
    """And a mark at the start, as in files of Windows, is none of the text."""
    data = b"\xef\xbb\xbf" + text.encode()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "read", lambda descriptor, most: pieces.pop(0) if pieces else b"")
        assert feed.Feed(-1).text() == text
