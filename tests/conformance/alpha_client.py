"""Drives the client of v0 against an emulator; run by the interpreter that has it installed.

It reads lines ``SCENARIO BASE_URL API_KEY`` and answers each with a line of JSON: what the scenario
saw. A scenario that fails ends it. The client reads from the environment where to go and with which
key: ``CARTESIA_API_KEY``, and ``CARTESIA_BASE_URL`` without a scheme but with ``localhost`` in it,
which is what makes it use plain HTTP.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any

import httpx
from cartesia.tts import (  # type: ignore[import-not-found]  # installed in its own environment
    AsyncCartesiaTTS,
    CartesiaTTS,
)

LINK = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
SENTENCE = "The quick brown fox jumps over the lazy dog."
FORMATS = "fp32 pcm fp32_16000 fp32_22050 fp32_44100 pcm_16000 pcm_22050 pcm_44100 mulaw_8000"
SCENARIOS: dict[str, Any] = {}


def scenario(function: Any) -> Any:
    SCENARIOS[function.__name__] = function
    return function


def recording(audio: bytes) -> bytes:
    """Raw 16-bit audio at 16 kHz as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(16000)
        wav.writeframes(audio)
    return file.getvalue()


def heard(audio: bytes) -> str:
    """What a recording says; asked without the client, as the candidate cannot."""
    response = httpx.post(
        f"http://{os.environ['CARTESIA_BASE_URL']}/v0/audio/transcriptions",
        headers={"X-API-Key": os.environ["CARTESIA_API_KEY"]},
        files={"clip": recording(audio)},
    )
    text: str = response.json()["text"]
    return text


def said(voice: Any, **options: Any) -> bytes:
    """The sentence in a voice, over the socket."""
    options = {"output_format": "pcm_16000"} | options
    output = CartesiaTTS().generate(transcript=SENTENCE, voice=voice, **options)
    audio: bytes = output["audio"]
    return audio


def milo() -> Any:
    client = CartesiaTTS()
    return client.get_voice_embedding(voice_id=client.get_voices()["Milo"]["id"])


def failure(job: Any) -> Any:
    try:
        job()
    except Exception as error:
        return [type(error).__name__, str(error), str(error.__cause__ or "")]
    return None


@scenario
def voices() -> Any:
    client = CartesiaTTS()
    some, full = client.get_voices(), client.get_voices(skip_embeddings=False)
    return {
        "names": sorted(some),
        "fields": sorted({field for voice in some.values() for field in voice}),
        "sizes": sorted({len(voice["embedding"]) for voice in full.values()}),
        "by_id": [
            client.get_voice_embedding(voice_id=voice["id"]) == voice["embedding"]
            for voice in full.values()
        ],
    }


@scenario
def clones() -> Any:
    """A voice of a file and one of a link speak; each says what it is told."""
    client = CartesiaTTS()
    samples = {name: said(client.get_voices(skip_embeddings=False)[name]["embedding"])
               for name in ("Graham", "Jane")}  # fmt: skip
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, audio in samples.items():
            path = Path(folder, f"{name}.wav")
            path.write_bytes(recording(audio))
            made[name] = client.get_voice_embedding(filepath=str(path))
    made["link"] = client.get_voice_embedding(link=LINK)
    again = client.get_voice_embedding(link=LINK)
    return {
        "sizes": {name: len(embedding) for name, embedding in made.items()},
        "texts": {name: heard(said(embedding)) for name, embedding in made.items()},
        "different": len({said(embedding) for embedding in made.values()}),
        "same_link": made["link"] == again,
    }


@scenario
def generate() -> Any:
    """Both transports, whole and streamed, blocking."""
    client, voice, found = CartesiaTTS(), milo(), {}
    for websocket in (True, False):
        asked = {
            "transcript": SENTENCE,
            "voice": voice,
            "websocket": websocket,
            "output_format": "pcm_16000",
        }
        whole = client.generate(**asked)
        pieces = list(client.generate(**asked, stream=True, chunk_time=0.2))
        found[str(websocket)] = {
            "keys": sorted(whole),
            "rate": whole["sampling_rate"],
            "text": client.transcribe(recording(whole["audio"])),
            "streamed": b"".join(piece["audio"] for piece in pieces) == whole["audio"],
            "sizes": sorted({len(piece["audio"]) for piece in pieces[:-1]}),
            "cut": len(client.generate(**asked, duration=1)["audio"]),
        }
    return found


