"""Audio clips in requests, and the output format of multipart forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..audio import pcm
from ..audio.errors import AudioTooLongError, UnsupportedAudioError
from ..audio.files import check_length, decode_file
from ..catalog import STT_ENCODINGS
from ..errors import ApiError
from ..wire.requests import OutputFormat, decode, in_range
from ..wire.streaming import CONTENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ..speech.engine import VoiceShape
    from ..studio.studio import Studio
    from ..wire.call import Call
    from ..wire.multipart import Form

    Clip = tuple[NDArray[np.float32], int]

__all__ = ["decode_clip", "enroll", "headerless_or_file", "output_format"]

_NUMBERS: Final = ("sample_rate", "bit_rate")


async def decode_clip(studio: Studio, field: str, clip: bytes) -> Clip:
    """Decode an audio file to mono samples and their rate.

    Raises:
        ApiError: 415 if the file is not audio that the emulator can read, 413 if it is too long,
            501 if reading it needs a package that is not installed.
    """
    return await _decoded(studio, field, lambda: decode_file(clip))


async def _decoded(studio: Studio, field: str, job: Callable[[], Clip]) -> Clip:
    try:
        return await studio.decode(job)
    except UnsupportedAudioError as error:
        status, code = 415, "unsupported_audio_format"
        if isinstance(error, AudioTooLongError):
            status, code = 413, "file_too_large"
        raise ApiError(status, f"{field}: {error}.", code=code) from error


async def headerless_or_file(studio: Studio, call: Call, clip: bytes) -> Clip:
    """Decode a clip to transcribe: raw if the query names an encoding, else an audio file."""
    encoding = call.query_choice("encoding", STT_ENCODINGS)
    rate = call.query_int("sample_rate")
    in_range("sample_rate", rate, 1000, 192_000)
    if encoding is None:
        return await decode_clip(studio, "file", clip)
    if rate is None:
        raise ApiError(400, "sample_rate: raw audio needs it beside encoding.")
    width = pcm.sample_width(encoding)

    def job() -> Clip:
        check_length(len(clip) / width / rate)
        return pcm.decode(clip, encoding), rate

    return await _decoded(studio, "file", job)


async def enroll(studio: Studio, clip: bytes) -> VoiceShape:
    """Derive a voice from an audio file.

    Raises:
        ApiError: As for `decode_clip`, and 400 if no voice can be derived from the file.
    """
    samples, rate = await decode_clip(studio, "clip", clip)
    try:
        return await studio.enroll(samples, rate)
    except ValueError as error:
        raise ApiError(400, f"clip: {error}.") from error


def output_format(form: Form) -> OutputFormat:
    """Read the output format of a form, from bracketed members or from one JSON part.

    Raises:
        ApiError: 400, for formats the service does not have.
    """
    if "output_format" in form:
        wanted = decode(form.required("output_format"), OutputFormat)
    else:
        numbers = {name: _number(form, f"output_format[{name}]") for name in _NUMBERS}
        if numbers["sample_rate"] is None:
            raise ApiError(400, "output_format[sample_rate]: this field is required.")
        wanted = OutputFormat(
            container=form.required("output_format[container]"),
            encoding=form.text("output_format[encoding]"),
            sample_rate=numbers["sample_rate"],
            bit_rate=numbers["bit_rate"],
        )
    wanted.check(tuple(CONTENT_TYPES))
    return wanted


def _number(form: Form, name: str) -> int | None:
    value = form.text(name)
    if value is None:
        return None
    try:
        return int(value)
    except ValueError:
        raise ApiError(400, f"{name}: {value!r} is not a whole number.") from None
