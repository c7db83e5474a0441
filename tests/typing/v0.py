"""V0's clients as old code writes them: read by both type checkers, never run."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from pathlib import Path
from typing import assert_type

from cartesia_stream import APIStatusError
from cartesia_stream.v0 import (
    BACKOFF_FACTOR,
    DEFAULT_MODEL_ID,
    MAX_RETRIES,
    AsyncCartesiaTTS,
    AudioOutput,
    CartesiaTTS,
    Embedding,
    OutputFormat,
    VoiceMetadata,
    convert_response,
    retry_on_connection_error,
    retry_on_connection_error_async,
    update_buffer,
)

FORMAT: OutputFormat = "pcm_16000"


def lookups(client: CartesiaTTS) -> Embedding:
    voices = assert_type(client.get_voices(), dict[str, VoiceMetadata])
    assert_type(client.get_voices(skip_embeddings=False), dict[str, VoiceMetadata])
    assert_type(client.list_voices(), list[VoiceMetadata])
    voice = voices["Graham"]
    assert_type(voice["id"] + voice["name"] + voice["description"], str)
    if "embedding" in voice:
        assert_type(voice["embedding"], list[float])
    assert_type(client.transcribe(b"RIFF"), str)
    assert_type(client.transcribe(Path("clip.wav")), str)
    assert_type(client.get_voice_embedding(filepath="clip.wav"), list[float])
    assert_type(client.get_voice_embedding(link="https://youtube.com"), list[float])
    return client.get_voice_embedding(voice_id=voice["id"])


def speech(voice: Embedding, streamed: bool) -> AudioOutput:
    with CartesiaTTS(api_key="key", experimental_ws_handle_interrupts=True) as client:
        whole = client.generate(transcript="Hi", voice=voice)
        assert_type(whole, AudioOutput)
        assert_type(whole["audio"], bytes)
        assert_type(whole["sampling_rate"], int)
        assert_type(client.generate(transcript="Hi", voice=voice, stream=False), AudioOutput)
        pieces = client.generate(transcript="Hi", voice=voice, stream=True, output_format=FORMAT)
        assert_type(pieces, Generator[AudioOutput, None, None])
        assert_type([piece["audio"] for piece in pieces], list[bytes])
        pieces.close()
        either = client.generate(transcript="Hi", voice=voice, stream=streamed, websocket=False)
        assert_type(either, AudioOutput | Generator[AudioOutput, None, None])
        client.generate(
            transcript="Hi",
            voice=tuple(voice),
            model_id=DEFAULT_MODEL_ID,
            duration=10,
            chunk_time=0.1,
            output_format="a new one",
        )
        client.refresh_websocket()
        if client.websocket is not None:
            assert_type(client.websocket.socket.fileno(), int)
            assert_type(client.websocket.closed, bool)
        assert_type(client.prepare_audio_and_headers("a.wav"), tuple[bytes, dict[str, str]])
        return whole


async def async_speech(voice: Embedding, streamed: bool) -> AudioOutput:
    async with AsyncCartesiaTTS() as client:
        assert_type(client.get_voices(), dict[str, VoiceMetadata])
        assert_type(await client.aget_voices(), dict[str, VoiceMetadata])
        assert_type(await client.list_voices(), list[VoiceMetadata])
        assert_type(client.get_voice_embedding(voice_id="a"), list[float])
        assert_type(await client.aget_voice_embedding(voice_id="a"), list[float])
        assert_type(await client.transcribe("clip.wav"), str)
        pieces = await client.generate(transcript="Hi", voice=voice, stream=True)
        assert_type(pieces, AsyncGenerator[AudioOutput, None])
        assert_type([piece["audio"] async for piece in pieces], list[bytes])
        await pieces.aclose()
        either = await client.generate(transcript="Hi", voice=voice, stream=streamed)
        assert_type(either, AudioOutput | AsyncGenerator[AudioOutput, None])
        await client.refresh_websocket()
        whole = await client.generate(transcript="Hi", voice=None)
    await client.close()
    return assert_type(whole, AudioOutput)


def failures(client: CartesiaTTS) -> int:
    try:
        client.get_voices()
    except ValueError as error:
        return error.status_code if isinstance(error, APIStatusError) else 0
    return 200


def helpers() -> None:
    rest, outputs = update_buffer("", b"{}")
    assert_type(rest, str)
    assert_type(outputs, list[AudioOutput])
    assert_type(convert_response({"data": ""}, include_context_id=True), AudioOutput)

    @retry_on_connection_error(max_retries=MAX_RETRIES, backoff_factor=BACKOFF_FACTOR)
    def call(number: int) -> str:
        return str(number)

    assert_type(call(1), str)


async def async_helpers() -> None:
    @retry_on_connection_error_async(logger=logging.getLogger("mine"))
    async def items(number: int) -> AsyncIterator[str]:
        yield str(number)

    async for item in items(1):
        assert_type(item, str)


def misuse(client: CartesiaTTS, voice: Embedding) -> None:
    CartesiaTTS("key")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.generate("Hi", voice)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.generate(transcript="Hi")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.generate(transcript=None, voice=voice)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    client.generate(transcript="Hi", voice=voice)["data"]  # type: ignore[typeddict-item]  # pyright: ignore[reportGeneralTypeIssues]
    client.generate(transcript="Hi", voice=voice, stream=True)["audio"]  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    client.get_voice_embedding("a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.base_url = "other"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def async_misuse(client: AsyncCartesiaTTS) -> None:
    with client:  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass
