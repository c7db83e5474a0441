"""`play`: what the loudspeaker gets, when it falls silent, and how far it came."""

from __future__ import annotations

import _thread
import asyncio
import struct
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import (
    PCM_24K,
    TELEPHONY,
    AsyncCartesia,
    Audio,
    AudioFormat,
    Cartesia,
    ConfigurationError,
    LocalStateError,
    StreamTruncatedError,
)
from cartesia_stream.play import PlaybackError

from .faces import VOICE, Background, eventually

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from cartesia_emulator import Emulator

    from .faces import Face
    from .loops import Run

TEXT = "Good morning. How are you today?"
LONG = f"{TEXT} " * 5
SILENT = "NULL"  # miniaudio's device that takes audio at its pace and makes no sound


class Loudspeaker:
    """A loudspeaker that plays twenty times as fast as a real one.

    Attributes:
        played: What one has heard, with the silence between.
        open: How many devices are open.
        broken: Whether it takes no more audio.
    """

    def __init__(self) -> None:
        self.played = bytearray()
        self.open = 0
        self.broken = False
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, sample_format: str, rate: int, latency: float, backend: str | None) -> Any:
        self.open += 1
        self._closed.clear()
        return self

    def start(self, samples: Generator[bytes, int]) -> None:
        self._thread = threading.Thread(target=self._run, args=(samples,), name="loudspeaker")
        self._thread.start()

    def _run(self, samples: Generator[bytes, int]) -> None:
        while not self._closed.wait(0.001):
            if not self.broken:
                self.played += samples.send(480)

    def close(self) -> None:
        self.open -= 1
        self._closed.set()
        assert self._thread is not None
        self._thread.join(5)


@pytest.fixture
def loudspeaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loudspeaker]:
    """In the place of that of the system; it must be closed in the end."""
    loudspeaker = Loudspeaker()
    monkeypatch.setattr("cartesia_stream.play._open", loudspeaker)
    yield loudspeaker
    assert eventually(lambda: loudspeaker.open == 0)


