"""The calls of v0, over the connections of the current client."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from functools import partial
from typing import TYPE_CHECKING, NoReturn, Protocol, Self, TypeVar, cast

from ..._aio.connections import AsyncConnections
from ..._aio.credentials import AsyncCredentials
from ..._aio.flow import Ongoing, check_owner, close_dropped, is_elsewhere, owner, sleep
from ..._checks import text_of
from ..._http.config import NotCopyable
from ..._http.operations import SpeechRequest, parsed, sendable
from ..._protocol.backoff import Backoff
from ..._protocol.faults import redact
from ...errors import APIError
from .._calls import (
    AudioOutput,
    Outputs,
    audio_format,
    check_one_source,
    embedding_of,
    metadata,
    name_of_audio,
)
from .._config import escaped
from .._failures import (
    MAX_ATTEMPTS,
    broken_generation,
    broken_response,
    cloning_failed,
    lookup_failed,
    refused_speech,
    transcription_failed,
    translated,
    voices_failed,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable, Mapping

    import httpx
    from cartesia_runtime.options import RequestOptions
    from cartesia_runtime.sender import Request

    from ..._aio.flow import Owner
    from ..._aio.http import ResponseSource
    from ..._aio.websocket import AsyncSocketDriver, ContextReader
    from ..._http.config import Config
    from ...events import SpeechEvent
    from .._calls import Embedding, VoiceMetadata
    from .._config import ConfigV0

T = TypeVar("T")


class AsyncConnectionsV0(AsyncConnections):
    """The connections of the current client, with v0 sockets."""

    def __init__(self, config: ConfigV0) -> None:
        super().__init__(
            config,
            AsyncCredentials(None),
            max_retries=MAX_ATTEMPTS - 1,
            max_concurrency=None,
            max_sockets=1,
            http_client=None,
            ssl_context=None,
            proxy=None,
        )
        self._config = config

    async def _open_socket(
        self, config: Config | None, *, max_retries: int | None
    ) -> AsyncSocketDriver:
        """Open a socket; retry with the key in the query if the service does not find it."""
        given = self._config
        try:
            driver = await self._socket(given, max_retries)
        except APIError as error:
            if not given.wants_query(error):
                raise
            given = given.with_key_in_query()
            driver = await self._socket(given, max_retries)
        self._config = given
        return driver

    async def _socket(self, config: ConfigV0, max_retries: int | None) -> AsyncSocketDriver:
        try:
            return await self.http.socket(config, max_retries=max_retries)
        except APIError as error:  # the error may quote the URL
            redact(error, escaped(config.api_key))
            raise


class Source(Protocol):
    """The events of one generation."""

    async def next_event(self) -> SpeechEvent | None:
        """Wait for the next event; return None after the last one."""

    async def aclose(self) -> None:
        """Cancel the generation if it is still going on."""


class AsyncSocketSource:
    """The events of a generation on a socket.

    Args:
        interrupts: Whether the service waits for an acknowledgement of each chunk.
    """

    def __init__(
        self, driver: AsyncSocketDriver, reader: ContextReader, *, interrupts: bool
    ) -> None:
        self._driver = driver
        self._reader = reader
        self._interrupts = interrupts
        self._owed = False

    async def next_event(self) -> SpeechEvent | None:
        """Acknowledge the last chunk and wait for the next event; return None after the last."""
        if self._owed:
            self._owed = False
            await self._driver.send(self._reader, "", more=True, flush=True)
        context = self._reader.context
        while (event := context.pop()) is None and await self._driver.wait(self._reader):
            pass
        self._owed = self._interrupts and event is not None and event.type == "chunk"
        return event

    async def aclose(self) -> None:
        """Cancel the generation if it is still going on."""
        if not self._reader.context.done:
            self._driver.cancel(self._reader)


class AsyncGeneration(NotCopyable, AsyncGenerator[AudioOutput]):
    """Generator of the audio of one generation; closing or dropping it cancels the generation.

    Unlike a real generator, it survives a cancelled or interrupted wait.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[Source]],
        outputs: Outputs,
        failed: Callable[[APIError], APIError],
    ) -> None:
        self._owner: Owner | None = None  # the process and loop that close it if it is dropped
        self._start = start
        self.outputs: Outputs = outputs
        self._failed = failed
        self._starting: Ongoing[Source] | None = None
        self._source: Source | None = None
        self._closed = False

    async def start(self) -> Self:
        """Start the generation; raise an error if it cannot start."""
        await self._started()
        return self

    async def _started(self) -> Source | None:
        self._check()
        if self._source is None:
            if self._starting is None:
                self._owner = owner()
                self._starting = Ongoing(self._start)
            try:
                self._source = await self._starting.result()
            except Exception:
                self._owner = None  # there is nothing to close
                raise
        return self._source

    def _check(self) -> None:
        """Raise an error in another process or event loop than the one that started it."""
        if self._owner is not None:
            check_owner(self._owner)

    async def asend(self, value: None) -> AudioOutput:
        """Wait for the next output and return it."""
        return await anext(self)

    async def __anext__(self) -> AudioOutput:
        output: AudioOutput | None = None
        try:
            source = None if self._closed else await self._started()
            with translated(self._failed):
                while source is not None and output is None:
                    event = await source.next_event()
                    if event is None:
                        break
                    output = self.outputs.take(event)
        except Exception:
            await self.aclose()
            raise
        except BaseException:
            del self  # else a cancelled task's traceback keeps it alive
            raise
        if output is None:
            await self.aclose()
            raise StopAsyncIteration
        return output

    async def athrow(self, kind: object, value: object = None, trace: object = None) -> NoReturn:
        """Cancel the generation and raise the given error."""
        await self.aclose()
        error = kind if value is None else value
        raise cast("BaseException", error() if isinstance(error, type) else error)

    async def aclose(self) -> None:
        """Cancel the generation if it is still going on."""
        self._check()
        self._closed = True
        await _close(self._source, self._starting)
        self._owner = None

    def __del__(self) -> None:
        where: Owner | None = getattr(self, "_owner", None)  # `__init__` may not have run
        if where is not None:
            close_dropped(where, partial(_close, self._source, self._starting))


