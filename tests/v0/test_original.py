"""What the 18 tests of package cartesia 0.0.6 asked of its clients, against the emulator."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import PCM_16K, Audio
from cartesia_stream.v0 import DEFAULT_MODEL_ID, AsyncCartesiaTTS, CartesiaTTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cartesia_emulator import Emulator

    from ..scenarios.loops import Run
    from .faces import V0Face

SAMPLE_VOICE = "Samantha"
TRANSCRIPT = "Hello, world! I am making a sentence of some length."
LINK = "https://www.youtube.com/watch?v=AdtLxlttrHg"

both_ways = pytest.mark.parametrize("websocket", [True, False])


@pytest.fixture(autouse=True)
def environment(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    monkeypatch.setenv("CARTESIA_API_KEY", emulator.api_key)


@pytest.fixture
def client() -> Iterator[CartesiaTTS]:
    made = CartesiaTTS()
    yield made
    made.close()


@pytest.fixture
def embedding(client: CartesiaTTS) -> list[float]:
    voices = client.get_voices()
    return client.get_voice_embedding(voice_id=voices[SAMPLE_VOICE]["id"])


def check(output: Any) -> None:
    assert output.keys() == {"audio", "sampling_rate"}
    assert isinstance(output["audio"], bytes)
    assert output["audio"]
    assert isinstance(output["sampling_rate"], int)


def test_get_voices(client: CartesiaTTS) -> None:
    voices = client.get_voices()
    assert isinstance(voices, dict)
    assert all(isinstance(name, str) for name in voices)
    ids = [voice["id"] for voice in voices.values()]
    assert len(ids) == len(set(ids))
    assert all(name == voice["name"] for name, voice in voices.items())
    assert {"Graham", "Samantha", "Milo", "Jane"} <= voices.keys()
    assert {tuple(voice) for voice in voices.values()} == {("id", "name", "description")}


def test_get_voices_with_embeddings(client: CartesiaTTS) -> None:
    for voice in client.get_voices(skip_embeddings=False).values():
        assert voice["embedding"] == client.get_voice_embedding(voice_id=voice["id"])


def test_get_voice_embedding_from_id(client: CartesiaTTS, embedding: list[float]) -> None:
    assert len(embedding) == 192


def test_get_voice_embedding_from_url(client: CartesiaTTS) -> None:
    assert client.get_voice_embedding(link=LINK) == client.get_voice_embedding(link=LINK)


def test_what_no_test_of_the_package_asked(
    face: V0Face, emulator: Emulator, tmp_path: Path
) -> None:
    """A recording is heard, from bytes and from a file, and becomes a voice that speaks."""
    client = face.client(emulator)
    said = client.generate(transcript=TRANSCRIPT, voice=None, output_format="pcm_16000")
    audio = Audio(data=said["audio"], format=PCM_16K)
    clip = tmp_path / "clip.wav"
    audio.save(clip)
    words = re.findall(r"[a-z]+", TRANSCRIPT.lower())
    for recording in (audio.wav(), clip, str(clip)):
        assert re.findall(r"[a-z]+", client.transcribe(recording).lower()) == words
    clone = face.embedding(client, filepath=clip)
    assert clone == client.get_voice_embedding(filepath=str(clip))
    check(client.generate(transcript=TRANSCRIPT, voice=clone))


@both_ways
def test_generate(client: CartesiaTTS, embedding: list[float], websocket: bool) -> None:
    check(client.generate(transcript=TRANSCRIPT, voice=embedding, websocket=websocket))


def test_generate_with_model_id(client: CartesiaTTS, embedding: list[float]) -> None:
    check(client.generate(transcript=TRANSCRIPT, voice=embedding, model_id=DEFAULT_MODEL_ID))


@both_ways
def test_generate_stream(client: CartesiaTTS, embedding: list[float], websocket: bool) -> None:
    pieces = client.generate(
        transcript=TRANSCRIPT, voice=embedding, websocket=websocket, stream=True
    )
    assert isinstance(pieces, Generator)
    for piece in pieces:
        check(piece)


@both_ways
def test_generate_stream_context_manager(embedding: list[float], websocket: bool) -> None:
    with CartesiaTTS() as client:
        pieces = client.generate(
            transcript=TRANSCRIPT, voice=embedding, websocket=websocket, stream=True
        )
        assert isinstance(pieces, Generator)
        for piece in pieces:
            check(piece)


def test_generate_context_manager_with_err() -> None:
    websocket: Any = None
    was_open = False
    with pytest.raises(AttributeError), CartesiaTTS() as client:
        websocket = client.websocket
        was_open = websocket.socket.fileno() != -1
        client.generate(transcript=None, voice=None)  # type: ignore[call-overload]
    assert was_open
    assert websocket.socket.fileno() == -1


@both_ways
def test_async_generate(embedding: list[float], websocket: bool, run: Run) -> None:
    async def main() -> None:
        client = AsyncCartesiaTTS()
        try:
            check(
                await client.generate(transcript=TRANSCRIPT, voice=embedding, websocket=websocket)
            )
        finally:
            await client.close()

    run(main())


@both_ways
def test_async_generate_stream(embedding: list[float], websocket: bool, run: Run) -> None:
    async def main() -> None:
        client = AsyncCartesiaTTS()
        pieces = await client.generate(
            transcript=TRANSCRIPT, voice=embedding, websocket=websocket, stream=True
        )
        assert isinstance(pieces, AsyncGenerator)
        async for piece in pieces:
            check(piece)
        await client.close()

    run(main())


@both_ways
def test_async_generate_stream_context_manager(
    embedding: list[float], websocket: bool, run: Run
) -> None:
    async def main() -> None:
        async with AsyncCartesiaTTS() as client:
            pieces = await client.generate(
                transcript=TRANSCRIPT, voice=embedding, websocket=websocket, stream=True
            )
            assert isinstance(pieces, AsyncGenerator)
            async for piece in pieces:
                check(piece)

    run(main())


@both_ways
def test_generate_async_context_manager_with_err(websocket: bool, run: Run) -> None:
    """Whether the socket was used or not."""

    async def main() -> None:
        socket: Any = None
        was_closed = True
        with pytest.raises(AttributeError):
            async with AsyncCartesiaTTS() as client:
                if websocket:
                    await client.refresh_websocket()
                socket = client.websocket
                was_closed = socket.closed
                await client.generate(transcript=None, voice=None)  # type: ignore[call-overload]
        assert not was_closed
        assert socket.closed
        assert socket.socket.fileno() == -1

    run(main())


@pytest.mark.parametrize("chunk_time", [0.05, 0.6])
def test_check_inputs_invalid_chunk_time(client: CartesiaTTS, chunk_time: float) -> None:
    with pytest.raises(ValueError, match="`chunk_time` must be between 0.1 and 0.5"):  # noqa: RUF043
        client._check_inputs("Test", None, chunk_time)


@pytest.mark.parametrize("chunk_time", [0.1, 0.3, 0.5])
def test_check_inputs_valid_chunk_time(client: CartesiaTTS, chunk_time: float) -> None:
    client._check_inputs("Test", None, chunk_time)


def test_check_inputs_duration_less_than_chunk_time(client: CartesiaTTS) -> None:
    with pytest.raises(ValueError, match="`duration` must be greater than chunk_time"):
        client._check_inputs("Test", 0.2, 0.3)


@pytest.mark.parametrize(("duration", "chunk_time"), [(0.5, 0.2), (1.0, 0.5), (2.0, 0.1)])
def test_check_inputs_valid_duration_and_chunk_time(
    client: CartesiaTTS, duration: float, chunk_time: float
) -> None:
    client._check_inputs("Test", duration, chunk_time)


@pytest.mark.parametrize("transcript", ["", "  ", "\n\t"])
def test_check_inputs_empty_transcript(client: CartesiaTTS, transcript: str) -> None:
    with pytest.raises(ValueError, match="`transcript` must be non empty"):
        client._check_inputs(transcript, None, None)


@pytest.mark.parametrize("transcript", ["Test", "This is a test.", " 1 "])
def test_check_inputs_valid_transcript(client: CartesiaTTS, transcript: str) -> None:
    client._check_inputs(transcript, None, None)


@pytest.mark.parametrize(
    ("transcript", "duration", "chunk_time", "first"),
    [
        ("", 0.01, 0.05, "chunk_time"),
        (None, 0.2, 0.05, "chunk_time"),
        ("", 0.2, 0.3, "duration"),
        (None, 0.2, 0.3, "duration"),
        ("", 1, 0.3, "transcript"),
    ],
)
def test_the_order_of_the_checks(
    client: CartesiaTTS, transcript: Any, duration: float, chunk_time: float, first: str
) -> None:
    with pytest.raises(ValueError, match=f"^`{first}`"):
        client._check_inputs(transcript, duration, chunk_time)
