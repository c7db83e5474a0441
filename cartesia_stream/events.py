"""What a speech stream yields: one closed union, decoded and typed.

    match event:
        case AudioChunk(data=pcm): ...
        case WordTimestamps(words=words): ...

Events are immutable. A frame of a type that this version does not know becomes `UnknownEvent`;
fields that it does not know are kept in `extra`. Errors are raised, never yielded.

Source: spec/cartesia.yaml, components.schemas, the ``Tts…Event`` frames.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AudioChunk",
    "Cancelled",
    "Done",
    "FlushDone",
    "PhonemeTimestamps",
    "Resumed",
    "SpeechEvent",
    "Timing",
    "UnknownEvent",
    "WordTimestamps",
]

NO_EXTRA: Final[Mapping[str, object]] = MappingProxyType({})


class Timing(msgspec.Struct, frozen=True):
    """A word or phoneme and when it sounds.

    Attributes:
        text: The word or phoneme, as the service spells it.
        start: Seconds from the start of the stream's audio.
        end: Seconds, not before ``start``.
    """

    text: str
    start: float
    end: float


class AudioChunk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A piece of audio, ready to play.

    Attributes:
        data: Audio bytes in the stream's output format. A chunk may end within a sample:
            `SpeechStream.audio` re-aligns.
        context_id: The context it belongs to; None over SSE unless one was given.
        step_time: Milliseconds of work the service reports for this chunk.
        flush_id: Counts flushes from 1: audio before the first flush has 1.
        extra: Fields that this version does not know.
    """

    type: ClassVar[Literal["chunk"]] = "chunk"
    data: bytes
    context_id: str | None = None
    step_time: float | None = None
    flush_id: int | None = None
    extra: Mapping[str, object] = NO_EXTRA

    @property
    def audio(self) -> bytes:
        """The same as ``data``, under the name that the official SDK uses."""
        return self.data

    def __repr__(self) -> str:
        return f"AudioChunk({len(self.data)} bytes, context_id={self.context_id!r})"


class WordTimestamps(msgspec.Struct, frozen=True, kw_only=True):
    """When words sound; may come before or after the audio it describes."""

    type: ClassVar[Literal["timestamps"]] = "timestamps"
    words: tuple[Timing, ...]
    context_id: str | None = None
    flush_id: int | None = None
    extra: Mapping[str, object] = NO_EXTRA


class PhonemeTimestamps(msgspec.Struct, frozen=True, kw_only=True):
    """When phonemes sound; may come before or after the audio it describes."""

    type: ClassVar[Literal["phoneme_timestamps"]] = "phoneme_timestamps"
    phonemes: tuple[Timing, ...]
    context_id: str | None = None
    flush_id: int | None = None
    extra: Mapping[str, object] = NO_EXTRA


class FlushDone(msgspec.Struct, frozen=True, kw_only=True):
    """Everything pushed before the flush with this number has been spoken."""

    type: ClassVar[Literal["flush_done"]] = "flush_done"
    flush_id: int | None = None
    context_id: str | None = None
    extra: Mapping[str, object] = NO_EXTRA


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal event: all audio of the whole stream has been delivered."""

    type: ClassVar[Literal["done"]] = "done"
    context_id: str | None = None
    extra: Mapping[str, object] = NO_EXTRA


class Cancelled(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal event after `cancel`; made here, since the service promises none."""

    type: ClassVar[Literal["cancelled"]] = "cancelled"
    context_id: str | None = None


class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    """The speech broke off and goes on from here in a fresh context; made here.

    Attributes:
        at: Position in the audio, in seconds; all words before it were delivered, and times go on
            on the same line.
        cause: What broke off the former context.
    """

    type: ClassVar[Literal["resumed"]] = "resumed"
    at: float
    cause: str
    context_id: str | None = None


class UnknownEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A frame of a type that this version does not know.

    Attributes:
        name: The frame's ``type``.
        fields: All its fields as decoded JSON.
    """

    type: ClassVar[Literal["unknown"]] = "unknown"
    name: str
    context_id: str | None = None
    fields: Mapping[str, object] = NO_EXTRA


SpeechEvent = (
    AudioChunk
    | WordTimestamps
    | PhonemeTimestamps
    | FlushDone
    | Resumed
    | Done
    | Cancelled
    | UnknownEvent
)
"""Everything that iterating a speech stream can yield; `Done` or `Cancelled` comes last."""