async def _close(source: Source | None, starting: Ongoing[Source] | None) -> None:
    if source is None and starting is not None:
        source = await starting.stop()
    if source is not None:
        await source.aclose()


class AsyncV0Client:
    """The calls of v0; they raise errors with the messages of package 0.0.6."""

    def __init__(self, config: ConfigV0) -> None:
        self._interrupts = config.interrupts
        self._connections = AsyncConnectionsV0(config)
        self._opened: tuple[Owner, AsyncSocketDriver] | None = None

    # --- lookups

    async def voices(self, *, skip_embeddings: bool) -> list[VoiceMetadata]:
        """List all voices."""
        from cartesia_api_v0.api.voices import voices_list
        from cartesia_runtime.models import UNSET

        select = "id, name, description" if skip_embeddings else UNSET
        with translated(voices_failed):
            found = await self._call(voices_list.build_request(select=select), voices_list.parse)
        return [metadata(voice) for voice in found]

    async def embedding(
        self,
        *,
        voice_id: str | None,
        filepath: str | os.PathLike[str] | None,
        link: str | None,
    ) -> Embedding:
        """Return the embedding of a stored voice, of a recording, or of a recording on the web."""
        from cartesia_api_v0.api.voices import (
            voices_clone_from_clip,
            voices_clone_from_link,
            voices_get_embedding,
        )
        from cartesia_api_v0.models.clip_upload import ClipUpload
        from cartesia_runtime.files import Uploads

        check_one_source(voice_id, filepath, link)
        with Uploads() as uploads, translated(lookup_failed if voice_id else cloning_failed):
            if voice_id:
                stored = text_of(voice_id, "voice_id")
                request = sendable(lambda: voices_get_embedding.build_request(id=stored))
                parse = voices_get_embedding.parse
            elif filepath:
                clip = sendable(lambda: uploads.file(filepath, "filepath"))
                request = voices_clone_from_clip.build_request(body=ClipUpload(clip=clip))
                parse = voices_clone_from_clip.parse
            else:
                address = text_of(link, "link")
                request = voices_clone_from_link.build_request(link=address)
                parse = voices_clone_from_link.parse
            return embedding_of((await self._call(request, parse)).embedding)

    async def transcribe(self, raw_audio: bytes | str | os.PathLike[str]) -> str:
        """Transcribe a recording; retried like a lookup, because the service stores nothing."""
        from cartesia_api_v0.api.audio import audio_transcribe
        from cartesia_api_v0.models.clip_upload import ClipUpload
        from cartesia_runtime.files import Uploads

        with Uploads() as uploads, translated(transcription_failed):
            clip = sendable(lambda: uploads.file(raw_audio, "raw_audio"))
            if isinstance(clip.payload, bytes):
                clip.file_name, clip.mime_type = name_of_audio(clip.payload)
            request = audio_transcribe.build_request(body=ClipUpload(clip=clip))
            heard = await self._call(request, audio_transcribe.parse, {"idempotent": True})
            return heard.text

    async def _call(
        self,
        request: Request,
        parse: Callable[[httpx.Response], T],
        options: RequestOptions | None = None,
    ) -> T:
        return parsed(await self._connections.http.send(request, options), parse)

    # --- speech

    async def over_http(self, body: Mapping[str, object]) -> ResponseSource:
        """Start a generation over HTTP, with at most `MAX_ATTEMPTS` attempts.

        Raises:
            APIError: If the generation does not start.
        """
        from cartesia_api_v0.api.audio import audio_sse
        from cartesia_api_v0.models.speech_request import SpeechRequest as Body

        from .._response import ObjectDecoder

        request = SpeechRequest(
            sendable(lambda: audio_sse.build_request(body=Body.from_dict(body))),
            ObjectDecoder,
            str(body.get("transcript")),
            audio_format(body.get("output_format")),
        )
        retries = Backoff(MAX_ATTEMPTS - 1, idempotent=True)
        with translated(refused_speech):
            while True:
                try:
                    return await self._connections.http.speech(
                        request, {"max_retries": 0}, _nothing
                    )
                except APIError as error:
                    delay = retries.delay_after(error)
                    if delay is None:
                        raise
                await sleep(delay)

    async def over_socket(
        self, body: Mapping[str, object], context_id: str | None = None
    ) -> AsyncSocketSource:
        """Start a generation on the socket; open the socket if needed.

        Raises:
            APIError: If the socket cannot be opened.
        """
        driver = await self.connect()
        reader = driver.open(context_id or uuid.uuid4().hex, {"data": body})
        source = AsyncSocketSource(driver, reader, interrupts=self._interrupts)
        text = str(body.get("transcript") or " ")
        try:
            await driver.send(reader, text, more=self._interrupts)
        except BaseException:
            await source.aclose()
            raise
        return source

    def generation(
        self, body: Mapping[str, object], context_id: str | None = None, *, socket: bool
    ) -> AsyncGeneration:
        """Return a generator of the audio of a generation, on the socket or over HTTP."""
        outputs = Outputs(body, context_id)
        if socket:
            start = partial(self.over_socket, body, context_id)
            return AsyncGeneration(start, outputs, broken_generation)
        return AsyncGeneration(partial(self.over_http, body), outputs, broken_response)

    # --- the socket

    async def connect(self) -> AsyncSocketDriver:
        """Return the open socket, or open a new one."""
        driver = await self._connections.acquire()
        self._opened = owner(), driver
        return driver

    @property
    def driver(self) -> AsyncSocketDriver | None:
        """The current socket in this process and event loop; None before the first."""
        if self._opened is None or is_elsewhere(self._opened[0]):
            return None
        return self._opened[1]

    async def aclose(self) -> None:
        """Close all connections; safe to call twice."""
        await self._connections.aclose()


def _nothing() -> None:
    """Do nothing when a response ends, because v0 calls take no slot."""
