"""Text to speech: bytes, server-sent events, and contexts on a socket."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal, Self

from .._http.config import check_options
from .._http.operations import Infill, bytes_request, sse_request
from .._protocol.fields import DEFAULT_MODEL, check_text, speech_fields
from .._text.utterance import Utterance
from ..audio import PCM_24K, AudioFormat
from .flow import TEXTS, Opening, ThreadLock, close_dropped, owner, start_now
from .speech import AsyncSpeech
from .stream import AsyncSpeechStream, ContextSource

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
    from typing import Unpack

    from cartesia_api.models.infill_model import InfillModel
    from cartesia_api.models.language import Language
    from cartesia_runtime.files import UploadFile
    from cartesia_runtime.sender import RequestOptions

    from ..options import BytesOptions, ContextOptions, SpeechOptions
    from .connections import AsyncConnections
    from .flow import Owner
    from .http import ResponseSource
    from .websocket import AsyncSocketDriver

__all__ = ["AsyncTTS", "AsyncTTSConnection", "AsyncTTSContext"]


class AsyncTTSContext:
    """One utterance on a socket: push text as it comes, receive audio as it is made.

    Get one from `AsyncTTSConnection.context`. One task or thread may push while another receives.
    Leaving its block cancels what is not over.

    Attributes:
        format: Format of the audio.
    """

    __slots__ = ("__weakref__", "_owner", "_record", "_source", "format")

    def __init__(
        self,
        connections: AsyncConnections,
        driver: AsyncSocketDriver,
        context_id: str | None,
        fields: Mapping[str, object],
        fmt: AudioFormat,
    ) -> None:
        self._owner: Owner | None = None
        self._record = connections.record("websocket", fmt, fields.get("model_id"))
        context_id = context_id or str(uuid.uuid4())
        self._source = ContextSource(
            connections.pool.gate,
            driver,
            context_id,
            fields,
            fmt,
            self._record,
            connections.config.timeouts,
        )
        self._owner = owner()
        self.format: AudioFormat = fmt

    def __del__(self) -> None:
        if self._owner is not None and not self._source.reader.context.over:
            close_dropped(self._owner, self._source.cancel)

    @property
    def context_id(self) -> str:
        """The id on the wire."""
        return self._source.reader.context.id

    async def push(self, transcript: str) -> None:
        """Add text, verbatim: the service joins pushes without a space between them.

        Waits while the network is busy, and at first for a slot of the plan's limit. An empty
        string is not sent.

        Raises:
            LocalStateError: After `no_more_inputs`, `cancel` or the end of the context.
            APIError: What ended the context.
        """
        if transcript:
            await self._source.send(transcript, more=True)

    async def flush(self) -> None:
        """Have everything pushed so far spoken now; a `FlushDone` marks the boundary."""
        await self._source.send("", more=True, flush=True)

    async def no_more_inputs(self) -> None:
        """Say that the text is complete; the stream ends when it has been spoken."""
        await self._source.send("", more=False)

    async def cancel(self) -> None:
        """Stop at once: the stream ends with `Cancelled` and yields nothing stale.

        The socket stays open for other contexts. Safe to call twice.
        """
        await self._source.cancel()

    def receive(self) -> AsyncSpeechStream:
        """The events of this context; calling it again continues where the last one stopped.

        Closing a stream of it cancels the context; the context is cancelled as well when it is
        dropped together with its streams.
        """
        return AsyncSpeechStream(None, self._record, source=self._source, context=self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.cancel()


class AsyncTTSConnection:
    """A socket that carries many contexts at once. Leaving its block closes it.

    Get one from `AsyncTTS.websocket_connect`.
    """

    def __init__(self, connections: AsyncConnections, driver: AsyncSocketDriver) -> None:
        self._connections = connections
        self._driver = driver

    @property
    def closed(self) -> bool:
        """Whether no context can be opened any more."""
        return not self._driver.usable

    def context(
        self,
        context_id: str | None = None,
        *,
        voice: str | Mapping[str, object],
        **options: Unpack[ContextOptions],
    ) -> AsyncTTSContext:
        """Open a context.

        Args:
            context_id: Unique on this connection; made up if left out.
            voice: Id of the voice.
            options: See `ContextOptions`. They hold for the whole context.

        Raises:
            ConfigurationError: If the options do not fit together.
            ConnectionClosedError: If the socket is closed.
        """
        fields, fmt = speech_fields(voice, options)
        return AsyncTTSContext(self._connections, self._driver, context_id, fields, fmt)

    def speak(
        self,
        text: str | Iterable[str] | AsyncIterable[str],
        *,
        voice: str | Mapping[str, object],
        context_id: str | None = None,
        priority: int = 0,
        resume: bool = False,
        buffering: Literal["server", "client"] = "server",
        **options: Unpack[ContextOptions],
    ) -> AsyncSpeechStream:
        """`AsyncTTS.speak` on this socket.

        What begins again begins here, so the loss of the socket is final.
        """
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
        """Close the socket; open contexts end with an error. Safe to call twice."""
        await self._driver.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()


class AsyncTTS:
    """Text to speech. Get it as ``client.tts``.

    Speech starts at the call; with asyncio, when its stream is first used.
    """

    def __init__(self, connections: AsyncConnections) -> None:
        self._connections = connections

    def generate(
        self,
        transcript: str,
        *,
        voice: str | Mapping[str, object],
        options: RequestOptions | None = None,
        **speech: Unpack[BytesOptions],
    ) -> AsyncSpeechStream:
        """Speak a whole text over one HTTP call, in any container.

        Args:
            transcript: What to say.
            voice: Id of the voice.
            options: Settings of this call, such as its timeout.
            speech: See `BytesOptions`.

        Returns:
            The audio while it arrives; ``save`` writes it as it is for ``wav`` and ``mp3``.

        Raises:
            ConfigurationError: If the arguments cannot work; nothing was sent.
            APIError: When it starts, if the service refuses or cannot be reached.
        """
        check_options(options)
        request, connections = bytes_request(transcript, voice, speech), self._connections
        record = connections.record("bytes", request.format, request.model_id)
        return start_now(
            AsyncSpeechStream(lambda: connections.speech(request, options, record), record)
        )

    def generate_sse(
        self,
        transcript: str,
        *,
        voice: str | Mapping[str, object],
        context_id: str | None = None,
        options: RequestOptions | None = None,
        **speech: Unpack[SpeechOptions],
    ) -> AsyncSpeechStream:
        """Speak a whole text over server-sent events, with timestamps if asked for.

        Args:
            transcript: What to say.
            voice: Id of the voice.
            context_id: Echoed in the events; SSE has no continuation.
            options: Settings of this call, such as its timeout.
            speech: See `SpeechOptions`.

        Raises:
            ConfigurationError: If the arguments cannot work; nothing was sent.
            APIError: When it starts, if the service refuses or cannot be reached.
        """
        check_options(options)
        request, connections = sse_request(transcript, voice, speech, context_id), self._connections
        record = connections.record("sse", request.format, request.model_id)
        return start_now(
            AsyncSpeechStream(lambda: connections.speech(request, options, record), record)
        )

    def infill(
        self,
        transcript: str,
        *,
        voice: str | Mapping[str, object],
        language: Language | str,
        left_audio: UploadFile | None = None,
        right_audio: UploadFile | None = None,
        model_id: InfillModel | str = DEFAULT_MODEL,
        output_format: AudioFormat | Mapping[str, object] = PCM_24K,
        options: RequestOptions | None = None,
    ) -> AsyncSpeechStream:
        """Speak what joins two recordings, or continues or precedes one.

        Only the new audio comes back. It costs 300 credits and 1 more for each character.

        Args:
            transcript: What to say in the gap.
            voice: Id of the voice.
            language: Such as ``en``.
            left_audio: The recording before the gap: a path, bytes, an open file or a `File`.
            right_audio: The recording behind it. At least one of the two is needed.
            model_id: Id of the model.
            output_format: Format of the audio, in any container.
            options: Settings of this call, such as its timeout; ``progress`` is told
                how much of the recordings was sent.

        Returns:
            The audio while it arrives; ``save`` writes it as it is for ``wav`` and ``mp3``.

        Raises:
            ConfigurationError: If the arguments cannot work; nothing was sent.
            OSError: When it starts, if a recording cannot be opened.
            APIError: When it starts, if the service refuses or cannot be reached.
        """
        check_options(options)
        recordings = (left_audio, right_audio)
        given = sum(recording is not None for recording in recordings)
        infill = Infill.of(transcript, voice, language, model_id, output_format, recordings=given)

        record = self._connections.record("bytes", infill.format, infill.model_id)

        async def start() -> ResponseSource:
            from cartesia_runtime.files import Uploads
            from cartesia_runtime.models import UNSET

            with Uploads() as uploads:  # open until the answer begins, and for every try
                left, right = (
                    UNSET if recording is None else uploads.file(recording)
                    for recording in recordings
                )
                return await self._connections.speech(infill.request(left, right), options, record)

        return start_now(AsyncSpeechStream(start, record))

    def websocket_connect(self) -> Opening[AsyncTTSConnection]:
        """Open a socket for many contexts; ahead of need saves the handshake later.

        Use it in a ``with`` block, which is ``async with`` for asyncio. Or close the connection
        yourself; with asyncio, ``await`` gives it.

        Raises:
            APIStatusError: If the service refused, as over HTTP.
            APIConnectionError: If it cannot be reached.
        """
        return Opening(self._connect)  # sync: return self._connect()

    async def _connect(self) -> AsyncTTSConnection:
        return AsyncTTSConnection(self._connections, await self._connections.connect())

    async def prewarm(self, sockets: int = 1) -> None:
        """Open sockets for `speak` ahead of need, and keep that many open and fresh from now on.

        Raises:
            APIError: If the service refused or cannot be reached.
        """
        await self._connections.pool.prewarm(sockets)

    def speak(
        self,
        text: str | Iterable[str] | AsyncIterable[str],
        *,
        voice: str | Mapping[str, object],
        context_id: str | None = None,
        priority: int = 0,
        resume: bool = False,
        buffering: Literal["server", "client"] = "server",
        **options: Unpack[ContextOptions],
    ) -> AsyncSpeechStream:
        """Speak a text, or pieces of text as they come, such as the tokens of a language model.

        It is spoken on sockets that the client keeps warm between calls. If the connection breaks
        off before any audio was handed out, it is said again on another.

        Args:
            text: The text, or an iterable of pieces, read by a task or thread of its own. Pieces
                are sent verbatim as soon as they come and joined without a space. With asyncio, a
                plain iterable is read in the event loop, so it must not block.
            voice: Id of the voice.
            context_id: Of the first context; made up if left out.
            priority: Higher goes first where the plan's limit makes speech wait.
            resume: Whether to go on after a connection that broke off in the middle, with the
                first word that did not arrive in full. A `Resumed` event tells. Audio is then
                handed out word by word, which needs the word times and yields them.
            buffering: Who gathers pieces into sentences: the service, or this client, which then
                has each sentence spoken at once, and what there is when nothing comes for 3 s.
                The service ends what it has spoken soon after the last audio, so a model that
                pauses for longer needs ``resume``.
            options: See `ContextOptions`.

        Returns:
            The speech; an exception of ``text`` is raised where it is read.

        Raises:
            ConfigurationError: If the text is empty or the options do not fit together.
        """
        return _speak(
            self._connections,
            lambda: self._connections.pool.acquire(),
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
    text: str | Iterable[str] | AsyncIterable[str],
    *,
    voice: str | Mapping[str, object],
    context_id: str | None,
    priority: int,
    resume: bool,
    buffering: Literal["server", "client"],
    options: ContextOptions,
) -> AsyncSpeechStream:
    """The stream of a spoken text, on whatever socket is acquired."""
    check_text(text, TEXTS)
    fields, fmt = speech_fields(voice, options)
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
