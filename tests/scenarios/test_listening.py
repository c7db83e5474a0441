"""Turns and dictation through both faces, from real sockets."""

from __future__ import annotations

import array
import asyncio
import gc
import io
import logging
import os
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
import pytest

from cartesia_emulator.audio import pcm
from cartesia_stream import (
    APITimeoutError,
    Audio,
    AuthenticationError,
    BadRequestError,
    Cancelled,
    CartesiaError,
    ConfigurationError,
    Done,
    FinalTranscript,
    ListenFormat,
    LocalStateError,
    ObservedListener,
    Observer,
    PartialTranscript,
    Timeouts,
    TranscriptTruncatedError,
    TurnEnded,
    TurnPredicted,
    TurnResumed,
    TurnStarted,
    TurnUpdated,
    UnknownEvent,
)

from ..http.compressed import encode
from .faces import AT_ONCE_S, Background, eventually, own_threads
from .recordings import FORMAT, PAUSE, said, turns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia

    from .conftest import MakeEmulator, MakePeer
    from .faces import Face
    from .peer import Conversation

RECORDING = turns("Hello there.", "I am fine.")
TEXT = "Hello there. I am fine."
RAW: dict[str, Any] = {"format": FORMAT, "pace": None}


def only_listening(emulator: Emulator) -> list[Any]:
    return [call for call in emulator.requests if call.path.startswith("/stt/")]


# --- turns


def test_turns_arrive_in_order_and_verbatim(client: Cartesia) -> None:
    """Each update is the beginning of the next, and `delta` is what is new in it."""
    events = list(client.stt.listen(RECORDING, **RAW))
    assert isinstance(events.pop(), Done)
    texts: dict[int, str] = {}
    for event in events:
        match event:
            case TurnStarted(turn=turn):
                assert turn == len(texts) + 1
                texts[turn] = ""
            case TurnUpdated(turn=turn, text=text, delta=delta):
                assert text == texts[turn] + delta
                texts[turn] = text
            case TurnPredicted(turn=turn, text=text) | TurnEnded(turn=turn, text=text):
                assert text == texts[turn]
            case _:
                raise AssertionError(event)
    assert "".join(texts.values()) == TEXT


def test_collect_returns_all_that_was_heard(client: Cartesia) -> None:
    heard = client.stt.listen(RECORDING, **RAW).collect()
    assert heard.text == TEXT
    assert heard.pieces == ("Hello there.", " I am fine.")
    assert heard.duration == pytest.approx(len(RECORDING) / 32000)
    assert len(heard.request_ids) == 1


def test_only_the_turns(client: Cartesia) -> None:
    assert [turn.text for turn in client.stt.listen(RECORDING, **RAW).turns()] == [
        "Hello there.",
        " I am fine.",
    ]


def test_a_prediction_is_taken_back(client: Cartesia) -> None:
    audio = said("Hello.") + PAUSE[:17600] + said("It is me.")
    kinds = [type(event) for event in client.stt.listen(audio, **RAW)]
    assert kinds.index(TurnPredicted) < kinds.index(TurnResumed) < kinds.index(TurnEnded)
    assert kinds.count(TurnEnded) == 1


def test_settings_of_turns_take_effect_and_change_in_mid_stream(client: Cartesia) -> None:
    pause = PAUSE[:28800]
    with client.stt.listen(format=FORMAT, pace=None, end_threshold=0.05) as listening:
        listening.push(said("Hello.") + pause + said("It is me.") + PAUSE + PAUSE[:16000])
        assert isinstance(
            next(event for event in listening if isinstance(event, TurnEnded)), object
        )
        with pytest.raises(ConfigurationError):
            listening.configure(end_threshold=0.45)
        listening.configure(end_threshold=0.3)
        listening.push(said("And.") + pause + said("So."))
        listening.finish()
        assert [event.text for event in listening if isinstance(event, TurnEnded)] == [
            " And.",
            " So.",
        ]


# --- dictation


