"""Events of a speech stream: a closed union of typed, immutable structs.

    match event:
        case AudioChunk(data=pcm): ...
        case WordTimestamps(words=words): ...

A frame of a type that this version does not know becomes an `UnknownEvent`. Unknown fields of a
known type are kept in `extra`. A stream raises errors and never yields them.

Source: spec/cartesia.yaml, components.schemas, the ``Tts…Event`` frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

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


class _NoFields(Mapping[str, object]):
    """An empty mapping that nobody can fill; unlike a `MappingProxyType`, it can be pickled."""

    __slots__ = ()

    def __getitem__(self, key: str) -> NoReturn:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "{}"

    def __reduce__(self) -> str:
        return "NO_EXTRA"


NO_EXTRA: Final[Mapping[str, object]] = _NoFields()


class Timing(msgspec.Struct, frozen=True):
    """A word or phoneme, with its start and end in the audio.

    Attributes:
        text: The word or phoneme, as the service spells it.
        start: Start, in seconds from the start of the stream's audio.
        end: End, in seconds; not before ``start``.
    """

    text: str
    start: float
    end: float


class AudioChunk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A piece of audio, ready to play.

    Attributes:
        data: Audio bytes in the stream's output format. A chunk may end within a sample;
            `SpeechStream.audio` yields whole samples.
        context_id: The context of the audio; None over SSE unless you gave one.
        step_time: Time that the service spent on this chunk, in milliseconds.
        flush_id: Number of the flush that covers this audio, from 1; audio pushed before the first
            flush has 1.
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
        """Alias of ``data``, with the name that the official SDK uses."""
        return self.data

    def __repr__(self) -> str:
        return f"AudioChunk({len(self.data)} bytes, context_id={self.context_id!r})"


class WordTimestamps(msgspec.Struct, frozen=True, kw_only=True):
    """Start and end times of words; may arrive before or after their audio."""

    type: ClassVar[Literal["timestamps"]] = "timestamps"
    words: tuple[Timing, ...]
    context_id: str | None = None
    flush_id: int | None = None
    extra: Mapping[str, object] = NO_EXTRA


class PhonemeTimestamps(msgspec.Struct, frozen=True, kw_only=True):
    """Start and end times of phonemes; may arrive before or after their audio."""

    type: ClassVar[Literal["phoneme_timestamps"]] = "phoneme_timestamps"
    phonemes: tuple[Timing, ...]
    context_id: str | None = None
    flush_id: int | None = None
    extra: Mapping[str, object] = NO_EXTRA


class FlushDone(msgspec.Struct, frozen=True, kw_only=True):
    """The service has spoken everything pushed before the flush with this number."""

    type: ClassVar[Literal["flush_done"]] = "flush_done"
    flush_id: int | None = None
    context_id: str | None = None
    extra: Mapping[str, object] = NO_EXTRA


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The last event of a complete stream: all of its audio has been delivered."""

    type: ClassVar[Literal["done"]] = "done"
    context_id: str | None = None
    extra: Mapping[str, object] = NO_EXTRA


class Cancelled(msgspec.Struct, frozen=True, kw_only=True):
    """The last event after `cancel`. The client makes it, because the service may send none."""

    type: ClassVar[Literal["cancelled"]] = "cancelled"
    context_id: str | None = None


class Resumed(msgspec.Struct, frozen=True, kw_only=True):
    """The speech broke off and continues in a new context. The client makes this event.

    Attributes:
        at: Position in the audio where it continues, in seconds. All words before it were
            delivered, and later times count from the same start.
        cause: The error that broke off the old context.
    """

    type: ClassVar[Literal["resumed"]] = "resumed"
    at: float
    cause: str
    context_id: str | None = None


class UnknownEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A frame of a type that this version does not know.

    Attributes:
        name: The ``type`` of the frame.
        fields: All fields of the frame, as decoded JSON.
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
"""All events that a speech stream can yield; `Done` or `Cancelled` is the last."""