@pytest.fixture(params=[5.0, 0.1], ids=["all at once", "a little ahead"])
def ahead(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How far reading is ahead of the loudspeaker: to the end of the speech, or not."""
    monkeypatch.setattr("cartesia_stream.play.AHEAD_S", request.param)


def sounds(samples: bytes | bytearray) -> list[int]:
    """All samples that are not 0: a loudspeaker is silent while it waits for audio."""
    return [sample for (sample,) in struct.iter_unpack("<h", samples) if sample]


# --- streams


@pytest.mark.usefixtures("ahead")
def test_all_of_it_is_heard(face: Face, client: Cartesia, loudspeaker: Loudspeaker) -> None:
    """To the last sample, when `play` returns."""
    expected = client.tts.speak(TEXT, voice=VOICE).collect()
    speech = client.tts.speak(TEXT, voice=VOICE, add_timestamps=True)
    assert speech.played == 0.0
    audio = speech.play()
    assert sounds(loudspeaker.played) == sounds(expected.data)
    assert (audio.data, audio.nbytes, audio.text) == (b"", len(expected.data), TEXT)
    assert speech.played == audio.duration
    assert speech.heard(speech.played) == TEXT


def test_playing_takes_as_long_as_the_audio(client: Cartesia) -> None:
    """On a device that keeps time."""
    began = time.monotonic()
    audio = client.tts.speak("Yes.", voice=VOICE).play(backend=SILENT, latency=0.02)
    assert audio.duration <= time.monotonic() - began < audio.duration + 3


@pytest.mark.usefixtures("ahead")
@pytest.mark.parametrize("way", ["cancel", "close"])
def test_a_stop_silences_at_once_and_tells_what_was_heard(
    face: Face, client: Cartesia, loudspeaker: Loudspeaker, way: str
) -> None:
    """From another thread or task, also when all of the speech has been read."""
    speech = client.tts.speak(LONG, voice=VOICE, add_timestamps=True)
    playing = Background(speech.play)
    assert eventually(lambda: speech.played > 1.0)
    getattr(speech, way)()
    heard = len(loudspeaker.played)
    assert isinstance(playing.error(1.0), StreamTruncatedError)
    assert not loudspeaker.played[heard + 960 :].strip(b"\0")
    assert 1.0 < speech.played < speech.duration
    text = speech.heard(speech.played)
    assert LONG.startswith(text)
    assert 1 < len(text.split()) < len(LONG.split())
    at = speech.played
    time.sleep(0.01)
    assert speech.played == at


@pytest.mark.usefixtures("ahead")
def test_a_cancelled_task_falls_silent(
    run: Run, emulator: Emulator, loudspeaker: Loudspeaker
) -> None:
    """And the client speaks on."""

    async def interrupt() -> None:
        async with AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client:
            speech = client.tts.speak(LONG, voice=VOICE, add_timestamps=True)
            playing = asyncio.create_task(speech.play())
            while speech.played < 1.0:
                await asyncio.sleep(0.001)
            playing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await playing
            assert loudspeaker.open == 0
            assert 1.0 <= speech.played < 20
            assert speech.heard(speech.played)
            assert (await client.tts.speak("Yes.", voice=VOICE).play()).nbytes

    run(interrupt())


def test_a_task_that_is_cancelled_while_the_loudspeaker_opens(
    run: Run, emulator: Emulator, loudspeaker: Loudspeaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loudspeaker is closed, and nothing was spoken."""
    opening, proceed = threading.Event(), threading.Event()

    def slow(*args: Any) -> Any:
        opening.set()
        assert proceed.wait(5)
        return loudspeaker(*args)

    async def interrupt() -> None:
        async with AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client:
            playing = asyncio.create_task(client.tts.speak(LONG, voice=VOICE).play())
            await asyncio.to_thread(opening.wait, 5)
            playing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await playing
            proceed.set()
            while loudspeaker.open or not loudspeaker._closed.is_set():
                await asyncio.sleep(0.001)

    monkeypatch.setattr("cartesia_stream.play._open", slow)
    run(interrupt())
    assert not emulator.requests


@pytest.mark.usefixtures("ahead")
@pytest.mark.parametrize("whole", [False, True])
def test_ctrl_c_falls_silent(emulator: Emulator, loudspeaker: Loudspeaker, whole: bool) -> None:
    """In a stream, and in audio that was collected."""
    with Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
        speech = client.tts.speak(LONG, voice=VOICE)
        play = speech.collect().play if whole else speech.play

        def interrupt() -> None:
            eventually(lambda: len(loudspeaker.played) > 48000)
            _thread.interrupt_main()

        interrupting = threading.Thread(target=interrupt)
        interrupting.start()
        with pytest.raises(KeyboardInterrupt):
            play()
        interrupting.join()
        assert loudspeaker.open == 0


def test_without_a_loudspeaker_nothing_was_read(
    face: Face, client: Cartesia, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """So that the speech can be saved."""

    def none(*args: object) -> None:
        raise PlaybackError("no loudspeaker was found")

    monkeypatch.setattr("cartesia_stream.play._open", none)
    speech = client.tts.speak(TEXT, voice=VOICE)
    with pytest.raises(PlaybackError, match="no loudspeaker"):
        speech.play()
    assert speech.played == 0.0
    assert speech.save(tmp_path / "a.wav").nbytes
    with pytest.raises(PlaybackError, match="no loudspeaker"):
        Audio(data=bytes(480), format=PCM_24K).play()


def test_a_loudspeaker_that_stops_is_an_error(
    face: Face, client: Cartesia, loudspeaker: Loudspeaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cartesia_stream.play.STALLED_S", 0.1)
    loudspeaker.broken = True
    with pytest.raises(PlaybackError, match="does not accept more audio"):
        client.tts.speak(TEXT, voice=VOICE).play()


def test_without_the_extra_the_error_names_it(
    face: Face, client: Cartesia, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    for play in (
        client.tts.speak(TEXT, voice=VOICE).play,
        Audio(data=bytes(480), format=PCM_24K).play,
        Audio(data=bytes(480), format=AudioFormat("mp3", None, 44100, 128000)).play,
    ):
        with pytest.raises(ConfigurationError, match=r"cartesia-stream\[play\]"):
            play()


def test_a_format_that_no_loudspeaker_takes(face: Face, client: Cartesia) -> None:
    with pytest.raises(ConfigurationError, match="only raw pcm_s16le and pcm_f32le can be played"):
        client.tts.speak(TEXT, voice=VOICE, output_format=TELEPHONY).play()


def test_speech_that_breaks_off_is_an_error(
    face: Face, emulator: Emulator, loudspeaker: Loudspeaker
) -> None:
    emulator.inject("drop", after=3)
    with pytest.raises(StreamTruncatedError):
        face.client(emulator, max_retries=0).tts.speak(TEXT, voice=VOICE).play()


def test_the_rest_of_a_stream_is_played(client: Cartesia, loudspeaker: Loudspeaker) -> None:
    """And `played` counts from the start of the stream."""
    speech = client.tts.speak(TEXT, voice=VOICE)
    first = next(speech.audio())
    audio = speech.play()
    expected = client.tts.speak(TEXT, voice=VOICE).collect().data
    assert sounds(loudspeaker.played) == sounds(expected[len(first) :])
    assert speech.played == pytest.approx(audio.duration)


# --- whole audio


@pytest.mark.parametrize(
    "fmt",
    [
        PCM_24K,
        AudioFormat("raw", "pcm_f32le", 24000),
        AudioFormat("wav", "pcm_s16le", 24000),
        AudioFormat("raw", "pcm_mulaw", 24000),
        AudioFormat("wav", "pcm_alaw", 24000),
    ],
    ids=repr,
)
def test_audio_of_any_encoding_is_played(
    client: Cartesia, loudspeaker: Loudspeaker, fmt: AudioFormat
) -> None:
    audio = client.tts.generate(TEXT, voice=VOICE, output_format=fmt).collect()
    audio.play()
    samples = b"".join(audio.blocks())
    if fmt.encoding in ("pcm_mulaw", "pcm_alaw"):
        samples = audio.convert(encoding="pcm_s16le").data
    assert sounds(loudspeaker.played) == sounds(samples)


def test_mp3_is_played(client: Cartesia, loudspeaker: Loudspeaker, emulator: Emulator) -> None:
    fmt = AudioFormat("mp3", None, 24000, 128000)
    client.tts.generate(TEXT, voice=VOICE, output_format=fmt).collect().play()
    assert emulator.heard(bytes(loudspeaker.played), sample_rate=24000) == TEXT
    with pytest.raises(ConfigurationError, match="it is no mp3"):
        Audio(data=bytes(480), format=fmt).play()


def test_audio_in_a_file_cannot_be_played(
    client: Cartesia, loudspeaker: Loudspeaker, tmp_path: Path
) -> None:
    audio = client.tts.speak(TEXT, voice=VOICE).save(tmp_path / "a.wav")
    with pytest.raises(LocalStateError, match="written to a file"):
        audio.play()
