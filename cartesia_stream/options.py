"""Options of speech, deadlines, and options of a single call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, TypedDict, runtime_checkable

import msgspec

from ._checks import is_number
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cartesia_api.models.emotion import Emotion
    from cartesia_api.models.language import Language
    from cartesia_api.models.tts_model import TtsModel
    from cartesia_api.models.voice import Voice
    from cartesia_api.models.voice_metadata import VoiceMetadata
    from cartesia_runtime.options import Progress, RequestOptions

    from .formats import AudioFormat
else:

    def __getattr__(name: str) -> object:
        if name not in ("Progress", "RequestOptions"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from cartesia_runtime import options  # on first use: streams do not need it

        return getattr(options, name)


__all__ = [
    "DEFAULT_TIMEOUTS",
    "AsyncSharedGate",
    "BytesOptions",
    "ContextOptions",
    "GenerationConfig",
    "Piece",
    "Progress",
    "RequestOptions",
    "SharedGate",
    "SpeechOptions",
    "Timeouts",
    "VoiceId",
    "VoiceLike",
]

VoiceLike: TypeAlias = "str | Mapping[str, object] | Voice | VoiceMetadata"
"""A voice: its id, `VoiceId`, or a voice that ``client.voices`` returned."""


@runtime_checkable
class SharedGate(Protocol):
    """A queue for the slots of one plan that several clients share, in any number of processes.

    Pass it to each `Cartesia` as ``gate``. Each speech asks it for a slot, after it has waited for
    ``max_concurrency`` of its own client, and gives the slot back when the service has ended it.
    """

    def acquire(self, *, priority: int, timeout: float | None) -> Callable[[], object]:
        """Wait for a slot; any thread may call it.

        Args:
            priority: As for `TTS.speak`: speech with a higher priority should go first.
            timeout: Maximum wait in seconds; None waits without a limit. See `Timeouts.queue`.

        Returns:
            A function that gives the slot back. The client calls it once, from any thread, so it
            must not block. A gate for several processes should take a slot back by itself if its
            process dies.

        Raises:
            TimeoutError: If no slot became free in time.
        """
        ...


@runtime_checkable
class AsyncSharedGate(Protocol):
    """The same for `AsyncCartesia`."""

    async def acquire(self, *, priority: int, timeout: float | None) -> Callable[[], object]:
        """Wait for a slot, as `SharedGate.acquire`.

        The client cancels the wait when the speech is cancelled or the time is up; a cancelled
        call must keep no slot.
        """
        ...


class GenerationConfig(TypedDict, total=False):
    """Speed, volume and emotion of the voice, for sonic-3 and newer.

    Attributes:
        speed: 0.6 to 1.5, inclusive; 1 is normal.
        volume: 0.5 to 2.0, inclusive; 1 is normal.
        emotion: Such as ``calm`` or ``excited``. The service may accept new values at any time.
    """

    speed: float
    volume: float
    emotion: Emotion | str


class Piece(msgspec.Struct, frozen=True):
    """A piece of text with options of its own, for the iterable that `tts.speak` takes.

    Attributes:
        text: The text; may be empty.
        generation_config: Speed, volume and emotion of this piece; its members win over those of
            the speech.
        flush: Whether the service must speak everything up to the end of this piece at once,
            without waiting for more text. A `FlushDone` event marks its end.
    """

    text: str
    generation_config: GenerationConfig | None = None
    flush: bool = False


class VoiceId(TypedDict):
    """A voice in the API's object form; the plain id string means the same."""

    id: str


class BytesOptions(TypedDict, total=False):
    """Options of every speech method. The service chooses the options you leave out.

    Attributes:
        model_id: Default: ``sonic-latest``. A professional clone needs a model id with a date.
        output_format: Default: raw 16-bit PCM at 24 kHz. ``wav`` and ``mp3`` work only with
            `tts.generate`.
        language: Language of the text, such as ``en``; not together with ``locale``.
        locale: Locale of the text, such as ``en-GB``; not together with ``language``.
        normalization: ``auto``, ``off`` or a locale code.
        generation_config: Speed, volume and emotion.
        pronunciation_dict_id: Id of a pronunciation dictionary; needs sonic-3 or newer.
        extra: Fields of the request that this version of the client does not know, such as
            ``{"new_field": 1}``. They win over the other options; objects are merged, so that
            ``{"generation_config": {"pitch": 2}}`` adds one member. The client does not check them.
    """

    model_id: TtsModel | str
    output_format: AudioFormat | Mapping[str, object]
    language: Language | str
    locale: str
    normalization: str
    generation_config: GenerationConfig
    pronunciation_dict_id: str
    extra: Mapping[str, object]


class SpeechOptions(BytesOptions, total=False):
    """`BytesOptions` plus timestamps, for streams.

    Attributes:
        add_timestamps: Yield `WordTimestamps`.
        add_phoneme_timestamps: Yield `PhonemeTimestamps`.
        use_normalized_timestamps: Give words as spoken ("seven thirty"), not as written ("7:30").
    """

    add_timestamps: bool
    add_phoneme_timestamps: bool
    use_normalized_timestamps: bool


class ContextOptions(SpeechOptions, total=False):
    """`SpeechOptions` plus the buffering of text, for contexts on a socket.

    Attributes:
        max_buffer_delay_ms: How long the service may buffer text to form whole sentences, from 0 to
            5000 ms; default: 3000. With 0, the service speaks each push at once.
    """

    max_buffer_delay_ms: int


def is_time(value: object) -> bool:
    """Whether a value is a number of seconds greater than 0."""
    return is_number(value) and value > 0


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Deadlines in seconds; None means no deadline.

    No deadline limits a whole stream, so that long speech is never cut.

    Attributes:
        connect: To open a connection: name resolution, TCP, proxy tunnel, TLS and the WebSocket
            handshake together.
        read: HTTP only: from the last byte of the request to the end of the response headers, and
            between two pieces of the body. Speech uses ``first_audio`` and ``idle`` instead.
        write: For one send, until the network accepts the bytes.
        pool: HTTP only: for a free connection of the pool.
        queue: For a slot, when the plan's limit on concurrent contexts is reached.
        first_audio: From the first text to the first audio chunk.
        idle: For the next event, after a push or after the end of the input.
        input: For your next push, once the service has answered the last one.
        final: For the answer of a listener to `finalize`, since the last message of the service.
        drain: The same, after all audio of a listener was sent, for the rest of the text.
        close: For the closing handshake.
    """

    connect: float | None = 10.0
    read: float | None = 60.0
    write: float | None = 30.0
    pool: float | None = 30.0
    queue: float | None = 30.0
    first_audio: float | None = 10.0
    idle: float | None = 10.0
    input: float | None = 60.0
    final: float | None = 10.0
    drain: float | None = 10.0
    close: float | None = 2.0

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value: object = getattr(self, name)
            if value is not None and not is_time(value):
                raise ConfigurationError(
                    f"timeout {name} is {value!r}; give seconds greater than 0, or None",
                    option=name,
                )


DEFAULT_TIMEOUTS: Final = Timeouts()
"""The deadlines of a client that sets none."""
