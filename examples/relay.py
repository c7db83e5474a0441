"""A web app that speaks over HTTP, and over a WebSocket where a new text interrupts the last one.

Needs fastapi, uvicorn[standard] and CARTESIA_API_KEY, or:
cartesia-stream emulate -- uvicorn --app-dir examples relay:app
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse

from cartesia_stream import AsyncCartesia, AsyncSpeechStream, CartesiaError


class State(TypedDict):
    """Objects that all requests share."""

    client: AsyncCartesia
    voice: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Make one client for the whole app, and open its first socket."""
    async with AsyncCartesia() as client:
        voice = (await client.voices.list(limit=1)).data[0]
        await client.tts.prewarm()
        yield State(client=client, voice=voice.id)


app = FastAPI(lifespan=lifespan)


@app.get("/speech")
async def speech(text: str, request: Request) -> StreamingResponse:
    """Stream raw audio: mono, 24 kHz, 16 bits."""
    stream = await request.state.client.tts.speak(text, voice=request.state.voice)
    return StreamingResponse(blocks(stream), media_type="audio/L16;rate=24000")


async def blocks(stream: AsyncSpeechStream) -> AsyncIterator[bytes]:
    """Yield the audio; when the listener disconnects, leaving the block cancels the speech."""
    async with stream:
        async for block in stream.audio():
            yield block


@app.websocket("/conversation")
async def conversation(websocket: WebSocket) -> None:
    """Speak each text that arrives; a new text interrupts the one before."""
    await websocket.accept()
    speaking: asyncio.Task[None] | None = None
    try:
        async for text in websocket.iter_text():
            await stop(speaking)
            speaking = asyncio.create_task(say(websocket, text))
    finally:
        await stop(speaking)


async def say(websocket: WebSocket, text: str) -> None:
    """Send the audio as bytes, then its length in seconds or the error as JSON."""
    client: AsyncCartesia = websocket.state.client
    try:
        async with client.tts.speak(text, voice=websocket.state.voice) as stream:
            async for block in stream.audio():
                await websocket.send_bytes(block)
        await websocket.send_json({"seconds": stream.duration})
    except CartesiaError as error:
        await websocket.send_json({"error": str(error)})


async def stop(speaking: asyncio.Task[None] | None) -> None:
    """Cancel the speech, and wait until its task has ended."""
    if speaking is not None:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
