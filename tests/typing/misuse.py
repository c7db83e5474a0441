"""Wrong calls: each must be an error to both type checkers, or its ignore is one. Never run."""

# Every statement here is wrong on purpose, so that what an expression is worth does not matter.
# pyright: reportUnusedCoroutine=false, reportUnusedExpression=false
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# ruff: noqa: B018

from __future__ import annotations

from typing import assert_never

from cartesia_stream import (
    AsyncCartesia,
    AudioChunk,
    AudioFormat,
    Cancelled,
    Cartesia,
    ContextOptions,
    Done,
    SpeechEvent,
    SpeechStream,
    Timeouts,
    Timing,
)


def clients() -> None:
    Cartesia("key", "url")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Cartesia(apikey="key")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Cartesia(observers=[print])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    Cartesia(timeout="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Timeouts(5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Timeouts(total=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def operations(client: Cartesia) -> None:
    client.voice  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    client.voices.list(10)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.voices.list(limit="10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.voices.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.stt.transcribe(file=5, model="m")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.voices.delete("v", options={"retries": 1})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def responses(client: Cartesia) -> None:
    client.with_response(client.voices.list, 3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.with_response(client.voices.list, typo=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.with_options(api_key="k")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Cartesia(token=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.voice_changer.generate("a.wav")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def speech(client: Cartesia) -> None:
    client.tts.speak("Hi")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.tts.speak("Hi", "v")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.tts.speak(b"Hi", voice="v")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.tts.speak("Hi", voice=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.tts.speak("Hi", voice="v", typo=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.tts.generate("Hi", voice="v", add_timestamps=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.tts.generate_sse("Hi", voice="v", max_buffer_delay_ms=0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.tts.speak("Hi", voice="v", max_buffer_delay_ms="0")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.tts.speak("Hi", voice="v", generation_config={"pitch": 1})  # type: ignore[typeddict-unknown-key]  # pyright: ignore[reportArgumentType]
    with client.tts.websocket_connect() as connection:
        connection.context("c")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        connection.context(voice="v", typo=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        connection.context(voice="v").push("Hi", typo=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        connection.context(voice="v").push(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def async_speech(client: AsyncCartesia) -> None:
    client.close()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    with client:  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    for _ in client.tts.speak("Hi", voice="v"):  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    client.tts.websocket_connect().context(voice="v")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def options() -> ContextOptions:
    return {"speed": "slow"}  # type: ignore[typeddict-unknown-key]  # pyright: ignore[reportReturnType]


def events(event: SpeechEvent) -> None:
    event.data  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue]
    if isinstance(event, AudioChunk):
        event.data = b""  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    match event:
        case AudioChunk() | Done() | Cancelled():
            pass
        case _:
            assert_never(event)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def values(stream: SpeechStream) -> None:
    AudioFormat("flac")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AudioFormat("raw", "pcm_s24le")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AudioChunk(b"")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    stream.stats.underruns = 0  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    Timing("a", "0", 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
