"""Codec of the current API: decode frames into events, encode requests.

`Decoder` reads the TTS socket and SSE, which carry the same JSON. A chunk frame is nearly all
base64, so the decoder cuts out the audio, decodes it in place and parses only the small rest. It
parses any other layout, even a malicious one, in full. Both ways give equal results.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, cast

import msgspec
import pybase64

from .._checks import is_number, merged
from ..errors import ConfigurationError, RemoteProtocolError
from ..events import (
    NO_EXTRA,
    AudioChunk,
    Done,
    FlushDone,
    PhonemeTimestamps,
    SpeechEvent,
    Timing,
    UnknownEvent,
    WordTimestamps,
)
from .faults import status_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..errors import APIStatusError

Fields = dict[str, object]

_parse: Final = cast("Callable[[bytes | memoryview], object]", msgspec.json.Decoder().decode)
_b64decode: Final = pybase64.b64decode
_encode: Final = msgspec.json.Encoder().encode

# A random number, which no peer can guess, replaces the audio. If the top-level "data" of the rest
# holds it, the audio came from that field, and not from a nested one of the same name.
_MARK: Final = secrets.randbits(53) | 1 << 52
_MARK_BYTES: Final = str(_MARK).encode()
_USUAL: Final = b'{"type":"chunk","data":"'
_QUOTE: Final = ord('"')
_COLONS: Final = (b":", b": ")

MAX_BEGINNING: Final = 512  # bytes in which the "data" key must begin

# The strings and brackets of JSON, even of JSON that is not valid; in linear time.
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+'
_TOKEN: Final = re.compile(
    rb'"context_id"\s*+:\s*+(?P<id>%b)|%b|(?P<opened>[\[{]++)|(?P<closed>[\]}]++)'
    % (_STRING, _STRING),
    re.DOTALL,
)
_MAX_TOKENS: Final = 1 << 20


class _Rest(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A chunk frame whose audio was replaced by a number; it has only the usual fields."""

    type: Literal["chunk"]
    data: int
    context_id: str | None = None
    step_time: float | None = None
    flush_id: int | None = None
    done: bool | None = None
    status_code: int | None = None


_parse_rest: Final = msgspec.json.Decoder(_Rest).decode


class Decoder:
    """Decodes the frames of one connection; remembers the bytes that its chunks begin with."""

    __slots__ = ("_beginning", "_data", "_marked", "_size", "_skip", "_view")

    def __init__(self) -> None:
        self._size = 0  # of the last audio, in base64
        self._learn(_USUAL)
        self._look_at(b"")

    def _learn(self, beginning: bytes) -> None:
        """Store the bytes of the last chunk up to its audio."""
        self._beginning = beginning
        self._skip = len(beginning)
        self._marked = beginning[:-1] + _MARK_BYTES

    def _look_at(self, data: bytes | bytearray) -> None:
        self._data = data
        self._view = memoryview(data)

    def decode(
        self, data: bytes | bytearray, start: int = 0, end: int | None = None
    ) -> SpeechEvent | APIStatusError:
        """Decode one frame into an event, or into the error that it reports.

        Args:
            data: The buffer that holds the frame; the event copies what it needs.
            start: Offset of the frame's first byte. The frame is UTF-8 JSON: one frame of the
                socket, or the data of one server-sent event.
            end: Offset just after the frame; by default the end of the buffer.

        Raises:
            RemoteProtocolError: If the frame breaks the API's contract. The message names the
                field, never the payload.
        """
        if end is None:
            end = len(data)
        if data is not self._data:
            self._look_at(data)
        if data.startswith(self._beginning, start) or self._finds_audio(data, start, end):
            audio = start + self._skip
            quote = audio + self._size
            if quote >= end or data[quote] != _QUOTE:  # not the size of the last audio
                quote = data.find(b'"', audio, end)
                self._size = max(0, quote - audio)
            if quote > audio:
                try:
                    rest = _parse_rest(self._marked + data[quote + 1 : end])
                    if rest.data == _MARK:
                        return AudioChunk(
                            data=_b64decode(self._view[audio:quote], None, True),  # validated
                            context_id=rest.context_id,
                            step_time=rest.step_time,
                            flush_id=rest.flush_id,
                        )
                except (ValueError, RecursionError):
                    pass  # the full parse below handles unusual or bad frames
        return decode_fields(_object(self._view[start:end]))

    def _finds_audio(self, data: bytes | bytearray, start: int, end: int) -> bool:
        """Whether a frame has audio in a usual place; if so, store the bytes before it."""
        key = data.find(b'"data"', start, min(end, start + MAX_BEGINNING))
        if key < 0:
            return False
        colon = key + len(b'"data"')
        audio = data.find(b'"', colon, colon + 4) + 1
        if data[colon : audio - 1] not in _COLONS:
            return False
        self._learn(bytes(data[start:audio]))
        return True


