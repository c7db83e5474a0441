"""Contexts of ``/tts/websocket``: inputs in, frames out, one task each.

A context collects text until a sentence ends, the buffer delay passes, or the client flushes or
finishes; then it speaks that text. It sends ``done`` once, after all its audio.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from ..errors import ApiError
from ..studio.timeline import Audio, TextBuffer, done_frame, flush_frame, frame
from ..wire.requests import LONGEST_TRANSCRIPT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..backend import Backend
    from ..state.voices import VoiceRecord
    from ..wire.requests import Speech

    Emit: TypeAlias = Callable[[dict[str, object], bytes | None], Awaitable[None]]

__all__ = ["Context"]

log: logging.Logger = logging.getLogger("cartesia_emulator")

DEFAULT_DELAY_MS: Final = 3000
# Wire names of what every input of a context must repeat, and where `Speech` keeps it.
_CONSTANT: Final = {
    "voice": "voice_id",
    "model_id": "model_id",
    "output_format": "output_format",
    "language": "language",
    "locale": "locale",
    "pronunciation_dict_id": "pronunciation_dict_id",
}


class _Say(msgspec.Struct, frozen=True):
    request: Speech
    voice: VoiceRecord


class _Flush(msgspec.Struct, frozen=True):
    flush_id: int


class _Finish(msgspec.Struct, frozen=True):
    announced: bool = True


_Job: TypeAlias = _Say | _Flush | _Finish


class Context:
    """One context from its first input to its end.

    Args:
        backend: Options, engines and limits of the emulator.
        first: The input that opened it; later inputs may leave out its settings.
        context_id: Its id.
        emit: Sends one frame of this context; takes the frame without ``context_id`` and the audio
            in it.
    """

    def __init__(self, backend: Backend, first: Speech, context_id: str, emit: Emit) -> None:
        self.id: str = context_id
        self.finished: bool = False
        self._backend = backend
        self.first = first
        self._latest = first
        self._emit = emit
        self._voice = backend.voice_for(first)
        self._lexicon = backend.lexicon_for(first)
        self._text = TextBuffer()
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._waiting = 0  # characters in the queue
        self._timer: asyncio.TimerHandle | None = None
        self._flushes = 0
        self._flush_id = 1
        self._elapsed = 0.0
        self._spoke = False
        self._last_input = 0.0
        self._pacer = backend.studio.pacer()

    def accept(self, request: Speech) -> None:
        """Take one input.

        Raises:
            ApiError: 400 if the context is finished or the input differs from its first one; 429
                if more inputs, or more text, than allowed wait to be spoken.
        """
        if self.finished:
            raise ApiError(400, f"context_id: context {self.id!r} takes no more input.")
        if request.transcript:
            self._check_same(request)
            self._latest = request
        if (
            self._jobs.qsize() >= self._backend.options.max_pending_inputs
            or self._waiting > LONGEST_TRANSCRIPT
        ):
            raise ApiError(429, f"context_id: too many inputs wait in context {self.id!r}.")
        self._last_input = asyncio.get_running_loop().time()
        self._collect(request)
        if request.flush:
            self._release()
            self._flushes += 1
            self._jobs.put_nowait(_Flush(self._flushes))
        if not request.continue_:
            self.finish()

    def finish(self) -> None:
        """End the input: speak the text still buffered, then send ``done``."""
        self.finished = True
        self._release()
        self._jobs.put_nowait(_Finish())

    def curtail(self) -> None:
        """End the input and drop queued text; finish only the generation in progress."""
        self.finished = True
        self._drop()
        self._jobs.put_nowait(_Finish())

    async def run(self) -> None:
        """Speak until the context ends; cancel the task to stop at once."""
        try:
            while True:
                match await self._next():
                    case _Say(request, voice):
                        self._waiting -= len(request.transcript)
                        await self._speak(request, voice)
                    case _Flush(flush_id):
                        await self._emit(flush_frame(flush_id), None)
                        self._flush_id = flush_id + 1
                    case _Finish(announced):
                        if announced:
                            await self._emit(done_frame(), None)
                        return
        finally:
            self.finished = True
            self._drop()

    def _drop(self) -> None:
        """Forget all text that has not been spoken."""
        self._stop_timer()
        self._text.take()
        self._waiting = 0
        while not self._jobs.empty():
            self._jobs.get_nowait()

    def _check_same(self, request: Speech) -> None:
        for field, member in _CONSTANT.items():
            if getattr(request, member) != getattr(self.first, member):
                raise ApiError(
                    400, f"{field}: must stay the same for all inputs of context {self.id!r}."
                )

    def _collect(self, request: Speech) -> None:
        delay_ms = request.max_buffer_delay_ms
        if delay_ms is None:
            delay_ms = DEFAULT_DELAY_MS
        released = self._text.push(request.transcript)
        if delay_ms == 0:
            released += self._text.take()
        self._say(released)
        if not self._text.waiting:
            self._stop_timer()
        elif self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(delay_ms / 1000, self._release)

    def _release(self) -> None:
        self._stop_timer()
        self._say(self._text.take())

    def _say(self, text: str) -> None:
        if text.strip():
            request = msgspec.structs.replace(self._latest, transcript=text)
            self._waiting += len(text)
            self._jobs.put_nowait(_Say(request, self._voice))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _next(self) -> _Job:
        """Return the next job, or the end of the context once it has been idle for too long."""
        options = self._backend.options
        wait: float | None = options.context_expiry_s if self._spoke else None
        while True:
            try:
                async with asyncio.timeout(wait):
                    return await self._jobs.get()
            except TimeoutError:
                idle = asyncio.get_running_loop().time() - self._last_input
                if not self._text.waiting and idle >= options.context_expiry_s:
                    log.debug("context expired", extra={"context_id": self.id})
                    self.finished = True
                    return _Finish(announced=options.on_expiry == "done")
                wait = max(options.context_expiry_s - idle, 0.01)

    async def _speak(self, request: Speech, voice: VoiceRecord) -> None:
        take = self._backend.studio.speak(request, voice.shape, self._elapsed, self._lexicon)
        async with aclosing(take.events()) as events:
            async for event, step_ms in events:
                await self._pacer.before(event)
                fields = frame(event, step_ms) | {"flush_id": self._flush_id}
                audio = event.data if isinstance(event, Audio) else None
                await self._emit(fields, audio)
                self._spoke = self._spoke or audio is not None
                # Yield to the event loop, so that contexts share the socket fairly.
                await asyncio.sleep(0)
        self._elapsed = take.elapsed
