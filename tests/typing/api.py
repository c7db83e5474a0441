"""The whole public API as users write it: read by both type checkers, never run."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, assert_never, assert_type

from cartesia_stream import (
    DEFAULT_TIMEOUTS,
    PCM_16K,
    PCM_24K,
    TELEPHONY,
    TTS,
    UNSET,
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncCartesia,
    AsyncDownload,
    AsyncSpeechStream,
    AsyncTTS,
    AsyncTTSConnection,
    AsyncTTSContext,
    AsyncVoiceChanger,
    Audio,
    AudioChunk,
    AudioFormat,
    AuthenticationError,
    BadRequestError,
    BufferOverflowError,
    BytesOptions,
    Cancelled,
    Cartesia,
    CartesiaError,
    ConfigurationError,
    ConflictError,
    ConnectionClosedError,
    ContextOptions,
    DamagedAudioError,
    Done,
    Download,
    File,
    FlushDone,
    GenerationConfig,
    InternalServerError,
    LocalStateError,
    NotFoundError,
    ObservedConnection,
    ObservedRequest,
    ObservedStream,
    Observer,
    PermissionDeniedError,
    PhonemeTimestamps,
    Progress,
    RateLimitError,
    RemoteProtocolError,
    RequestOptions,
    Response,
    RestartReason,
    Resumed,
    SpeechEvent,
    SpeechOptions,
    SpeechStream,
    StreamOutcome,
    StreamStats,
    StreamTransport,
    StreamTruncatedError,
    TimeoutPhase,
    Timeouts,
    Timing,
    TTSConnection,
    TTSContext,
    UnknownEvent,
    UnprocessableEntityError,
    VoiceChanger,
    VoiceId,
    WavWriter,
    WordTimestamps,
    __version__,
)
from cartesia_stream.models import Transcription, Voice, VoicePage
from cartesia_stream.otel import OpenTelemetry

if TYPE_CHECKING:
    import httpx


def clients(own: httpx.Client, own_async: httpx.AsyncClient) -> tuple[Cartesia, AsyncCartesia]:
    Cartesia()
    Cartesia("key", base_url="http://localhost:1", timeout=5, max_retries=0)
    timeouts = Timeouts(connect=1, read=None, first_audio=2.5)
    client = Cartesia(
        api_key="key",
        api_version="2026-08-14",
        timeout=timeouts,
        headers={"X-Trace": "1"},
        proxy="http://proxy",
        http_client=own,
        max_buffer_bytes=1 << 20,
    )
    return client, AsyncCartesia(timeout=DEFAULT_TIMEOUTS, http_client=own_async)


def operations(client: Cartesia) -> None:
    page = client.voices.list(limit=1, is_owner=True, gender="feminine")
    assert_type(page, VoicePage)
    assert_type(page.data, list[Voice])
    for voice in client.voices.iter_all(q="calm"):
        assert_type(voice.id, str)
    made = client.voices.clone(clip=Path("a.wav"), name="Ada", language="en", accent="british")
    client.voices.clone(clip=File(b"RIFF", "a.wav"), name="Ada", language="xx", accent=UNSET)
    client.voices.update(made.id, name="Eve", gender=None)
    assert_type(client.voices.delete(made.id, options={"max_retries": 0}), None)
    heard = client.stt.transcribe(file="a.wav", model="ink-whisper")
    assert_type(heard, Transcription)
    assert_type(heard.text, str)
    assert_type(client.access_token.create(expires_in=60).token, str)
    assert_type(client.status.get().ok, bool)
    client.accents.list()


async def async_operations(client: AsyncCartesia) -> None:
    assert_type(await client.voices.list(), VoicePage)
    async for voice in client.voices.iter_all(limit=10):
        assert_type(voice, Voice)
    heard = await client.stt.transcribe(file=b"RIFF", model="ink-whisper", language="en")
    assert_type(heard, Transcription)
    await client.voices.delete("v")


def told(now: int, total: int | None) -> None:
    print(now, total)


def files(client: Cartesia, own: Progress = told) -> None:
    options: RequestOptions = {
        "progress": own,
        "timeout": 2.5,
        "headers": {"X-Trace": "1"},
        "max_retries": 1,
        "idempotent": True,
    }
    changer = client.voice_changer
    assert_type(changer, VoiceChanger)
    assert_type(changer.generate("a.wav", voice="v", options=options), SpeechStream)
    with Path("a.wav").open("rb") as file:
        changer.generate_sse(file, voice={"id": "v"}, output_format=PCM_16K).save("b.wav")
    infill = client.tts.infill("and", voice="v", language="en", left_audio=b"RIFF")
    assert_type(infill, SpeechStream)
    infill.save("c.wav", progress=print)
    client.tts.generate("Hi", voice="v", options=options)
    client.tts.generate_sse("Hi", voice="v", options=options)
    with client.agents.calls.download_audio("c") as download:
        assert_type(download, Download)
        assert_type(download.content_type, str | None)
        assert_type(download.size, int | None)
        assert_type(download.request_id, str | None)
        for piece in download:
            assert_type(piece, bytes)
        assert_type(download.read(), bytes)
        assert_type(download.save("c.wav", progress=told), Path)
        assert_type(download.save(io.BytesIO()), None)


async def async_files(client: AsyncCartesia) -> None:
    changer = client.voice_changer
    assert_type(changer, AsyncVoiceChanger)
    assert_type(changer.generate("a.wav", voice="v"), AsyncSpeechStream)
    await changer.generate_sse(b"RIFF", voice="v").save("b.wav", progress=print)
    assert_type(
        client.tts.infill("and", voice="v", language="en", right_audio="a.wav"), AsyncSpeechStream
    )
    async with client.agents.calls.download_audio("c") as download:
        assert_type(download, AsyncDownload)
        async for piece in download:
            assert_type(piece, bytes)
        assert_type(await download.read(), bytes)
        assert_type(await download.save("c.wav", progress=told), Path)
        assert_type(await download.save(io.BytesIO()), None)


def responses(client: Cartesia) -> None:
    other = client.with_options(timeout=Timeouts(read=5), max_retries=0, headers={"X-Trace": "1"})
    assert_type(other, Cartesia)
    page = other.with_response(client.voices.list, limit=3)
    assert_type(page, Response[VoicePage])
    assert_type(page.data, VoicePage)
    assert_type(page.status_code, int)
    assert_type(page.headers, Mapping[str, str])
    assert_type(page.request_id, str | None)
    assert_type(client.with_response(client.voices.delete, "v"), Response[None])
    spoken = client.with_response(client.tts.generate, "Hi", voice="v")
    assert_type(spoken, Response[SpeechStream])


async def async_responses(client: AsyncCartesia) -> None:
    assert_type(client.with_options(timeout=3), AsyncCartesia)
    page = await client.with_response(client.voices.list, limit=3)
    assert_type(page, Response[VoicePage])
    spoken = await client.with_response(client.tts.generate, "Hi", voice="v")
    assert_type(spoken, Response[AsyncSpeechStream])


async def tokens_of(server: Cartesia, async_server: AsyncCartesia) -> None:
    source = server.token_source(tts=True, stt=True, agent=False, expires_in=60)
    assert_type(source(), str)
    Cartesia(token=source)
    Cartesia(token="t")
    async_source = async_server.token_source(tts=True)
    assert_type(await async_source(), str)
    AsyncCartesia(token=async_source)


def describe(event: SpeechEvent) -> str:
    match event:
        case AudioChunk(data=data, step_time=step_time, flush_id=flush_id):
            assert_type(data, bytes)
            assert_type(step_time, float | None)
            assert_type(flush_id, int | None)
            assert_type(event.audio, bytes)
        case WordTimestamps(words=timings) | PhonemeTimestamps(phonemes=timings):
            assert_type(timings, tuple[Timing, ...])
            return " ".join(f"{one.text} {one.start:.2f}-{one.end:.2f}" for one in timings)
        case FlushDone(flush_id=flush_id):
            assert_type(flush_id, int | None)
        case Resumed(at=at, cause=cause):
            assert_type(at, float)
            assert_type(cause, str)
        case Done() | Cancelled():
            assert_type(event.context_id, str | None)
        case UnknownEvent(name=name, fields=fields):
            assert_type(name, str)
            assert_type(fields, Mapping[str, object])
        case _:
            assert_never(event)
    return event.type


def options() -> None:
    config: GenerationConfig = {"speed": 1.2, "volume": 2, "emotion": "calm"}
    plain: BytesOptions = {
        "model_id": "sonic-3",
        "output_format": AudioFormat("mp3", None, 44100, bit_rate=128000),
        "locale": "en-GB",
        "normalization": "off",
        "generation_config": config,
        "pronunciation_dict_id": "p",
    }
    speech: SpeechOptions = {
        **plain,
        "add_timestamps": True,
        "add_phoneme_timestamps": False,
        "use_normalized_timestamps": True,
    }
    context: ContextOptions = {**speech, "max_buffer_delay_ms": 0}
    client = Cartesia()
    client.tts.generate("Hi", voice="v", **plain)
    client.tts.generate_sse("Hi", voice="v", context_id="c", **speech)
    client.tts.speak("Hi", voice=VoiceId(id="v"), **context)


def tokens() -> Iterator[str]:
    yield "Hello"


async def async_tokens() -> AsyncIterator[str]:
    yield "Hello"


def speech(client: Cartesia) -> Audio:
    tts = client.tts
    assert_type(tts, TTS)
    with tts.generate("Hi", voice="v", output_format=PCM_16K) as stream:
        assert_type(stream, SpeechStream)
        for event in stream:
            describe(event)
    for block in tts.generate_sse("Hi", voice="v", add_timestamps=True).audio():
        assert_type(block, bytes)
    tts.speak(tokens(), voice={"id": "v"}, language="en").save("a.wav")
    tts.speak("Hi", voice="v").save(io.BytesIO())
    with tts.websocket_connect() as connection:
        assert_type(connection, TTSConnection)
        assert_type(connection.closed, bool)
        with connection.context("c", voice="v", max_buffer_delay_ms=0) as context:
            assert_type(context, TTSContext)
            context.push("Hello ")
            context.flush()
            context.no_more_inputs()
            for event in context.receive():
                describe(event)
            context.cancel()
            assert_type(context.context_id, str)
            assert_type(context.format, AudioFormat)
        stream = connection.speak("Hi", voice="v", context_id="d", output_format=TELEPHONY)
    assert_type(stream.words, tuple[Timing, ...])
    assert_type(stream.phonemes, tuple[Timing, ...])
    assert_type(stream.duration, float)
    assert_type(stream.time_to_first_audio, float | None)
    assert_type(stream.context_id, str | None)
    assert_type(stream.request_id, str | None)
    assert_type(stream.format, AudioFormat)
    stream.close()
    client.close()
    return stream.collect()


async def async_speech(client: AsyncCartesia) -> Audio:
    tts = client.tts
    assert_type(tts, AsyncTTS)
    async with tts.generate("Hi", voice="v", output_format=PCM_24K) as stream:
        assert_type(stream, AsyncSpeechStream)
        async for event in stream:
            describe(event)
    async for block in tts.generate_sse("Hi", voice="v").audio():
        assert_type(block, bytes)
    await tts.speak(async_tokens(), voice="v").save(Path("a.wav"))
    await tts.speak(tokens(), voice="v").aclose()
    async with tts.websocket_connect() as connection:
        assert_type(connection, AsyncTTSConnection)
        async with connection.context(voice="v", add_timestamps=True) as context:
            assert_type(context, AsyncTTSContext)
            await context.push("Hello ")
            await context.flush()
            await context.no_more_inputs()
            async for event in context.receive():
                describe(event)
            await context.cancel()
    opened = await tts.websocket_connect()
    stream = await opened.speak("Hi", voice="v")
    assert_type(stream, AsyncSpeechStream)
    await opened.aclose()
    await client.aclose()
    return await stream.collect()


class Report(Observer):
    def __init__(self) -> None:
        self.started: dict[ObservedStream, float] = {}
        self.sockets: set[ObservedConnection] = set()

    def stream_started(self, stream: ObservedStream) -> None:
        assert_type(stream.transport, StreamTransport)
        assert_type(stream.format, AudioFormat)
        self.started[stream] = 0.0

    def first_audio(self, stream: ObservedStream, seconds: float) -> None:
        self.started[stream] = seconds

    def stream_restarted(
        self, stream: ObservedStream, reason: RestartReason, error: APIError
    ) -> None:
        print(stream.model_id, stream.base_url, reason == "resumed", error.request_id)

    def stream_ended(self, stream: ObservedStream, error: Exception | None) -> None:
        stats = stream.stats
        assert_type(stats, StreamStats)
        assert_type(stats.outcome, StreamOutcome | None)
        assert_type(stats.min_lead, float | None)
        assert_type(stats.context_ids, tuple[str, ...])

    def connection_opened(self, connection: ObservedConnection) -> None:
        self.sockets.add(connection)

    def connection_closed(self, connection: ObservedConnection, cause: APIConnectionError) -> None:
        self.sockets.remove(connection)

    def request_finished(self, request: ObservedRequest) -> None:
        assert_type(request.status_code, int | None)
        assert_type(request.error, Exception | None)


def observing(client: AsyncCartesia) -> StreamStats:
    Cartesia(observers=[Report(), OpenTelemetry()])
    AsyncCartesia(observers=(OpenTelemetry(tracer_provider=None, meter_provider=None),))
    return client.tts.speak("Hi", voice="v").stats


def audio(utterance: Audio) -> Path:
    assert_type(utterance.data, bytes)
    assert_type(utterance.words, tuple[Timing, ...])
    assert_type(utterance.duration, float)
    assert_type(utterance.wav(), bytes)
    assert_type(utterance.format.nbytes(0.5), int)
    assert_type(utterance.format.duration(48000), float)
    assert_type(AudioFormat.of({"container": "raw"}), AudioFormat)
    with WavWriter("a.wav", utterance.format) as writer, Path("b.wav").open("wb") as file:
        writer.write(utterance.data)
        WavWriter(file, PCM_24K).close()
        assert_type(utterance.save(file), None)
    return utterance.save("a.wav")


def errors(call: Callable[[], None]) -> TimeoutPhase | str | int | float | bool | None:
    try:
        call()
    except (AuthenticationError, PermissionDeniedError, NotFoundError) as error:
        return error.status_code
    except RateLimitError as error:
        return assert_type(error.retry_after, float | None)
    except (BadRequestError, ConflictError, UnprocessableEntityError) as error:
        return assert_type(error.error_code, str | None)
    except InternalServerError as error:
        return assert_type(error.body, str | None)
    except APIStatusError as error:
        return error.title or error.doc_url
    except APITimeoutError as error:
        return assert_type(error.phase, TimeoutPhase)
    except DamagedAudioError as error:
        assert_type((error.at, error.position), tuple[float, int])
        assert_type(error.delivered, str | None)
    except ConnectionClosedError as error:
        return error.code if error.by == "remote" else error.reason
    except StreamTruncatedError as error:
        return error.chunks + error.nbytes
    except APIConnectionError as error:
        return assert_type(error.request_sent, bool)
    except RemoteProtocolError as error:
        return error.request_id
    except APIError as error:
        return error.message
    except BufferOverflowError as error:
        return error.limit
    except LocalStateError as error:
        return error.context_id
    except ConfigurationError as error:
        return error.option
    except CartesiaError as error:
        return error.retryable
    return __version__
