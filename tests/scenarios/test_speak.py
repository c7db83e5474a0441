"""Speech in every way of asking for it, over every transport."""

from __future__ import annotations

import itertools
import wave
from typing import TYPE_CHECKING

import pytest

from cartesia_emulator.options import Options
from cartesia_stream import (
    AudioChunk,
    Cartesia,
    Done,
    StreamTruncatedError,
    Timeouts,
    WordTimestamps,
)

from .faces import VOICE, Face, eventually, speak

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cartesia_emulator import Emulator

    from .conftest import MakeEmulator

TEXT = "The quick brown fox jumps over the lazy dog."


@pytest.fixture(scope="module")
def spoken(shared_emulator: Emulator) -> bytes:
    """What the text sounds like."""
    with Cartesia(shared_emulator.api_key, base_url=shared_emulator.base_url) as client:
        return client.tts.generate(TEXT, voice=VOICE).collect().data


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_whole_text_gives_the_same_audio_over_every_transport(
    client: Cartesia, transport: str, spoken: bytes
) -> None:
    """`collect` returns every byte, in order, whatever carried it."""
    audio = speak(client, transport, TEXT).collect()
    assert audio.data == spoken
    assert audio.duration == pytest.approx(len(spoken) / 48_000)


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_events_end_with_done_and_only_then(client: Cartesia, transport: str) -> None:
    """Every stream yields chunks and then exactly one `Done`, its last event."""
    events = list(speak(client, transport, TEXT))
    assert [type(event) for event in events[:-1]] == [AudioChunk] * (len(events) - 1)
    assert isinstance(events[-1], Done)


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_account_of_a_stream(client: Cartesia, transport: str, spoken: bytes) -> None:
    """A stream knows its duration and its time to first audio."""
    stream = speak(client, transport, TEXT)
    assert sum(map(len, stream.audio())) == len(spoken)
    assert stream.duration == pytest.approx(len(spoken) / 48_000)
    assert stream.time_to_first_audio is not None
    assert 0 < stream.time_to_first_audio < 5


@pytest.mark.parametrize("transport", ["websocket", "sse"])
def test_word_times_come_through(client: Cartesia, transport: str) -> None:
    """With timestamps asked for, words come as events, in the stream's account and the result."""
    stream = speak(client, transport, TEXT, add_timestamps=True)
    events = list(stream)
    words = [word for event in events if isinstance(event, WordTimestamps) for word in event.words]
    assert [word.text for word in words] == TEXT.split()
    assert list(stream.words) == words
    assert all(0 <= word.start < word.end <= stream.duration for word in words)
    audio = speak(client, transport, TEXT, add_timestamps=True).collect()
    assert list(audio.words) == words


@pytest.mark.parametrize("transport", ["websocket", "sse"])
def test_phoneme_times_come_through(client: Cartesia, transport: str) -> None:
    """The same for phonemes."""
    audio = speak(client, transport, TEXT, add_phoneme_timestamps=True).collect()
    assert "".join(item.text for item in audio.phonemes) == TEXT.replace(" ", "")


def test_ids_of_a_stream(client: Cartesia) -> None:
    """A socket's stream has a context id, HTTP's a request id; each result repeats its own."""
    over_socket = client.tts.speak(TEXT, voice=VOICE)
    over_http = client.tts.generate(TEXT, voice=VOICE)
    assert over_socket.context_id
    assert over_http.request_id
    assert over_socket.collect().context_id == over_socket.context_id
    assert over_http.collect().request_id == over_http.request_id
    named = client.tts.generate_sse(TEXT, voice=VOICE, context_id="mine")
    assert named.context_id == "mine"
    assert {event.context_id for event in named} == {"mine"}


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([TEXT], id="one"),
        pytest.param(TEXT.partition("fox"), id="three"),
        pytest.param(list(TEXT), id="letters"),
        pytest.param(["", TEXT, ""], id="with empty ones"),
    ],
)
def test_pieces_of_text_are_joined_verbatim(
    client: Cartesia, face: Face, pieces: list[str], spoken: bytes
) -> None:
    """A list and a generator (an async one too) sound as the whole text does."""
    assert client.tts.speak(pieces, voice=VOICE).collect().data == spoken
    assert client.tts.speak(face.tokens(pieces), voice=VOICE).collect().data == spoken
    assert client.tts.speak(iter(pieces), voice=VOICE).collect().data == spoken


def test_audio_flows_before_the_text_is_complete(face: Face, make_emulator: MakeEmulator) -> None:
    """Slow text is spoken while it comes: the first chunk does not wait for the last token."""
    client = face.client(make_emulator(context_expiry_s=5))
    tokens = face.tokens(["One. ", "Two. ", "Three."], gap=0.3)
    stream = client.tts.speak(tokens, voice=VOICE, max_buffer_delay_ms=0)
    list(stream)
    assert stream.time_to_first_audio is not None
    assert stream.time_to_first_audio < 0.8


@pytest.mark.parametrize("pieces", [[], ["", ""]], ids=["none", "empty ones"])
def test_no_text_at_all_ends_with_done(client: Cartesia, face: Face, pieces: list[str]) -> None:
    """Text without a single piece ends at once: done, no audio, no error."""
    assert [type(event) for event in client.tts.speak(face.tokens(pieces), voice=VOICE)] == [Done]


@pytest.mark.parametrize("pieces", [[], ["Some text first. "]], ids=["at once", "later"])
def test_exception_of_the_text_is_raised_where_it_is_read(
    client: Cartesia, face: Face, emulator: Emulator, pieces: list[str]
) -> None:
    """What the text raises reaches the consumer as it is; the service is told to stop."""
    error = KeyError("the language model failed")
    stream = client.tts.speak(face.tokens(pieces, error=error), voice=VOICE)
    with pytest.raises(KeyError) as caught:
        stream.collect()
    assert caught.value is error
    assert client.tts.speak(TEXT, voice=VOICE).collect().data  # the socket is still good
    cancels = [frame for frame in emulator.requests[0].frames if "cancel" in frame]
    assert len(cancels) == len(pieces)


def test_text_that_outlasts_the_context_is_an_error(
    face: Face, make_emulator: MakeEmulator
) -> None:
    """When the service ends a context before all text was sent, that is a truncation."""
    client = face.client(make_emulator(context_expiry_s=0.1))
    tokens = face.tokens(["One. ", "Two. "], gap=0.5)
    with pytest.raises(StreamTruncatedError, match="before all text was sent") as caught:
        client.tts.speak(tokens, voice=VOICE, max_buffer_delay_ms=0).collect()
    assert caught.value.chunks > 0


def test_slow_text_meets_the_input_deadline(face: Face, emulator: Emulator) -> None:
    """Text that never comes ends the stream with the deadline for input."""
    client = face.client(emulator, timeout=Timeouts(input=0.2))
    stream = client.tts.speak(face.tokens(["late"], gap=0.6), voice=VOICE)
    with pytest.raises(TimeoutError) as caught:
        stream.collect()
    assert getattr(caught.value, "phase", None) == "input"


def test_endless_text_can_be_left(client: Cartesia) -> None:
    """Text without end is spoken as it comes, and leaving the stream stops it."""
    endless: Iterable[str] = itertools.repeat("All work and no play. ")
    with client.tts.speak(endless, voice=VOICE, max_buffer_delay_ms=0) as stream:
        first = next(iter(stream))
    assert isinstance(first, AudioChunk)
    assert client.tts.speak(TEXT, voice=VOICE).collect().data


def test_text_from_memory_does_not_run_ahead(client: Cartesia) -> None:
    """Text that is all there is held back: the service never has too many inputs waiting."""
    letters = list("No more. " * 150)
    assert len(letters) > Options().max_pending_inputs
    stream = client.tts.speak(letters, voice=VOICE, max_buffer_delay_ms=0)
    assert stream.collect().data
    assert stream.stats.restarts == 0


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
def test_save_writes_a_wav_file(
    client: Cartesia, transport: str, tmp_path: Path, spoken: bytes
) -> None:
    """`save` makes raw audio a WAV file that holds every byte, and returns the account of it."""
    path = tmp_path / "speech.wav"
    result = speak(client, transport, TEXT).save(path)
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (24_000, 2, 1)
        assert file.readframes(file.getnframes()) == spoken
    assert (result.data, result.format.sample_rate) == (b"", 24_000)


@pytest.mark.parametrize(("container", "magic"), [("wav", b"RIFF"), ("mp3", b"\xff")])
def test_save_keeps_a_container_as_it_came(
    client: Cartesia, tmp_path: Path, container: str, magic: bytes
) -> None:
    """A container that the service made is written as it is."""
    fmt: dict[str, object] = {"container": container, "sample_rate": 44_100}
    fmt |= {"encoding": "pcm_s16le"} if container == "wav" else {"bit_rate": 128_000}
    path = tmp_path / "speech"
    client.tts.generate(TEXT, voice=VOICE, output_format=fmt).save(path)
    assert path.read_bytes().startswith(magic)


@pytest.mark.parametrize("transport", ["websocket", "sse", "bytes"])
@pytest.mark.parametrize("existing", [False, True], ids=["new", "existing"])
def test_failed_save_leaves_no_partial_file(
    client: Cartesia, emulator: Emulator, transport: str, tmp_path: Path, existing: bool
) -> None:
    """A stream that breaks off leaves no file, and one that was there as it was."""
    path = tmp_path / "speech.wav"
    if existing:
        path.write_bytes(b"before")
    emulator.inject("drop", after=2)
    with pytest.raises(StreamTruncatedError):
        speak(client, transport, TEXT).save(path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"before"] * existing


def test_left_http_stream_stops_the_service(
    client: Cartesia, make_emulator: MakeEmulator, face: Face
) -> None:
    """Leaving the block of an HTTP stream drops the response: the service's slot is free again."""
    emulator = make_emulator(realtime=1.0, concurrency=1)
    client = face.client(emulator, max_retries=0)
    for transport in ("sse", "bytes", "websocket"):
        with speak(client, transport, TEXT) as stream:
            next(iter(stream))

        def free(transport: str = transport) -> bool:
            try:
                with speak(client, transport, TEXT) as stream:
                    next(iter(stream))
            except Exception:
                return False
            return True

        assert eventually(free)
