# Written by tools/unasync.py from _aio/tts.py: edit that file, then `make generate`.
"""Text to speech: bytes, server-sent events, and contexts on a socket."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from .._core.operations import bytes_request, sse_request
from .._core.request import check_transcript, speech_fields
from .flow import Mutex, launch, opening
from .stream import ContextSource, SpeechStream, SpokenSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from .._core.request import BytesOptions, ContextOptions, SpeechOptions
    from ..audio import AudioFormat
    from .client import Transports
    from .websocket import Lane, SocketDriver

__all__ = ["TTS", "TTSConnection", "TTSContext"]


class TTSContext:
    """One utterance on a socket: push text as it comes, receive audio as it is made.

    Get one from `TTSConnection.context`. Pushing and receiving may happen in different threads;
    it is a context manager, and leaving the block cancels what is not over.

    Attributes:
        format: Format of the audio.
    """

    def __init__(self, driver: SocketDriver, lane: Lane, fmt: AudioFormat) -> None:
        self._driver = driver
        self._lane = lane
        self.format = fmt

    @property
    def context_id(self) -> str:
        """The id on the wire."""
        return self._lane.context.id

    def push(self, transcript: str) -> None:
        """Add text, verbatim: the service joins pushes without a space between them.

        Waits while the network is busy. An empty string is not sent.

        Raises:
            LocalStateError: After `no_more_inputs`, `cancel` or the end of the context.
            APIError: What ended the context.
        """
        if transcript:
            self._driver.send(self._lane, transcript, more=True)

    def flush(self) -> None:
        """Have everything pushed so far spoken now; a `FlushDone` marks the boundary."""
        self._driver.send(self._lane, "", more=True, flush=True)

    def no_more_inputs(self) -> None:
        """Say that the text is complete; the stream ends when it has been spoken."""
        self._driver.send(self._lane, "", more=False)

    def cancel(self) -> None:
        """Stop at once: the stream ends with `Cancelled` and yields nothing stale.

        The socket stays open for other contexts. Safe to call twice.
        """
        self._driver.cancel(self._lane)

    def receive(self) -> SpeechStream:
        """The events of this context; calling it again continues where the last one stopped."""
        return launch(SpeechStream(self._source, self.format))

    def _source(self) -> ContextSource:
        return ContextSource(self._driver, self._lane)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.cancel()


class TTSConnection:
    """A socket that carries many contexts at once; a context manager.

    Get one from `TTS.websocket_connect`.
    """

    def __init__(self, driver: SocketDriver) -> None:
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
    ) -> TTSContext:
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
        lane = self._driver.open(context_id or str(uuid.uuid4()), fields)
        return TTSContext(self._driver, lane, fmt)

    def speak(
        self,
        text: str | Iterable[str],
        *,
        voice: str | Mapping[str, object],
        context_id: str | None = None,
        **options: Unpack[ContextOptions],
    ) -> SpeechStream:
        """Speak a text, or pieces of text as they come, such as the tokens of a language model.

        Args:
            text: The text, or an iterable of pieces, which a thread of its own reads. Pieces are
                sent verbatim as soon as they come and joined without a space.
            voice: Id of the voice.
            context_id: Unique on this connection; made up if left out.
            options: See `ContextOptions`.

        Returns:
            The speech; an exception of ``text`` is raised where it is read.

        Raises:
            ConfigurationError: If the text is empty or the options do not fit together.
        """
        speech = Speech(text, voice, context_id, options)
        return launch(SpeechStream(lambda: speech.start(self._driver), speech.format))

    def close(self) -> None:
        """Close the socket; open contexts end with an error. Safe to call twice."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Speech:
    """What `speak` was asked to say, checked, and ready to start on a socket."""

    def __init__(
        self,
        text: str | Iterable[str],
        voice: str | Mapping[str, object],
        context_id: str | None,
        options: ContextOptions,
    ) -> None:
        self._text = check_transcript(text) if isinstance(text, str) else text
        self._context_id = context_id or str(uuid.uuid4())
        self._fields, self.format = speech_fields(voice, options)

    def start(self, driver: SocketDriver) -> ContextSource:
        """Open the context and begin to send."""
        lane = driver.open(self._context_id, self._fields)
        if not isinstance(self._text, str):
            return SpokenSource(driver, lane, self._text)
        source = ContextSource(driver, lane)
        try:
            driver.send(lane, self._text, more=False)
        except BaseException:
            source.close()
            raise
        return source


class TTS:
    """Text to speech. Get it as ``client.tts``, thread-safe."""

    def __init__(self, transports: Transports) -> None:
        self._transports = transports
        self._lock = Mutex()
        self._driver: SocketDriver | None = None

    def generate(
        self,
        transcript: str,
        *,
        voice: str | Mapping[str, object],
        **options: Unpack[BytesOptions],
    ) -> SpeechStream:
        """Speak a whole text over one HTTP call, in any container.

        Args:
            transcript: What to say.
            voice: Id of the voice.
            options: See `BytesOptions`.

        Returns:
            The audio while it arrives; ``save`` writes it as it is for ``wav`` and ``mp3``.

        Raises:
            ConfigurationError: If the arguments cannot work; nothing was sent.
            APIError: If the service refused or cannot be reached.
        """
        request = bytes_request(transcript, voice, options)
        http = self._transports.http
        return launch(SpeechStream(lambda: http.speech(request), request.format))

    def generate_sse(
        self,
        transcript: str,
        *,
        voice: str | Mapping[str, object],
        context_id: str | None = None,
        **options: Unpack[SpeechOptions],
    ) -> SpeechStream:
        """Speak a whole text over server-sent events, with timestamps if asked for.

        Args:
            transcript: What to say.
            voice: Id of the voice.
            context_id: Echoed in the events; SSE has no continuation.
            options: See `SpeechOptions`.

        Raises:
            ConfigurationError: If the arguments cannot work; nothing was sent.
            APIError: If the service refused or cannot be reached.
        """
        request = sse_request(transcript, voice, options, context_id)
        http = self._transports.http
        return launch(SpeechStream(lambda: http.speech(request), request.format))

    def websocket_connect(self) -> TTSConnection:
        """Open a socket for many contexts; ahead of need saves the handshake later.

        Use it as ``with``, or close it yourself.

        Raises:
            APIStatusError: If the service refused, as over HTTP.
            APIConnectionError: If it cannot be reached.
        """
        return opening(self._connect)

    def _connect(self) -> TTSConnection:
        return TTSConnection(self._transports.connect())

    def speak(
        self,
        text: str | Iterable[str],
        *,
        voice: str | Mapping[str, object],
        **options: Unpack[ContextOptions],
    ) -> SpeechStream:
        """`TTSConnection.speak` on a socket that the client keeps warm between calls."""
        speech = Speech(text, voice, None, options)

        def start() -> ContextSource:
            return speech.start(self._warm_driver())

        return launch(SpeechStream(start, speech.format))

    def _warm_driver(self) -> SocketDriver:
        with self._lock:
            if self._driver is None or not self._driver.usable:
                self._driver = self._transports.connect()
            return self._driver
