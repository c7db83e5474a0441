"""The alpha client of package ``cartesia`` 0.0.6, on the transport of today's.

    from cartesia_stream.v0 import CartesiaTTS

    with CartesiaTTS() as client:
        voice = client.get_voices()["Graham"]
        embedding = client.get_voice_embedding(voice_id=voice["id"])
        output = client.generate(transcript="Hello!", voice=embedding, stream=False)

That import is the only line of old code that changes: signatures, shapes, environment variables and
messages are those of 0.0.6. Its defects are gone: sockets are kept and shared, a stream that breaks
off raises, retries never repeat audio. Errors are of the classes that old code catches, and of
`cartesia_stream.errors` as well, with their status, body and request id.

Everything here is deprecated: the warnings name the line of ``docs/migrating.md`` that says what to
write instead.
"""

from __future__ import annotations

import os
import threading
import warnings
from contextlib import aclosing, closing
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, Self, overload

from .._protocol.frames import decode
from ..errors import APIStatusError, LocalStateError
from ..options import Timeouts
from ._aio.client import AsyncAlpha
from ._aio.retry import retry_on_connection_error as retry_on_connection_error_async
from ._calls import (
    AudioOutput,
    Embedding,
    OutputFormat,
    Outputs,
    VoiceMetadata,
    by_name,
    check_inputs,
    converted,
    speech_body,
)
from ._config import ConfigV0
from ._failures import BACKOFF_FACTOR, MAX_ATTEMPTS, broken_response
from ._frames import ObjectStream, typed
from ._sync.client import Alpha
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

DEFAULT_MODEL_ID: str = ""
"""An empty model is not sent: the service takes its own."""
DEFAULT_BASE_URL: str = "api.cartesia.ai"
DEFAULT_API_VERSION: str = "v0"
DEFAULT_TIMEOUT: float = 30
"""Seconds for a connection and for each gap in an answer. No stream is bounded as a whole."""
DEFAULT_NUM_CONNECTIONS: int = 10
"""Of no effect: connections are pooled as today's client pools them."""
MAX_RETRIES: int = MAX_ATTEMPTS
"""Attempts, the first included."""


class Connection:
    """What old code asks of the socket of a client, ``client.websocket``."""

    def __init__(self, number: Callable[[], int], is_closed: Callable[[], bool]) -> None:
        self._number = number
        self._is_closed = is_closed

    @property
    def socket(self) -> Self:
        """The same, for ``websocket.socket.fileno()``."""
        return self

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._is_closed()

    def fileno(self) -> int:
        """The socket's number in this process, -1 when it is closed."""
        return self._number()


