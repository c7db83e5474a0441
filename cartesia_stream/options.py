"""Options: what speech may be asked for, deadlines, and what one call does differently."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypedDict

import msgspec

from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cartesia_api.models.emotion import Emotion
    from cartesia_api.models.language import Language
    from cartesia_api.models.tts_model import TtsModel
    from cartesia_runtime.sender import Progress, RequestOptions

    from .audio import AudioFormat
else:

    def __getattr__(name: str) -> object:
        if name not in ("Progress", "RequestOptions"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from cartesia_runtime import sender  # on first use: streams need no such options

        return getattr(sender, name)


__all__ = [
    "DEFAULT_TIMEOUTS",
    "BytesOptions",
    "ContextOptions",
    "GenerationConfig",
    "Progress",
    "RequestOptions",
    "SpeechOptions",
    "Timeouts",
    "VoiceId",
]


class GenerationConfig(TypedDict, total=False):
    """How the voice speaks. Works with sonic-3 and newer.

    Attributes:
        speed: 0.6 to 1.5, both included; 1 is normal.
        volume: 0.5 to 2.0, both included; 1 is normal.
        emotion: Such as ``calm`` or ``excited``; the service adds values freely.
    """

    speed: float
    volume: float
    emotion: Emotion | str


class VoiceId(TypedDict):
    """A voice as the wire writes it; a plain id string means the same."""

    id: str


class BytesOptions(TypedDict, total=False):
    """Options of every kind of speech. What is left out, the service decides.

    Attributes:
        model_id: Default ``sonic-latest``. Professional clones need a dated id.
        output_format: Default 16-bit samples at 24 kHz, raw. ``wav`` and ``mp3`` only with
            `tts.generate`.
        language: Such as ``en``; not together with ``locale``.
        locale: Such as ``en-GB``; not together with ``language``.
        normalization: ``auto``, ``off`` or a locale code.
        generation_config: Speed, volume, emotion.
        pronunciation_dict_id: Needs sonic-3 or newer.
    """

    model_id: TtsModel | str
    output_format: AudioFormat | Mapping[str, object]
    language: Language | str
    locale: str
    normalization: str
    generation_config: GenerationConfig
    pronunciation_dict_id: str


class SpeechOptions(BytesOptions, total=False):
    """`BytesOptions` and the timestamps that streams can carry.

    Attributes:
        add_timestamps: Yield `WordTimestamps`.
        add_phoneme_timestamps: Yield `PhonemeTimestamps`.
        use_normalized_timestamps: Words as spoken ("seven thirty") and not as written ("7:30").
    """

    add_timestamps: bool
    add_phoneme_timestamps: bool
    use_normalized_timestamps: bool


class ContextOptions(SpeechOptions, total=False):
    """`SpeechOptions` and how text is gathered on a socket.

    Attributes:
        max_buffer_delay_ms: How long the service may hold text back to make better sentences: 0
            to 5000 ms, 3000 if left out. 0 speaks each push at once.
    """

    max_buffer_delay_ms: int


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Deadlines in seconds; None waits for ever, and must be chosen.

    None of them bounds a whole stream: long speech is never cut.

    Attributes:
        connect: Name resolution, connection, the tunnel of a proxy, TLS and the handshake of a
            socket, together.
        read: HTTP: for the whole head of a response, from the last byte of the request, and
            between two pieces of its body. Speech has ``first_audio`` and ``idle`` instead.
        write: One send, until the network takes it.
        pool: HTTP: for a free connection.
        queue: For a slot, where the plan's limit on concurrent contexts is reached.
        first_audio: From the first text to the first chunk.
        idle: Between two events while the service owes one.
        input: For your next push, while the service owes nothing.
        close: The closing handshake.
    """

    connect: float | None = 10.0
    read: float | None = 60.0
    write: float | None = 30.0
    pool: float | None = 30.0
    queue: float | None = 30.0
    first_audio: float | None = 10.0
    idle: float | None = 10.0
    input: float | None = 60.0
    close: float | None = 2.0

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value: object = getattr(self, name)
            if value is not None and not (
                isinstance(value, int | float) and math.isfinite(value) and value > 0
            ):
                raise ConfigurationError(
                    f"timeout {name} is {value!r}; give seconds greater than 0, or None",
                    option=name,
                )


DEFAULT_TIMEOUTS: Final = Timeouts()
