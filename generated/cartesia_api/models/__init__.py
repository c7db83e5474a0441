"""Models of requests, responses and frames; each is imported when it is first used."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .accent import Accent
    from .accent_catalog import AccentCatalog
    from .access_token_grants import AccessTokenGrants
    from .add_accents_request import AddAccentsRequest
    from .agent_call import AgentCall
    from .agent_call_expand import AgentCallExpand
    from .agent_call_page import AgentCallPage
    from .agent_call_status import AgentCallStatus
    from .agent_list import AgentList
    from .agent_phone_number import AgentPhoneNumber
    from .agent_role import AgentRole
    from .agent_summary import AgentSummary
    from .agent_template import AgentTemplate
    from .agent_template_list import AgentTemplateList
    from .agent_text_chunk import AgentTextChunk
    from .agent_transcript import AgentTranscript
    from .agent_turn_end import AgentTurnEnd
    from .attachable_accent import AttachableAccent
    from .change_voice_request import ChangeVoiceRequest
    from .clone_voice_request import CloneVoiceRequest
    from .create_access_token_request import CreateAccessTokenRequest
    from .create_fine_tune_request import CreateFineTuneRequest
    from .create_metric_request import CreateMetricRequest
    from .create_pronunciation_dict_request import CreatePronunciationDictRequest
    from .dataset import Dataset
    from .dataset_file import DatasetFile
    from .dataset_file_page import DatasetFilePage
    from .dataset_page import DatasetPage
    from .dataset_request import DatasetRequest
    from .deployment import Deployment
    from .deployment_status import DeploymentStatus
    from .emotion import Emotion
    from .error_code import ErrorCode
    from .error_info import ErrorInfo
    from .file_purpose import FilePurpose
    from .file_status import FileStatus
    from .fine_tune import FineTune
    from .fine_tune_model import FineTuneModel
    from .fine_tune_page import FineTunePage
    from .fine_tune_status import FineTuneStatus
    from .gender_presentation import GenderPresentation
    from .generation_config import GenerationConfig
    from .git_repository import GitRepository
    from .infill_model import InfillModel
    from .infill_request import InfillRequest
    from .issued_token import IssuedToken
    from .language import Language
    from .locale import Locale
    from .locale_catalog import LocaleCatalog
    from .localize_dialect import LocalizeDialect
    from .localize_target_language import LocalizeTargetLanguage
    from .localize_voice_request import LocalizeVoiceRequest
    from .log_event import LogEvent
    from .log_metadata import LogMetadata
    from .log_metric import LogMetric
    from .metric import Metric
    from .metric_json import MetricJson
    from .metric_page import MetricPage
    from .metric_result import MetricResult
    from .metric_result_page import MetricResultPage
    from .metric_result_status import MetricResultStatus
    from .model_speed import ModelSpeed
    from .mp_3_output import Mp3Output
    from .mpeg_bit_rate import MpegBitRate
    from .output_container import OutputContainer
    from .phone_number import PhoneNumber
    from .phoneme_timestamps import PhonemeTimestamps
    from .pronunciation_dict import PronunciationDict
    from .pronunciation_dict_page import PronunciationDictPage
    from .pronunciation_item import PronunciationItem
    from .raw_encoding import RawEncoding
    from .raw_output import RawOutput
    from .sample_rate import SampleRate
    from .service_status import ServiceStatus
    from .speaker_gender import SpeakerGender
    from .stored_file import StoredFile
    from .stored_file_page import StoredFilePage
    from .stt_batch_model import SttBatchModel
    from .stt_close_frame import SttCloseFrame
    from .stt_config_frame import SttConfigFrame
    from .stt_connected_frame import SttConnectedFrame
    from .stt_done_frame import SttDoneFrame
    from .stt_encoding import SttEncoding
    from .stt_error_frame import SttErrorFrame
    from .stt_flush_done_frame import SttFlushDoneFrame
    from .stt_language import SttLanguage
    from .stt_model import SttModel
    from .stt_transcript_frame import SttTranscriptFrame
    from .stt_turn_config import SttTurnConfig
    from .stt_turn_eager_end_frame import SttTurnEagerEndFrame
    from .stt_turn_end_frame import SttTurnEndFrame
    from .stt_turn_resume_frame import SttTurnResumeFrame
    from .stt_turn_start_frame import SttTurnStartFrame
    from .stt_turn_update_frame import SttTurnUpdateFrame
    from .stt_turns_websocket_query import SttTurnsWebsocketQuery
    from .stt_websocket_query import SttWebsocketQuery
    from .stt_word_columns import SttWordColumns
    from .telephony_params import TelephonyParams
    from .timestamp_granularity import TimestampGranularity
    from .tool_arguments import ToolArguments
    from .tool_call import ToolCall
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
    from .update_agent_request import UpdateAgentRequest
    from .update_pronunciation_dict_request import UpdatePronunciationDictRequest
    from .update_voice_request import UpdateVoiceRequest
    from .upload_dataset_file_request import UploadDatasetFileRequest
    from .upload_file_request import UploadFileRequest
    from .voice import Voice
    from .voice_accent import VoiceAccent
    from .voice_access import VoiceAccess
    from .voice_by_id import VoiceById
    from .voice_changer_chunk_event import VoiceChangerChunkEvent
    from .voice_changer_done_event import VoiceChangerDoneEvent
    from .voice_changer_error_event import VoiceChangerErrorEvent
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
        "AgentCall": ".agent_call",
        "AgentCallExpand": ".agent_call_expand",
        "AgentCallPage": ".agent_call_page",
        "AgentCallStatus": ".agent_call_status",
        "AgentList": ".agent_list",
        "AgentPhoneNumber": ".agent_phone_number",
        "AgentRole": ".agent_role",
        "AgentSummary": ".agent_summary",
        "AgentTemplate": ".agent_template",
        "AgentTemplateList": ".agent_template_list",
        "AgentTextChunk": ".agent_text_chunk",
        "AgentTranscript": ".agent_transcript",
        "AgentTurnEnd": ".agent_turn_end",
        "AttachableAccent": ".attachable_accent",
        "ChangeVoiceRequest": ".change_voice_request",
        "CloneVoiceRequest": ".clone_voice_request",
        "CreateAccessTokenRequest": ".create_access_token_request",
        "CreateFineTuneRequest": ".create_fine_tune_request",
        "CreateMetricRequest": ".create_metric_request",
        "CreatePronunciationDictRequest": ".create_pronunciation_dict_request",
        "Dataset": ".dataset",
        "DatasetFile": ".dataset_file",
        "DatasetFilePage": ".dataset_file_page",
        "DatasetPage": ".dataset_page",
        "DatasetRequest": ".dataset_request",
        "Deployment": ".deployment",
        "DeploymentStatus": ".deployment_status",
        "Emotion": ".emotion",
        "ErrorCode": ".error_code",
        "ErrorInfo": ".error_info",
        "FilePurpose": ".file_purpose",
        "FileStatus": ".file_status",
        "FineTune": ".fine_tune",
        "FineTuneModel": ".fine_tune_model",
        "FineTunePage": ".fine_tune_page",
        "FineTuneStatus": ".fine_tune_status",
        "GenderPresentation": ".gender_presentation",
        "GenerationConfig": ".generation_config",
        "GitRepository": ".git_repository",
        "InfillModel": ".infill_model",
        "InfillRequest": ".infill_request",
        "IssuedToken": ".issued_token",
        "Language": ".language",
        "Locale": ".locale",
        "LocaleCatalog": ".locale_catalog",
        "LocalizeDialect": ".localize_dialect",
        "LocalizeTargetLanguage": ".localize_target_language",
        "LocalizeVoiceRequest": ".localize_voice_request",
        "LogEvent": ".log_event",
        "LogMetadata": ".log_metadata",
        "LogMetric": ".log_metric",
        "Metric": ".metric",
        "MetricJson": ".metric_json",
        "MetricPage": ".metric_page",
        "MetricResult": ".metric_result",
        "MetricResultPage": ".metric_result_page",
        "MetricResultStatus": ".metric_result_status",
        "ModelSpeed": ".model_speed",
        "Mp3Output": ".mp_3_output",
        "MpegBitRate": ".mpeg_bit_rate",
        "OutputContainer": ".output_container",
        "PhoneNumber": ".phone_number",
        "PhonemeTimestamps": ".phoneme_timestamps",
        "PronunciationDict": ".pronunciation_dict",
        "PronunciationDictPage": ".pronunciation_dict_page",
        "PronunciationItem": ".pronunciation_item",
        "RawEncoding": ".raw_encoding",
        "RawOutput": ".raw_output",
        "SampleRate": ".sample_rate",
        "ServiceStatus": ".service_status",
        "SpeakerGender": ".speaker_gender",
        "StoredFile": ".stored_file",
        "StoredFilePage": ".stored_file_page",
        "SttBatchModel": ".stt_batch_model",
        "SttCloseFrame": ".stt_close_frame",
        "SttConfigFrame": ".stt_config_frame",
        "SttConnectedFrame": ".stt_connected_frame",
        "SttDoneFrame": ".stt_done_frame",
        "SttEncoding": ".stt_encoding",
        "SttErrorFrame": ".stt_error_frame",
        "SttFlushDoneFrame": ".stt_flush_done_frame",
        "SttLanguage": ".stt_language",
        "SttModel": ".stt_model",
        "SttTranscriptFrame": ".stt_transcript_frame",
        "SttTurnConfig": ".stt_turn_config",
        "SttTurnEagerEndFrame": ".stt_turn_eager_end_frame",
        "SttTurnEndFrame": ".stt_turn_end_frame",
        "SttTurnResumeFrame": ".stt_turn_resume_frame",
        "SttTurnStartFrame": ".stt_turn_start_frame",
        "SttTurnUpdateFrame": ".stt_turn_update_frame",
        "SttTurnsWebsocketQuery": ".stt_turns_websocket_query",
        "SttWebsocketQuery": ".stt_websocket_query",
        "SttWordColumns": ".stt_word_columns",
        "TelephonyParams": ".telephony_params",
        "TimestampGranularity": ".timestamp_granularity",
        "ToolArguments": ".tool_arguments",
        "ToolCall": ".tool_call",
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
        "UpdateAgentRequest": ".update_agent_request",
        "UpdatePronunciationDictRequest": ".update_pronunciation_dict_request",
        "UpdateVoiceRequest": ".update_voice_request",
        "UploadDatasetFileRequest": ".upload_dataset_file_request",
        "UploadFileRequest": ".upload_file_request",
        "Voice": ".voice",
        "VoiceAccent": ".voice_accent",
        "VoiceAccess": ".voice_access",
        "VoiceById": ".voice_by_id",
        "VoiceChangerChunkEvent": ".voice_changer_chunk_event",
        "VoiceChangerDoneEvent": ".voice_changer_done_event",
        "VoiceChangerErrorEvent": ".voice_changer_error_event",
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
    "AgentCall",
    "AgentCallExpand",
    "AgentCallPage",
    "AgentCallStatus",
    "AgentList",
    "AgentPhoneNumber",
    "AgentRole",
    "AgentSummary",
    "AgentTemplate",
    "AgentTemplateList",
    "AgentTextChunk",
    "AgentTranscript",
    "AgentTurnEnd",
    "AttachableAccent",
    "ChangeVoiceRequest",
    "CloneVoiceRequest",
    "CreateAccessTokenRequest",
    "CreateFineTuneRequest",
    "CreateMetricRequest",
    "CreatePronunciationDictRequest",
    "Dataset",
    "DatasetFile",
    "DatasetFilePage",
    "DatasetPage",
    "DatasetRequest",
    "Deployment",
    "DeploymentStatus",
    "Emotion",
    "ErrorCode",
    "ErrorInfo",
    "FilePurpose",
    "FileStatus",
    "FineTune",
    "FineTuneModel",
    "FineTunePage",
    "FineTuneStatus",
    "GenderPresentation",
    "GenerationConfig",
    "GitRepository",
    "InfillModel",
    "InfillRequest",
    "IssuedToken",
    "Language",
    "Locale",
    "LocaleCatalog",
    "LocalizeDialect",
    "LocalizeTargetLanguage",
    "LocalizeVoiceRequest",
    "LogEvent",
    "LogMetadata",
    "LogMetric",
    "Metric",
    "MetricJson",
    "MetricPage",
    "MetricResult",
    "MetricResultPage",
    "MetricResultStatus",
    "ModelSpeed",
    "Mp3Output",
    "MpegBitRate",
    "OutputContainer",
    "PhonemeTimestamps",
    "PhoneNumber",
    "PronunciationDict",
    "PronunciationDictPage",
    "PronunciationItem",
    "RawEncoding",
    "RawOutput",
    "SampleRate",
    "ServiceStatus",
    "SpeakerGender",
    "StoredFile",
    "StoredFilePage",
    "SttBatchModel",
    "SttCloseFrame",
    "SttConfigFrame",
    "SttConnectedFrame",
    "SttDoneFrame",
    "SttEncoding",
    "SttErrorFrame",
    "SttFlushDoneFrame",
    "SttLanguage",
    "SttModel",
    "SttTranscriptFrame",
    "SttTurnConfig",
    "SttTurnEagerEndFrame",
    "SttTurnEndFrame",
    "SttTurnResumeFrame",
    "SttTurnStartFrame",
    "SttTurnsWebsocketQuery",
    "SttTurnUpdateFrame",
    "SttWebsocketQuery",
    "SttWordColumns",
    "TelephonyParams",
    "TimestampGranularity",
    "ToolArguments",
    "ToolCall",
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
    "UpdateAgentRequest",
    "UpdatePronunciationDictRequest",
    "UpdateVoiceRequest",
    "UploadDatasetFileRequest",
    "UploadFileRequest",
    "Voice",
    "VoiceAccent",
    "VoiceAccess",
    "VoiceById",
    "VoiceChangerChunkEvent",
    "VoiceChangerDoneEvent",
    "VoiceChangerErrorEvent",
    "VoiceExpand",
    "VoiceLocale",
    "VoiceMetadata",
    "VoicePage",
    "VoiceVisibility",
    "WavOutput",
    "WordTimestamps",
)