class _Client:
    """What both clients know.

    Raises:
        ConfigurationError: If there is no key, or the base URL is none.
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
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._config.base_url!r})"

    @property
    def base_url(self) -> str:
        """What ``CARTESIA_BASE_URL`` says, in any form: a host, a host with a port, or a URL."""
        return self._base_url

    @property
    def api_version(self) -> str:
        """What ``CARTESIA_API_VERSION`` says, the last segment of the URLs."""
        return self._api_version

    @property
    def api_key(self) -> str:
        """The key."""
        return self._config.api_key

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a call with JSON, as a new dict."""
        return {"X-API-Key": self.api_key, "Content-Type": "application/json"}

    @property
    def experimental_ws_handle_interrupts(self) -> bool:
        """Whether chunks are acknowledged, and generations that are closed cancelled."""
        return self._config.interrupts

    def prepare_audio_and_headers(
        self, raw_audio: bytes | str | os.PathLike[str]
    ) -> tuple[bytes, dict[str, str]]:
        """Read a recording; also the headers of a call without JSON.

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
        """Check the arguments of `generate`; raises as it does."""
        check_inputs(transcript, duration, chunk_time)


class CartesiaTTS(_Client):
    """A client of the alpha API; thread-safe, and a context manager.

    Close it, or use it as ``with``: nothing else closes its connections. They are opened when they
    are needed, after a close anew.

    Args:
        api_key: Default: the environment variable ``CARTESIA_API_KEY``.
        experimental_ws_handle_interrupts: Whether to use the socket that can be interrupted: the
            service sends a chunk when the one before it was taken, a generation that is closed is
            cancelled, and so is one that another one follows.

    Raises:
        ConfigurationError: If there is no key, or the base URL is none. It is a ValueError.
    """

    _name = "CartesiaTTS"
    _engine: Alpha | None = None

    @property
    def _alpha(self) -> Alpha:
        with self._lock:
            if self._engine is None:
                self._engine = Alpha(self._config)
            return self._engine

    # --- lookups

    def get_voices(self, skip_embeddings: bool = True) -> dict[str, VoiceMetadata]:
        """The voices by name. Of several with the same name the last one; see `list_voices`.

        Args:
            skip_embeddings: Whether to leave out all but id, name and description.

        Raises:
            ValueError: If the service refuses; an `APIStatusError`.
            APIConnectionError: If the network fails, three times in a row.
        """
        _deprecated("CartesiaTTS.get_voices")
        return by_name(self.list_voices(skip_embeddings))

    def list_voices(self, skip_embeddings: bool = True) -> list[VoiceMetadata]:
        """All voices, also those that share a name. Arguments and errors as `get_voices`."""
        return self._alpha.voices(skip_embeddings=skip_embeddings)

    def get_voice_embedding(
        self,
        *,
        voice_id: str | None = None,
        filepath: str | os.PathLike[str] | None = None,
        link: str | None = None,
    ) -> Embedding:
        """The embedding of a voice: 192 numbers. Give exactly one of the arguments.

        Args:
            voice_id: Id of a stored voice.
            filepath: A recording to make one of. It is streamed, and closed in the end.
            link: Address of a recording to make one of; the service knew those of YouTube.

        Raises:
            ValueError: If none or several are given, or the service refuses (`APIStatusError`).
            OSError: If the file cannot be read.
            APIConnectionError: If the network fails; a stored voice is asked for three times.
        """
        _deprecated("CartesiaTTS.get_voice_embedding")
        return self._alpha.embedding(voice_id=voice_id, filepath=filepath, link=link)

    def transcribe(self, raw_audio: bytes | str | os.PathLike[str]) -> str:
        """What is said in a recording.

        Args:
            raw_audio: The recording or its path.

        Raises:
            ValueError: If the service refuses; an `APIStatusError`.
            OSError: If the file cannot be read.
            APIConnectionError: If the network fails, three times in a row.
        """
        _deprecated("CartesiaTTS.transcribe")
        return self._alpha.transcribe(raw_audio)

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
        """Speak a transcript. Generations on one client run side by side, on one socket.

        Args:
            transcript: Text to speak.
            voice: An embedding, 192 numbers; None is the service's choice.
            model_id: Left out when it is empty.
            duration: Longest speech in seconds, above ``chunk_time``.
            chunk_time: Seconds of audio in a chunk, 0.1 to 0.5.
            stream: Whether to return a generator of chunks. What fails at the start fails here, not
                at the first chunk. Close a generator that is not read to its end.
            websocket: Whether to use the socket, or an HTTP call.
            output_format: Samples and rate, one of `OutputFormat`; others are left to the service.

        Returns:
            Raw audio of one channel with its rate, at once or in chunks.

        Raises:
            ValueError: For arguments that cannot be (`ConfigurationError`), and for what the
                service refuses over HTTP (`APIStatusError`).
            AttributeError: If the transcript is no string; a `ConfigurationError` too.
            RuntimeError: If the service reports an error on the socket (`APIStatusError`), or the
                socket breaks off: `StreamTruncatedError`, which says how much came.
            APIConnectionError: If there is no connection to be had, or an answer breaks off.
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
        alpha, outputs = self._alpha, Outputs(body)
        start = partial(alpha.over_socket if websocket else alpha.over_http, body)
        pieces = alpha.outputs(start, outputs, socket=websocket).start()
        if stream:
            return pieces
        with closing(pieces):
            return outputs.whole(b"".join([piece["audio"] for piece in pieces]))

    def _generate_ws(
        self, body: Mapping[str, object], *, context_id: str | None = None
    ) -> Generator[AudioOutput, None, None]:
        """Speak on the socket; an id that is given, new for each, stands in every output."""
        start = partial(self._alpha.over_socket, body, context_id)
        return self._alpha.outputs(start, Outputs(body, context_id), socket=True)

    # --- the socket

    @property
    def websocket(self) -> Connection | None:
        """The socket, None before it is needed. In a ``with`` block, looking at it opens it."""
        engine = self._engine
        if not self._entered and (engine is None or engine.driver is None):
            return None
        return Connection(self._socket_number, lambda: self._socket_number() == -1)

    def _socket_number(self) -> int:
        engine = self._alpha if self._entered else self._engine
        if engine is None or (engine.driver is None and not self._entered):
            return -1
        driver = engine.driver or engine.connect()
        return driver.fileno() if driver.usable else -1

    def refresh_websocket(self) -> None:
        """Open the socket if it is not open.

        Raises:
            APIError: If there is none to be had.
        """
        self._alpha.connect()

    def close(self) -> None:
        """Close every connection; generations that go on raise. Safe to call twice."""
        with self._lock:
            engine, self._engine = self._engine, None
            self._entered = False
        if engine is not None:
            engine.close()

    def __enter__(self) -> Self:
        self._entered = True
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class AsyncCartesiaTTS(_Client):
    """A client of the alpha API for one event loop at a time; an async context manager.

    Close it, or use it as ``async with``: nothing else closes its connections. They are opened when
    they are needed, after a close anew, in another event loop too.

    `get_voices` and `get_voice_embedding` block the event loop, as they did in 0.0.6, whose callers
    do not await them. `aget_voices` and `aget_voice_embedding` do not.

    Args:
        api_key: Default: the environment variable ``CARTESIA_API_KEY``.
        experimental_ws_handle_interrupts: As for `CartesiaTTS`.

    Raises:
        ConfigurationError: If there is no key, or the base URL is none. It is a ValueError.
    """

    _name = "AsyncCartesiaTTS"
    _engine: AsyncAlpha | None = None
    _blocking_engine: Alpha | None = None

    @property
    def _alpha(self) -> AsyncAlpha:
        if self._engine is None:
            self._engine = AsyncAlpha(self._config)
        return self._engine

    @property
    def _blocking(self) -> Alpha:
        with self._lock:
            if self._blocking_engine is None:
                self._blocking_engine = Alpha(self._config)
            return self._blocking_engine

    # --- lookups

    def get_voices(self, skip_embeddings: bool = True) -> dict[str, VoiceMetadata]:
        """The voices by name, **blocking the event loop**: use `aget_voices`.

        Arguments and errors as `CartesiaTTS.get_voices`.
        """
        _deprecated("AsyncCartesiaTTS.get_voices")
        return by_name(self._blocking.voices(skip_embeddings=skip_embeddings))

    async def aget_voices(self, skip_embeddings: bool = True) -> dict[str, VoiceMetadata]:
        """The voices by name. Arguments and errors as `CartesiaTTS.get_voices`."""
        return by_name(await self.list_voices(skip_embeddings))

    async def list_voices(self, skip_embeddings: bool = True) -> list[VoiceMetadata]:
        """All voices, also those that share a name. Arguments and errors as `aget_voices`."""
        return await self._alpha.voices(skip_embeddings=skip_embeddings)

    def get_voice_embedding(
        self,
        *,
        voice_id: str | None = None,
        filepath: str | os.PathLike[str] | None = None,
        link: str | None = None,
    ) -> Embedding:
        """The embedding of a voice, **blocking the event loop**: use `aget_voice_embedding`.

        Arguments and errors as `CartesiaTTS.get_voice_embedding`.
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
        """The embedding of a voice. Arguments and errors as `CartesiaTTS.get_voice_embedding`."""
        return await self._alpha.embedding(voice_id=voice_id, filepath=filepath, link=link)

    async def transcribe(self, raw_audio: bytes | str | os.PathLike[str]) -> str:
        """What is said in a recording. Arguments and errors as `CartesiaTTS.transcribe`."""
        _deprecated("AsyncCartesiaTTS.transcribe")
        return await self._alpha.transcribe(raw_audio)

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
        """Speak a transcript. Arguments and errors as `CartesiaTTS.generate`.

        A task that is cancelled stops its generation.

        Returns:
            Raw audio of one channel with its rate, at once or, with ``stream``, as an asynchronous
            generator of chunks. Close one that is not read to its end, with ``aclose``.
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
        alpha, outputs = self._alpha, Outputs(body)
        start = partial(alpha.over_socket if websocket else alpha.over_http, body)
        pieces = await alpha.outputs(start, outputs, socket=websocket).start()
        if stream:
            return pieces
        async with aclosing(pieces):
            return outputs.whole(b"".join([piece["audio"] async for piece in pieces]))

    def _generate_ws(
        self, body: Mapping[str, object], *, context_id: str | None = None
    ) -> AsyncGenerator[AudioOutput, None]:
        """Speak on the socket; an id that is given, new for each, stands in every output."""
        start = partial(self._alpha.over_socket, body, context_id)
        return self._alpha.outputs(start, Outputs(body, context_id), socket=True)

    # --- the socket

    @property
    def websocket(self) -> Connection | None:
        """The socket, None before it is needed.

        In an ``async with`` block it is not closed, even where it is yet to be opened.
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
            APIError: If there is none to be had.
        """
        await self._alpha.connect()

    async def close(self) -> None:
        """Close every connection; generations that go on raise. Safe to call twice."""
        engine, self._engine = self._engine, None
        with self._lock:
            blocking, self._blocking_engine = self._blocking_engine, None
        self._entered = False
        if blocking is not None:
            blocking.close()
        if engine is not None:
            await engine.aclose()

    async def __aenter__(self) -> Self:
        self._entered = True
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    if not TYPE_CHECKING:  # for a type checker there is no such thing, as it should be

        def __enter__(self) -> None:
            raise _AsyncWithError("use `async with AsyncCartesiaTTS()`: `with` cannot close it")

        def __exit__(self, *error: object) -> None:
            """Never reached, but looked for before `__enter__`."""


class _AsyncWithError(LocalStateError, TypeError):
    """A client was used with the wrong kind of ``with``."""


# --- what else the old modules had


def update_buffer(buffer: str, chunk_bytes: bytes) -> tuple[str, list[AudioOutput]]:
    """Take bytes of a response, and return what is unfinished and the outputs that are complete.

    Args:
        buffer: What was unfinished before, at first an empty string. Half a character is kept as
            Python keeps bytes that are no text.
        chunk_bytes: The bytes that came.

    Raises:
        ValueError: If the service reports an error; an `APIStatusError`.
        RemoteProtocolError: If an object is not what the service sends.
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


def convert_response(response: Mapping[str, object], include_context_id: bool) -> AudioOutput:
    """One object of the wire as an output.

    Args:
        response: The object, with its audio in base64.
        include_context_id: Whether the output is to have its ``context_id``.

    Raises:
        RemoteProtocolError: If it has no audio or no rate.
    """
    return converted(response, include_context_id=include_context_id)


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
    """Warn whoever calls the caller."""
    instead, section = _INSTEAD[name]
    warnings.warn(
        f"{name} uses the v0 API; use {instead}: see {name} in docs/migrating.md#{section}",
        DeprecationWarning,
        stacklevel=3,
    )
