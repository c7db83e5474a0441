"""Under trio, where the client cannot work, every use of it says so at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest

from cartesia_stream import PCM_16K, AsyncCartesia, LocalStateError
from cartesia_stream.v0 import AsyncCartesiaTTS

from ..scenarios.faces import VOICE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from cartesia_emulator import Emulator

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:.*the v0 API:DeprecationWarning"),
]


@pytest.fixture
def anyio_backend() -> str:
    return "trio"


async def tokens() -> AsyncIterator[str]:
    yield "Hello."


async def iterated(items: Any) -> None:
    async for _ in items:
        pytest.fail("there is something to read")


async def entered(manager: Any) -> None:
    async with manager:
        pytest.fail("it is open")


async def opened(opening: Awaitable[object]) -> None:
    await opening


USES: dict[str, Callable[[AsyncCartesia], Awaitable[object]]] = {
    "call": lambda client: client.voices.list(limit=1),
    "pages": lambda client: iterated(client.voices.iter_all()),
    "upload": lambda client: client.stt.transcribe(file=b"RIFF", model="ink-whisper"),
    "infill": lambda client: client.tts.infill(
        "Hello.", voice=VOICE, language="en", left_audio=b"RIFF"
    ).collect(),
    "with_response": lambda client: client.with_response(client.voices.list),
    "token_source": lambda client: client.token_source(tts=True)(),
    "with_options": lambda client: client.with_options(max_retries=0).status.get(),
    "speak": lambda client: client.tts.speak("Hello.", voice=VOICE).collect(),
    "speak, awaited": lambda client: opened(client.tts.speak("Hello.", voice=VOICE)),
    "speak, entered": lambda client: entered(client.tts.speak("Hello.", voice=VOICE)),
    "speak, iterated": lambda client: iterated(client.tts.speak("Hello.", voice=VOICE)),
    "speak, audio": lambda client: iterated(client.tts.speak("Hello.", voice=VOICE).audio()),
    "speak, tokens": lambda client: iterated(client.tts.speak(tokens(), voice=VOICE)),
    "speak, resume": lambda client: iterated(
        client.tts.speak("Hello.", voice=VOICE, resume=True, buffering="client")
    ),
    "generate_sse": lambda client: iterated(client.tts.generate_sse("Hello.", voice=VOICE)),
    "generate": lambda client: client.tts.generate("Hello.", voice=VOICE).collect(),
    "listen": lambda client: client.stt.listen(b"", format=PCM_16K).collect(),
    "listen, awaited": lambda client: opened(client.stt.listen(format=PCM_16K)),
    "listen, entered": lambda client: entered(client.stt.listen(format=PCM_16K)),
    "listen, iterated": lambda client: iterated(client.stt.listen(b"", format=PCM_16K)),
    "listen, turns": lambda client: iterated(client.stt.listen(b"", format=PCM_16K).turns()),
    "dictate": lambda client: client.stt.dictate(format=PCM_16K).finalize(),
    "dictate, pushed": lambda client: client.stt.dictate(format=PCM_16K).push(b""),
    "dictate, closed": lambda client: client.stt.dictate(format=PCM_16K).finish(),
    "websocket_connect": lambda client: opened(client.tts.websocket_connect()),
    "websocket_connect, entered": lambda client: entered(client.tts.websocket_connect()),
    "prewarm": lambda client: client.tts.prewarm(),
    "aclose": lambda client: client.aclose(),
}


@pytest.mark.parametrize("use", USES)
async def test_uses(emulator: Emulator, use: str) -> None:
    """Calls, streams and sockets alike; nothing is sent."""
    client = AsyncCartesia(emulator.api_key, base_url=emulator.base_url)
    await refused(USES[use], client, emulator)


V0: dict[str, Callable[[AsyncCartesiaTTS], Awaitable[object]]] = {
    "aget_voices": lambda client: client.aget_voices(),
    "aget_voice_embedding": lambda client: client.aget_voice_embedding(voice_id="a"),
    "transcribe": lambda client: client.transcribe(b"RIFF"),
    "generate": lambda client: client.generate(transcript="Hello.", voice=[0.1] * 192),
    "generate over HTTP": lambda client: client.generate(
        transcript="Hello.", voice=[0.1] * 192, websocket=False
    ),
    "refresh_websocket": lambda client: client.refresh_websocket(),
}


@pytest.mark.parametrize("use", V0)
async def test_uses_of_v0(emulator: Emulator, use: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client of the v0 alpha, too."""
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    await refused(V0[use], AsyncCartesiaTTS(api_key=emulator.api_key), emulator)


async def refused(
    use: Callable[[Any], Awaitable[object]], client: object, emulator: Emulator
) -> None:
    with (
        anyio.fail_after(2),
        pytest.raises(LocalStateError, match="needs a running asyncio event loop") as caught,
    ):
        await use(client)
    assert type(caught.value) is LocalStateError
    assert "sync client in threads" in str(caught.value)
    assert emulator.requests == ()


async def test_context_manager(emulator: Emulator) -> None:
    """The error of its body comes out, and not another one."""
    with pytest.raises(LocalStateError, match="needs a running asyncio event loop"):
        async with AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client:
            await client.voices.list()
