"""What a listener hears: events as closed unions of typed, immutable structs.

    match event:
        case TurnStarted(): ...
        case TurnEnded(text=text): ...

Texts are verbatim: join those of `TurnEnded`, or of `FinalTranscript`, without a space. A listener
raises errors and never yields them.

Source: spec/cartesia.yaml, components.schemas, the ``Stt…Frame`` frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast

import msgspec
import msgspec.structs

from ._checks import as_int
from .errors import ConfigurationError
from .events import NO_EXTRA, Cancelled, Done, Timing, UnknownEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .formats import AudioFormat

__all__ = [
    "DictateEvent",
    "FinalTranscript",
    "ListenEncoding",
    "ListenEvent",
    "ListenFormat",
    "ListenOutcome",
    "ListenStats",
    "PartialTranscript",
    "Reconnected",
    "Transcript",
    "TurnEnded",
    "TurnPredicted",
    "TurnResumed",
    "TurnStarted",
    "TurnUpdated",
]

ListenEncoding = Literal[
    "pcm_s16le", "pcm_s32le", "pcm_f16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"
]
"""Encoding of the audio that a listener sends."""
ListenOutcome = Literal["done", "cancelled", "failed"]
"""How a listener ended."""

LISTEN_BYTES: Final[Mapping[str, int]] = {
    "pcm_s16le": 2,
    "pcm_s32le": 4,
    "pcm_f16le": 2,
    "pcm_f32le": 4,
    "pcm_mulaw": 1,
    "pcm_alaw": 1,
}
_SILENCE: Final[Mapping[str, bytes]] = {"pcm_mulaw": b"\xff", "pcm_alaw": b"\xd5"}


class ListenFormat(msgspec.Struct, frozen=True):
    """Format of the audio that a listener sends: mono, without a header.

    Attributes:
        encoding: Encoding of the samples.
        sample_rate: In Hz; any rate from 1000 to 384000.

    Raises:
        ConfigurationError: If the service does not take the format.
    """

    encoding: ListenEncoding = "pcm_s16le"
    sample_rate: int = 16000

    def __post_init__(self) -> None:
        if self.encoding not in tuple(LISTEN_BYTES):  # not a look-up: it may have no hash
            raise ConfigurationError(
                f"encoding is {self.encoding!r}; allowed: {', '.join(LISTEN_BYTES)}",
                option="format",
            )
        rate = as_int(self.sample_rate)
        msgspec.structs.force_setattr(self, "sample_rate", rate)
        if type(rate) is not int or not 1000 <= rate <= 384_000:
            raise ConfigurationError(
                f"sample_rate is {rate!r}; allowed: 1000 to 384000 Hz", option="format"
            )

    @classmethod
    def of(cls, value: ListenFormat | AudioFormat) -> ListenFormat:
        """Return the format of audio of the service, such as speech, as one to listen to.

        Raises:
            ConfigurationError: If it is neither, or is not raw audio.
        """
        if isinstance(value, cls):
            return value
        encoding: object = getattr(value, "encoding", None)
        if getattr(value, "container", None) == "mp3" or not isinstance(encoding, str):
            raise ConfigurationError(
                "format must be a ListenFormat, or an AudioFormat of raw audio", option="format"
            )
        return cls(cast("ListenEncoding", encoding), getattr(value, "sample_rate", 0))

    @property
    def sample_bytes(self) -> int:
        """Size of one sample in bytes."""
        return LISTEN_BYTES[self.encoding]

    @property
    def bytes_per_second(self) -> int:
        """Bytes of audio per second."""
        return self.sample_rate * self.sample_bytes

    def duration(self, nbytes: int) -> float:
        """Return the playing time of a block of audio in seconds."""
        return nbytes / self.bytes_per_second

    def nbytes(self, seconds: float) -> int:
        """Return the size in bytes of the whole samples in ``seconds``."""
        return int(seconds * self.sample_rate + 1e-6) * self.sample_bytes

    def silence(self, nbytes: int) -> bytes:
        """Return silence of a size in bytes."""
        return _SILENCE.get(self.encoding, b"\0") * nbytes


class TurnStarted(msgspec.Struct, frozen=True, kw_only=True):
    """The speaker has begun a turn.

    Attributes:
        turn: Number of the turn, from 1.
        at: Seconds of the stream's audio that were sent when the event came. All later times of
            events count on this line too, also after a lost connection.
        extra: Fields that this version does not know.
    """

    type: ClassVar[Literal["turn.start"]] = "turn.start"
    turn: int
    at: float
    extra: Mapping[str, object] = NO_EXTRA


class TurnUpdated(msgspec.Struct, frozen=True, kw_only=True):
    """The speaker said more in the turn.

    Attributes:
        turn: Number of the turn.
        text: The text of the turn so far.
        delta: What is new in it: its end.
        at: See `TurnStarted`.
        revised: Whether the text contradicts the one before it. This happens only when the service
            hears audio again after a lost connection, and understands it differently.
        extra: Fields that this version does not know.
    """

    type: ClassVar[Literal["turn.update"]] = "turn.update"
    turn: int
    text: str
    delta: str
    at: float
    revised: bool = False
    extra: Mapping[str, object] = NO_EXTRA


class TurnPredicted(msgspec.Struct, frozen=True, kw_only=True):
    """The turn is probably over: prepare the answer. `TurnResumed` or `TurnEnded` follows.

    Attributes:
        turn: Number of the turn.
        text: The text of the turn.
        at: See `TurnStarted`.
        extra: Fields that this version does not know.
    """

    type: ClassVar[Literal["turn.eager_end"]] = "turn.eager_end"
    turn: int
    text: str
    at: float
    extra: Mapping[str, object] = NO_EXTRA


class TurnResumed(msgspec.Struct, frozen=True, kw_only=True):
    """The speaker went on after a `TurnPredicted`, which no longer holds."""

    type: ClassVar[Literal["turn.resume"]] = "turn.resume"
    turn: int
    at: float
    extra: Mapping[str, object] = NO_EXTRA


class TurnEnded(msgspec.Struct, frozen=True, kw_only=True):
    """The turn is over.

    Attributes:
        turn: Number of the turn.
        text: The text of the turn, verbatim; empty if nothing was understood.
        at: See `TurnStarted`.
        revised: See `TurnUpdated`.
        extra: Fields that this version does not know.
    """

    type: ClassVar[Literal["turn.end"]] = "turn.end"
    turn: int
    text: str
    at: float
    revised: bool = False
    extra: Mapping[str, object] = NO_EXTRA


class PartialTranscript(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood since the last `FinalTranscript`; the next event replaces it."""

    type: ClassVar[Literal["partial"]] = "partial"
    text: str
    language: str | None = None
    extra: Mapping[str, object] = NO_EXTRA


