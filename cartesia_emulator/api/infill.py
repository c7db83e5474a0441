"""``/infill/bytes``: speech that joins two recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ..audio import pcm
from ..errors import ApiError
from ..wire.requests import check_language, check_length, check_model, check_spoken
from ..wire.streaming import CONTENT_TYPES, AudioStream
from .clips import decode_clip, output_format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web
    from numpy.typing import NDArray

    from ..backend import Backend
    from ..wire.call import Call

_QUIET: Final = 1e-3
_GAINS: Final = (0.25, 4.0)
_LONGEST: Final = 20_000
"""Most characters to say: the audio is made as a whole, because its level decides the gain."""


async def infill_bytes(backend: Backend, call: Call) -> web.StreamResponse:
    """POST /infill/bytes: only the new audio, as loud as the recordings around it."""
    form = call.form()
    transcript = form.required("transcript")
    language = form.required("language")
    model = form.required("model_id")
    check_model(model)
    check_language("language", language)
    check_spoken(model, language[:2])
    voice = backend.voices.get(form.required("voice_id"), field="voice_id")
    fmt = output_format(form)
    sides = [name for name in ("left_audio", "right_audio") if name in form]
    if not sides:
        raise ApiError(400, "left_audio: send it, or right_audio, or both.")
    check_length("transcript", transcript, _LONGEST)
    if not transcript.strip():
        raise ApiError(400, "transcript: there is nothing to say.")
    with backend.contexts.held():
        clips = [(await decode_clip(backend.studio, side, form.file(side)))[0] for side in sides]
        spoken = await backend.studio.say(transcript, voice.shape, language=language[:2])
        headers = {"Content-Type": CONTENT_TYPES[fmt.container]}
        fitted = await backend.studio.work(lambda: _as_loud(spoken, clips))
        pieces = backend.studio.paced(fitted, fmt)
        return await AudioStream(call, headers).body(pieces)


def _as_loud(
    spoken: NDArray[np.float32], clips: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    around, own = _level(np.concatenate(clips)), _level(spoken)
    if around < _QUIET or own < _QUIET:
        return spoken
    low, high = _GAINS
    return pcm.limit(spoken * np.float32(min(max(around / own, low), high)))


def _level(samples: NDArray[np.float32]) -> float:
    """Root mean square of the samples that are not silent."""
    sounding = samples[np.abs(samples) > _QUIET]
    return float(np.sqrt(np.mean(np.square(sounding)))) if len(sounding) else 0.0
