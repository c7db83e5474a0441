"""A cassette between the v0 client and the service, recorded once and replayed without it."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import yaml

from cartesia_emulator import Emulator
from cartesia_emulator.cassettes.relay import Cassette
from cartesia_stream import APIStatusError, Audio, AudioFormat
from cartesia_stream.v0 import AsyncCartesiaTTS, CartesiaTTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore:.*the v0 API:DeprecationWarning")

KEY = "sk_car_do_not_keep_me"
LONG = "One, two, three, four, five, six, seven, eight, nine and ten."

T = TypeVar("T")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run a program twice, recording and replaying; return what it did, and what was kept."""
    path = tmp_path / "test.yaml"

    def play(cassette: Cassette, program: Callable[[], T]) -> T:
        with cassette:
            monkeypatch.setenv("CARTESIA_BASE_URL", cassette.base_url)
            monkeypatch.setenv("CARTESIA_API_KEY", cassette.api_key)
            result = program()
        assert cassette.problems == []
        return result

    def both(program: Callable[[], T], **settings: Any) -> tuple[T, T, str]:
        with Emulator(engine="tone", api_key=KEY, **settings) as emulator:
            recording = Cassette(path, record=True, service=emulator.base_url, api_key=KEY)
            first = play(recording, program)
        recording.save()
        again = play(Cassette(path, record=False), program)
        kept = path.read_text()
        assert KEY not in kept
        return first, again, kept

    return both


def calls() -> object:
    with CartesiaTTS() as client:
        voice = client.get_voices()["Graham"]
        embedding = client.get_voice_embedding(voice_id=voice["id"])
        output = client.generate(transcript="A clip.", voice=embedding, output_format="pcm_16000")
        wav = Audio(data=output["audio"], format=AudioFormat("raw", "pcm_s16le", 16000)).wav()
        return voice, embedding, client.transcribe(wav), output["audio"]


def test_calls_and_recordings_are_replayed(run: Callable[..., Any]) -> None:
    first, again, _ = run(calls)
    assert first == again
    assert first[2] == "A clip."


@pytest.mark.parametrize("layout", ["malformed", "bare", "conforming"])
def test_every_layout_of_the_event_stream_is_replayed(layout: str, run: Callable[..., Any]) -> None:
    def program() -> object:
        with CartesiaTTS() as client:
            speech = client.generate(
                transcript=LONG, voice=None, stream=True, websocket=False, output_format="pcm_16000"
            )
            return list(speech)

    first, again, kept = run(program, v0_events=layout)
    assert first == again
    assert len(first) > 3
    (exchange,) = yaml.load(kept.replace("!audio", ""), yaml.SafeLoader)["exchanges"]
    assert exchange["request"].startswith("POST /v0/audio/s")
    assert kept.count("!audio") == len(first)  # to read; the audio is in a file of its own
    assert len(kept) < 150 * len(first) + 500


@pytest.mark.parametrize("interrupts", [False, True])
def test_a_socket_is_replayed(interrupts: bool, run: Callable[..., Any]) -> None:
    def program() -> object:
        with CartesiaTTS(experimental_ws_handle_interrupts=interrupts) as client:
            whole = client.generate(transcript="All of it.", voice=None)
            pieces = list(client.generate(transcript=LONG, voice=None, stream=True))
            return whole, pieces

    first, again, kept = run(program)
    assert first == again
    assert len(first[1]) > 3
    assert kept.count("/v0/experimental/" if interrupts else "GET /v0/audio/websocket") == 1


def test_generations_that_are_interrupted_are_replayed(run: Callable[..., Any]) -> None:
    """Each with the chunks that were acknowledged, and the next one has its own."""

    def program() -> list[bytes]:
        with CartesiaTTS(experimental_ws_handle_interrupts=True) as client:
            heard = []
            for count in (2, 1, 100):
                speech = client.generate(transcript=LONG, voice=None, stream=True)
                heard.append(b"".join(output["audio"] for output in islice(speech, count)))
                speech.close()
            return heard

    first, again, kept = run(program)
    assert first == again
    assert first[2].startswith(first[0])
    assert first[0].startswith(first[1])
    assert kept.count("action: cancel") == 2


def test_async_generations_at_once_are_replayed(run: Callable[..., Any]) -> None:
    async def speak() -> list[bytes]:
        async with AsyncCartesiaTTS() as client:

            async def say(number: int) -> bytes:
                return (await client.generate(transcript=f"Number {number}.", voice=None))["audio"]

            return await asyncio.gather(*map(say, range(4)))

    first, again, _ = run(lambda: asyncio.run(speak()))
    assert first == again
    assert len(set(first)) == 4


def test_an_error_is_replayed(run: Callable[..., Any]) -> None:
    def program() -> str:
        with CartesiaTTS() as client:
            with pytest.raises(APIStatusError, match="unknown") as caught:
                client.generate(transcript="Hello.", voice=None, model_id="unknown")
            return caught.value.message.partition("'context_id'")[0]

    first, again, _ = run(program)
    assert first == again