class FinalTranscript(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of text that no longer changes.

    Attributes:
        text: The text, verbatim, with the spaces that belong to it.
        words: Times of its words, in seconds on the line of the stream's audio, with models that
            give them.
        start: Where its audio starts, in seconds; after a final that came without `finalize`, an
            estimate of the service.
        end: Where its audio ends.
        language: Language of the text, if the service tells it.
        extra: Fields that this version does not know.
    """

    type: ClassVar[Literal["final"]] = "final"
    text: str
    words: tuple[Timing, ...] = ()
    start: float = 0.0
    end: float = 0.0
    language: str | None = None
    extra: Mapping[str, object] = NO_EXTRA


class Reconnected(msgspec.Struct, frozen=True, kw_only=True):
    """The connection was lost, and another one goes on. The client makes this event.

    Attributes:
        at: Seconds of the stream's audio from which the service hears it again.
        replayed: Seconds of audio that are sent again.
        lost: Seconds of audio that were no longer kept, so that nobody heard them.
        cause: What happened to the old connection.
    """

    type: ClassVar[Literal["reconnected"]] = "reconnected"
    at: float
    replayed: float
    lost: float
    cause: str


ListenEvent = (
    TurnStarted
    | TurnUpdated
    | TurnPredicted
    | TurnResumed
    | TurnEnded
    | Reconnected
    | Done
    | Cancelled
    | UnknownEvent
)
"""All events of `stt.listen`; `Done` or `Cancelled` is the last."""

DictateEvent = PartialTranscript | FinalTranscript | Reconnected | Done | Cancelled | UnknownEvent
"""All events of `stt.dictate`; `Done` or `Cancelled` is the last."""


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    """All that was heard.

    Attributes:
        text: The whole text, verbatim.
        pieces: The texts of the turns, or of the finals; joined, they are ``text``.
        words: Times of the words, with models that give them.
        duration: Seconds of audio.
        request_ids: The service's ids of the connections, in order.
    """

    text: str
    pieces: tuple[str, ...]
    words: tuple[Timing, ...]
    duration: float
    request_ids: tuple[str, ...]

    def srt(self) -> str:
        """Return subtitles of the words as a SubRip file (``.srt``); see `subtitles.srt`.

        Raises:
            ConfigurationError: If the model gave no word times; ``ink-whisper`` does, with
                `dictate`.
        """
        from .subtitles import srt

        return srt(self.words, self.text)

    def vtt(self) -> str:
        """Return subtitles of the words as a WebVTT file (``.vtt``); see `subtitles.vtt`.

        Raises:
            ConfigurationError: If the model gave no word times; ``ink-whisper`` does, with
                `dictate`.
        """
        from .subtitles import vtt

        return vtt(self.words, self.text)


class ListenStats(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of a listener at one moment; times in seconds.

    Attributes:
        outcome: How it ended: ``done``, ``cancelled`` or ``failed``; None while it goes on.
        sent: Audio that was sent, without what was sent again.
        replayed: Audio that was sent again after lost connections.
        lost: Audio that nobody heard, because it was no longer kept when a connection was lost.
        muted: Audio that was replaced by silence, or sent as silence to keep the connection.
        dropped: Audio that `push_nowait` did not take.
        lag: Audio that waits to be sent.
        queued: Time spent in the queue for a slot of the plan's limit.
        finals: Answers to `finalize`, or turns that ended.
        final_latency: From the last `finalize` to its answer. For turns, an estimate: from the
            moment when the end of the speech was sent to the end of the turn.
        max_final_latency: The longest of these.
        eager_lead: From the last prediction of the end of a turn to its end.
        restarts: How often a connection was replaced.
        repaired: Events that the service sent in an order which it promises not to use.
        request_ids: The service's ids of the connections.
    """

    outcome: ListenOutcome | None
    sent: float
    replayed: float
    lost: float
    muted: float
    dropped: float
    lag: float
    queued: float
    finals: int
    final_latency: float | None
    max_final_latency: float | None
    eager_lead: float | None
    restarts: int
    repaired: int
    request_ids: tuple[str, ...]
