"""A voice agent on the telephone: the bridge between Media Streams of Twilio and the service.

Needs fastapi, uvicorn[standard] and CARTESIA_API_KEY, or:
cartesia-stream emulate -- uvicorn --app-dir examples twilio_bridge:app
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from xml.sax.saxutils import quoteattr

from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect

from cartesia_stream import TELEPHONY, AsyncCartesia, AsyncListening, TurnEnded, TurnStarted


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
    """Make one client for all calls, and open its first socket."""
    async with AsyncCartesia() as client:
        voice = (await client.voices.list(limit=1)).data[0]
        await client.tts.prewarm()
        yield {"client": client, "voice": voice.id}


app = FastAPI(lifespan=lifespan)


@app.post("/call")
async def call(request: Request) -> Response:
    """Connect a call to the socket below; enter the address of this as the number's webhook."""
    stream = f"<Stream url={quoteattr(f'wss://{request.url.netloc}/media')} />"
    twiml = f"<Response><Connect>{stream}</Connect></Response>"
    return Response(twiml, media_type="application/xml")


@app.websocket("/media")
async def media(websocket: WebSocket) -> None:
    """Talk with one caller."""
    await websocket.accept()
    conversation = Conversation(websocket)
    try:
        await conversation.hold()
    except* WebSocketDisconnect:
        pass  # the caller hung up while the agent spoke
    for who, text in conversation.history:
        print(f"{who}: {text}")


async def think(history: list[tuple[str, str]]) -> AsyncIterator[str]:
    """Stand in for a language model: read the history, and yield tokens."""
    answer = "You want to know about rain. It is wet, it is cold, and it falls on everybody."
    if not history or "stop" in history[-1][1].lower():
        answer = "Goodbye." if history else "Hello. What would you like to know?"
    for word in answer.split():
        await asyncio.sleep(0.01)
        yield f"{word} "


class Conversation:
    """One call; its history has what was said and what was heard, word for word."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket, self.stream = websocket, ""
        self.history: list[tuple[str, str]] = []
        self.answering: asyncio.Task[None] | None = None
        self.marks: dict[str, float] = {}  # those that Twilio has not sent back yet
        self.names, self.moved = map(str, count()), asyncio.Event()
        self.heard = 0.0  # seconds of the latest answer that the caller has heard

    async def hold(self) -> None:
        """Read what Twilio sends, until the caller hangs up."""
        client: AsyncCartesia = self.websocket.state.client
        async with asyncio.TaskGroup() as self.tasks, client.stt.listen(format=TELEPHONY) as caller:
            listening = self.tasks.create_task(self.listen(caller))
            async for message in self.websocket.iter_json():
                match message:
                    case {"event": "start", "streamSid": stream}:
                        self.stream = stream
                        await self.reply()
                    case {"event": "media", "media": {"payload": payload}}:
                        await caller.push(base64.b64decode(payload))
                    case {"event": "mark", "mark": {"name": name}} if name in self.marks:
                        self.heard = self.marks.pop(name)
                        self.moved.set()
                    case {"event": "dtmf", "dtmf": {"digit": key}}:
                        await self.reply(f"(key {key})")
                    case {"event": "stop"}:
                        break
            listening.cancel()
            if self.answering is not None:
                self.answering.cancel()

    async def listen(self, caller: AsyncListening) -> None:
        """Answer each turn of the caller, who may interrupt at any time."""
        async for event in caller:
            match event:
                case TurnStarted():
                    await self.stop()
                case TurnEnded(text=text) if text.strip():
                    await self.reply(text)

    async def reply(self, text: str | None = None) -> None:
        """Answer a text of the caller, or greet."""
        await self.stop()
        if text is not None:
            self.history.append(("caller", text))
        self.answering = self.tasks.create_task(self.answer())

    async def answer(self) -> None:
        """Speak what the model writes, until the caller has heard it; `stop` cancels this."""
        client: AsyncCartesia = self.websocket.state.client
        speech = client.tts.speak(
            think(self.history),
            voice=self.websocket.state.voice,
            output_format=TELEPHONY,
            add_timestamps=True,  # so that `heard` is exact
            resume=True,  # on another socket, if this one is lost
        )
        self.heard = 0.0
        try:
            async with speech:
                async for frame in speech.audio(frame_ms=20):
                    await self.send("media", media={"payload": base64.b64encode(frame).decode()})
                    self.marks[name := next(self.names)] = speech.duration
                    await self.send("mark", mark={"name": name})
            while self.marks:
                self.moved.clear()
                await self.moved.wait()
        finally:
            self.history.append(("agent", speech.heard(at=self.heard)))

    async def stop(self) -> None:
        """Fall silent at once; the answer notes what was heard."""
        while self.answering is not None and not self.answering.done():
            self.answering.cancel()
            await asyncio.wait([self.answering])
            self.marks.clear()  # `clear` makes Twilio send them back unheard
            await self.send("clear")

    async def send(self, event: str, **content: dict[str, str]) -> None:
        await self.websocket.send_json({"event": event, "streamSid": self.stream, **content})
