"""``/voice-changer``: recognise the words of a clip and speak them with another voice."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Final

from ..audio.rates import resample
from ..wire.mangle import untyped
from ..wire.streaming import CONTENT_TYPES, EVENTS, AudioStream
from .clips import decode_clip, output_format

if TYPE_CHECKING:
    import numpy as np
    from aiohttp import web
    from numpy.typing import NDArray

    from ..backend import Backend
    from ..speech.engine import VoiceShape
    from ..wire.call import Call
    from ..wire.requests import OutputFormat

_PACES: Final = (0.6, 1.5)  # what every engine follows


async def change_bytes(backend: Backend, call: Call) -> web.StreamResponse:
    """POST /voice-changer/bytes."""
    with backend.contexts.held():
        samples, fmt = await _changed(backend, call)
        headers = {"Content-Type": CONTENT_TYPES[fmt.container]}
        return await AudioStream(call, headers).body(backend.studio.paced(samples, fmt))


async def change_events(backend: Backend, call: Call) -> web.StreamResponse:
    """POST /voice-changer/sse: chunks and the last frame carry no ``type``."""
    with backend.contexts.held():
        begun = time.perf_counter()
        samples, fmt = await _changed(backend, call)
        stream = AudioStream(call, EVENTS, translate=untyped)
        async for piece in backend.studio.paced(samples, fmt):
            step_ms = (time.perf_counter() - begun) * 1000
            begun = time.perf_counter()
            if not stream.mangler.silences():
                await stream.frame(_chunk(piece, fmt, step_ms), piece)
        await stream.frame({"type": "done", "done": True, "status_code": 200}, None)
        return await stream.finish()


def _chunk(data: bytes, fmt: OutputFormat, step_ms: float) -> dict[str, object]:
    return {
        "type": "chunk",
        "data": base64.b64encode(data).decode(),
        "done": False,
        "sample_rate": fmt.sample_rate,
        "status_code": 206,
        "step_time": round(step_ms, 3),
    }


async def _changed(backend: Backend, call: Call) -> tuple[NDArray[np.float32], OutputFormat]:
    """Return the clip in the new voice, at the engine's rate, and the requested format."""
    form = call.form()
    voice = backend.voices.get(form.required("voice[id]"), field="voice[id]")
    fmt = output_format(form)
    samples, rate = await decode_clip(backend.studio, "clip", form.file("clip"))
    return await _revoiced(backend, samples, rate, voice.shape), fmt


async def _revoiced(
    backend: Backend, samples: NDArray[np.float32], rate: int, voice: VoiceShape
) -> NDArray[np.float32]:
    """Speak the words of a clip in about the same time; keep a clip without words."""
    studio = backend.studio
    heard = await studio.transcribe(samples, rate, "en")
    spoken = await studio.say(heard.text, voice)
    if not len(spoken):
        own_rate = studio.synthesizer.sample_rate
        return await studio.work(lambda: resample(samples, rate, own_rate))
    low, high = _PACES
    lasts = len(spoken) / studio.synthesizer.sample_rate
    pace = min(max(lasts * rate / len(samples), low), high)
    if abs(pace - 1) < 0.02:
        return spoken
    return await studio.say(heard.text, voice, speed=pace)
