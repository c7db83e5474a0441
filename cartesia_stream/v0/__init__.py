"""The v0 client: the API of package ``cartesia`` 0.0.6 on the connections of this package.

    from cartesia_stream.v0 import CartesiaTTS

    with CartesiaTTS() as client:
        voice = client.get_voices()["Graham"]
        embedding = client.get_voice_embedding(voice_id=voice["id"])
        output = client.generate(transcript="Hello!", voice=embedding, stream=False)

The import is the only line of old code that you change: signatures, results, environment variables
and messages are those of 0.0.6. Its defects are fixed: the client reuses and shares sockets, a
stream that breaks off raises an error, and retries never repeat audio. Each error is an instance of
the class that old code catches, and of a class of `cartesia_stream.errors`, with status, body and
request id.

Everything here is deprecated: each warning names the section of ``docs/migrating.md`` that says
what to write instead.
"""

from __future__ import annotations

import os
import warnings
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Final, Literal, Self, TypeVar, overload

from .._http.config import NotCopyable, shown
from .._protocol.frames import decode
from ..errors import APIStatusError, LocalStateError
from ..options import Timeouts
from ._aio.client import AsyncV0Client
from ._aio.retry import retry_on_connection_error as retry_on_connection_error_async
from ._calls import (
    AudioOutput,
    Embedding,
    OutputFormat,
    Outputs,
    VoiceMetadata,
    by_name,
    check_inputs,
    convert_response,
    speech_body,
)
from ._config import ConfigV0
from ._failures import BACKOFF_FACTOR, MAX_ATTEMPTS, broken_response
from ._frames import ObjectStream, typed
from ._sync.client import V0Client
from ._sync.retry import retry_on_connection_error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence

__all__ = [
    "BACKOFF_FACTOR",
    "DEFAULT_API_VERSION",
    "DEFAULT_BASE_URL",
    "DEFAULT_MODEL_ID",
    "DEFAULT_NUM_CONNECTIONS",
    "DEFAULT_TIMEOUT",
    "MAX_RETRIES",
    "AsyncCartesiaTTS",
    "AudioOutput",
    "CartesiaTTS",
    "Embedding",
    "OutputFormat",
    "VoiceMetadata",
    "convert_response",
    "retry_on_connection_error",
    "retry_on_connection_error_async",
    "update_buffer",
]

T = TypeVar("T")

DEFAULT_MODEL_ID: str = ""
"""Id of the model; if it is empty, the client sends none and the service chooses."""
DEFAULT_BASE_URL: str = "api.cartesia.ai"
"""Host of the service, without a scheme."""
DEFAULT_API_VERSION: str = "v0"
"""The path of the alpha API."""
DEFAULT_TIMEOUT: float = 30
"""Seconds to connect, and for each gap in a response. A whole stream has no deadline."""
DEFAULT_NUM_CONNECTIONS: int = 10
"""Has no effect: the connection pool is that of the current client."""
MAX_RETRIES: int = MAX_ATTEMPTS
"""Maximum number of attempts, including the first."""


class Connection:
    """The socket of a client, ``client.websocket``, with the attributes that old code uses."""

    def __init__(self, number: Callable[[], int], is_closed: Callable[[], bool]) -> None:
        self._number = number
        self._is_closed = is_closed

    @property
    def socket(self) -> Self:
        """The object itself, for ``websocket.socket.fileno()``."""
        return self

    @property
    def closed(self) -> bool:
        """Whether the socket is closed."""
        return self._is_closed()

    def fileno(self) -> int:
        """Return the file descriptor of the socket; -1 if it is closed."""
        return self._number()


