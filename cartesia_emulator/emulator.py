"""`Emulator`: a server in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from typing import TYPE_CHECKING, Self
from urllib.parse import quote, urlsplit

from aiohttp import web

from .backend import Backend
from .certificates import Certificate
from .extras import describe
from .faults import FaultBox, make_fault
from .loops import LoopThread
from .options import AfterCancel, OnExpiry, Options, V0Embeddings, V0Events
from .server import Server
from .spoken import difference, samples_of
from .state.state import State
from .studio import engines
from .v0.voices import retired_voices
from .wire.recording import RecordedRequest, Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from .extras import Extra
    from .faults import ArmedFault
    from .hearing.engine import Recognizer
    from .speech.engine import Synthesizer
    from .spoken import AudioSource
    from .state.voices import VoiceStore

__all__ = ["Emulator"]


class Emulator:
    """A local server with the protocol of the service, which really speaks and listens.

    Use it as a context manager, with ``with`` or ``async with``. The server runs in a daemon thread
    with its own event loop, so it serves synchronous and asynchronous code. What clients make
    (voices, dictionaries, datasets) and recorded requests survive `stop` and `start`, until
    `reset`. So do pending faults, but leaving the ``with`` block removes them.

    Args:
        engine: ``auto`` (speech if it is installed, else tones, and a warning in the log),
            ``speech``, ``tone``, or a pair of engine objects.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        tls: Whether to serve ``https`` and ``wss`` only, with a certificate made for this object;
            clients trust it with `ssl_context` or `cafile`.
        api_key: The only key that it accepts; random by default.
        realtime: Audio seconds sent per second; None sends as fast as possible.
        latency: Seconds from a request to its first audio.
        chunk_ms: Playing time of one audio chunk, in milliseconds.
        concurrency: Speech contexts at once, over all sockets and requests.
        stt_concurrency: Transcriptions at once; an open websocket that listens is one.
        max_sockets: Open websockets that speak; by default ten times ``concurrency``.
        context_expiry_s: Inactivity that closes a context which has spoken.
        idle_timeout_s: Silence that closes a websocket that speaks.
        stt_idle_timeout_s: Seconds without a message that close a websocket that listens; by
            default 180, and 20 for versions up to 2025-04-16.
        after_cancel: What follows a cancel: a ``done`` frame, ``nothing``, or the frames of the
            generation in progress and then a ``done`` (``late``).
        on_expiry: Whether an expired context gets a ``done`` frame or ``nothing``.
        max_upload_bytes: Largest request body.
        read_timeout_s: How long a client may take for the head of a request, and for its body
            beside a second for every 16 KiB; an idle connection is closed after the same time.
        record: How many of the latest requests `requests` keeps, up to 64 MiB of them.
        v0_events: How v0 writes its event stream: in ``data`` lines without the empty line that
            ends an event (``malformed``, as v0 did), as ``bare`` JSON objects, both without a
            last event, or ``conforming`` with ``done`` as the last event, on which packages
            0.0.x fail.
        v0_embeddings: Whether v0 sends embeddings as ``numbers`` or as one ``text`` that holds
            them.
        allow_hosts: Further names under which clients reach it, such as the name of a container,
            and hosts whose web pages may use it; ``*`` is any. Addresses and ``localhost`` always
            reach it, and pages on ``localhost`` may always use it.

    Raises:
        ValueError: For a setting outside its range.
    """

    def __init__(
        self,
        *,
        engine: str | tuple[Synthesizer, Recognizer] = "auto",
        host: str = "127.0.0.1",
        port: int = 0,
        tls: bool = False,
        api_key: str | None = None,
        realtime: float | None = None,
        latency: float = 0.0,
        chunk_ms: int = 100,
        concurrency: int = 50,
        stt_concurrency: int = 50,
        max_sockets: int | None = None,
        context_expiry_s: float = 1.0,
        idle_timeout_s: float = 300.0,
        stt_idle_timeout_s: float | None = None,
        after_cancel: AfterCancel = "done",
        on_expiry: OnExpiry = "done",
        max_upload_bytes: int = 64 * 1024 * 1024,
        read_timeout_s: float = 30.0,
        record: int = 1000,
        v0_events: V0Events = "malformed",
        v0_embeddings: V0Embeddings = "numbers",
        allow_hosts: Sequence[str] = (),
    ) -> None:
        self._options = Options(
            realtime=realtime,
            latency=latency,
            chunk_ms=chunk_ms,
            concurrency=concurrency,
            stt_concurrency=stt_concurrency,
            max_sockets=max_sockets or 10 * concurrency,
            context_expiry_s=context_expiry_s,
            idle_timeout_s=idle_timeout_s,
            stt_idle_timeout_s=stt_idle_timeout_s,
            after_cancel=after_cancel,
            on_expiry=on_expiry,
            max_upload_bytes=max_upload_bytes,
            read_timeout_s=read_timeout_s,
            v0_events=v0_events,
            v0_embeddings=v0_embeddings,
            allow_hosts=tuple(allow_hosts),
        )
        self._engine = engine
        self._engines: tuple[Synthesizer, Recognizer] | None = None
        self._host = host
        self._port = port
        self._tls = tls
        self._certificate: Certificate | None = None
        self._api_key = api_key or f"sk_car_{secrets.token_urlsafe(24)}"
        self._faults = FaultBox()
        self._recorder = Recorder(record)
        self._state: State | None = None
        self._running: _Run | None = None

    def __repr__(self) -> str:
        where = self._running.url if self._running else "stopped"
        return f"<Emulator {where}>"

    @property
    def base_url(self) -> str:
        """The URL for clients, such as ``http://127.0.0.1:8123``.

        Raises:
            RuntimeError: If it is not running.
        """
        if self._running is None:
            raise RuntimeError("the emulator is not running; call start() first")
        return self._running.url

    @property
    def playground_url(self) -> str:
        """The URL of the playground with the key in its fragment, which no log shows.

        Raises:
            RuntimeError: If it is not running.
        """
        parts = urlsplit(self.base_url)
        # A browser asks for the microphone only on localhost, or with TLS.
        host = parts.netloc.replace("0.0.0.0", "localhost").replace("[::]", "localhost")  # noqa: S104
        return f"{parts.scheme}://{host}/playground#key={quote(self._api_key, safe='')}"

    @property
    def cafile(self) -> str:
        """Path of the certificate to trust, in PEM; the file is removed with this object.

        Raises:
            RuntimeError: If it was never started, or serves no TLS.
        """
        if self._certificate is None:
            raise RuntimeError("there is a certificate only after start(), with Emulator(tls=True)")
        return str(self._certificate.cafile)

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """A new context for clients that trust this emulator and nobody else; see `cafile`."""
        return ssl.create_default_context(cafile=self.cafile)

    @property
    def api_key(self) -> str:
        """The API key that it accepts."""
        return self._api_key

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """What clients have sent so far, oldest first; websockets carry their messages."""
        return self._recorder.all()

    @property
    def voices(self) -> VoiceStore:
        """The voices it serves.

        Raises:
            RuntimeError: If it was never started.
        """
        if self._state is None:
            raise RuntimeError("the emulator has no voices before start()")
        return self._state.voices

    @staticmethod
    def describe() -> tuple[Extra, ...]:
        """List the extras that add to what it can do, and whether each is installed."""
        return describe()

    def inject(
        self,
        name: str,
        value: str | float | None = None,
        *,
        after: int = 0,
        times: int | None = 1,
        path: str | None = None,
        **options: object,
    ) -> ArmedFault:
        """Produce a fault in requests to come; `cartesia_emulator.faults` lists them.

        Use the result as a context manager to remove the fault at the end of a block::

            with emulator.inject("status", 503, times=None):
                ...

        Faults of a stream, such as ``drop`` and ``error``, strike speech: the next context of a
        socket, the next event stream or audio body. They strike another operation, such as a
        transcription or a socket that listens, only by its ``path``.

        Args:
            name: Which fault.
            value: Its value; None is the default in the table.
            after: Frames to send unchanged before it.
            times: How many requests or contexts it applies to; None is all to come.
            path: Only on this path, such as ``/tts/sse`` or ``/stt/websocket``.
            **options: Further settings, such as ``retry_after=2`` of ``status``.

        Returns:
            The fault, which has `remove`.

        Raises:
            ValueError: For an unknown name or an invalid value.
        """
        fault = make_fault(name, value, after=after, times=times, path=path, **options)
        return self._faults.arm(fault)

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def clear_requests(self) -> None:
        """Forget the recorded requests."""
        self._recorder.clear()

    def reset(self) -> None:
        """Make it as good as new; it keeps its address and key.

        It ends open sockets and requests in progress, which frees their places in the limits. It
        forgets faults, recorded requests, access tokens and what clients made and changed: voices,
        dictionaries, datasets, files, fine-tunes, agents. Call it between two tests, not while a
        client waits for an answer.
        """
        if self._running is not None:
            self._running.reset()
        self.clear_faults()
        self.clear_requests()
        if self._state is not None:
            self._state.reset()

    def heard(
        self,
        audio: AudioSource,
        *,
        language: str = "en",
        sample_rate: int = 24000,
        encoding: str = "pcm_s16le",
    ) -> str:
        """Return what is said in audio, as this emulator hears it.

        It sends no request, so it uses up no fault and appears in no recording. It blocks: in
        async code, with an engine of real speech, call it by ``asyncio.to_thread``.

        Args:
            audio: The bytes of an audio file or of raw samples, the path of either, or an object
                with a method ``wav``, such as the client's ``Audio``.
            language: The language it is in.
            sample_rate: Rate of raw samples, in Hz.
            encoding: Encoding of raw samples.

        Raises:
            UnsupportedAudioError: If it is a file that the emulator cannot read.
            TypeError: For any other object.
        """
        samples, rate = samples_of(audio, sample_rate=sample_rate, encoding=encoding)
        return self._load()[1].transcribe(samples, rate, language=language).text

    def assert_spoken(
        self,
        audio: AudioSource,
        text: str,
        *,
        word_errors: int = 0,
        language: str = "en",
        sample_rate: int = 24000,
        encoding: str = "pcm_s16le",
    ) -> None:
        """Assert that audio says a text; case and punctuation do not count.

        Args:
            audio: What to listen to; see `heard`.
            text: What it should say.
            word_errors: How many words may be missing, added or replaced. Tones are heard without
                a mistake; an engine of real speech makes some.
            language: The language it is in.
            sample_rate: Rate of raw samples, in Hz.
            encoding: Encoding of raw samples.

        Raises:
            AssertionError: If it says something else, with both texts and where they differ.
        """
        __tracebackhide__ = True  # pytest shows the line of the test
        heard = self.heard(audio, language=language, sample_rate=sample_rate, encoding=encoding)
        errors, line = difference(text, heard)
        if errors > word_errors:
            differ = "1 word differs" if errors == 1 else f"{errors} words differ"
            raise AssertionError(
                f"the audio says something else: {differ}"
                f"\n  expected: {text}\n  heard:    {heard}\n  changes:  {line}"
            )

    def _load(self) -> tuple[Synthesizer, Recognizer]:
        if self._engines is None:
            asked = self._engine
            self._engines = engines.load(asked) if isinstance(asked, str) else asked
        return self._engines

    def start(self) -> Self:
        """Load the engines and listen; return once requests can be sent.

        Raises:
            OSError: If the address cannot be listened on.
            ImportError: If the package that makes certificates is missing.
            RuntimeError: If ``engine`` is ``speech`` and something is missing.
        """
        if self._running is not None:
            return self
        pair = self._load()
        if self._tls and self._certificate is None:
            self._certificate = Certificate(self._host)
        if self._state is None:
            self._state = State(pair[0].presets, retired_voices(pair[0].presets))
        backend = Backend(
            self._options,
            pair,
            self._api_key,
            state=self._state,
            faults=self._faults,
            recorder=self._recorder,
        )
        tls = self._certificate.server_context if self._certificate else None
        running = _Run(backend, self._host, self._port, tls)
        try:
            running.thread.start()
        except BaseException:
            running.thread.stop()
            raise
        self._running = running
        return self

    def stop(self) -> None:
        """Close every connection and release the port; do nothing if it is stopped."""
        running, self._running = self._running, None
        if running is not None:
            running.thread.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear_faults()
        self.stop()

    async def __aenter__(self) -> Self:
        # In a thread, because loading the engines takes a second.
        starting = asyncio.ensure_future(asyncio.to_thread(self.start))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):
                await starting
                await asyncio.to_thread(self.stop)
            raise

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear_faults()
        await asyncio.shield(asyncio.to_thread(self.stop))


class _Run:
    """One run of the server: its address, and the thread that serves it."""

    def __init__(self, backend: Backend, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.url = ""
        self.thread = LoopThread("emulator", self._serve)
        self._backend = backend
        self._host = host
        self._port = port
        self._tls = tls
        self._server: Server | None = None

    def reset(self) -> None:
        """End what clients have open, and forget the tokens they hold."""
        if self._server is not None:
            self.thread.run(self._server.close())
        self._backend.reset()

    async def _serve(self) -> None:
        server = self._server = Server(self._backend, self._host)
        runner = web.AppRunner(
            server.app,
            access_log=None,
            # Stops speech for a client that has disconnected.
            handler_cancellation=True,
            # It runs from the start of a connection until a whole head has arrived.
            keepalive_timeout=self._backend.options.read_timeout_s,
            shutdown_timeout=0.5,
        )
        try:
            await runner.setup()
            site = web.TCPSite(runner, self._host, self._port, ssl_context=self._tls)
            await site.start()
            host, port = runner.addresses[0][:2]
            scheme = "http" if self._tls is None else "https"
            self.url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
            self._backend.studio.warm()
            await self.thread.ready()
            await site.stop()
            await server.close()
        finally:
            await runner.cleanup()
            self._backend.studio.close()
