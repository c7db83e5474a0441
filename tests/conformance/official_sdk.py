"""Drives the official SDK against an emulator; run by the interpreter that has it installed.

It reads lines ``SCENARIO BASE_URL API_KEY`` and answers each with a line of JSON: what the scenario
saw, and under ``complaints`` every way in which a response did not fit the SDK's own models
(missing, unknown or mistyped fields). A scenario that fails ends it.
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import sys
from typing import Any

import operations  # type: ignore[import-not-found]  # found beside this script
from cartesia import (  # type: ignore[import-not-found]  # installed in its own environment
    APIStatusError,
    AsyncCartesia,
    BaseModel,
    Cartesia,
)
from pydantic import ValidationError

BEGIN = "/?begin"  # Separates the preparations of a scenario from what is compared.
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000}
SENTENCE = "The quick brown fox jumps over the lazy dog."
VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
SCENARIOS: dict[str, Any] = {}

complaints: list[str] = []


def scenario(function: Any) -> Any:
    SCENARIOS[function.__name__] = function
    return function


def checked(model: BaseModel) -> Any:
    """The model's data, after a look at how well it fits its class."""
    name = type(model).__name__
    _unknown(name, model)
    data = model.to_dict(mode="json")
    try:
        type(model).model_validate(data)
    except ValidationError as error:
        complaints.append(f"{name}: {error}")
    return data


def _unknown(where: str, value: Any) -> None:
    if isinstance(value, BaseModel):
        # The SDK counts a field under its name on the wire as extra where it renames it.
        known = {field.alias for field in type(value).model_fields.values()}
        extra = set(value.model_extra or {}) - known
        complaints.extend(f"{where}: unknown field {name}" for name in sorted(extra))
        for field in type(value).model_fields:
            _unknown(f"{where}.{field}", getattr(value, field, None))
    elif isinstance(value, list):
        for item in value:
            _unknown(where, item)


def audio_of(events: list[Any]) -> bytes:
    return b"".join(base64.b64decode(e["data"]) for e in events if e["type"] == "chunk")


def heard(client: Cartesia, raw: bytes) -> str:
    answer = client.stt.transcribe(
        file=("clip.raw", raw), model="ink-whisper", encoding="pcm_s16le", sample_rate=16000
    )
    return str(checked(answer)["text"])


def speech(**changes: Any) -> dict[str, Any]:
    request: dict[str, Any] = {
        "model_id": "sonic-3.5",
        "transcript": SENTENCE,
        "voice": VOICE,
        "output_format": RAW,
    }
    return request | changes


def stripped(events: list[Any]) -> list[Any]:
    """Events without their audio and timing, small enough to print."""
    return [{k: v for k, v in e.items() if k not in ("data", "step_time")} for e in events]


@scenario
def status(client: Cartesia) -> Any:
    return {"status": checked(client.get_status())}


@scenario
def token(client: Cartesia) -> Any:
    issued = checked(client.access_token.create(grants={"tts": True}, expires_in=60))["token"]
    guest = Cartesia(token=issued, base_url=client.base_url, max_retries=0)
    size = len(guest.tts.generate(**speech()).read())
    try:
        guest.voices.get(VOICE)
    except APIStatusError as error:
        return {"bytes": size, "refused": error.status_code}
    return {"bytes": size}


@scenario
def voices(client: Cartesia) -> Any:
    paged = [checked(voice)["id"] for voice in client.voices.list(limit=5)]
    backwards = client.voices.list(limit=3, ending_before=paged[5])
    expanded = checked(client.voices.get(VOICE, expand=["preview_file_url"]))
    return {
        "paged": paged,
        "before": [voice.id for voice in backwards.data],
        "found": [voice.name for voice in client.voices.list(q="renee")],
        "feminine": [checked(v)["gender"] for v in client.voices.list(gender="feminine")],
        "preview": expanded["preview_file_url"],
    }


@scenario
def own_voice(client: Cartesia) -> Any:
    clip = client.tts.generate(**speech(output_format=RAW | {"container": "wav"})).read()
    cloned = checked(
        client.voices.clone(clip=("me.wav", clip), name="Mine", language="en", description="x")
    )
    ident = cloned["id"]
    updated = checked(client.voices.update(ident, name="Renamed", gender="masculine"))
    spoken = heard(client, client.tts.generate(**speech(voice=ident)).read())
    attached = checked(client.voices.add_accents(ident, accents=["parisian", "hindi"]))
    detached = checked(client.voices.delete_accent("hindi", id=ident))
    localized = checked(
        client.voices.localize(voice_id=ident, name="Mia", accent="castilian", description="y")
    )
    mine = [checked(voice)["id"] for voice in client.voices.list(is_owner=True)]
    client.voices.delete(ident)
    gone: dict[str, Any] = {}
    try:
        client.voices.get(ident)
    except APIStatusError as error:
        gone = {"status": error.status_code, "body": error.body}
    return {
        "cloned": cloned,
        "updated": updated,
        "spoken": spoken,
        "attached": attached["locales"],
        "detached": detached["locales"],
        "localized": localized,
        "mine": mine,
        "gone": gone,
    }