class _Client(NotCopyable):
    """Base class of both clients: settings and their properties.

    Raises:
        ConfigurationError: If there is no API key, or the base URL is invalid.
    """

    _name = ""

    def __init__(
        self, *, api_key: str | None = None, experimental_ws_handle_interrupts: bool = False
    ) -> None:
        _deprecated(self._name)
        self._base_url = os.environ.get("CARTESIA_BASE_URL") or DEFAULT_BASE_URL
        self._api_version = os.environ.get("CARTESIA_API_VERSION") or DEFAULT_API_VERSION
        seconds = float(DEFAULT_TIMEOUT)
        self._config = ConfigV0(
            api_key=api_key,
            host=self._base_url,
            api_version=self._api_version,
            interrupts=experimental_ws_handle_interrupts,
            timeouts=Timeouts(
                connect=seconds, read=seconds, write=seconds, first_audio=seconds, idle=seconds
            ),
            environ=os.environ,
        )
        self._entered = False

    def __repr__(self) -> str:
        return shown(self)

    @property
    def base_url(self) -> str:
        """The value of ``CARTESIA_BASE_URL``: a host, a host with a port, or a URL."""
        return self._base_url

    @property
    def api_version(self) -> str:
        """The value of ``CARTESIA_API_VERSION``, the last path segment of the base URL."""
        return self._api_version

    @property
    def api_key(self) -> str:
        """The API key."""
        return self._config.api_key

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a call with a JSON body, as a new dict."""
        return {"X-API-Key": self.api_key, "Content-Type": "application/json"}

    @property
    def experimental_ws_handle_interrupts(self) -> bool:
        """Whether the client acknowledges chunks, and cancels generations that you close."""
        return self._config.interrupts

    def prepare_audio_and_headers(
        self, raw_audio: bytes | str | os.PathLike[str]
    ) -> tuple[bytes, dict[str, str]]:
        """Return the bytes of a recording, and the headers for a call without JSON.

        Args:
            raw_audio: The recording or its path.

        Raises:
            OSError: If the file cannot be read.
        """
        headers = {"X-API-Key": self.api_key}
        if isinstance(raw_audio, bytes):
            return raw_audio, headers
        with open(raw_audio, "rb") as file:  # noqa: PTH123 (a string may be a descriptor's path)
            return file.read(), headers

    def _check_inputs(
        self, transcript: str, duration: float | None, chunk_time: float | None
    ) -> None:
        check_inputs(transcript, duration, chunk_time)


class CartesiaTTS(_Client):
    """A client for the v0 API; thread-safe, and a context manager.

    Close it, or use it in a ``with`` block: its connections stay open until then. It opens them
    when it needs them, also after it was closed.

    Args:
        api_key: Default: the environment variable ``CARTESIA_API_KEY``.
        experimental_ws_handle_interrupts: Whether to use the socket with interruptions. On it, the
            service sends a chunk when you have read the one before. Closing a generation, or
            starting another one, cancels it.

    Raises:
        ConfigurationError: If there is no API key, or the base URL is invalid; it is a ValueError.
    """

    _name = "CartesiaTTS"
    _engine: V0Client | None = None

    @property
    def _v0_client(self) -> V0Client:
        return self._engine or _once(self, "_engine", V0Client(self._config))

    # --- lookups

    def get_voices(self, skip_embeddings: bool = True) -> dict[str, VoiceMetadata]:
        """Return the voices by name; the last of several voices with the same name wins.

        `list_voices` returns all of them.

        Args:
            skip_embeddings: Whether to return only id, name and description of each voice.

        Raises:
            ValueError: If the service returns an error; it is an `APIStatusError`.
            APIConnectionError: If the network fails three times in a row.
        """
        _deprecated("CartesiaTTS.get_voices")
        return by_name(self.list_voices(skip_embeddings))

    def list_voices(self, skip_embeddings: bool = True) -> list[VoiceMetadata]:
        """Return all voices, even if they share a name; see `get_voices`."""
        return self._v0_client.voices(skip_embeddings=skip_embeddings)

    def get_voice_embedding(
        self,
        *,
        voice_id: str | None = None,
        filepath: str | os.PathLike[str] | None = None,
        link: str | None = None,
    ) -> Embedding:
        """Return the embedding of a voice, 192 numbers. Give exactly one of the arguments.

        Args:
            voice_id: Id of a stored voice.
            filepath: Path of a recording of the voice. The client streams the file and closes it.
            link: URL of a recording of the voice; the service accepted those of YouTube.

        Raises:
            ValueError: If not exactly one argument is given, or the service returns an error
                (`APIStatusError`).
            OSError: If the file cannot be read.
            APIConnectionError: If the network fails; a stored voice gets three attempts.
        """
        _deprecated("CartesiaTTS.get_voice_embedding")
        return self._v0_client.embedding(voice_id=voice_id, filepath=filepath, link=link)

    def transcribe(self, raw_audio: bytes | str | os.PathLike[str]) -> str:
        """Transcribe a recording and return the text.

        Args:
            raw_audio: The recording or its path.

        Raises:
            ValueError: If the service returns an error; it is an `APIStatusError`.
            OSError: If the file cannot be read.
            APIConnectionError: If the network fails three times in a row.
        """
        _deprecated("CartesiaTTS.transcribe")
        return self._v0_client.transcribe(raw_audio)

    # --- speech

    @overload
    def generate(
        self,
        *,
        transcript: str,
        voice: Sequence[float] | None,
        model_id: str = ...,
        duration: float | None = ...,
        chunk_time: float | None = ...,
        stream: Literal[False] = ...,
        websocket: bool = ...,
        output_format: OutputFormat | str | None = ...,
    ) -> AudioOutput: ...
    @overload
    def generate(
        self,
        *,
        transcript: str,
        voice: Sequence[float] | None,
        model_id: str = ...,
        duration: float | None = ...,
        chunk_time: float | None = ...,
        stream: Literal[True],
        websocket: bool = ...,
        output_format: OutputFormat | str | None = ...,
    ) -> Generator[AudioOutput, None, None]: ...
    @overload
    def generate(
        self,
        *,
        transcript: str,
        voice: Sequence[float] | None,
        model_id: str = ...,
        duration: float | None = ...,
        chunk_time: float | None = ...,
        stream: bool,
        websocket: bool = ...,
        output_format: OutputFormat | str | None = ...,
    ) -> AudioOutput | Generator[AudioOutput, None, None]: ...
    def generate(
        self,
        *,
        transcript: str,
        voice: Sequence[float] | None,
        model_id: str = DEFAULT_MODEL_ID,
        duration: float | None = None,
        chunk_time: float | None = None,
        stream: bool = False,
        websocket: bool = True,
        output_format: OutputFormat | str | None = "fp32",
    ) -> AudioOutput | Generator[AudioOutput, None, None]:
        """Speak a transcript; generations of one client run concurrently, on one socket.

        Args:
            transcript: Text to speak.
            voice: An embedding, 192 numbers; None lets the service choose.
            model_id: Id of the model; an empty string lets the service choose.
            duration: Maximum length of the speech in seconds, more than ``chunk_time``.
            chunk_time: Seconds of audio in each chunk, 0.1 to 0.5.
            stream: Whether to return a generator of chunks. If the speech cannot start, this call
                raises the error. Close a generator that you do not read to its end.
            websocket: Whether to use the socket, rather than an HTTP call.
            output_format: Encoding and rate, one of `OutputFormat`; the service checks others.

        Returns:
            Raw audio of one channel with its sampling rate, whole or in chunks.

        Raises:
            ValueError: If an argument is invalid (`ConfigurationError`), or the service returns an
                error over HTTP (`APIStatusError`).
            AttributeError: If the transcript is not a string; it is a `ConfigurationError` too.
            RuntimeError: If the service reports an error on the socket (`APIStatusError`), or the
                socket breaks off (`StreamTruncatedError`, which says how much audio arrived).
            APIConnectionError: If the client cannot connect, or an HTTP response breaks off.
        """
        _deprecated("CartesiaTTS.generate")
        self._check_inputs(transcript, duration, chunk_time)
        body = speech_body(
            transcript=transcript,
            voice=voice,
            model_id=model_id,
            duration=duration,
            chunk_time=chunk_time,
            output_format=output_format,
        )
        pieces = self._v0_client.generation(body, socket=websocket).start()
        if stream:
            return pieces
        with closing(pieces):
            return pieces.outputs.whole(b"".join([piece["audio"] for piece in pieces]))

    def _generate_ws(
        self, body: Mapping[str, object], *, context_id: str | None = None
    ) -> Generator[AudioOutput, None, None]:
        """Speak on the socket; a unique ``context_id``, if given, is put into every output."""
        return self._v0_client.generation(body, context_id, socket=True)

    # --- the socket

    @property
    def websocket(self) -> Connection | None:
        """The socket; None before first use. In a ``with`` block, using this object opens it."""
        engine = self._engine
        if not self._entered and (engine is None or engine.driver is None):
            return None
        return Connection(self._socket_number, lambda: self._socket_number() == -1)

    def _socket_number(self) -> int:
        engine = self._v0_client if self._entered else self._engine
        if engine is None or (engine.driver is None and not self._entered):
            return -1
        driver = engine.driver or engine.connect()
        return driver.fileno() if driver.usable else -1

    def refresh_websocket(self) -> None:
        """Open the socket if it is not open.

        Raises:
            APIError: If the socket cannot be opened.
        """
        self._v0_client.connect()

    def close(self) -> None:
        """Close all connections; running generations raise an error. Safe to call twice."""
        engine: V0Client | None = vars(self).pop("_engine", None)
        self._entered = False
        if engine is not None:
            engine.close()

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class AsyncCartesiaTTS(_Client):
    """A client for the v0 API, for one event loop at a time; an async context manager.

    Close it, or use it in an ``async with`` block: its connections stay open until then. It opens
    them when it needs them, also after it was closed, and then also in another event loop.

    `get_voices` and `get_voice_embedding` block the event loop as in 0.0.6, because old code does
    not await them. `aget_voices` and `aget_voice_embedding` do not block it.

    Args:
        api_key: Default: the environment variable ``CARTESIA_API_KEY``.
        experimental_ws_handle_interrupts: See `CartesiaTTS`.

    Raises:
        ConfigurationError: If there is no API key, or the base URL is invalid; it is a ValueError.
    """

    _name = "AsyncCartesiaTTS"
    _engine: AsyncV0Client | None = None
    _blocking_engine: V0Client | None = None

    @property
    def _v0_client(self) -> AsyncV0Client:
        return self._engine or _once(self, "_engine", AsyncV0Client(self._config))

    @property
    def _blocking(self) -> V0Client:
        return self._blocking_engine or _once(self, "_blocking_engine", V0Client(self._config))

    # --- lookups

    def get_voices(self, skip_embeddings: bool = True) -> dict[str, VoiceMetadata]:
        """Return the voices by name, **blocking the event loop**: use `aget_voices`.

        See `CartesiaTTS.get_voices` for arguments and errors.
        """
        _deprecated("AsyncCartesiaTTS.get_voices")
        return by_name(self._blocking.voices(skip_embeddings=skip_embeddings))

    async def aget_voices(self, skip_embeddings: bool = True) -> dict[str, VoiceMetadata]:
        """Return the voices by name; see `CartesiaTTS.get_voices` for arguments and errors."""
        return by_name(await self.list_voices(skip_embeddings))

    async def list_voices(self, skip_embeddings: bool = True) -> list[VoiceMetadata]:
        """Return all voices, even if they share a name; see `CartesiaTTS.get_voices`."""
        return await self._v0_client.voices(skip_embeddings=skip_embeddings)

    def get_voice_embedding(
        self,
        *,
        voice_id: str | None = None,
        filepath: str | os.PathLike[str] | None = None,
        link: str | None = None,
    ) -> Embedding:
        """Return an embedding, **blocking the event loop**: use `aget_voice_embedding`.

        See `CartesiaTTS.get_voice_embedding` for arguments and errors.
        """
        _deprecated("AsyncCartesiaTTS.get_voice_embedding")
        return self._blocking.embedding(voice_id=voice_id, filepath=filepath, link=link)

    async def aget_voice_embedding(
        self,
        *,
        voice_id: str | None = None,
        filepath: str | os.PathLike[str] | None = None,
        link: str | None = None,
    ) -> Embedding:
        """Return the embedding of a voice; see `CartesiaTTS.get_voice_embedding`."""
        return await self._v0_client.embedding(voice_id=voice_id, filepath=filepath, link=link)

    async def transcribe(self, raw_audio: bytes | str | os.PathLike[str]) -> str:
        """Transcribe a recording and return the text; see `CartesiaTTS.transcribe`."""
        _deprecated("AsyncCartesiaTTS.transcribe")
        return await self._v0_client.transcribe(raw_audio)

    # --- speech

    @overload
    async def generate(
        self,
        *,
        transcript: str,
        voice: Sequence[float] | None,
        model_id: str = ...,
        duration: float | None = ...,
        chunk_time: float | None = ...,
        stream: Literal[False] = ...,
        websocket: bool = ...,
        output_format: OutputFormat | str | None = ...,
    ) -> AudioOutput: ...
    @overload
    async def generate(
        self,
        *,
        transcript: str,
        voice: Sequence[float] | None,
        model_id: str = ...,
        duration: float | None = ...,
        chunk_time: float | None = ...,
        stream: Literal[True],
        websocket: bool = ...,
        output_format: OutputFormat | str | None = ...,
    ) -> AsyncGenerator[AudioOutput, None]: ...
    @overload
    async def generate(
        self,
        *,
        transcript: str,
        voice: Sequence[float] | None,
        model_id: str = ...,
        duration: float | None = ...,
        chunk_time: float | None = ...,
        stream: bool,
        websocket: bool = ...,
        output_format: OutputFormat | str | None = ...,
    ) -> AudioOutput | AsyncGenerator[AudioOutput, None]: ...
    async def generate(
        self,
        *,
        transcript: str,
        voice: Sequence[float] | None,
        model_id: str = DEFAULT_MODEL_ID,
        duration: float | None = None,
        chunk_time: float | None = None,
        stream: bool = False,
        websocket: bool = True,
        output_format: OutputFormat | str | None = "fp32",
    ) -> AudioOutput | AsyncGenerator[AudioOutput, None]:
        """Speak a transcript; see `CartesiaTTS.generate` for arguments and errors.

        Cancelling the task that awaits it cancels the generation.

        Returns:
            Raw audio of one channel with its sampling rate, whole or, with ``stream``, as an async
            generator of chunks. Close a generator with ``aclose`` if you do not read it to its end.
        """
        _deprecated("AsyncCartesiaTTS.generate")
        self._check_inputs(transcript, duration, chunk_time)
        body = speech_body(
            transcript=transcript,
            voice=voice,
            model_id=model_id,
            duration=duration,
            chunk_time=chunk_time,
            output_format=output_format,
        )
        pieces = await self._v0_client.generation(body, socket=websocket).start()
        if stream:
            return pieces
        async with aclosing(pieces):
            return pieces.outputs.whole(b"".join([piece["audio"] async for piece in pieces]))

    def _generate_ws(
        self, body: Mapping[str, object], *, context_id: str | None = None
    ) -> AsyncGenerator[AudioOutput, None]:
        """Speak on the socket; a unique ``context_id``, if given, is put into every output."""
        return self._v0_client.generation(body, context_id, socket=True)

    # --- the socket

    @property
    def websocket(self) -> Connection | None:
        """The socket; None before first use.

        In an ``async with`` block it reports that it is open, even before the client opens it.
        """
        engine = self._engine
        if not self._entered and (engine is None or engine.driver is None):
            return None
        return Connection(self._socket_number, self._socket_is_closed)

    def _socket_number(self) -> int:
        driver = None if self._engine is None else self._engine.driver
        return driver.fileno() if driver is not None and driver.usable else -1

    def _socket_is_closed(self) -> bool:
        driver = None if self._engine is None else self._engine.driver
        return not self._entered if driver is None else not driver.usable

    async def refresh_websocket(self) -> None:
        """Open the socket if it is not open.

        Raises:
            APIError: If the socket cannot be opened.
        """
        await self._v0_client.connect()

    async def close(self) -> None:
        """Close all connections; running generations raise an error. Safe to call twice.

        Raises:
            LocalStateError: If another event loop that is not closed uses this client.
        """
        engine: AsyncV0Client | None = vars(self).pop("_engine", None)
        blocking: V0Client | None = vars(self).pop("_blocking_engine", None)
        self._entered = False
        if blocking is not None:
            blocking.close()
        if engine is not None:
            try:
                await engine.aclose()
            except LocalStateError:
                self._engine = engine
                raise

    async def __aenter__(self) -> Self:
        self._entered = True
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    if not TYPE_CHECKING:  # hidden from type checkers, which then report `with`

        def __enter__(self) -> None:
            raise _AsyncWithError("use `async with AsyncCartesiaTTS()`: `with` cannot close it")

        def __exit__(self, *error: object) -> None:
            """Exist only because ``with`` looks for it before it calls `__enter__`."""


class _AsyncWithError(LocalStateError, TypeError):
    """A client was used with the wrong kind of ``with``."""


# --- other functions of the old modules


def _once(client: _Client, name: str, value: T) -> T:
    """Set an attribute of a client unless another thread has just set it, and return it.

    It takes no lock: a fork while it is held would leave it locked in the child for ever.
    """
    kept: T = vars(client).setdefault(name, value)
    return kept


def update_buffer(buffer: str, chunk_bytes: bytes) -> tuple[str, list[AudioOutput]]:
    """Parse bytes of a response; return the unfinished rest and the complete outputs.

    Args:
        buffer: The unfinished rest of the last call; an empty string at first. Bytes of an
            incomplete character are kept with the error handler ``surrogateescape``.
        chunk_bytes: The bytes that have arrived.

    Raises:
        ValueError: If the service reports an error; it is an `APIStatusError`.
        RemoteProtocolError: If an object is malformed.
    """
    data = buffer.encode("utf-8", "surrogateescape") + chunk_bytes
    stream, outputs = ObjectStream(), Outputs({})
    found: list[AudioOutput] = []
    for text in stream.receive_data(data):
        for frame in typed(text):
            event = decode(frame)
            if isinstance(event, APIStatusError):
                failure = broken_response(event)
                raise failure from failure.__cause__
            output = outputs.take(event)
            if output is not None:
                found.append(output)
    return stream.rest.decode("utf-8", "surrogateescape"), found


_INSTEAD: Final = {
    "CartesiaTTS": ("`Cartesia`", "client"),
    "CartesiaTTS.get_voices": ("`Cartesia.voices`", "get-voices"),
    "CartesiaTTS.get_voice_embedding": ("the id of the voice", "get-voice-embedding"),
    "CartesiaTTS.generate": ("`Cartesia.tts`", "generate"),
    "CartesiaTTS.transcribe": ("`Cartesia.stt`", "transcribe"),
    "AsyncCartesiaTTS": ("`AsyncCartesia`", "client"),
    "AsyncCartesiaTTS.get_voices": ("`AsyncCartesia.voices`", "async-lookups"),
    "AsyncCartesiaTTS.get_voice_embedding": ("the id of the voice", "async-lookups"),
    "AsyncCartesiaTTS.generate": ("`AsyncCartesia.tts`", "async-lookups"),
    "AsyncCartesiaTTS.transcribe": ("`AsyncCartesia.stt`", "async-lookups"),
}


def _deprecated(name: str) -> None:
    """Warn that a method is deprecated; the warning points to the line that calls it."""
    instead, section = _INSTEAD[name]
    warnings.warn(
        f"{name} uses the v0 API; use {instead}: see {name} in docs/migrating.md#{section}",
        DeprecationWarning,
        stacklevel=3,
    )
