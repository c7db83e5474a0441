"""Models of requests, answers and frames. Each is imported when it is first used."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .accent import Accent
    from .accent_catalog import AccentCatalog
    from .access_token_grants import AccessTokenGrants
    from .add_accents_request import AddAccentsRequest
    from .attachable_accent import AttachableAccent
    from .clone_voice_request import CloneVoiceRequest
    from .create_access_token_request import CreateAccessTokenRequest
    from .emotion import Emotion
    from .error_code import ErrorCode
    from .error_info import ErrorInfo
    from .gender_presentation import GenderPresentation
    from .generation_config import GenerationConfig
    from .issued_token import IssuedToken
    from .language import Language
    from .localize_dialect import LocalizeDialect
    from .localize_target_language import LocalizeTargetLanguage
    from .localize_voice_request import LocalizeVoiceRequest
    from .model_speed import ModelSpeed
    from .mp_3_output import Mp3Output
    from .mpeg_bit_rate import MpegBitRate
    from .phoneme_timestamps import PhonemeTimestamps
    from .raw_encoding import RawEncoding
    from .raw_output import RawOutput
    from .sample_rate import SampleRate
    from .service_status import ServiceStatus
    from .speaker_gender import SpeakerGender
    from .stt_batch_model import SttBatchModel
    from .stt_encoding import SttEncoding
    from .stt_language import SttLanguage
    from .timestamp_granularity import TimestampGranularity
    from .transcribe_request import TranscribeRequest
    from .transcribed_word import TranscribedWord
    from .transcription import Transcription
    from .tts_cancel_frame import TtsCancelFrame
    from .tts_chunk_frame import TtsChunkFrame
    from .tts_done_frame import TtsDoneFrame
    from .tts_error_frame import TtsErrorFrame
    from .tts_flush_done_frame import TtsFlushDoneFrame
    from .tts_generation_frame import TtsGenerationFrame
    from .tts_model import TtsModel
    from .tts_phoneme_timestamps_frame import TtsPhonemeTimestampsFrame
    from .tts_request import TtsRequest
    from .tts_sse_chunk_event import TtsSseChunkEvent
    from .tts_sse_done_event import TtsSseDoneEvent
    from .tts_sse_error_event import TtsSseErrorEvent
    from .tts_sse_phoneme_timestamps_event import TtsSsePhonemeTimestampsEvent
    from .tts_sse_request import TtsSseRequest
    from .tts_sse_timestamps_event import TtsSseTimestampsEvent
    from .tts_timestamps_frame import TtsTimestampsFrame
    from .update_voice_request import UpdateVoiceRequest
    from .voice import Voice
    from .voice_accent import VoiceAccent
    from .voice_access import VoiceAccess
    from .voice_by_id import VoiceById
    from .voice_expand import VoiceExpand
    from .voice_locale import VoiceLocale
    from .voice_metadata import VoiceMetadata
    from .voice_page import VoicePage
    from .voice_visibility import VoiceVisibility
    from .wav_output import WavOutput
    from .word_timestamps import WordTimestamps
else:
    _MODULES = {
        "Accent": ".accent",
        "AccentCatalog": ".accent_catalog",
        "AccessTokenGrants": ".access_token_grants",
        "AddAccentsRequest": ".add_accents_request",
        "AttachableAccent": ".attachable_accent",
        "CloneVoiceRequest": ".clone_voice_request",
        "CreateAccessTokenRequest": ".create_access_token_request",
        "Emotion": ".emotion",
        "ErrorCode": ".error_code",
        "ErrorInfo": ".error_info",
        "GenderPresentation": ".gender_presentation",
        "GenerationConfig": ".generation_config",
        "IssuedToken": ".issued_token",
        "Language": ".language",
        "LocalizeDialect": ".localize_dialect",
        "LocalizeTargetLanguage": ".localize_target_language",
        "LocalizeVoiceRequest": ".localize_voice_request",
        "ModelSpeed": ".model_speed",
        "Mp3Output": ".mp_3_output",
        "MpegBitRate": ".mpeg_bit_rate",
        "PhonemeTimestamps": ".phoneme_timestamps",
        "RawEncoding": ".raw_encoding",
        "RawOutput": ".raw_output",
        "SampleRate": ".sample_rate",
        "ServiceStatus": ".service_status",
        "SpeakerGender": ".speaker_gender",
        "SttBatchModel": ".stt_batch_model",
        "SttEncoding": ".stt_encoding",
        "SttLanguage": ".stt_language",
        "TimestampGranularity": ".timestamp_granularity",
        "TranscribeRequest": ".transcribe_request",
        "TranscribedWord": ".transcribed_word",
        "Transcription": ".transcription",
        "TtsCancelFrame": ".tts_cancel_frame",
        "TtsChunkFrame": ".tts_chunk_frame",
        "TtsDoneFrame": ".tts_done_frame",
        "TtsErrorFrame": ".tts_error_frame",
        "TtsFlushDoneFrame": ".tts_flush_done_frame",
        "TtsGenerationFrame": ".tts_generation_frame",
        "TtsModel": ".tts_model",
        "TtsPhonemeTimestampsFrame": ".tts_phoneme_timestamps_frame",
        "TtsRequest": ".tts_request",
        "TtsSseChunkEvent": ".tts_sse_chunk_event",
        "TtsSseDoneEvent": ".tts_sse_done_event",
        "TtsSseErrorEvent": ".tts_sse_error_event",
        "TtsSsePhonemeTimestampsEvent": ".tts_sse_phoneme_timestamps_event",
        "TtsSseRequest": ".tts_sse_request",
        "TtsSseTimestampsEvent": ".tts_sse_timestamps_event",
        "TtsTimestampsFrame": ".tts_timestamps_frame",
        "UpdateVoiceRequest": ".update_voice_request",
        "Voice": ".voice",
        "VoiceAccent": ".voice_accent",
        "VoiceAccess": ".voice_access",
        "VoiceById": ".voice_by_id",
        "VoiceExpand": ".voice_expand",
        "VoiceLocale": ".voice_locale",
        "VoiceMetadata": ".voice_metadata",
        "VoicePage": ".voice_page",
        "VoiceVisibility": ".voice_visibility",
        "WavOutput": ".wav_output",
        "WordTimestamps": ".word_timestamps",
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
    "Accent",
    "AccentCatalog",
    "AccessTokenGrants",
    "AddAccentsRequest",
    "AttachableAccent",
    "CloneVoiceRequest",
    "CreateAccessTokenRequest",
    "Emotion",
    "ErrorCode",
    "ErrorInfo",
    "GenderPresentation",
    "GenerationConfig",
    "IssuedToken",
    "Language",
    "LocalizeDialect",
    "LocalizeTargetLanguage",
    "LocalizeVoiceRequest",
    "ModelSpeed",
    "Mp3Output",
    "MpegBitRate",
    "PhonemeTimestamps",
    "RawEncoding",
    "RawOutput",
    "SampleRate",
    "ServiceStatus",
    "SpeakerGender",
    "SttBatchModel",
    "SttEncoding",
    "SttLanguage",
    "TimestampGranularity",
    "TranscribedWord",
    "TranscribeRequest",
    "Transcription",
    "TtsCancelFrame",
    "TtsChunkFrame",
    "TtsDoneFrame",
    "TtsErrorFrame",
    "TtsFlushDoneFrame",
    "TtsGenerationFrame",
    "TtsModel",
    "TtsPhonemeTimestampsFrame",
    "TtsRequest",
    "TtsSseChunkEvent",
    "TtsSseDoneEvent",
    "TtsSseErrorEvent",
    "TtsSsePhonemeTimestampsEvent",
    "TtsSseRequest",
    "TtsSseTimestampsEvent",
    "TtsTimestampsFrame",
    "UpdateVoiceRequest",
    "Voice",
    "VoiceAccent",
    "VoiceAccess",
    "VoiceById",
    "VoiceExpand",
    "VoiceLocale",
    "VoiceMetadata",
    "VoicePage",
    "VoiceVisibility",
    "WavOutput",
    "WordTimestamps",
)
