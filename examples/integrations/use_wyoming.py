"""Speak and transcribe over Wyoming, as Home Assistant does.

Run it with ``cartesia-stream emulate -- python examples/integrations/use_wyoming.py``.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStop
from wyoming.client import AsyncClient
from wyoming.server import AsyncServer
from wyoming.tts import Synthesize

from cartesia_stream import AsyncCartesia
from cartesia_stream.integrations.wyoming import handlers


async def use(uri: str) -> None:
    """Let the server speak, and transcribe what it said."""
    home = AsyncClient.from_uri(uri)
    await home.connect()
    await home.write_event(Synthesize("The light is on.").event())
    await home.write_event(Transcribe(language="en").event())
    while (event := await home.read_event()) is not None:
        if AudioChunk.is_type(event.type) or AudioStop.is_type(event.type):
            await home.write_event(event)
        elif Transcript.is_type(event.type):
            print("heard:", Transcript.from_event(event).text)
            break
    await home.disconnect()


async def main() -> None:
    """Serve in this program; a server of its own needs only the command."""
    async with AsyncCartesia() as client:
        with TemporaryDirectory() as folder:
            uri = f"unix://{Path(folder) / 'socket'}"
            server = AsyncServer.from_uri(uri)
            await server.start(await handlers(client))
            await use(uri)
            await server.stop()


asyncio.run(main())
