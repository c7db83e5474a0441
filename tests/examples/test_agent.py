"""The agent of the examples: a whole conversation, with and without lost connections."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_emulator import Emulator
from cartesia_stream import AsyncCartesia

if TYPE_CHECKING:
    from types import ModuleType

AGENT = Path(__file__).parents[2] / "examples" / "agent.py"
ANSWER = "You want to know about rain. It is wet, it is cold, and it falls on everybody."


@pytest.fixture
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("agent", AGENT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def converse(example: ModuleType, emulator: Emulator) -> Any:
    """The agent, after its conversation."""

    async def talk() -> Any:
        async with (
            asyncio.timeout(30),
            AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client,
        ):
            voice = (await client.voices.list(limit=1)).data[0].id
            agent = example.Agent(client, voice)
            await agent.talk(example.caller(client, voice))
            return agent

    return asyncio.run(talk())


@pytest.mark.parametrize("lossy", [False, True])
def test_an_interrupted_conversation(
    example: ModuleType, lossy: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The history is what was said and heard, also if each socket is lost once."""
    with Emulator(engine="tone") as emulator:
        if lossy:
            emulator.inject("drop", after=12, path="/tts/websocket")
            emulator.inject("drop-after-audio", 30, path="/stt/turns/websocket")
        agent = converse(example, emulator)
        paths = [call.path for call in emulator.requests]
    (_, question), (speaker, heard), *rest = agent.history
    assert question == "Tell me about rain."
    assert speaker == "agent"
    assert ANSWER.startswith(heard.strip())
    assert ANSWER[len(heard.strip())] == " "  # whole words
    assert 3 < len(heard.split()) < len(ANSWER.split())
    assert rest == [("user", " Stop, please."), ("agent", "Goodbye. ")]
    assert paths.count("/stt/turns/websocket") == 1 + lossy
    assert paths.count("/tts/websocket") == 1 + lossy
    assert ("again" in capsys.readouterr().out) == lossy


def test_an_answer_that_fails_ends_the_conversation(example: ModuleType) -> None:
    with Emulator(engine="tone") as emulator:
        emulator.inject("error", 400, path="/tts/websocket")
        with pytest.raises(ExceptionGroup) as caught:
            converse(example, emulator)
    assert [getattr(error, "status_code", 0) for error in caught.value.exceptions] == [400]


def test_it_fits_on_a_page() -> None:
    assert len(AGENT.read_text().splitlines()) < 120
