"""A client for the Cartesia voice API: typed calls, and speech that streams.

    from cartesia_stream import Cartesia

    with Cartesia() as client:
        voice = client.voices.list(limit=1).data[0]
        client.tts.speak("Hello!", voice=voice.id).save("hello.wav")

`AsyncCartesia` is the same for asyncio.
"""

from ._version import __version__

TYPE_CHECKING = False  # checkers take it for True; `typing` would be half of the time to load this
if TYPE_CHECKING:
    from cartesia_runtime.downloads import AsyncDownload, Download
    from cartesia_runtime.files import File
    from cartesia_runtime.models import UNSET

    from ._aio.client import AsyncCartesia
    from ._aio.stream import AsyncSpeechStream
    from ._aio.stt import AsyncDictation, AsyncListening, AsyncSTT
    from ._aio.transport import AsyncTransport
    from ._aio.tts import AsyncTTS, AsyncTTSConnection, AsyncTTSContext
    from ._aio.voice_changer import AsyncVoiceChanger
    from ._http.records import Response
    from ._http.sources import AudioBlock, Samples
    from ._sync.client import Cartesia
    from ._sync.stream import SpeechStream
    from ._sync.stt import STT, Dictation, Listening
    from ._sync.transport import Transport
    from ._sync.tts import TTS, TTSConnection, TTSContext
    from ._sync.voice_changer import VoiceChanger
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
        TranscriptTruncatedError,
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
    from .observe import (
        ListenTransport,
        ObservedConnection,
        ObservedListener,
        ObservedRequest,
        ObservedStream,
        Observer,
        RestartReason,
        StreamOutcome,
        StreamStats,
        StreamTransport,
    )
    from .options import (
        DEFAULT_TIMEOUTS,
        AsyncSharedGate,
        BytesOptions,
        ContextOptions,
        GenerationConfig,
        Piece,
        Progress,
        RequestOptions,
        SharedGate,
        SpeechOptions,
        Timeouts,
        VoiceId,
        VoiceLike,
    )
    from .transcripts import (
        DictateEvent,
        FinalTranscript,
        ListenEncoding,
        ListenEvent,
        ListenFormat,
        ListenOutcome,
        ListenStats,
        PartialTranscript,
        Reconnected,
        Transcript,
        TurnEnded,
        TurnPredicted,
        TurnResumed,
        TurnStarted,
        TurnUpdated,
    )
else:
    # Imported on first use. A program needs one of the clients, and streams need no models. The
    # command line leaves quietly at Ctrl-C only once its own code runs, so this must be short.
    _VALUES = ("audio", "errors", "events", "observe", "options")
    _LAZY = {
        "AudioBlock": "cartesia_stream._http.sources",
        "Samples": "cartesia_stream._http.sources",
        "UNSET": "cartesia_runtime.models",
        "AsyncDownload": "cartesia_runtime.downloads",
        "Download": "cartesia_runtime.downloads",
        "File": "cartesia_runtime.files",
        "Progress": "cartesia_stream.options",
        "RequestOptions": "cartesia_stream.options",
        "AsyncCartesia": "cartesia_stream._aio.client",
        "AsyncSpeechStream": "cartesia_stream._aio.stream",
        "AsyncDictation": "cartesia_stream._aio.stt",
        "AsyncListening": "cartesia_stream._aio.stt",
        "AsyncSTT": "cartesia_stream._aio.stt",
        "AsyncTransport": "cartesia_stream._aio.transport",
        "AsyncTTS": "cartesia_stream._aio.tts",
        "AsyncTTSConnection": "cartesia_stream._aio.tts",
        "AsyncTTSContext": "cartesia_stream._aio.tts",
        "AsyncVoiceChanger": "cartesia_stream._aio.voice_changer",
        "Cartesia": "cartesia_stream._sync.client",
        "Response": "cartesia_stream._http.records",
        "SpeechStream": "cartesia_stream._sync.stream",
        "Dictation": "cartesia_stream._sync.stt",
        "Listening": "cartesia_stream._sync.stt",
        "STT": "cartesia_stream._sync.stt",
        "TTS": "cartesia_stream._sync.tts",
        "TTSConnection": "cartesia_stream._sync.tts",
        "TTSContext": "cartesia_stream._sync.tts",
        "Transport": "cartesia_stream._sync.transport",
        "VoiceChanger": "cartesia_stream._sync.voice_changer",
    }

    def __getattr__(name: str) -> object:
        if name not in __all__ and name not in _VALUES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        import_module("cartesia_stream._forks")  # first: forks must wait for what follows
        found = globals()
        if name in _LAZY:
            found[name] = getattr(import_module(_LAZY[name]), name)
        else:  # an import binds the module itself here
            # Last the values of listeners, which speech does not need.
            for value in (*_VALUES, "transcripts"):
                module = import_module(f"cartesia_stream.{value}")
                found.update({public: getattr(module, public) for public in module.__all__})
                if name == value or name in module.__all__:
                    break
        return found[name]

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__, *_VALUES})


__all__ = [
    "DEFAULT_TIMEOUTS",
    "PCM_16K",
    "PCM_24K",
    "STT",
    "TELEPHONY",
    "TTS",
    "UNSET",
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncCartesia",
    "AsyncDictation",
    "AsyncDownload",
    "AsyncListening",
    "AsyncSTT",
    "AsyncSharedGate",
    "AsyncSpeechStream",
    "AsyncTTS",
    "AsyncTTSConnection",
    "AsyncTTSContext",
    "AsyncTransport",
    "AsyncVoiceChanger",
    "Audio",
    "AudioBlock",
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
    "DictateEvent",
    "Dictation",
    "Done",
    "Download",
    "File",
    "FinalTranscript",
    "FlushDone",
    "GenerationConfig",
    "InternalServerError",
    "ListenEncoding",
    "ListenEvent",
    "ListenFormat",
    "ListenOutcome",
    "ListenStats",
    "ListenTransport",
    "Listening",
    "LocalStateError",
    "NotFoundError",
    "ObservedConnection",
    "ObservedListener",
    "ObservedRequest",
    "ObservedStream",
    "Observer",
    "PartialTranscript",
    "PermissionDeniedError",
    "PhonemeTimestamps",
    "Piece",
    "Progress",
    "RateLimitError",
    "Reconnected",
    "RemoteProtocolError",
    "RequestOptions",
    "Response",
    "RestartReason",
    "Resumed",
    "Samples",
    "SharedGate",
    "SpeechEvent",
    "SpeechOptions",
    "SpeechStream",
    "StreamOutcome",
    "StreamStats",
    "StreamTransport",
    "StreamTruncatedError",
    "TTSConnection",
    "TTSContext",
    "TimeoutPhase",
    "Timeouts",
    "Timing",
    "Transcript",
    "TranscriptTruncatedError",
    "Transport",
    "TurnEnded",
    "TurnPredicted",
    "TurnResumed",
    "TurnStarted",
    "TurnUpdated",
    "UnknownEvent",
    "UnprocessableEntityError",
    "VoiceChanger",
    "VoiceId",
    "VoiceLike",
    "WavWriter",
    "WordTimestamps",
    "__version__",
]