@scenario
def accents(client: Cartesia) -> Any:
    return {"ids": [accent["id"] for accent in checked(client.voices.list_accents())["accents"]]}


@scenario
def audio_bytes(client: Cartesia) -> Any:
    texts = {}
    formats: dict[str, dict[str, Any]] = {
        "raw": RAW,
        "wav": {"container": "wav", "encoding": "pcm_mulaw", "sample_rate": 8000},
        "mp3": {"container": "mp3", "bit_rate": 128000, "sample_rate": 44100},
    }
    saved = client.tts.with_raw_response.generate(**speech(save=True))
    for name, fmt in formats.items():
        audio = client.tts.generate(**speech(output_format=fmt)).read()
        if name == "raw":
            texts[name] = heard(client, audio)
        else:
            file = (f"clip.{name}", audio)
            texts[name] = checked(client.stt.transcribe(file=file, model="ink-whisper"))["text"]
    return {"texts": texts, "file_id": saved.headers["cartesia-file-id"]}


@scenario
def transcription(client: Cartesia) -> Any:
    audio = client.tts.generate(**speech(output_format=RAW | {"container": "wav"})).read()
    answer = client.stt.transcribe(
        file=("clip.wav", audio),
        model="ink-whisper",
        language="en",
        timestamp_granularities=["word"],
    )
    return {"answer": checked(answer)}


@scenario
def events(client: Cartesia) -> Any:
    stream = client.tts.generate_sse(
        **speech(add_timestamps=True, add_phoneme_timestamps=True, context_id="mine")
    )
    seen = [checked(event) for event in stream]
    return {"events": stripped(seen), "text": heard(client, audio_of(seen))}


@scenario
def every_operation(client: Cartesia) -> Any:
    """All 53, each answer held against its model; what is no model must be full of something."""
    clip = client.tts.generate(**speech(output_format=RAW | {"container": "wav"})).read()
    client.get(BEGIN, cast_to=object)
    ids: dict[str, str] = {}
    seen: dict[str, Any] = {}
    for step in operations.STEPS:
        arguments = operations.filled(step.arguments, ids, lambda named: (named.name, clip))
        result = operations.method(client, step.sdk)(**arguments)
        if step.keep:
            ids[step.keep] = operations.first_id(result)
        seen[step.sdk] = _described(step.sdk, result)
    return {"ids": ids, "seen": seen}


def _described(name: str, result: Any) -> Any:
    """What came back: a model's name, a size, or the names of a stream's events."""
    if isinstance(result, list):
        return [checked(item) and type(item).__name__ for item in result]
    if isinstance(result, BaseModel):
        for item in getattr(result, "data", [result]):
            checked(item)
        return type(result).__name__
    if result is None or isinstance(result, str):
        return result
    if hasattr(result, "read"):
        return len(result.read())
    return [type(checked(event)).__name__ and event.done for event in result]


@scenario
def refusals(client: Cartesia) -> Any:
    stranger = Cartesia(api_key="sk_car_wrong", base_url=client.base_url, max_retries=0)
    attempts: dict[str, Any] = {
        "stranger": lambda: stranger.voices.get(VOICE),
        "voice": lambda: client.tts.generate(
            **speech(voice="00000000-0000-0000-0000-000000000000")
        ),
        "model": lambda: client.tts.generate(**speech(model_id="sonic-9")),
        "transcript": lambda: client.tts.generate_sse(**speech(transcript="")),
        "catalogue": lambda: client.voices.delete(VOICE),
    }
    found = {}
    for name, attempt in attempts.items():
        try:
            attempt()
        except APIStatusError as error:
            found[name] = {"status": error.status_code, "body": error.body}
    return found


