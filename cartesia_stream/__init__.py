"""A client for the Cartesia voice API: typed calls, and speech that streams.

    from cartesia_stream import Cartesia

    with Cartesia() as client:
        voice = client.voices.list(limit=1).data[0]
        client.tts.speak("Hello!", voice=voice.id).save("hello.wav")

`AsyncCartesia` is the same for asyncio.
"""

from cartesia_api.types import UNSET, File

from ._aio.client import AsyncCartesia
from ._aio.stream import AsyncSpeechStream
from ._aio.tts import AsyncTTS, AsyncTTSConnection, AsyncTTSContext
from ._core.request import (
    BytesOptions,
    ContextOptions,
    GenerationConfig,
    SpeechOptions,
    VoiceId,
)
from ._core.timeouts import DEFAULT_TIMEOUTS, Timeouts
from ._sync.client import Cartesia
from ._sync.stream import SpeechStream
from ._sync.tts import TTS, TTSConnection, TTSContext
from ._version import __version__
from .audio import PCM_16K, PCM_24K, TELEPHONY, Audio, AudioFormat, WavWriter
from .errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    BufferOverflowError,
    CartesiaError,
    ConfigurationError,
    ConflictError,
    ConnectionClosedError,
    InternalServerError,
    LocalStateError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RemoteProtocolError,
    StreamTruncatedError,
    TimeoutPhase,
    UnprocessableEntityError,
)
from .events import (
    AudioChunk,
    Cancelled,
    Done,
    FlushDone,
    PhonemeTimestamps,
    Resumed,
    SpeechEvent,
    Timing,
    UnknownEvent,
    WordTimestamps,
)

__all__ = [
    "DEFAULT_TIMEOUTS",
    "PCM_16K",
    "PCM_24K",
    "TELEPHONY",
    "TTS",
    "UNSET",
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncCartesia",
    "AsyncSpeechStream",
    "AsyncTTS",
    "AsyncTTSConnection",
    "AsyncTTSContext",
    "Audio",
    "AudioChunk",
    "AudioFormat",
    "AuthenticationError",
    "BadRequestError",
    "BufferOverflowError",
    "BytesOptions",
    "Cancelled",
    "Cartesia",
    "CartesiaError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionClosedError",
    "ContextOptions",
    "Done",
    "File",
    "FlushDone",
    "GenerationConfig",
    "InternalServerError",
    "LocalStateError",
    "NotFoundError",
    "PermissionDeniedError",
    "PhonemeTimestamps",
    "RateLimitError",
    "RemoteProtocolError",
    "Resumed",
    "SpeechEvent",
    "SpeechOptions",
    "SpeechStream",
    "StreamTruncatedError",
    "TTSConnection",
    "TTSContext",
    "TimeoutPhase",
    "Timeouts",
    "Timing",
    "UnknownEvent",
    "UnprocessableEntityError",
    "VoiceId",
    "WavWriter",
    "WordTimestamps",
    "__version__",
]