def test_finalize_returns_exactly_the_text_pushed_before_it(client: Cartesia) -> None:
    """Audio pushed at once after it belongs to the next text."""
    with client.stt.dictate(**RAW) as dictation:
        for text in ("Hello there. ", "My friend. ", "Bye."):
            dictation.push(said(text))
            final = dictation.finalize()
            assert final.text == text
        assert dictation.finalize().text == ""
        dictation.finish()
        assert dictation.text == "Hello there. My friend. Bye."


def test_finals_and_partials_are_events(client: Cartesia) -> None:
    with client.stt.dictate(model="ink-whisper", **RAW) as dictation:
        dictation.push(said("Hello there."))
        final = dictation.finalize()
        dictation.push(said("Bye."))
        dictation.finish()
        events = list(dictation)
    assert isinstance(events[0], PartialTranscript)
    finals = [event for event in events if isinstance(event, FinalTranscript)]
    assert [event.text for event in finals] == ["Hello there.", " Bye."]
    assert [word.text for word in final.words] == ["Hello", "there."]
    assert final.end == pytest.approx(len(said("Hello there.")) / 32000)
    assert finals[1].words[0].start > final.words[-1].end
    assert isinstance(events[-1], Done)


def test_words_in_columns_are_the_same(client: Cartesia, emulator: Emulator) -> None:
    emulator.inject("word-columns", path="/stt/websocket")
    heard = client.stt.dictate(said("Hello there."), model="ink-whisper", **RAW).collect()
    assert [word.text for word in heard.words] == ["Hello", "there."]


def test_a_file_is_sent_at_its_pace(client: Cartesia) -> None:
    """One second of audio a second, because the service asks for it."""
    audio = said("Hello there, my friend.")
    began = time.monotonic()
    assert client.stt.dictate(audio, format=FORMAT).collect().text == "Hello there, my friend."
    assert time.monotonic() - began > 0.7 * len(audio) / 32000


# --- sources


def wav(audio: bytes, encoding: str = "pcm_s16le") -> bytes:
    return pcm.wav_bytes(pcm.decode(audio, "pcm_s16le"), 16000, encoding)


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
def test_wav_needs_no_format(client: Cartesia, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "hello.wav"
    path.write_bytes(wav(RECORDING, encoding))
    assert client.stt.listen(path, pace=None).collect().text == TEXT
    assert client.stt.listen(path.read_bytes(), pace=None).collect().text == TEXT
    with path.open("rb") as file:
        assert client.stt.listen(file, pace=None).collect().text == TEXT


def test_arrays_in_any_layout(client: Cartesia) -> None:
    """The same audio; a long array is not converted all at once, and NaN is silence."""
    samples = np.frombuffer(RECORDING, "<i2")
    floats = samples / 32768
    holes = np.where(np.arange(len(floats)) < 50, np.nan, floats)
    sources: tuple[Any, ...] = (
        samples.astype(">i2"),
        floats.astype(">f4"),
        np.repeat(samples, 2).reshape(-1, 2),
        np.repeat(samples, 2)[::2],
        samples.reshape(-1, 1),
        holes,
        [array.array("d", holes.tolist())],
    )
    for source in sources:
        assert client.stt.listen(source, **RAW).collect().text == TEXT


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (np.zeros((2, 4800), "<i2"), "transpose it"),
        (np.zeros((4800, 1, 1), "<f4"), "transpose it"),
        (np.zeros(10, "<i4"), "give int16, or floats"),
        (np.zeros(10, "<i1"), "give int16, or floats"),
        (np.zeros(10, bool), "give int16, or floats"),
        ([array.array("H", [1])], "give int16, or floats"),
        (np.zeros(()), "a single sample"),
        (np.float32(0.5), "a single sample"),
        ([None], "not NoneType"),
        ("", "an empty path"),
        ("a\0b", "no path"),
        ("/dev/null", "empty"),
        (SimpleNamespace(read=lambda size: None, seekable=lambda: True), "blocking mode"),
        (SimpleNamespace(read=lambda size: "text", seekable=lambda: True), "binary mode"),
        (io.BufferedWriter(io.BytesIO()), "not open for reading"),
    ],
)
def test_what_is_no_audio_says_what_to_give(client: Cartesia, source: Any, words: str) -> None:
    options = {"pace": None} if isinstance(source, str) else RAW
    with pytest.raises(ConfigurationError, match=words):
        client.stt.listen(source, **options).collect()


