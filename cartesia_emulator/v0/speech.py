"""Speech of the alpha: what is made, as frames, and how those look on its wires."""

from __future__ import annotations

import base64
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from ..audio.pcm import sample_width
from ..errors import ApiError
from ..speech.engine import VoiceShape
from ..studio.script import Audio, done_frame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..backend import Backend
    from ..wire.mangle import Shape
    from .requests import SpeechRequest

__all__ = ["DEFAULT_VOICE", "shaper", "spoken"]

log: logging.Logger = logging.getLogger("cartesia_emulator")

DEFAULT_VOICE: Final = VoiceShape()

Frame = dict[str, object]


async def spoken(
    backend: Backend, request: SpeechRequest
) -> AsyncGenerator[tuple[Frame, bytes | None]]:
    """The frames of a speech up to its end, each with the audio it holds.

    Raises:
        ApiError: 500, if the engine fails.
    """
    width = sample_width(request.format.encoding or "")
    left = round(request.longest_s * request.format.sample_rate) * width
    async with aclosing(_audio(backend, request)) as pieces:
        async for data, step_ms in pieces:
            piece, left = data[:left], left - len(data)
            if piece:
                yield _chunk(piece, width, step_ms), piece
            if left <= 0:
                break
    yield done_frame(), None


async def _audio(backend: Backend, request: SpeechRequest) -> AsyncGenerator[tuple[bytes, float]]:
    pacer = backend.studio.pacer()
    shape = request.shape or DEFAULT_VOICE
    take = backend.studio.speak(request.today(), shape, chunk_ms=request.chunk_ms)
    try:
        async with aclosing(take.events()) as events:
            async for event, step_ms in events:
                await pacer.before(event)
                if isinstance(event, Audio):
                    yield event.data, step_ms
    except Exception as error:
        log.exception("speech failed")
        raise ApiError(500, "The emulator failed to speak this.") from error


def _chunk(data: bytes, width: int, step_ms: float) -> Frame:
    return {
        "type": "chunk",
        "data": base64.b64encode(data).decode(),
        "done": False,
        "step_time": round(step_ms),
        "length": len(data) // width,
    }


def shaper(sampling_rate: int, *, ends: bool = True) -> Shape:
    """What frames look like in the alpha.

    Args:
        sampling_rate: Rate of the audio, in Hz, which every chunk repeats.
        ends: Whether the stream has a last frame, and ``done`` in the others.
    """

    def shape(frame: Frame) -> Frame | None:
        kind = frame["type"]
        if kind == "error":
            return _kept(frame | {"error": frame["message"]}, "error", "done", "context_id")
        if kind == "done":
            return _kept(frame, "done", "context_id") if ends else None
        frame = {name: value for name, value in frame.items() if name != "status_code"}
        if not ends:
            frame.pop("done", None)
        if kind != "chunk":
            return frame
        del frame["type"]
        return frame | {"sampling_rate": sampling_rate}

    return shape


def _kept(frame: Frame, *names: str) -> Frame:
    return {name: frame[name] for name in names if name in frame}
