"""Speech of v0 as frames, and their translation to the shapes that v0 sends."""

from __future__ import annotations

import base64
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from ..audio.pcm import sample_width
from ..speech.engine import VoiceShape
from ..studio.timeline import Audio, done_frame

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..backend import Backend
    from ..wire.mangle import Translate
    from .requests import SpeechRequest

__all__ = ["DEFAULT_VOICE", "speech_frames", "to_v0"]

DEFAULT_VOICE: Final = VoiceShape()

Frame = dict[str, object]


async def speech_frames(
    backend: Backend, request: SpeechRequest
) -> AsyncGenerator[tuple[Frame, bytes | None]]:
    """Yield the frames of a speech, ``done`` included, each with the audio in it.

    Raises:
        ApiError: 500, if the engine fails.
    """
    width = sample_width(request.format.encoding or "")
    left = round(request.longest_s * request.format.sample_rate) * width
    shape = request.shape or DEFAULT_VOICE
    utterance = backend.studio.speak(request.as_current_request(), shape, chunk_ms=request.chunk_ms)
    async with aclosing(backend.studio.deliver(utterance)) as events:
        async for event, step_ms in events:
            if not isinstance(event, Audio):
                continue
            piece, left = event.data[:left], left - len(event.data)
            if piece:
                yield _chunk(piece, width, step_ms), piece
            if left <= 0:
                break
    yield done_frame(), None


def _chunk(data: bytes, width: int, step_ms: float) -> Frame:
    return {
        "type": "chunk",
        "data": base64.b64encode(data).decode(),
        "done": False,
        "step_time": round(step_ms),
        "length": len(data) // width,
    }


def to_v0(sampling_rate: int, *, ends: bool = True) -> Translate:
    """Return the function that turns frames into those of v0.

    Args:
        sampling_rate: Rate of the audio in Hz, which every chunk carries.
        ends: Whether the stream has a last frame, and ``done`` in every frame.
    """

    def translate(frame: Frame) -> Frame | None:
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

    return translate


def _kept(frame: Frame, *names: str) -> Frame:
    return {name: frame[name] for name in names if name in frame}