def decode(frame: bytes) -> SpeechEvent | APIStatusError:
    """Decode a single frame; see `Decoder.decode`.

    Raises:
        RemoteProtocolError: If the frame breaks the API's contract.
    """
    return Decoder().decode(frame)


def decode_untyped(frame: bytes) -> SpeechEvent | APIStatusError:
    """Decode a frame of the voice changer, whose frames have no ``type``.

    Raises:
        RemoteProtocolError: If the frame breaks the API's contract.
    """
    fields = _object(frame)
    if "type" not in fields:
        if "data" in fields:
            fields["type"] = "chunk"
        elif fields.get("done") is True and "error" not in fields and "message" not in fields:
            fields["type"] = "done"
    return decode_fields(fields)


def _object(frame: bytes | memoryview) -> Fields:
    try:
        value = _parse(frame)
    except (ValueError, RecursionError):  # DecodeError and bad UTF-8 are ValueErrors
        raise _unreadable("a frame is not valid JSON", _named_context(frame)) from None
    if not isinstance(value, dict):
        raise _unreadable("a frame is not a JSON object")
    return cast("Fields", value)


def _named_context(frame: bytes | memoryview) -> str | None:
    """Return the context that a frame names, although the frame is not valid JSON."""
    depth = 0
    for token in islice(_TOKEN.finditer(frame), _MAX_TOKENS):
        if token["opened"]:
            depth += len(token["opened"])
        elif token["closed"]:
            depth -= len(token["closed"])
        elif token["id"] and depth == 1:
            with suppress(ValueError):
                return cast("str", _parse(token["id"]))
    return None


def _unreadable(message: str, context_id: object = None) -> RemoteProtocolError:
    error = RemoteProtocolError(
        message, context_id=context_id if isinstance(context_id, str) else None
    )
    error.passing = True
    return error


def decode_fields(fields: Fields) -> SpeechEvent | APIStatusError:
    """Decode a frame that is already parsed. The event may keep the dictionary.

    Raises:
        RemoteProtocolError: If the frame breaks the API's contract.
    """
    name = fields.get("type")
    if not isinstance(name, str):
        if "error" in fields or isinstance(fields.get("message"), str):
            return status_error(fields)  # older versions: one string, no type
        raise _unreadable("a frame has no type", fields.get("context_id"))
    if name == "error":
        return status_error(fields)
    reader = _READERS.get(name)
    if reader is None:
        return UnknownEvent(name=name, context_id=_context_id(fields), fields=fields)
    return reader(fields)


def _read_chunk(fields: Fields) -> AudioChunk:
    data = fields.get("data")
    if not isinstance(data, str):
        raise _wrong("chunk", "data", fields)
    try:
        audio = pybase64.b64decode(data, validate=True)
    except ValueError:
        raise _wrong("chunk", "data", fields) from None
    return AudioChunk(
        data=audio,
        context_id=_context_id(fields),
        step_time=_number(fields.get("step_time")),
        flush_id=_flush_id(fields),
        extra=_extra(fields),
    )


def _read_words(fields: Fields) -> WordTimestamps:
    return WordTimestamps(
        words=_timings(fields, "word_timestamps", "words"),
        context_id=_context_id(fields),
        flush_id=_flush_id(fields),
        extra=_extra(fields),
    )


def _read_phonemes(fields: Fields) -> PhonemeTimestamps:
    return PhonemeTimestamps(
        phonemes=_timings(fields, "phoneme_timestamps", "phonemes"),
        context_id=_context_id(fields),
        flush_id=_flush_id(fields),
        extra=_extra(fields),
    )


def _read_flush_done(fields: Fields) -> FlushDone:
    return FlushDone(
        flush_id=_flush_id(fields), context_id=_context_id(fields), extra=_extra(fields)
    )


def _read_done(fields: Fields) -> Done:
    return Done(context_id=_context_id(fields), extra=_extra(fields))


_READERS: Final[Mapping[str, Callable[[Fields], SpeechEvent]]] = {
    "chunk": _read_chunk,
    "timestamps": _read_words,
    "phoneme_timestamps": _read_phonemes,
    "flush_done": _read_flush_done,
    "done": _read_done,
}

