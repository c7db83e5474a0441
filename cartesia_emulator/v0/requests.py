"""Requests of v0, decoded and checked."""

from __future__ import annotations

import math
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from ..api.clips import decode_clip
from ..catalog import SUNSETTED_MODELS, TTS_MODELS
from ..errors import ApiError
from ..wire.multipart import Form
from ..wire.requests import OutputFormat, Speech, check_length
from .embedding import SIZE, shape_of
from .errors import InvalidError

if TYPE_CHECKING:
    from ..api.clips import Clip
    from ..backend import Backend
    from ..speech.engine import VoiceShape
    from ..wire.call import Call

__all__ = ["FORMATS", "MODELS", "SpeechRequest", "decode", "uploaded_clip"]

T = TypeVar("T")

_RATE: Final = 44100
_FORMAT: Final = "fp32_44100"
FORMATS: Final = {
    "fp32": OutputFormat(container="raw", encoding="pcm_f32le", sample_rate=_RATE),
    "pcm": OutputFormat(container="raw", encoding="pcm_s16le", sample_rate=_RATE),
    **{
        f"{name}_{rate}": OutputFormat(container="raw", encoding=encoding, sample_rate=rate)
        for name, encoding in (("fp32", "pcm_f32le"), ("pcm", "pcm_s16le"))
        for rate in (16000, 22050, 44100)
    },
    "mulaw_8000": OutputFormat(container="raw", encoding="pcm_mulaw", sample_rate=8000),
}
"""The meaning of each ``output_format``."""

MODELS: Final = {"upbeat-moon", "genial-planet-1346"} | TTS_MODELS | SUNSETTED_MODELS
_LONGEST_S: Final = 180.0
_DAY_S: Final = 86400.0
_CHUNK_S: Final = (0.1, 0.5)
_AT: Final = re.compile(r"^(?P<what>.*) - at `\$(?P<path>.*)`$", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(.+)`")


class SpeechRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A transcript and how to speak it; ``lookahead`` and other members are ignored."""

    transcript: str
    model_id: str | None = None
    voice: list[float] | None = None
    duration: float | None = None
    chunk_time: float | None = None
    output_format: str | None = None

    def check(self) -> None:
        """Reject a request that cannot be spoken.

        Raises:
            ApiError: 422 for numbers out of their range, 400 for the rest.
        """
        _in_range("chunk_time", self.chunk_time, *_CHUNK_S)
        _in_range("duration", self.duration, 0.0, math.inf)
        if self.voice is not None and len(self.voice) != SIZE:
            count = f"must be {SIZE} numbers, not {len(self.voice)}"
            raise InvalidError(("body", "voice"), count)
        if not all(map(math.isfinite, self.voice or ())):
            raise InvalidError(("body", "voice"), "must be finite numbers")
        check_length("transcript", self.transcript)
        if not self.transcript.strip():
            raise ApiError(400, "transcript: there is nothing to say.")
        if self.model_id and self.model_id not in MODELS:
            raise ApiError(400, f"model_id: there is no model {self.model_id!r}.")
        if self.output_format is not None and self.output_format not in FORMATS:
            known = ", ".join(FORMATS)
            raise ApiError(400, f"output_format: {self.output_format!r} is not one of {known}.")

    @property
    def format(self) -> OutputFormat:
        """Coding and rate of the audio."""
        return FORMATS[self.output_format or _FORMAT]

    @property
    def shape(self) -> VoiceShape | None:
        """The voice; None is the default voice."""
        return None if self.voice is None else shape_of(self.voice)

    @property
    def longest_s(self) -> float:
        """The longest duration of the speech, in seconds."""
        return _LONGEST_S if self.duration is None else min(self.duration, _DAY_S)

    @property
    def chunk_ms(self) -> int | None:
        """Playing time of one chunk in milliseconds; None is the emulator's setting."""
        return None if self.chunk_time is None else round(self.chunk_time * 1000)

    def as_current_request(self) -> Speech:
        """Convert it to a request of today's API, which the engines take."""
        return Speech(
            model_id=self.model_id or "upbeat-moon",
            transcript=self.transcript,
            voice="embedding",
            output_format=self.format,
        )


def decode(body: bytes | str, kind: type[T]) -> T:
    """Decode a JSON request.

    Raises:
        InvalidError: With the invalid field, for anything that is not of that type.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidError(("body",), f"is not JSON: {error}", "value_error.jsondecode") from error


async def uploaded_clip(backend: Backend, call: Call) -> Clip:
    """Decode the clip in a form to mono samples and their rate.

    Raises:
        ApiError: 422 if it is missing, 400 if the emulator cannot read it as audio, 501 if it
            would need another package.
    """
    try:
        data = Form(call.request.headers.get("Content-Type", ""), call.body).file("clip")
    except ApiError as error:
        raise InvalidError(("body", "clip"), "field required", "value_error.missing") from error
    try:
        return await decode_clip(backend.studio, "clip", data)
    except ApiError as error:
        status = error.status if error.status == HTTPStatus.NOT_IMPLEMENTED else 400
        raise ApiError(status, error.message) from error


def _invalid(error: msgspec.ValidationError) -> InvalidError:
    at = _AT.match(str(error))
    what, path = (at["what"], at["path"]) if at else (str(error), "")
    steps = (step for step in re.split(r"[.\[\]]+", path) if step)
    where = ("body", *(int(step) if step.isdecimal() else step for step in steps))
    if missing := _MISSING.fullmatch(what):
        return InvalidError((*where, missing[1]), "field required", "value_error.missing")
    return InvalidError(where, f"{what[0].lower()}{what[1:]}", "type_error")


def _in_range(field: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise InvalidError(("body", field), f"{value} is outside {low}..{high}")
