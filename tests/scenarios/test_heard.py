# ruff: noqa: RUF001 - punctuation of many scripts
"""`heard(at)`: the very text that had been spoken at a playhead, on every way to speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from .faces import VOICE

if TYPE_CHECKING:
    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia, SpeechStream

    from .faces import Face

TEXTS: Final = {
    "plain": ["Hello there, ", "my friend.  How are ", "you?"],
    "split in words": ["Hel", "lo the", "re, my fr", "iend.", " How are you?"],
    "blanks and lines": ["One  two\n\n", "three.   ", "Four"],
    "accents": ["Où est ", "le café? ", "Très près."],
    "quotes": ["He said “no”, ", "and (then) ", "left…"],
}
WAYS: Final = ("websocket", "tokens", "context", "sse")


def say(client: Cartesia, face: Face, way: str, pieces: list[str]) -> SpeechStream:
    """A whole stream with word times."""
    text = "".join(pieces)
    if way == "websocket":
        return client.tts.speak(text, voice=VOICE, add_timestamps=True)
    if way == "tokens":
        return client.tts.speak(face.tokens(pieces), voice=VOICE, add_timestamps=True)
    if way == "sse":
        return client.tts.generate_sse(text, voice=VOICE, add_timestamps=True)
    connection = client.tts.websocket_connect()
    context = connection.context(voice=VOICE, add_timestamps=True)
    for piece in pieces:
        context.push(piece)
    context.no_more_inputs()
    return context.receive()


@pytest.mark.parametrize("pieces", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("way", WAYS)
def test_heard_is_the_text_up_to_each_word(
    face: Face, client: Cartesia, way: str, pieces: list[str]
) -> None:
    """At the end of every timed word: the source up to it, verbatim; never less later."""
    text = "".join(pieces)
    stream = say(client, face, way, pieces)
    list(stream)
    words = text.split()
    assert len(stream.words) == len(words)
    place = 0
    assert stream.heard(0.0) == ""
    for word, timing in zip(words, stream.words, strict=True):
        before = text[:place].rstrip()
        place = text.index(word, place) + len(word)
        if place < len(text.rstrip()):
            assert stream.heard(timing.end).rstrip() == text[:place].rstrip()
            assert stream.heard((timing.start + timing.end) / 2) == before
    assert stream.heard(stream.duration) == text


@pytest.mark.parametrize("way", WAYS)
def test_tags_are_part_of_what_was_heard(face: Face, client: Cartesia, way: str) -> None:
    """A tag that was spoken over is in the text; the words around it are found."""
    pieces = ["Well, ", '<break time="100ms"/> ', "hello ", "you."]
    text = "".join(pieces)
    stream = say(client, face, way, pieces)
    list(stream)
    assert stream.heard(stream.duration) == text
    heard = [stream.heard(step / 20) for step in range(int(stream.duration * 20))]
    assert all(text.startswith(start) for start in heard)
    assert heard == sorted(heard, key=len)
    assert "Well," in heard
    assert any(start.endswith("hello") for start in heard)


@pytest.mark.parametrize("way", WAYS)
def test_script_without_spaces(face: Face, client: Cartesia, way: str) -> None:
    """Text in which no blank parts the words is told by the character."""
    pieces = ["你好，", "世界。", "今天很好。"]
    text = "".join(pieces)
    stream = say(client, face, way, pieces)
    list(stream)
    heard = [stream.heard(step / 20) for step in range(int(stream.duration * 20) + 2)]
    assert all(text.startswith(start) for start in heard)
    assert heard == sorted(heard, key=len)
    assert heard[-1] == text


@pytest.mark.parametrize("way", ["websocket", "sse"])
def test_without_times_it_is_an_estimate(client: Cartesia, way: str) -> None:
    """In proportion to the text, and the whole of it at the end."""
    text = "One two three four five six seven eight nine ten."
    speak = client.tts.speak if way == "websocket" else client.tts.generate_sse
    stream = speak(text, voice=VOICE)
    list(stream)
    half = stream.heard(stream.duration / 2)
    assert 0.3 * len(text) < len(half) < 0.7 * len(text)
    assert text.startswith(half)
    assert stream.heard(stream.duration) == text


def test_nothing_was_heard_before_the_start(client: Cartesia, emulator: Emulator) -> None:
    emulator.inject("stall", 0.2, after=0)
    stream = client.tts.speak("Hello.", voice=VOICE, add_timestamps=True)
    assert stream.heard(10.0) == ""
    list(stream)
    assert stream.heard(10.0) == "Hello."
