"""Models of requests, responses and frames; each is imported when it is first used."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .acknowledgement_frame import AcknowledgementFrame
    from .cancel_frame import CancelFrame
    from .chunk_frame import ChunkFrame
    from .clip_upload import ClipUpload
    from .done_frame import DoneFrame
    from .error_frame import ErrorFrame
    from .error_info import ErrorInfo
    from .field_problem import FieldProblem
    from .generation_frame import GenerationFrame
    from .service_status import ServiceStatus
    from .speech_chunk import SpeechChunk
    from .speech_end import SpeechEnd
    from .speech_fault import SpeechFault
    from .speech_format import SpeechFormat
    from .speech_request import SpeechRequest
    from .transcription import Transcription
    from .voice import Voice
    from .voice_embedding import VoiceEmbedding
else:
    _MODULES = {
        "AcknowledgementFrame": ".acknowledgement_frame",
        "CancelFrame": ".cancel_frame",
        "ChunkFrame": ".chunk_frame",
        "ClipUpload": ".clip_upload",
        "DoneFrame": ".done_frame",
        "ErrorFrame": ".error_frame",
        "ErrorInfo": ".error_info",
        "FieldProblem": ".field_problem",
        "GenerationFrame": ".generation_frame",
        "ServiceStatus": ".service_status",
        "SpeechChunk": ".speech_chunk",
        "SpeechEnd": ".speech_end",
        "SpeechFault": ".speech_fault",
        "SpeechFormat": ".speech_format",
        "SpeechRequest": ".speech_request",
        "Transcription": ".transcription",
        "Voice": ".voice",
        "VoiceEmbedding": ".voice_embedding",
    }

    def __getattr__(name):
        module = _MODULES.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(_import_module(module, __name__), name)
        return value

    def __dir__():
        return sorted({*globals(), *_MODULES})


__all__ = (
    "AcknowledgementFrame",
    "CancelFrame",
    "ChunkFrame",
    "ClipUpload",
    "DoneFrame",
    "ErrorFrame",
    "ErrorInfo",
    "FieldProblem",
    "GenerationFrame",
    "ServiceStatus",
    "SpeechChunk",
    "SpeechEnd",
    "SpeechFault",
    "SpeechFormat",
    "SpeechRequest",
    "Transcription",
    "Voice",
    "VoiceEmbedding",
)
