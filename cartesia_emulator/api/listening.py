"""``/stt/websocket`` and ``/stt/turns/websocket``: sockets that listen.

Audio is measured by its own length and not by the clock: a recording that arrives at once is heard
as if it had been spoken. Everything that a socket sends goes through one queue of jobs, so that the
order of its frames is the order of the audio, however long the recogniser takes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final, cast

import msgspec
import numpy as np
from aiohttp import WSMsgType, web

from ..audio.pcm import StreamDecoder
from ..catalog import INK_2_MODELS, MAX_KEYTERMS, STT_ENCODINGS, STT_LANGUAGES, STT_MODELS
from ..errors import ApiError
from ..hearing.tone import ToneRecognizer
from ..hearing.turns import LIMITS, Turns, TurnSettings
from ..hearing.utterance import SpeechUtterance, ToneUtterance
from ..hearing.voice import FRAME_S, voice_for
from ..wire import transport
from ..wire.mangle import Abort, Close, Mangler
from ..wire.requests import choose, in_range

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from numpy.typing import NDArray

    from ..backend import Backend
    from ..hearing.engine import Transcript
    from ..hearing.utterance import Utterance
    from ..wire.call import Call

    Find = Callable[[], Awaitable[Transcript]]

__all__ = ["dictation_socket", "turns_socket"]

log: logging.Logger = logging.getLogger("cartesia_emulator")

PARTIAL_S: Final = 0.1  # of audio, between looks for new words
PRE_ROLL_S: Final = 0.5  # of audio before a turn is known to have begun
SILENCE_S: Final = 2.0  # that ends a piece of text nobody finalised
IDLE_S: Final = 180.0
OLD_IDLE_S: Final = 20.0  # up to version 2025-04-16


class _Format(msgspec.Struct, frozen=True):
    """What the handshake says about the audio and the model."""

    model: str
    encoding: str
    sample_rate: int

    @classmethod
    def of(cls, call: Call, models: frozenset[str]) -> _Format:
        """Read and check the query.

        Raises:
            ApiError: 400, if something is missing or wrong.
        """
        values = {name: call.query(name) for name in ("model", "encoding", "sample_rate")}
        for name, value in values.items():
            if value is None:
                raise ApiError(400, f"{name}: this parameter is required.")
        model, rate = str(values["model"]), call.query_int("sample_rate") or 0
        if model not in models:
            raise ApiError(400, f"model: there is no model {model!r} here.", code="model_not_found")
        choose("encoding", values["encoding"], STT_ENCODINGS)
        in_range("sample_rate", rate, 1000, 384_000)
        _check_keyterms(call.query_all("keyterm"), model)
        return cls(model, str(values["encoding"]), rate)


def _check_keyterms(terms: list[str], model: str) -> None:
    if terms and model not in INK_2_MODELS:
        raise ApiError(400, f"keyterm: {model} takes none.")
    most, letters = MAX_KEYTERMS
    if len(terms) > most or sum(map(len, terms)) > letters:
        raise ApiError(400, f"keyterm: at most {most} terms and {letters} characters together.")


def _query_number(call: Call, name: str, low: float, high: float) -> float | None:
    text = call.query(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        raise ApiError(400, f"{name}: {text!r} is not a number.") from None
    if not low <= value <= high:
        raise ApiError(400, f"{name}: {text} is outside {low}..{high}.")
    return value


class _Listener(ABC):
    """One socket that listens.

    Args:
        backend: Options, engines and faults of the emulator.
        call: The handshake.
        socket: The socket, open.
        fmt: What the handshake says about the audio.
        floor_db: Level in dBFS below which audio is silence; None uses the default.
    """

    final_type: ClassVar[str | None] = None

    def __init__(
        self,
        backend: Backend,
        call: Call,
        socket: web.WebSocketResponse,
        fmt: _Format,
        floor_db: float | None = None,
    ) -> None:
        self.format = fmt
        self._backend = backend
        self._call = call
        self._socket = socket
        recognizer = backend.studio.recognizer
        self._exact = recognizer.name == "tone"
        self._lacks_speech = isinstance(recognizer, ToneRecognizer) and recognizer.lacks_speech
        self._decoder = StreamDecoder(fmt.encoding)
        self._voice = voice_for(recognizer.name, fmt.sample_rate, floor_db=floor_db)
        self._frame = max(1, round(fmt.sample_rate * FRAME_S))
        self._pending = np.zeros(0, np.float32)  # audio that has no flag yet
        self.utterance: Utterance = self._new_utterance()
        self.heard_s: float = 0.0  # seconds of audio taken, the clock of the connection
        self._looked_s = 0.0
        self._messages = 0
        self._closing = False
        self._jobs: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._said = ""  # the last text that is complete
        path = call.request.path
        asked = (fault for fault in call.faults if fault.applies("listener", path))
        faults = [*asked, *backend.faults.take("listener", path)]
        self.mangler = Mangler(faults, translate=self._by_version)

    # --- what the kinds of sockets do

    @abstractmethod
    def step(self, piece: NDArray[np.float32], *, voiced: bool) -> None:
        """Take 20 ms of audio."""

    @abstractmethod
    def command(self, text: str) -> None:
        """Handle a text message.

        Raises:
            ApiError: The message is not understood.
        """

    @abstractmethod
    def finish(self) -> None:
        """Put the last frames into the queue."""

    # --- the socket

    async def run(self) -> None:
        """Read messages until the socket closes or has been idle for too long."""
        worker = asyncio.create_task(self._work(), name="listener")
        try:
            await self._read()
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        limit = self._backend.options.stt_idle_timeout_s
        if limit is None:
            limit = OLD_IDLE_S if self._call.version <= "2025-04-16" else IDLE_S
        idle_since = loop.time()
        while True:
            try:
                async with asyncio.timeout_at(idle_since + limit):
                    message = await self._socket.receive()
            except TimeoutError:
                await self._socket.close(code=1001, message=b"idle timeout")
                return
            if message.type is WSMsgType.BINARY:
                idle_since = loop.time()
                await self._take(message.data)
            elif message.type is WSMsgType.TEXT:
                idle_since = loop.time()
                self._backend.recorder.add_frame(self._call.record, message.data)
                if not self._closing:
                    try:
                        self.command(message.data)
                    except ApiError as error:
                        self.say(error.frame(self._call.id))
            elif message.type not in (WSMsgType.PING, WSMsgType.PONG):
                return

    async def _take(self, data: bytes) -> None:
        self._messages += 1
        self._call.record.audio_bytes += len(data)
        if not self._closing:
            self._audio(data)
        for fault in self.mangler.faults:
            if fault.name.endswith("-after-audio") and fault.number == self._messages:
                await asyncio.sleep(0)
                action = Abort() if fault.name == "drop-after-audio" else Close(1011)
                await transport.perform(action, self._call.request, self._socket)

    def _audio(self, data: bytes) -> None:
        pcm = self._decoder.feed(data)
        self._pending = np.concatenate([self._pending, pcm])
        size = self._frame
        flags = self._voice.feed(pcm)
        for place, voiced in enumerate(flags):
            self.step(self._pending[place * size : (place + 1) * size], voiced=voiced)
            self.heard_s += size / self.format.sample_rate
        self._pending = self._pending[len(flags) * size :]

    def drain(self) -> None:
        """Take the audio that is too short for a flag."""
        self.utterance.feed(self._pending, voiced=False)
        self.heard_s += len(self._pending) / self.format.sample_rate
        self._pending = self._pending[:0]

    def close(self) -> None:
        """Put the last frames and the end of the connection into the queue."""
        self._closing = True
        self.finish()
        self._jobs.put_nowait(self._part)

    async def _part(self) -> None:
        if self.final_type is not None:
            await self.emit({"type": self.final_type})
        else:
            for action in self.mangler.stream_end({"request_id": self._call.id}):
                await transport.perform(action, self._call.request, self._socket)
        await self._socket.close(code=1000)

    # --- the queue

    async def _work(self) -> None:
        try:
            while True:
                job = await self._jobs.get()
                await job()
        except transport.Gone:
            log.debug("listening socket gone")
        except transport.Silenced:
            await self._socket.close(code=1000)
        except ApiError as error:
            await self._fail(error)
        except Exception:
            log.exception("listening failed")
            await self._fail(ApiError(500, "The emulator failed to hear this."))

    async def _fail(self, error: ApiError) -> None:
        try:
            await self.emit(error.frame(self._call.id))
        except (transport.Gone, transport.Silenced):
            return
        await self._socket.close(code=1011)

    def do(self, job: Callable[[], Awaitable[None]]) -> None:
        """Put a job into the queue."""
        self._jobs.put_nowait(job)

    def say(self, frame: dict[str, object]) -> None:
        """Put a frame into the queue."""
        self.do(lambda: self.emit(frame))

    async def emit(self, frame: dict[str, object]) -> None:
        """Send a frame.

        Raises:
            Gone: The socket is closed.
            Silenced: A fault ends the connection.
        """
        for action in self.mangler.frame({**frame, "request_id": self._call.id}):
            await transport.perform(action, self._call.request, self._socket)

    def _by_version(self, frame: dict[str, object]) -> dict[str, object]:
        return _by_version(self._call, frame)

    # --- text

    def _new_utterance(self) -> Utterance:
        if self._exact:
            return ToneUtterance(self.format.sample_rate, lacks_speech=self._lacks_speech)
        word_times = self.format.model not in INK_2_MODELS  # as `_words` sends them
        listen = self._backend.studio.listen
        return SpeechUtterance(self.format.sample_rate, listen, word_times=word_times)

    def cut(self) -> Find:
        """End the utterance, begin the next, and return a function that finds the text."""
        find = self.utterance.whole(last=True)
        self.utterance = self._new_utterance()
        return find

    def new_words(self) -> Find | None:
        """Return a function that finds new words, if it is time to look for some."""
        late = self._backend.studio.desk.waiting > 0
        if self.heard_s - self._looked_s < PARTIAL_S or late or not self.utterance.due:
            return None
        self._looked_s = self.heard_s
        return self.utterance.partial()

    def placed(self, text: str) -> str:
        """Return a text with the space that belongs between it and the text before it."""
        apart = not self._said or self._said[-1].isspace() or text[:1].isspace()
        return text if apart or not text else f" {text}"

    def said(self, text: str) -> None:
        """Note that a text is complete."""
        self._said = text or self._said


class _Dictation(_Listener):
    """A socket whose client says when to write the text."""

    final_type = "done"

    def __init__(
        self,
        backend: Backend,
        call: Call,
        socket: web.WebSocketResponse,
        fmt: _Format,
        *,
        language: str,
        min_volume: float | None,
        max_silence_s: float | None,
    ) -> None:
        floor_db = 20 * math.log10(max(min_volume, 1e-6)) if min_volume else None
        super().__init__(backend, call, socket, fmt, floor_db)
        self._language = language
        self._max_silence_s = SILENCE_S if max_silence_s is None else max_silence_s
        self._voiced = False
        self._quiet_s = 0.0
        self._begun_s = 0.0  # where the utterance begins
        self._told_s = 0.0  # up to where finals have been sent
        self._shown = ""

    def step(self, piece: NDArray[np.float32], *, voiced: bool) -> None:
        self.utterance.feed(piece, voiced=voiced)
        self._voiced = self._voiced or voiced
        self._quiet_s = 0.0 if voiced else self._quiet_s + FRAME_S
        if self._voiced and self._quiet_s >= self._max_silence_s:
            self._finalize(self.heard_s + FRAME_S)
        elif self._voiced:
            if find := self.new_words():
                self.do(lambda: self._show(find))
        elif self._quiet_s >= 2 * PRE_ROLL_S and not self._exact:
            self.utterance.trim(PRE_ROLL_S)
            self._begun_s = self.heard_s + FRAME_S - PRE_ROLL_S
            self._quiet_s = PRE_ROLL_S

    def command(self, text: str) -> None:
        if text == "finalize":
            self.drain()
            self._finalize(self.heard_s)
            if not self.mangler.has("no-flush-done"):
                self.do(self._flushed(self.heard_s))
        elif text in ("close", "done"):
            self.close()
        else:
            raise ApiError(
                400, "Unrecognized message: send audio, or the text finalize, done or close."
            )

    def finish(self) -> None:
        self.drain()
        self._finalize(self.heard_s)

    def _finalize(self, until_s: float) -> None:
        find, begun_s = self.cut(), self._begun_s
        self._voiced, self._quiet_s, self._begun_s = False, 0.0, until_s
        self.do(lambda: self._tell(find, begun_s, until_s))

    async def _show(self, find: Find) -> None:
        text = (await find()).text
        if text and text != self._shown:
            self._shown = text
            frame: dict[str, object] = {"type": "transcript", "is_final": False}
            await self.emit(frame | {"text": self.placed(text), "language": self._language})

    async def _tell(self, find: Find, begun_s: float, until_s: float) -> None:
        heard = await find()
        self._shown = ""
        if not heard.text:
            return
        frame: dict[str, object] = {
            "type": "transcript",
            "is_final": True,
            "text": self.placed(heard.text),
            "duration": round(until_s - self._told_s, 6),
            "language": self._language,
        }
        if self.format.model not in INK_2_MODELS:
            frame["words"] = self._words(heard, begun_s)
        self._told_s = until_s
        self.said(heard.text)
        await self.emit(frame)

    def _words(self, heard: Transcript, begun_s: float) -> object:
        rows = [
            {
                "word": word.text,
                "start": round(begun_s + word.start, 6),
                "end": round(begun_s + word.end, 6),
            }
            for word in heard.words
        ]
        if not self.mangler.has("word-columns"):
            return rows
        columns = {"words": "word", "start": "start", "end": "end"}
        return [{column: [row[name] for row in rows] for column, name in columns.items()}]

    def _flushed(self, until_s: float) -> Callable[[], Awaitable[None]]:
        async def flushed() -> None:
            self._told_s = until_s
            await self.emit({"type": "flush_done"})

        return flushed


class _TurnTaking(_Listener):
    """A socket that finds out when turns begin and end."""

    def __init__(
        self,
        backend: Backend,
        call: Call,
        socket: web.WebSocketResponse,
        fmt: _Format,
        settings: TurnSettings,
    ) -> None:
        super().__init__(backend, call, socket, fmt)
        self._turns = Turns(settings)
        self._idle_s = 0.0
        self._shown = ""
        self._number = 0
        self.say({"type": "connected"})

    def step(self, piece: NDArray[np.float32], *, voiced: bool) -> None:
        self.utterance.feed(piece, voiced=voiced)
        for moment in self._turns.feed(voiced):
            if moment == "start":
                self.do(self._start)
            elif moment == "eager_end":
                self._find(self.utterance.whole(last=False), self._eager_end)
            elif moment == "resume":
                self.do(lambda: self._event("turn.resume"))
            else:
                self._find(self.cut(), self._end)
        if self._turns.speaking:
            self._idle_s = 0.0
            if not self._turns.eager and (find := self.new_words()):
                self._find(find, self._update)
            return
        self._idle_s += FRAME_S
        if self._idle_s >= 2 * PRE_ROLL_S:
            self._idle_s = PRE_ROLL_S
            self.utterance.trim(PRE_ROLL_S)

    def command(self, text: str) -> None:
        try:
            message = msgspec.json.decode(text, type=dict[str, object])
        except (msgspec.DecodeError, RecursionError):
            message = {}
        kind = message.get("type")
        if kind == "config":
            self._configure(message.get("turn"))
        elif kind in ("close", "done"):
            self.close()
        else:
            raise ApiError(400, "Unrecognized message type: send audio, config or close.")

    def finish(self) -> None:
        self.drain()
        if self._turns.speaking:
            self._turns.stop()
            self._find(self.cut(), self._end)

    def _configure(self, changes: object) -> None:
        if not isinstance(changes, dict):
            raise ApiError(400, "turn: this field is required.")
        given = {
            name: value
            for name, value in cast("dict[str, object]", changes).items()
            if name in LIMITS and value is not None
        }
        try:
            settings = msgspec.convert(
                {**msgspec.to_builtins(self._turns.settings), **given}, TurnSettings
            )
        except msgspec.ValidationError as error:
            raise ApiError(400, f"turn: {error}.") from error
        if problem := settings.problem():
            raise ApiError(400, f"turn.{problem}")
        self._turns.settings = settings

    def _find(self, find: Find, then: Callable[[str], Awaitable[None]]) -> None:
        async def job() -> None:
            await then((await find()).text)

        self.do(job)

    async def _start(self) -> None:
        self._number += 1
        if not self.mangler.has("no-turn-start"):
            await self._event("turn.start")

    async def _update(self, text: str) -> None:
        if text and text != self._shown:
            self._shown = text
            text = self.placed(text)
            if self.mangler.once("revised-turn"):
                text = text.swapcase()
            await self._event("turn.update", transcript=text)

    async def _eager_end(self, text: str) -> None:
        await self._update(text)
        await self._event("turn.eager_end", transcript=self.placed(text))

    async def _end(self, text: str) -> None:
        await self._update(text)
        text, self._shown = self.placed(text), ""
        self.said(text)
        await self._event("turn.end", transcript=text)

    async def _event(self, kind: str, **fields: object) -> None:
        if self.mangler.has("turn-ids"):
            fields["turn_id"] = f"turn-{self._number}"
        await self.emit({"type": kind, **fields})


async def dictation_socket(backend: Backend, call: Call) -> web.StreamResponse:
    """GET /stt/websocket."""
    fmt = _Format.of(call, STT_MODELS | INK_2_MODELS)
    language = call.query("language") or "en"
    if language not in (("en",) if fmt.model in INK_2_MODELS else STT_LANGUAGES):
        raise ApiError(
            400,
            f"language: {fmt.model} does not support {language!r}.",
            code="language_not_supported",
        )
    min_volume = _query_number(call, "min_volume", 0, 1)
    max_silence_s = _query_number(call, "max_silence_duration_secs", 0, 3600)
    if fmt.model in INK_2_MODELS and (min_volume is not None or max_silence_s is not None):
        raise ApiError(400, "min_volume and max_silence_duration_secs need ink-whisper.")
    return await _serve(
        backend,
        call,
        lambda socket: _Dictation(
            backend,
            call,
            socket,
            fmt,
            language=language,
            min_volume=min_volume,
            max_silence_s=max_silence_s,
        ),
    )


async def turns_socket(backend: Backend, call: Call) -> web.StreamResponse:
    """GET /stt/turns/websocket."""

    def listener(socket: web.WebSocketResponse) -> _Listener:
        fmt = _Format.of(call, INK_2_MODELS)
        given = {
            name: _query_number(call, f"turn_{name}", *limits) for name, limits in LIMITS.items()
        }
        settings = TurnSettings(**{name: v for name, v in given.items() if v is not None})
        if problem := settings.problem():
            raise ApiError(400, f"turn_{problem}")
        return _TurnTaking(backend, call, socket, fmt, settings)

    return await _serve(backend, call, listener)


async def _serve(
    backend: Backend, call: Call, listener: Callable[[web.WebSocketResponse], _Listener]
) -> web.StreamResponse:
    """Upgrade a request and serve the socket; wrong settings are told on the open socket.

    The settings of `/stt/websocket` were checked before, so that they refuse its handshake.
    """
    if call.request.headers.get("Upgrade", "").lower() != "websocket":
        raise ApiError(426, "This path speaks websocket only.", headers={"Upgrade": "websocket"})
    with backend.transcriptions.held():
        deaf = any(fault.name == "ignore-pings" for fault in call.faults)
        socket = web.WebSocketResponse(autoping=not deaf, compress=False)
        if not socket.can_prepare(call.request).ok:
            raise ApiError(400, "The websocket handshake is malformed.")
        call.begin(socket)
        await socket.prepare(call.request)
        try:
            session = listener(socket)
        except ApiError as error:
            await socket.send_str(json.dumps(_by_version(call, error.frame(call.id))))
            await socket.close(code=1008)
            return socket
        await session.run()
    return socket


def _by_version(call: Call, frame: dict[str, object]) -> dict[str, object]:
    """Return a frame as its version has it: here, an error ends nothing, so that none is `done`."""
    if frame["type"] != "error":
        return frame
    if call.plain_errors:
        return {"type": "error", "error": f"{frame['title']}: {frame['message']}"}
    return {name: value for name, value in frame.items() if name != "done"}