_KNOWN: Final = frozenset(
    {
        "type",
        "data",
        "done",
        "status_code",
        "step_time",
        "context_id",
        "flush_id",
        "flush_done",
        "word_timestamps",
        "phoneme_timestamps",
    }
)


def _extra(fields: Fields) -> Mapping[str, object]:
    if fields.keys() <= _KNOWN:
        return NO_EXTRA
    return {name: value for name, value in fields.items() if name not in _KNOWN}


def _context_id(fields: Fields) -> str | None:
    value = fields.get("context_id")
    if value is None or isinstance(value, str):
        return value
    raise _wrong(fields.get("type"), "context_id", {})


def _number(value: object) -> float | None:
    return float(value) if is_number(value) else None


def _flush_id(fields: Fields) -> int | None:
    value = fields.get("flush_id")
    return value if type(value) is int else None


def _timings(fields: Fields, name: str, texts: str) -> tuple[Timing, ...]:
    """Turn the columns of a table into timings; a missing or null table gives none."""
    table = fields.get(name)
    if table is None:
        return ()
    if isinstance(table, dict):
        columns = cast("Fields", table)
        column = [columns.get(key) for key in (texts, "start", "end")]
        if all(isinstance(values, list) for values in column):
            rows = cast("list[list[object]]", column)
            if len(rows[0]) == len(rows[1]) == len(rows[2]):
                return tuple(_timing(fields, name, *row) for row in zip(*rows, strict=True))
    raise _wrong(fields.get("type"), name, fields)


def _timing(fields: Fields, name: str, text: object, start: object, end: object) -> Timing:
    first, last = _number(start), _number(end)
    if isinstance(text, str) and first is not None and last is not None:
        return Timing(text, first, last)
    raise _wrong(fields.get("type"), name, fields)


def _wrong(frame: object, field: str, fields: Fields) -> RemoteProtocolError:
    return _unreadable(
        f"a {frame} frame has a missing or malformed {field}", fields.get("context_id")
    )


def _text(transcript: object) -> bytes:
    if isinstance(transcript, str):
        try:
            return _encode(transcript)
        except UnicodeEncodeError:
            problem = "has an unpaired surrogate, which is not valid Unicode"
    else:
        problem = f"must be a string, not {type(transcript).__name__}"
    raise ConfigurationError(f"transcript {problem}", option="transcript")


class RequestEncoder:
    """Encodes the generation requests of one context.

    All fields but the text must stay the same across the inputs of a context. The encoder encodes
    them once; each request appends the few that vary.

    Raises:
        ConfigurationError: If JSON cannot express a field.
    """

    __slots__ = ("_context_id", "_head")

    def __init__(self, context_id: str, fields: Mapping[str, object]) -> None:
        try:
            self._head = _encode({"context_id": context_id, **fields})[:-1]
        except (TypeError, ValueError, RecursionError) as error:
            raise ConfigurationError(f"an option cannot be encoded as JSON: {error}") from None
        self._context_id = context_id

    def renamed(self, context_id: str) -> RequestEncoder:
        """Return an encoder of the same fields for another context."""
        other = object.__new__(RequestEncoder)
        other._context_id = context_id
        old, new = (_encode({"context_id": name})[:-1] for name in (self._context_id, context_id))
        other._head = new + self._head[len(old) :]
        return other

    def generate(
        self,
        transcript: str,
        *,
        more: bool,
        flush: bool = False,
        manner: Mapping[str, object] | None = None,
    ) -> bytes:
        """Encode a generation request.

        Args:
            transcript: Text to speak; may be empty.
            more: Whether more text follows in this context.
            flush: Whether the service must speak everything sent so far.
            manner: The ``generation_config`` of this text; its members win over the context's.

        Raises:
            ConfigurationError: If the text is not a string, or has an unpaired surrogate.
        """
        more_text = b"true" if more else b"false"
        flushing = b',"flush":true' if flush else b""
        text = _text(transcript)
        head = self._head if manner is None else self._head_with(manner)
        return b'%b,"transcript":%b,"continue":%b%b}' % (head, text, more_text, flushing)

    def _head_with(self, manner: Mapping[str, object]) -> bytes:
        fields = cast("Fields", _parse(self._head + b"}"))
        return _encode(merged(fields, {"generation_config": manner}))[:-1]

    def cancel(self) -> bytes:
        """Encode the request to cancel this context."""
        return _encode({"context_id": self._context_id, "cancel": True})