@scenario
def formats() -> Any:
    client, voice = CartesiaTTS(), milo()
    found = {}
    for name in FORMATS.split():
        output = client.generate(transcript="Hi.", voice=voice, output_format=name)
        found[name] = [output["sampling_rate"], len(output["audio"]) / output["sampling_rate"]]
    return found


@scenario
def asynchronous() -> Any:
    async def main() -> Any:
        found, voice = {}, milo()
        async with AsyncCartesiaTTS() as client:
            for websocket in (True, False):
                asked = {
                    "transcript": SENTENCE,
                    "voice": voice,
                    "websocket": websocket,
                    "output_format": "pcm_16000",
                }
                whole = await client.generate(**asked)
                stream = await client.generate(**asked, stream=True)
                streamed = b"".join([piece["audio"] async for piece in stream])
                text = await client.transcribe(recording(whole["audio"]))
                found[str(websocket)] = {"text": text, "streamed": streamed == whole["audio"]}
        return found

    return asyncio.run(main())


@scenario
def failures() -> Any:
    client, voice = CartesiaTTS(), milo()
    stranger = CartesiaTTS(api_key="sk_of_nobody")
    speech = {"transcript": "Hi.", "voice": voice}
    short = {"transcript": "Hi.", "voice": [0.0]}
    return {
        "voices": failure(stranger.get_voices),
        "http_key": failure(lambda: stranger.generate(**speech, websocket=False)),
        "socket_key": failure(lambda: stranger.generate(**speech)),
        "voice": failure(lambda: client.get_voice_embedding(voice_id="nobody")),
        "link": failure(lambda: client.get_voice_embedding(link="https://example.com")),
        "http": failure(lambda: client.generate(**short, websocket=False)),
        "socket": failure(lambda: client.generate(**short)),
        "empty": failure(lambda: client.generate(transcript=" ", voice=voice)),
    }


@scenario
def interrupts() -> Any:
    """Acknowledged to the end, then cancelled after some chunks, and again to the end."""
    client, voice = CartesiaTTS(experimental_ws_handle_interrupts=True), milo()

    def spoken(name: str, taken: int | None) -> Any:
        body = {"transcript": SENTENCE, "voice": voice, "output_format": "pcm_16000"}
        stream = client._generate_ws(body, context_id=name)
        outputs = []
        for output in stream:
            outputs.append(output)
            if len(outputs) == taken:
                break
        stream.close()
        return outputs

    found = []
    for place, taken in enumerate((None, 5, None, 1, 1, None)):
        outputs = spoken(f"{place:032x}", taken)
        found.append(
            {
                "contexts": sorted({output["context_id"] for output in outputs}),
                "keys": sorted({key for output in outputs for key in output}),
                "count": len(outputs),
                "text": heard(b"".join(output["audio"] for output in outputs)),
            }
        )
    client.websocket.close()
    return {"found": found}


@scenario
def interrupts_without_cancel() -> Any:
    """Streams that are left to themselves, for release candidate 0.0.5rc1: one connection."""
    client, voice = CartesiaTTS(experimental_ws_handle_interrupts=True), milo()
    socket, streams, found = client.websocket, [], []
    for place, taken in enumerate((5, None, 1, 3, None)):
        name = f"{place:032x}"
        stream = client._generate_ws({"transcript": "One two three four.", "voice": voice},
                                     context_id=name)  # fmt: skip
        outputs = []
        for output in stream:
            outputs.append(output)
            if len(outputs) == taken:
                break
        streams.append(stream)  # Neither closed nor collected: no cancel is sent.
        found.append([name, sorted({o["context_id"] for o in outputs}), len(outputs)])
    one_connection = client.websocket is socket
    socket.close()
    return {"found": found, "one_connection": one_connection}


def main() -> None:
    for line in sys.stdin:
        name, base_url, key = line.split()
        os.environ |= {
            "CARTESIA_BASE_URL": base_url.replace("http://127.0.0.1", "localhost"),
            "CARTESIA_API_KEY": key,
        }
        print(json.dumps(SCENARIOS[name]()), flush=True)


if __name__ == "__main__":
    main()