def test_audio_from_anything(client: Cartesia, face: Face) -> None:
    blocks = [RECORDING[at : at + 3000] for at in range(0, len(RECORDING), 3000)]
    floats = np.frombuffer(RECORDING, "<i2") / 32768
    stereo = np.stack([floats, floats], axis=1).astype(np.float32)
    plain = array.array("h", RECORDING)
    sources: tuple[Any, ...] = (
        iter(blocks),
        face.tokens(cast("list[Any]", blocks)),
        io.BytesIO(RECORDING),
        bytearray(RECORDING),
        memoryview(RECORDING),
        floats,
        np.frombuffer(RECORDING, "<i2"),
        plain,
        [stereo[:20000], stereo[20000:]],
        array.array("f", floats.astype(np.float32).tolist()),
    )
    for source in sources:
        assert client.stt.listen(source, **RAW).collect().text == TEXT, type(source)
    for array_of in (floats, np.frombuffer(RECORDING, "<i2")):  # audio knows its format
        audio = Audio.from_array(array_of, 16000)
        assert client.stt.listen(audio, pace=None).collect().text == TEXT


@pytest.mark.parametrize(
    "source",
    [b"\0" * 100, iter([b"\0"]), None, np.zeros(10, np.float32), 5, ["text"], io.StringIO("x")],
)
def test_a_source_without_a_format_is_an_error(
    client: Cartesia, emulator: Emulator, source: Any
) -> None:
    """Nobody guesses the rate of raw audio, and nothing is sent."""
    with pytest.raises(ConfigurationError):
        client.stt.listen(source)
    assert only_listening(emulator) == []


@pytest.mark.parametrize(
    "options",
    [
        {"start_threshold": 0.95},
        {"end_threshold": 0.3, "eager_end_threshold": 0.3},
        {"start_threshold": 0.5, "eager_end_threshold": 0.55},
        {"end_timeout_ms": 600},
        {"end_timeout_ms": 700.5},
        {"start_threshold": True},
        {"keyterms": "one"},
        {"keyterms": ["a"] * 101},
        {"keyterms": ["a" * 1201]},
        {"keyterms": [""]},
        {"keyterms": ["fine", "\ud83d"]},
        {"model": "ink-2\udc00"},
        {"model": ""},
        {"model": "ink-whisper"},
        {"pace": 0},
        {"pace": "fast"},
        {"pace": float("nan")},
        {"max_lag": -1},
        {"max_lag": float("inf")},
        {"format": "pcm"},
        {"format": {"encoding": "pcm_s16le"}},
    ],
)
def test_options_are_checked_before_anything_is_sent(
    client: Cartesia, emulator: Emulator, options: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError):
        client.stt.listen(RECORDING, **{**RAW, **options})
    assert only_listening(emulator) == []