@scenario
def websocket(client: Cartesia) -> Any:
    seen: dict[str, list[Any]] = {"left": [], "right": []}
    with client.tts.websocket_connect() as connection:
        contexts = {
            name: connection.context(
                name,
                timeout=10,
                model_id="sonic-3.5",
                voice=VOICE,
                output_format=RAW,
                add_timestamps=True,
                add_phoneme_timestamps=True,
            )
            for name in seen
        }
        for name, context in contexts.items():
            context.push(f"First from {name}. ")
        contexts["left"].push("", flush=True)
        for name, context in contexts.items():
            context.push(f"Then more from {name}.")
            context.no_more_inputs()
        for name, context in contexts.items():
            seen[name] = [checked(event) for event in context.receive()]
    return {
        name: {"events": stripped(events), "text": heard(client, audio_of(events))}
        for name, events in seen.items()
    }


@scenario
def websocket_error(client: Cartesia) -> Any:
    with client.tts.websocket_connect() as connection:
        context = connection.context("bad", timeout=10, model_id="sonic-9", voice=VOICE)
        context.push("Hello")
        return {"events": [checked(event) for event in context.receive()]}


@scenario
def cancel(client: Cartesia) -> Any:
    with client.tts.websocket_connect() as connection:
        context = connection.context("long", model_id="sonic-3.5", voice=VOICE, output_format=RAW)
        context.send(transcript=SENTENCE * 200, voice=VOICE, max_buffer_delay_ms=0)
        first = checked(connection.recv())
        context.cancel()
        rest = [first]
        while rest[-1]["type"] != "done":
            rest.append(checked(connection.recv()))
    whole = len(client.tts.generate(**speech(transcript=SENTENCE * 200)).read())
    return {"cancelled": len(audio_of(rest)), "whole": whole, "last": rest[-1]}


@scenario
async def asynchronous(client: AsyncCartesia) -> Any:
    async def say(connection: Any, name: str) -> list[Any]:
        context = connection.context(
            name, timeout=10, model_id="sonic-3.5", voice=VOICE, output_format=RAW
        )
        for word in ("One ", "two ", f"{name}."):
            await context.push(word)
        await context.no_more_inputs()
        return [checked(event) async for event in context.receive()]

    async with client.tts.websocket_connect() as connection:
        seen = await asyncio.gather(*(say(connection, f"context {n}") for n in range(5)))
    texts = []
    for found in seen:
        answer = await client.stt.transcribe(
            file=("clip.raw", audio_of(found)),
            model="ink-whisper",
            encoding="pcm_s16le",
            sample_rate=16000,
        )
        texts.append(checked(answer)["text"])
    return {"texts": texts, "ends": [found[-1]["type"] for found in seen]}


def ears(kind: Any, **settings: Any) -> Any:
    """A socket that listens, of `manual_finalize` or `auto_finalize`."""
    given = {"model": "ink-2", "encoding": "pcm_s16le", "sample_rate": 16000} | settings
    return kind.websocket(**given)


def spoken(client: Cartesia, text: str) -> bytes:
    audio: bytes = client.tts.generate(**speech(transcript=text)).read()
    return audio


def pieces(audio: bytes) -> list[bytes]:
    """A tenth of a second each."""
    return [audio[at : at + 3200] for at in range(0, len(audio), 3200)]


def until(socket: Any, kind: str) -> list[Any]:
    """Events up to one of a type."""
    found = [checked(socket.recv())]
    while found[-1]["type"] != kind:
        found.append(checked(socket.recv()))
    return found


@scenario
def dictation(client: Cartesia) -> Any:
    settings = {"language": "en", "keyterm": ["Ink 2", "Cartesia"]}
    with ears(client.stt.manual_finalize, **settings) as socket:
        found = []
        for text in ("First a sentence.", "Then another."):
            for piece in pieces(spoken(client, text)):
                socket.send_raw(piece)
            socket.send("finalize")
            found.append(until(socket, "flush_done"))
        socket.send("finalize")
        found.append(until(socket, "flush_done"))
        socket.send_raw(spoken(client, "The rest."))
        socket.send("close")
        found.append([checked(event) for event in socket])
    return {"found": found}


@scenario
def dictated_words(client: Cartesia) -> Any:
    """The SDK types words otherwise than the wire has them, so they are taken as they are."""
    settings = {
        "model": "ink-whisper",
        "language": "en",
        "min_volume": 0.01,
        "max_silence_duration_secs": 1.0,
    }
    with ears(client.stt.manual_finalize, **settings) as socket:
        socket.send_raw(spoken(client, SENTENCE))
        socket.send("close")
        return {"events": [event.to_dict() for event in socket]}


@scenario
def dictated_columns(client: Cartesia) -> Any:
    """With the words as the SDK types them."""
    headers = {"X-Emulator-Fault": "word-columns"}
    with ears(client.stt.manual_finalize, model="ink-whisper", extra_headers=headers) as socket:
        socket.send_raw(spoken(client, SENTENCE))
        socket.send("close")
        return {"events": [checked(event) for event in socket]}


