"""Text to speech: bytes, server-sent events, and contexts on a socket."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING, Literal, Self, cast

from .._checks import TextJoiner, id_of, whole_number
from .._http.config import NotCopyable
from .._http.operations import Infill, bytes_request, sse_request
from .._protocol.fields import (
    DEFAULT_MODEL,
    check_text,
    manner_of,
    speech_fields,
    with_extra,
)
from .._text.utterance import Utterance
from ..audio import PCM_24K, AudioFormat
from ..errors import ConfigurationError
from .flow import (
    TEXTS,
    Opening,
    ThreadLock,
    check_owner,
    close_dropped,
    is_elsewhere,
    owner,
    start_now,
)
from .speech import AsyncSpeech
from .stream import AsyncSpeechStream, ContextSource, uploading

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
    from typing import Unpack

    from cartesia_api.models.infill_model import InfillModel
    from cartesia_api.models.language import Language
    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.options import RequestOptions

    from .._http.operations import SpeechRequest
    from ..observe import StreamTransport
    from ..options import (
        BytesOptions,
        ContextOptions,
        GenerationConfig,
        Piece,
        SpeechOptions,
        VoiceLike,
    )
    from .connections import AsyncConnections
    from .websocket import AsyncSocketDriver

__all__ = ["AsyncTTS", "AsyncTTSConnection", "AsyncTTSContext"]


class AsyncTTSContext(NotCopyable):
    """One utterance on a socket: push text piece by piece, and receive audio while it is generated.

    `AsyncTTSConnection.context` creates it. One task or thread may push while another receives.
    Leaving its block cancels the speech if it is still going on.

    Attributes:
        format: Format of the audio.
    """

    __slots__ = ("__weakref__", "_joiner", "_owner", "_record", "_source", "format")

    def __init__(
        self,
        connections: AsyncConnections,
        driver: AsyncSocketDriver,
        context_id: str | None,
        fields: Mapping[str, object],
        fmt: AudioFormat,
    ) -> None:
        self._record = connections.record("websocket", fmt, fields.get("model_id"))
        self._joiner = TextJoiner("transcript")
        self._source = ContextSource(
            connections.pool.gate,
            driver,
            context_id or str(uuid.uuid4()),
            fields,
            fmt,
            self._record,
            connections.config.timeouts,
        )
        self._owner = owner()
        self.format: AudioFormat = fmt

    def __del__(self) -> None:
        where = getattr(self, "_owner", None)  # `__init__` may not have run
        if where is not None and not self._source.reader.context.done:
            close_dropped(where, self._source.leave)

    @property
    def context_id(self) -> str:
        """The id of the context in the messages of the API."""
        return self._source.reader.context.id

    async def push(
        self,
        transcript: str | None,
        *,
        flush: bool = False,
        generation_config: GenerationConfig | None = None,
    ) -> None:
        """Send text; the service joins the pieces verbatim, without adding a space.

        The first push waits for a slot of the plan's limit, and every push waits while the network
        is busy.

        Args:
            transcript: The text. An empty string and None, which language models send between
                their tokens, are not sent. If a character is split into two surrogates, the client
                keeps the first one until the next push.
            flush: Whether to `flush` after the text.
            generation_config: Speed, volume and emotion of this push; its members win over those of
                the context. The API has no other options that may change within a context.

        Raises:
            ConfigurationError: If an argument is invalid, or the text has half a character.
            LocalStateError: After `no_more_inputs`, `cancel` or the end of the context.
            APIError: If the context has failed; it is the error that ended the context.
        """
        manner = None if generation_config is None else manner_of(generation_config)
        joiner, half = self._joiner, self._joiner.half
        text = joiner.take(transcript)
        if text:
            try:
                await self._send(text, manner=manner)
            except BaseException:
                joiner.half = half  # so that the same push can be tried again
                raise
        if flush:
            await self.flush()

    async def flush(self) -> None:
        """Make the service speak everything pushed so far; a `FlushDone` event marks its end."""
        await self._send("", flush=True)

    async def no_more_inputs(self) -> None:
        """Mark the text as complete; the stream ends when all of it has been spoken.

        Raises:
            ConfigurationError: If the text ends with half a character, which is then dropped.
        """
        self._joiner.finish()
        await self._send("", more=False)

    async def cancel(self) -> None:
        """Cancel the speech at once: the stream ends with `Cancelled` and drops unread audio.

        The socket stays open for other contexts. Safe to call twice.
        """
        check_owner(self._owner)
        await self._source.cancel()

    def receive(self) -> AsyncSpeechStream:
        """Return a stream of this context; a second one continues where the first stopped.

        Closing a stream cancels the context. So does dropping the context with all its streams.
        """
        check_owner(self._owner)
        return AsyncSpeechStream(None, self._record, source=self._source, context=self)

    async def _send(
        self,
        text: str,
        *,
        more: bool = True,
        flush: bool = False,
        manner: Mapping[str, object] | None = None,
    ) -> None:
        check_owner(self._owner)
        await self._source.send(text, more=more, flush=flush, manner=manner)

    async def __aenter__(self) -> Self:
        check_owner(self._owner)
        return self

    async def __aexit__(self, *error: object) -> None:
        if not is_elsewhere(self._owner):
            await self._source.leave()


class AsyncTTSConnection(NotCopyable):
    """A socket that carries many contexts at the same time; leaving its block closes it.

    `AsyncTTS.websocket_connect` opens it. It belongs to the process, and with asyncio to the event
    loop, that opened it. After a fork, or in another loop, its methods raise `LocalStateError`, and
    so do those of its contexts and streams; leaving their blocks there does nothing.
    """

    def __init__(self, connections: AsyncConnections, driver: AsyncSocketDriver) -> None:
        self._connections = connections
        self._driver = driver
        self._owner = owner()

    @property
    def closed(self) -> bool:
        """Whether the socket can open no more contexts, or none in this process or event loop."""
        return is_elsewhere(self._owner) or not self._driver.usable

    def context(
        self,
        context_id: str | None = None,
        *,
        voice: VoiceLike,
        **options: Unpack[ContextOptions],
    ) -> AsyncTTSContext:
        """Open a context.

        Args:
            context_id: Id of the context, unique on this connection. Default: a random id.
            voice: Id of the voice.
            options: See `ContextOptions`. They apply to the whole context; a push may have a
                ``generation_config`` of its own.

        Raises:
            ConfigurationError: If an option is invalid.
            ConnectionClosedError: If the socket is closed.
        """
        check_owner(self._owner)
        fields, fmt = speech_fields(voice, options, "context")
        fields = with_extra(fields, options)
        if context_id is not None:
            context_id = id_of(context_id, "context_id")
        return AsyncTTSContext(self._connections, self._driver, context_id, fields, fmt)

    def speak(
        self,
        text: str | Iterable[str | Piece | None] | AsyncIterable[str | Piece | None],
        *,
        voice: VoiceLike,
        context_id: str | None = None,
        priority: int = 0,
        resume: bool = False,
        buffering: Literal["server", "client"] = "server",
        **options: Unpack[ContextOptions],
    ) -> AsyncSpeechStream:
        """Speak a text on this socket; see `AsyncTTS.speak`.

        Retries use the same socket, so losing the socket is a final failure.
        """
        check_owner(self._owner)
        return _speak(
            self._connections,
            self._acquire,
            text,
            voice=voice,
            context_id=context_id,
            priority=priority,
            resume=resume,
            buffering=buffering,
            options=options,
        )

    async def _acquire(self) -> AsyncSocketDriver:
        return self._driver

    async def aclose(self) -> None:
        """Close the socket; open contexts raise an error. Safe to call twice."""
        check_owner(self._owner)
        await self._driver.aclose()

    async def __aenter__(self) -> Self:
        check_owner(self._owner)
        return self

    async def __aexit__(self, *error: object) -> None:
        if not is_elsewhere(self._owner):
            await self._driver.aclose()


class AsyncTTS:
    """Text to speech, available as ``client.tts``.

    The sync client sends a request when you call a method; the async client sends it when you first
    use the stream.
    """

    def __init__(self, connections: AsyncConnections) -> None:
        self._connections = connections

    def generate(
        self,
        transcript: str,
        *,
        voice: VoiceLike,
        options: RequestOptions | None = None,
        **speech: Unpack[BytesOptions],
    ) -> AsyncSpeechStream:
        """Speak a whole text over one HTTP call; returns audio in any container.

        Args:
            transcript: Text to speak.
            voice: Id of the voice.
            options: Settings of this call, such as its timeout.
            speech: See `BytesOptions`.

        Returns:
            A stream of the audio; ``save`` writes ``wav`` and ``mp3`` as they are, and makes the
            length in the header of a ``wav`` true.

        Raises:
            ConfigurationError: If an argument is invalid; nothing was sent.
            APIError: When the request is sent, if the service returns an error or is unreachable.
        """
        return self._stream("bytes", bytes_request(transcript, voice, speech, options), options)

    def generate_sse(
        self,
        transcript: str,
        *,
        voice: VoiceLike,
        context_id: str | None = None,
        options: RequestOptions | None = None,
        **speech: Unpack[SpeechOptions],
    ) -> AsyncSpeechStream:
        """Speak a whole text over server-sent events, with timestamps on request.

        Args:
            transcript: Text to speak.
            voice: Id of the voice.
            context_id: Id that the service repeats in the events. SSE cannot continue a context.
            options: Settings of this call, such as its timeout.
            speech: See `SpeechOptions`.

        Raises:
            ConfigurationError: If an argument is invalid; nothing was sent.
            APIError: When the request is sent, if the service returns an error or is unreachable.
        """
        request = sse_request(transcript, voice, speech, context_id, options)
        return self._stream("sse", request, options)

    def _stream(
        self, transport: StreamTransport, request: SpeechRequest, options: RequestOptions | None
    ) -> AsyncSpeechStream:
        record = self._connections.record(transport, request.format, request.model_id)
        speech = partial(self._connections.speech, request, options, record)
        return start_now(AsyncSpeechStream(speech, record))

    def infill(
        self,
        transcript: str,
        *,
        voice: VoiceLike,
        language: Language | str,
        left_audio: UploadFile | None = None,
        right_audio: UploadFile | None = None,
        model_id: InfillModel | str = DEFAULT_MODEL,
        output_format: AudioFormat | Mapping[str, object] = PCM_24K,
        options: RequestOptions | None = None,
    ) -> AsyncSpeechStream:
        """Speak a text that fits between two recordings, or before or after one.

        The stream has only the new audio. The service charges 300 credits, and 1 for each
        character.

        Args:
            transcript: Text to speak in the gap.
            voice: Id of the voice.
            language: Language of the text, such as ``en``.
            left_audio: The recording before the gap: a path, bytes, an `Audio`, an open file or a
                `File`.
            right_audio: The recording after the gap. At least one of the two is required.
            model_id: Id of the model.
            output_format: Format of the audio, in any container.
            options: Settings of this call, such as its timeout; the client calls ``progress`` with
                the bytes sent so far and in total.

        Returns:
            A stream of the audio; ``save`` writes ``wav`` and ``mp3`` as they are, and makes the
            length in the header of a ``wav`` true.

        Raises:
            ConfigurationError: If an argument is invalid; nothing was sent.
            OSError: When the request is sent, if a recording cannot be opened.
            APIError: When the request is sent, if the service returns an error or is unreachable.
        """
        recordings = {"left_audio": left_audio, "right_audio": right_audio}
        infill = Infill.of(recordings, transcript, voice, language, model_id, output_format)
        return uploading(self._connections, "bytes", infill, options)

    def websocket_connect(self) -> Opening[AsyncTTSConnection]:
        """Open a socket for many contexts; open it early to save the handshake later.

        Use it in a ``with`` block, or in an ``async with`` block with the async client. Otherwise
        close the connection yourself; with the async client, ``await`` returns it.

        Raises:
            APIStatusError: If the service rejects the handshake with an HTTP status.
            APIConnectionError: If the service is unreachable.
        """
        return Opening(self._connect)  # sync: return self._connect()

    async def _connect(self) -> AsyncTTSConnection:
        return AsyncTTSConnection(self._connections, await self._connections.connect())

    async def prewarm(self, sockets: int = 1) -> None:
        """Open sockets for `speak` in advance, and keep that many open from now on.

        Args:
            sockets: Number of sockets, at most ``max_sockets`` of the client.

        Raises:
            APIError: If the service rejects the handshake or is unreachable.
        """
        await self._connections.pool.prewarm(whole_number(sockets, "sockets", least=0))

    def speak(
        self,
        text: str | Iterable[str | Piece | None] | AsyncIterable[str | Piece | None],
        *,
        voice: VoiceLike,
        context_id: str | None = None,
        priority: int = 0,
        resume: bool = False,
        buffering: Literal["server", "client"] = "server",
        **options: Unpack[ContextOptions],
    ) -> AsyncSpeechStream:
        """Speak a text, or pieces of text as they arrive, such as the tokens of a language model.

        The client keeps the sockets open between calls. If a connection breaks off before the
        stream has delivered any audio, the client speaks the text again on another one.

        Args:
            text: The text, or an iterable of pieces that the client reads in its own task or
                thread. It sends each piece verbatim as soon as it arrives, unless the text is
                minutes ahead of the audio, and the service joins the pieces without a space. None
                is no text; a `Piece` has options of its own. The async client reads a plain
                iterable in the event loop, so that iterable must not block.
            voice: Id of the voice.
            context_id: Id of the first context. Default: a random id.
            priority: Speech with a higher priority goes first when the plan's limit makes it wait.
            resume: Whether to continue after a connection that broke off during the audio, from the
                first word that did not arrive in full; a `Resumed` event marks that place. The
                stream then delivers audio word by word, and turns on word timestamps.
            buffering: Who groups pieces into sentences: the service, or this client. The client
                makes the service speak each sentence at once, and an unfinished one when no piece
                arrives for 3 s. The service ends the context soon after it has spoken all it has,
                so a model that pauses for longer needs ``resume``.
            options: See `ContextOptions`.

        Returns:
            The stream; reading it raises any exception that ``text`` raises.

        Raises:
            ConfigurationError: If the text is empty or an option is invalid.
        """
        return _speak(
            self._connections,
            self._connections.acquire,
            text,
            voice=voice,
            context_id=context_id,
            priority=priority,
            resume=resume,
            buffering=buffering,
            options=options,
        )


def _speak(
    connections: AsyncConnections,
    acquire: Callable[[], Awaitable[AsyncSocketDriver]],
    text: str | Iterable[str | Piece | None] | AsyncIterable[str | Piece | None],
    *,
    voice: VoiceLike,
    context_id: str | None,
    priority: int,
    resume: bool,
    buffering: Literal["server", "client"],
    options: ContextOptions,
) -> AsyncSpeechStream:
    """Create the stream of a spoken text, on a socket that ``acquire`` returns."""
    text = cast("str | Iterable[str | Piece | None]", check_text(text, TEXTS))
    fields, fmt = speech_fields(voice, options, "tts.speak")
    fields = with_extra(fields, options)
    if context_id is not None:
        context_id = id_of(context_id, "context_id")
    if buffering not in ("server", "client"):
        raise ConfigurationError(
            f"buffering is {buffering!r}; give 'server' or 'client'", option="buffering"
        )
    for name, value, kind in (("priority", priority, int), ("resume", resume, bool)):
        if not isinstance(cast("object", value), kind):
            raise ConfigurationError(f"{name} is {value!r}; give {kind.__name__}", option=name)
    chunker = None
    if buffering == "client" and not isinstance(text, str):
        from .._text.chunker import CHUNKED_BUFFER_DELAY_MS, Chunker

        chunker = Chunker()
        fields.setdefault("max_buffer_delay_ms", CHUNKED_BUFFER_DELAY_MS)
    record = connections.record("websocket", fmt, fields.get("model_id"))
    speech = AsyncSpeech(
        Utterance(
            fields, fmt, resume=resume, max_retries=connections.max_retries, guard=ThreadLock()
        ),
        text,
        acquire=acquire,
        gate=lambda: connections.pool.gate,
        context_id=context_id,
        priority=priority,
        timeouts=connections.config.timeouts,
        chunker=chunker,
        record=record,
    )
    return start_now(AsyncSpeechStream(speech.start, record))