@pytest.mark.parametrize(
    "options",
    [
        {"language": "fr"},
        {"min_volume": 0.5},
        {"max_silence_duration_secs": 1},
        {"model": "ink-whisper", "min_volume": 1.5},
        {"model": "ink-whisper", "keyterms": ["a"]},
        {"model": "ink-whisper", "language": "\ud83d"},
    ],
)
def test_options_of_dictation_are_checked(client: Cartesia, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        client.stt.dictate(RECORDING, **RAW, **options)


def test_half_a_character_names_its_option_and_two_are_whole(
    client: Cartesia, emulator: Emulator
) -> None:
    for options in ({"keyterms": ["\ud83d"]}, {"model": "\ud83d"}):
        with pytest.raises(ConfigurationError) as caught:
            client.stt.listen(RECORDING, **RAW, **cast("Any", options))
        assert caught.value.option == next(iter(options))
    client.stt.listen(RECORDING, **RAW, keyterms=["\ud83d\ude00"]).collect()
    (call,) = only_listening(emulator)
    assert dict(call.query)["keyterm"] == "\U0001f600"


def test_a_timeout_that_is_not_whole_says_so(client: Cartesia) -> None:
    with pytest.raises(ConfigurationError, match=r"700\.5; allowed: whole numbers from 640 to"):
        client.stt.listen(RECORDING, **RAW, end_timeout_ms=700.5)  # type: ignore[arg-type]


class Recorder:
    """Stands in for a `Microphone`: an iterable that knows its format."""

    format = FORMAT

    def __iter__(self) -> Iterator[bytes]:
        return iter([RECORDING])


def test_a_microphone_knows_its_format(client: Cartesia, emulator: Emulator) -> None:
    """Another one for the same audio is an error; the same is none."""
    with pytest.raises(ConfigurationError, match="the microphone gives pcm_s16le at 16000 Hz"):
        client.stt.listen(Recorder(), format=ListenFormat("pcm_s16le", 8000))
    assert only_listening(emulator) == []
    for options in ({}, {"format": FORMAT}):
        assert client.stt.listen(Recorder(), pace=None, **options).collect().text == TEXT  # type: ignore[arg-type]


def test_an_error_of_the_service_at_the_very_end(client: Cartesia, emulator: Emulator) -> None:
    """A fault that is due later than the last frame happens at the end, on both sockets."""
    for path in ("/stt/turns/websocket", "/stt/websocket"):
        emulator.inject("error", 400, after=1000, path=path)
    for method in (client.stt.listen, client.stt.dictate):
        with pytest.raises(BadRequestError) as caught:
            method(RECORDING, **RAW).collect()
        assert caught.value.delivered


def test_options_are_in_the_handshake(client: Cartesia, emulator: Emulator) -> None:
    client.stt.listen(RECORDING, **RAW, keyterms=["Ink 2", "Käse"], end_timeout_ms=1500).collect()
    (call,) = only_listening(emulator)
    assert [value for name, value in call.query if name == "keyterm"] == ["Ink 2", "Käse"]
    assert dict(call.query)["turn_end_timeout_ms"] == "1500"
    assert "turn_start_threshold" not in dict(call.query)
    assert call.audio_bytes == len(RECORDING)


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
def test_compressed_files_are_decoded_while_they_are_sent(
    client: Cartesia, tmp_path: Path, kind: str
) -> None:
    """A path, bytes or a file that is open; the same text as of the sound itself."""
    path = tmp_path / "hello"
    path.write_bytes(encode(kind, np.frombuffer(RECORDING, "<i2"), 16000))
    with path.open("rb") as file:
        for source in (path, path.read_bytes(), file):
            assert client.stt.listen(source, pace=None).collect().text == TEXT


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3"])
def test_a_file_that_is_cut_is_heard_up_to_there(client: Cartesia, kind: str) -> None:
    file = encode(kind, np.frombuffer(RECORDING + PAUSE + RECORDING + PAUSE, "<i2"), 16000)
    heard = client.stt.listen(file[: len(file) * 6 // 10], pace=None).collect()
    assert heard.text.startswith("Hello there.")


def test_a_source_that_fails_is_heard_up_to_there(client: Cartesia, face: Face) -> None:
    """A caller hangs up: their last words come before the exception."""
    for blocks in (
        face.tokens(cast("Any", [RECORDING]), error=RuntimeError("hung up")),
        failing([RECORDING], RuntimeError("hung up")),
    ):
        listening = client.stt.listen(cast("Any", blocks), **RAW)
        with pytest.raises(RuntimeError, match="hung up"):
            listening.collect()
        assert listening.text == TEXT
        assert listening.stats.outcome == "failed"


def failing(blocks: list[bytes], error: BaseException) -> Iterator[bytes]:
    yield from blocks
    raise error


@pytest.mark.parametrize(
    "error", [LocalStateError("the speech was cancelled"), asyncio.CancelledError(), SystemExit(1)]
)
def test_whatever_a_source_raises_ends_the_listener(
    face: Face, client: Cartesia, error: BaseException
) -> None:
    """Also an error of this client, and what is no `Exception`; nobody waits in vain."""
    for blocks in (failing([RECORDING], error), face.tokens([], error=error)):
        with pytest.raises(LocalStateError, match=r"the speech was cancelled|ended with"):
            client.stt.listen(cast("Any", blocks), **RAW).collect()


def test_an_error_of_the_source_is_raised_where_events_are_read(
    client: Cartesia, face: Face
) -> None:
    blocks: list[Any] = [RECORDING[:32000]]
    source: Any = face.tokens(blocks, error=ZeroDivisionError("mine"))
    with pytest.raises(ZeroDivisionError, match="mine"):
        list(client.stt.listen(source, **RAW))


class Broken:
    """An iterable that fails where few do.

    Args:
        place: Which of its methods raises.
    """

    def __init__(self, place: str) -> None:
        self._place = place

    def _fail(self, place: str) -> None:
        if place == self._place:
            raise ZeroDivisionError(place)

    def __iter__(self) -> Self:
        self._fail("iter")
        return self

    def __next__(self) -> bytes:
        self._fail("next")
        raise StopIteration

    def close(self) -> None:
        self._fail("close")


class NoIterator:
    """An iterable without an iterator."""

    def __iter__(self) -> Any:
        return 5


@pytest.mark.parametrize("place", ["iter", "next", "close"])
def test_a_source_may_fail_anywhere(client: Cartesia, place: str) -> None:
    """Also before its first block, and when it is closed; nobody waits in vain."""
    collecting = Background(client.stt.listen(Broken(place), **RAW).collect)
    error = collecting.error(AT_ONCE_S)
    assert isinstance(error, ZeroDivisionError)
    assert str(error) == place


def test_an_iterable_without_an_iterator_is_an_error(client: Cartesia) -> None:
    collecting = Background(client.stt.listen(NoIterator(), **RAW).collect)
    assert isinstance(collecting.error(AT_ONCE_S), TypeError)


def test_a_wav_file_in_a_pipe_ends_with_its_samples(client: Cartesia) -> None:
    """Although the other end of the pipe stays open."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as pipe, os.fdopen(writing, "wb", buffering=0) as end:
        pouring = Background(lambda: end.write(wav(RECORDING)))
        collecting = Background(client.stt.listen(pipe, pace=None).collect)
        assert collecting.result(AT_ONCE_S).text == TEXT
        pouring.result()


def test_a_source_of_something_else_is_an_error(client: Cartesia) -> None:
    with pytest.raises(ConfigurationError):
        list(client.stt.listen([b"\0\0", "text"], **RAW))  # type: ignore[list-item]


def test_samples_that_are_split_between_pushes(client: Cartesia) -> None:
    with client.stt.dictate(**RAW) as dictation:
        audio = said("Hello there.")
        for at in range(0, len(audio), 333):
            dictation.push(audio[at : at + 333])
        assert dictation.finalize().text == "Hello there."


def test_nothing_to_hear(client: Cartesia) -> None:
    assert client.stt.listen(b"", **RAW).collect().text == ""
    assert client.stt.dictate(PAUSE, **RAW).collect().text == ""


# --- states


def test_calls_after_the_end(client: Cartesia) -> None:
    with client.stt.dictate(**RAW) as dictation:
        dictation.push(said("Hello."))
        dictation.finish()
        dictation.finish()
        for call in (lambda: dictation.push(b"\0\0"), dictation.finalize):
            with pytest.raises(LocalStateError):
                call()
        assert isinstance(list(dictation)[-1], Done)
    assert dictation.stats.outcome == "done"
    with pytest.raises(LocalStateError):
        client.stt.listen(RECORDING, **RAW).push(b"")


def test_leaving_early_cancels(client: Cartesia) -> None:
    with client.stt.listen(**RAW) as listening:
        listening.push(RECORDING)
        next(iter(listening))
    assert isinstance(list(listening)[-1], Cancelled)
    assert listening.stats.outcome == "cancelled"


def test_a_slot_is_given_back_however_listening_ends(
    face: Face, make_emulator: MakeEmulator
) -> None:
    """By its end, by leaving it, by dropping it and by a failure."""
    emulator = make_emulator(stt_concurrency=1)
    client = face.client(emulator, max_listeners=1)
    assert client.stt.listen(RECORDING, **RAW).collect().text == TEXT
    with client.stt.listen(**RAW):
        pass
    listening = client.stt.listen(RECORDING, **RAW)
    next(iter(listening))
    del listening
    gc.collect()
    emulator.inject("error", 400, after=2, path="/stt/turns/websocket")
    with pytest.raises(BadRequestError):
        client.stt.listen(RECORDING, **RAW).collect()
    assert client.stt.listen(RECORDING, **RAW).collect().text == TEXT


def test_break_ends_a_listener_that_nobody_keeps(client: Cartesia) -> None:
    for _ in client.stt.listen(RECORDING, **RAW):
        break
    gc.collect()
    assert eventually(lambda: not own_threads())


def test_known_limit_is_kept_in_a_queue(face: Face, make_emulator: MakeEmulator) -> None:
    """The second listener begins when the first one has ended."""
    client = face.client(make_emulator(stt_concurrency=1), max_listeners=1)
    first = client.stt.listen(**RAW)
    with first:
        second = Background(lambda: client.stt.listen(RECORDING, **RAW).collect().text)
        time.sleep(0.1)
        assert not second._future.done()
    assert second.result() == TEXT


def test_a_429_in_the_handshake_waits_for_a_slot(face: Face, make_emulator: MakeEmulator) -> None:
    client = face.client(make_emulator(stt_concurrency=1))
    with client.stt.listen(**RAW) as first:
        second = Background(lambda: client.stt.listen(RECORDING, **RAW).collect().text)
        first.push(RECORDING)
        assert first.collect().text == TEXT
    assert second.result() == TEXT


def test_no_slot_in_time(face: Face, make_emulator: MakeEmulator) -> None:
    timeout = Timeouts(queue=0.1)
    client = face.client(make_emulator(), max_listeners=1, timeout=timeout)
    with client.stt.listen(**RAW), pytest.raises(APITimeoutError) as caught:
        client.stt.listen(RECORDING, **RAW).collect()
    assert caught.value.phase == "queue"


def test_muting_sends_silence(client: Cartesia) -> None:
    with client.stt.listen(**RAW) as listening:
        listening.push(said("Hello there."))
        listening.mute()
        listening.push(said("A secret."))
        listening.push(PAUSE)
        listening.unmute()
        listening.push(said("And back."))
        listening.finish()
    assert listening.text == "Hello there. And back."
    assert listening.stats.muted == pytest.approx(len(said("A secret.") + PAUSE) / 32000)


def test_muting_without_pushes_ends_an_open_turn(client: Cartesia) -> None:
    """The client sends the silence itself, as time passes."""
    with client.stt.listen(format=FORMAT) as listening:
        listening.push(said("Hello there."))
        listening.mute()
        ended = next(event for event in listening if isinstance(event, TurnEnded))
    assert ended.text == "Hello there."


def test_a_push_waits_for_a_service_that_does_not_read(
    face: Face, make_emulator: MakeEmulator
) -> None:
    """And `push_nowait` says that there is no room, and counts."""
    client = face.client(make_emulator())
    with client.stt.listen(format=FORMAT, pace=0.001, max_lag=0.5) as listening:
        assert listening.push_nowait(PAUSE[:9600])
        assert eventually(lambda: not listening.push_nowait(PAUSE[:16000]))
        assert listening.stats.dropped > 0
        pushing = Background(lambda: listening.push(PAUSE))
        time.sleep(0.05)
        assert not pushing._future.done()
    assert isinstance(pushing.error(), LocalStateError)


# --- failures


@pytest.mark.parametrize(("fault", "phase"), [("no-flush-done", "final"), ("no-done", None)])
def test_every_wait_for_text_ends(
    face: Face, emulator: Emulator, fault: str, phase: str | None
) -> None:
    client = face.client(emulator, timeout=Timeouts(final=0.3, drain=0.3, close=0.5), max_retries=0)
    emulator.inject(fault, path="/stt/websocket")
    with client.stt.dictate(**RAW) as dictation:
        dictation.push(said("Hello."))
        with pytest.raises(CartesiaError) as caught:
            dictation.finalize()
            dictation.finish()
    if phase is None:  # the service closed the connection without a word
        assert isinstance(caught.value, TranscriptTruncatedError)
        assert caught.value.delivered == "Hello."
    else:
        assert isinstance(caught.value, APITimeoutError)
        assert caught.value.phase == phase


def test_a_service_that_stalls_while_it_drains(face: Face, emulator: Emulator) -> None:
    client = face.client(emulator, timeout=Timeouts(drain=0.3, close=0.5))
    emulator.inject("stall", after=3, path="/stt/turns/websocket")
    with pytest.raises(APITimeoutError) as caught:
        client.stt.listen(RECORDING, **RAW).collect()
    assert caught.value.phase == "drain"


def test_a_refusal_is_raised(face: Face, emulator: Emulator) -> None:
    client = face.client(emulator, api_key="sk_car_wrong")
    with pytest.raises(AuthenticationError):
        client.stt.listen(RECORDING, **RAW).collect()


def test_settings_that_the_service_refuses(client: Cartesia) -> None:
    """On the socket of turns the refusal comes as a frame."""
    with pytest.raises(BadRequestError):
        client.stt.listen(RECORDING, **RAW, model="ink-9").collect()
    with pytest.raises(BadRequestError):
        client.stt.dictate(RECORDING, **RAW, model="ink-9").collect()


def test_a_failure_says_what_was_heard_and_what_was_not(face: Face, emulator: Emulator) -> None:
    client = face.client(emulator, max_retries=0)
    emulator.inject("drop-after-audio", 20, path="/stt/turns/websocket")
    with pytest.raises(TranscriptTruncatedError) as caught:
        list(client.stt.listen(RECORDING, format=FORMAT, pace=5.0))
    error = caught.value
    assert error.delivered is not None
    assert TEXT.startswith(error.delivered)
    assert 0 <= error.start < error.end <= len(RECORDING) / 32000
    assert error.request_id


def test_a_stream_that_failed_stays_failed(face: Face, emulator: Emulator) -> None:
    client = face.client(emulator, max_retries=0)
    emulator.inject("drop", after=2, path="/stt/turns/websocket")
    listening = client.stt.listen(RECORDING, **RAW)
    for _ in range(2):
        with pytest.raises(TranscriptTruncatedError):
            list(listening)


@pytest.mark.parametrize("fault", ["unknown-type", "extra-fields", "reordered-json", "turn-ids"])
def test_what_the_client_does_not_know_is_kept(
    client: Cartesia, emulator: Emulator, fault: str
) -> None:
    emulator.inject(fault, path="/stt/turns/websocket")
    events = list(client.stt.listen(RECORDING, **RAW))
    assert "".join(event.text for event in events if isinstance(event, TurnEnded)) == TEXT
    if fault == "unknown-type":
        assert any(isinstance(event, UnknownEvent) for event in events)
    ended = next(event for event in events if isinstance(event, TurnEnded))
    if fault == "extra-fields":
        assert "aurora" in ended.extra
    if fault == "turn-ids":
        assert ended.extra["turn_id"] == "turn-1"


def test_a_missing_start_is_inserted_and_counted(client: Cartesia, emulator: Emulator) -> None:
    emulator.inject("no-turn-start", path="/stt/turns/websocket")
    listening = client.stt.listen(RECORDING, **RAW)
    kinds = [type(event) for event in listening]
    assert kinds[0] is TurnStarted
    assert kinds.count(TurnStarted) == 2
    assert listening.stats.repaired == 2


def test_closing_the_client_wakes_the_reader(client: Cartesia) -> None:
    listening = client.stt.listen(**RAW)
    with listening:
        reading = Background(lambda: list(listening))
        time.sleep(0.05)
        client.close()
        assert isinstance(reading.error(AT_ONCE_S), CartesiaError)


def test_any_thread_may_close_while_another_reads(client: Cartesia) -> None:
    listening = client.stt.listen(**RAW)
    with listening:
        reading = Background(lambda: list(listening))
        time.sleep(0.05)
        listening.close()
        assert isinstance(reading.result(AT_ONCE_S)[-1], Cancelled)


def test_a_reader_that_is_late_gets_the_latest_partial_only(client: Cartesia) -> None:
    with client.stt.dictate(**RAW) as dictation:
        for _ in range(5):
            dictation.push(said("Hello there, my friend."))
            dictation.finalize()
        dictation.finish()
        kinds = [type(event) for event in dictation]
    assert kinds == [PartialTranscript, FinalTranscript] * 5 + [Done]


class Watch(Observer):
    def __init__(self) -> None:
        self.seen: list[Any] = []

    def listener_started(self, listener: ObservedListener) -> None:
        self.seen.append(("started", listener.transport, listener.model_id))

    def listener_restarted(self, listener: ObservedListener, error: Exception) -> None:
        self.seen.append(("restarted", listener.stats.restarts))

    def listener_ended(self, listener: ObservedListener, error: Exception | None) -> None:
        stats = listener.stats
        self.seen.append(("ended", stats.outcome, stats.finals, error))


def test_observers_and_numbers(face: Face, emulator: Emulator) -> None:
    watch = Watch()
    client = face.client(emulator, observers=[watch])
    emulator.inject("drop", after=3, path="/stt/turns/websocket")
    listening = client.stt.listen(RECORDING, **RAW)
    list(listening)
    assert eventually(lambda: len(watch.seen) == 3)
    assert watch.seen == [
        ("started", "listen", "ink-2"),
        ("restarted", 1),
        ("ended", "done", 2, None),
    ]
    stats = listening.stats
    assert stats.sent == pytest.approx(len(RECORDING) / 32000)
    assert 0 < stats.replayed <= stats.sent
    assert (stats.lost, stats.lag, stats.restarts) == (0, 0, 1)
    assert len(stats.request_ids) == 2
    assert stats.final_latency is not None


def test_neither_key_nor_text_is_logged(
    client: Cartesia, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.stt.listen(RECORDING, **RAW, keyterms=["Secretword"]).collect()
    lines = [record.getMessage() for record in caplog.records if record.name != "asyncio"]
    lines = [line for line in lines if "cartesia_emulator" not in line]
    assert any("> audio" in line for line in lines)
    for secret in (emulator.api_key, "Hello", "fine", "Secretword"):
        assert not any(secret in line for line in lines), secret


def test_pushing_while_reading(client: Cartesia) -> None:
    """One thread or task pushes, another reads."""
    with client.stt.listen(**RAW) as listening:

        def push() -> None:
            for at in range(0, len(RECORDING), 3200):
                listening.push(RECORDING[at : at + 3200])
            listening.finish()

        pushing = Background(push)
        assert "".join(turn.text for turn in listening.turns()) == TEXT
        pushing.result()


def test_formats_of_speech_are_formats_to_listen_to() -> None:
    from cartesia_stream import PCM_24K, TELEPHONY, AudioFormat

    assert ListenFormat.of(PCM_24K) == ListenFormat("pcm_s16le", 24000)
    assert ListenFormat.of(TELEPHONY) == ListenFormat("pcm_mulaw", 8000)
    with pytest.raises(ConfigurationError):
        ListenFormat.of(AudioFormat("mp3", None, 44100, 128000))
    with pytest.raises(ConfigurationError):
        ListenFormat("pcm_s8", 16000)  # type: ignore[arg-type]


@pytest.mark.parametrize("duration", [1e308, -1e308, -5])
def test_a_service_that_tells_impossible_times(
    face: Face, make_peer: MakePeer, duration: float
) -> None:
    """Its text is heard on the connection that it has; no reader dies of it."""

    def script(conversation: Conversation) -> None:
        conversation.accept()
        while conversation.frame()[1] != b"close":
            pass
        for text in ("One", " two."):
            conversation.tell("transcript", text=text, is_final=True, duration=duration)
        conversation.tell("done")
        conversation.part()

    peer = make_peer(script)
    heard = face.client(peer.base_url).stt.dictate(RECORDING, **RAW).collect()
    assert heard.text == "One two."
    assert peer.connections == 1