@scenario
def turn_taking(client: Cartesia) -> Any:
    settings: dict[str, Any] = {"keyterm": ["Ink 2"], "turn_end_timeout_ms": 2000}
    audio = spoken(client, "First a sentence.") + bytes(32000)
    pause = bytes(28800)
    with ears(client.stt.auto_finalize, **settings) as socket:
        for piece in pieces(audio):
            socket.send_raw(piece)
        found = until(socket, "turn.end")
        socket.send({"type": "config", "turn": {"end_threshold": 0.05}})
        for piece in pieces(spoken(client, "One.") + pause + spoken(client, "Turn.")):
            socket.send_raw(piece)
        socket.send({"type": "close"})
        return {"events": [*found, *(checked(event) for event in socket)]}


@scenario
def listening_errors(client: Cartesia) -> Any:
    seen: dict[str, Any] = {}
    for name, kind, close in (
        ("manual", client.stt.manual_finalize, "close"),
        ("turns", client.stt.auto_finalize, '{"type": "close"}'),
    ):
        with ears(kind) as socket:
            socket.send_raw("nonsense")
            seen[name] = until(socket, "error")[-1]
            socket.send_raw(spoken(client, "Alive."))
            socket.send_raw(close)
            seen[f"{name} after"] = [checked(event) for event in socket]
    with ears(client.stt.auto_finalize) as socket:
        socket.send({"type": "config", "turn": {"end_threshold": 0.45}})
        seen["config"] = until(socket, "error")[-1]
    with ears(client.stt.auto_finalize, turn_end_threshold=0.45) as socket:
        seen["settings"] = checked(socket.recv())
        try:
            socket.recv()
        except Exception as error:
            seen["code"] = error.rcvd.code  # type: ignore[attr-defined]
    return seen


@scenario
def listening_refused(client: Cartesia) -> Any:
    """Statuses of handshakes; the emulator lets one socket listen at a time."""
    stranger = Cartesia(
        api_key="sk_car_wrong",
        base_url=client.base_url,
        websocket_base_url=client.websocket_base_url,
        max_retries=0,
    )
    seen = {
        "stranger manual": _status(stranger.stt.manual_finalize),
        "stranger turns": _status(stranger.stt.auto_finalize),
        "model": _status(client.stt.manual_finalize, model="ink-9"),
    }
    with ears(client.stt.auto_finalize):
        seen["second manual"] = _status(client.stt.manual_finalize)
        seen["second turns"] = _status(client.stt.auto_finalize)
    return {"statuses": seen}


def _status(kind: Any, **settings: Any) -> int:
    try:
        with ears(kind, **settings):
            return 101
    except Exception as error:
        status: int = error.response.status_code  # type: ignore[attr-defined]
        return status


@scenario
async def asynchronous_ears(client: AsyncCartesia) -> Any:
    answer = await client.tts.generate(**speech(transcript="All at once."))
    audio = await answer.read()

    async def dictate() -> list[Any]:
        async with ears(client.stt.manual_finalize) as socket:
            for piece in pieces(audio):
                await socket.send_raw(piece)
            await socket.send("finalize")
            found = [checked(await socket.recv())]
            while found[-1]["type"] != "flush_done":
                found.append(checked(await socket.recv()))
            await socket.send("close")
            return [*found, *[checked(event) async for event in socket]]

    async def listen() -> list[Any]:
        async with ears(client.stt.auto_finalize) as socket:
            for piece in pieces(audio):
                await socket.send_raw(piece)
            await socket.send({"type": "close"})
            return [checked(event) async for event in socket]

    both = await asyncio.gather(dictate(), dictate(), listen(), listen())
    return {"dictated": both[:2], "listened": both[2:]}


def main() -> None:
    for line in sys.stdin:
        complaints.clear()
        print(json.dumps(run(*line.split())), flush=True)


def run(name: str, base_url: str, key: str) -> dict[str, Any]:
    """Run a scenario with a client of its own."""
    function = SCENARIOS[name]
    settings = {
        "api_key": key,
        "base_url": base_url,
        # Without this the SDK insists on TLS for this socket, whatever the base URL says.
        "websocket_base_url": base_url.replace("http://", "ws://"),
        "max_retries": 0,
    }
    if inspect.iscoroutinefunction(function):
        found = asyncio.run(function(AsyncCartesia(**settings)))
    else:
        found = function(Cartesia(**settings))
    return {**found, "complaints": complaints}


if __name__ == "__main__":
    main()
