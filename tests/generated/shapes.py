"""What the server answers, written from the documentation and not from spec/cartesia.yaml.

A shape lists the fields of an object: those that are always there and those that may be left out.
Of both, some may be null and some are enumerations that the server may add values to.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

TIME = "2026-08-14T12:00:00Z"


class Shape(NamedTuple):
    """An object of the API with an example of each field."""

    model: str
    required: dict[str, Any]
    optional: Mapping[str, Any] = MappingProxyType({})
    nullable: str = ""
    open: str = ""

    @property
    def full(self) -> dict[str, Any]:
        """An object with every field."""
        return {**self.required, **self.optional}


def page(model: str, item: Shape, *, has_more: bool = True) -> Shape:
    """The shape of one page of items."""
    required: dict[str, Any] = {"data": [item.full, item.required]}
    if has_more:
        required["has_more"] = True
    return Shape(model, required, {"next_page": "cursor"}, "next_page")


VOICE = Shape(
    "Voice",
    {
        "id": "v1",
        "name": "Ada",
        "tagline": "",
        "description": "Calm.",
        "language": "en",
        "locales": [{"locale": "en-GB", "is_native": True}],
        "created_at": TIME,
        "is_owner": True,
        "access": "private",
        "visibility": "owner",
    },
    {"accent": "british", "gender": "feminine", "country": "GB", "preview_file_url": "https://x"},
    "accent gender country preview_file_url",
    "language access visibility accent gender",
)
VOICE_METADATA = Shape(
    "VoiceMetadata",
    {
        "id": "v2",
        "name": "Eve",
        "tagline": "",
        "description": "",
        "language": "fr",
        "created_at": TIME,
        "user_id": "u1",
        "access": "private",
        "visibility": "owner",
    },
    open="language access visibility",
)
ACCENT = Shape(
    "Accent",
    {
        "id": "british",
        "name": "British",
        "language": "en",
        "locale": "en-GB",
        "is_locale_default": True,
        "is_localizable": True,
    },
    open="id language",
)
TRANSCRIPTION = Shape(
    "Transcription",
    {"type": "transcript", "text": "Hi"},
    {
        "language": "en",
        "duration": 0.5,
        "request_id": "r1",
        "is_final": True,
        "words": [{"word": "Hi", "start": 0, "end": 0.5}],
    },
    "language duration request_id is_final words",
)
PRONUNCIATION_ITEM = Shape(
    "PronunciationItem", {"text": "SQL", "alias": "sequel"}, {"case_sensitive": True}
)
PRONUNCIATION_DICT = Shape(
    "PronunciationDict",
    {
        "id": "pdict_1",
        "name": "Words",
        "owner_id": "u1",
        "pinned": False,
        "items": [PRONUNCIATION_ITEM.full, PRONUNCIATION_ITEM.required],
        "created_at": TIME,
    },
)
DATASET = Shape(
    "Dataset", {"id": "d1", "name": "Ada", "description": "", "created_at": "2026-08-14"}
)
DATASET_FILE = Shape(
    "DatasetFile", {"id": "file_1", "filename": "a.wav", "size": 12, "created_at": "2026-08-14"}
)
FINE_TUNE = Shape(
    "FineTune",
    {
        "id": "f1",
        "name": "Ada",
        "description": "Calm.",
        "language": "en",
        "model_id": "sonic-3-2026-01-12",
        "dataset": "d1",
        "status": "training",
    },
    {"accent": "british"},
    "accent",
    "language model_id status accent",
)
AGENT = Shape(
    "AgentSummary",
    {
        "id": "a1",
        "name": "desk",
        "created_at": TIME,
        "updated_at": TIME,
        "tts_voice": "v1",
        "tts_language": "en",
        "has_text_to_agent_run": False,
        "deployment_count": 2,
    },
    {
        "description": "Front desk.",
        "deleted_at": TIME,
        "webhook_id": "w1",
        "git_repository": {"account": "ada", "name": "desk", "provider": "github"},
        "git_deploy_branch": "main",
        "phone_numbers": [{"id": "n1", "number": "+15550100"}],
    },
    "description deleted_at webhook_id git_repository git_deploy_branch phone_numbers",
    "tts_language",
)
PHONE_NUMBER = Shape(
    "PhoneNumber",
    {
        "agent_id": "a1",
        "number": "+15550100",
        "created_at": TIME,
        "updated_at": TIME,
        "is_cartesia_managed": True,
    },
)
AGENT_TEMPLATE = Shape(
    "AgentTemplate",
    {
        "id": "t1",
        "name": "desk",
        "owner_id": "u1",
        "repo_url": "https://example.com/desk",
        "root_dir": "/",
        "created_at": TIME,
        "updated_at": TIME,
    },
    {"description": "A desk.", "dependencies": ["x"], "required_env_vars": ["KEY"]},
    "description dependencies required_env_vars",
)
TURN = Shape(
    "AgentTranscript",
    {"role": "assistant", "start_timestamp": 0, "end_timestamp": 1.5},
    {
        "text": "Hi",
        "text_chunks": [{"text": "Hi", "start_timestamp": 0.1}],
        "end_reason": "tts_completed",
        "tool_calls": [{"id": "c1", "name": "weather", "arguments": {"city": "Paris"}}],
        "tts_ttfb": 0.2,
        "vad_buffer_ms": 80,
        "log_event": {"event": "hold", "metadata": {"why": "x"}, "timestamp": 1.2},
        "log_metric": {"name": "mood", "value": -1.5, "timestamp": 1.2},
    },
    "text text_chunks end_reason tool_calls tts_ttfb vad_buffer_ms log_event log_metric",
    "role end_reason",
)
AGENT_CALL = Shape(
    "AgentCall",
    {"id": "c1", "agent_id": "a1", "status": "completed"},
    {
        "deployment_id": "p1",
        "start_time": TIME,
        "end_time": TIME,
        "error_message": "x",
        "summary": "A call.",
        "telephony_params": {"from": "+15550100", "to": "+15550101"},
        "transcript": [TURN.full, TURN.required],
    },
    "deployment_id start_time end_time error_message summary telephony_params transcript",
    "status",
)
METRIC = Shape(
    "Metric",
    {"id": "m1", "name": "polite", "prompt": "Was it polite?", "created_at": TIME},
    {"display_name": "Polite"},
    "display_name",
)
METRIC_RESULT = Shape(
    "MetricResult",
    {
        "id": "r1",
        "agentId": "a1",
        "callId": "c1",
        "createdAt": TIME,
        "deploymentId": "p1",
        "metricId": "m1",
        "metricName": "polite",
        "result": "yes",
        "status": "completed",
        "summary": "A call.",
    },
    {"jsonResult": {"a": [1]}, "runId": "x", "transcript": [TURN.full], "value": [1, {"a": None}]},
    "jsonResult runId transcript value",
    "status",
)
DEPLOYMENT = Shape(
    "Deployment",
    {
        "id": "p1",
        "agent_id": "a1",
        "status": "deployed",
        "is_live": True,
        "is_pinned": False,
        "env_var_collection_id": "e1",
        "source_code_file_id": "file_1",
        "git_commit_hash": "abc",
        "created_at": TIME,
        "updated_at": TIME,
        "build_started_at": TIME,
        "build_completed_at": TIME,
        "build_logs": "",
        "deployment_started_at": TIME,
        "deployment_completed_at": TIME,
    },
    {"build_error": "x", "deployment_error": "x"},
    "build_started_at build_completed_at deployment_started_at deployment_completed_at"
    " build_error deployment_error",
    "status",
)
LOCALE = Shape(
    "Locale",
    {"locale": "en-GB", "language": "en"},
    {"name": "British", "display_name": "British", "accents": ["british", {"id": "irish"}]},
    "name display_name",
    "language",
)
STORED_FILE = Shape(
    "StoredFile",
    {"id": "file_1"},
    {
        "filename": "a.wav",
        "purpose": "voice-clone",
        "size": 12,
        "status": "ready",
        "owner_id": "u1",
        "created_at": "2026-08-14",
    },
    "filename purpose size status owner_id created_at",
    "purpose status",
)

SERVICE_STATUS = Shape("ServiceStatus", {"ok": True, "version": "2026-08-14"})
ISSUED_TOKEN = Shape("IssuedToken", {"token": "jwt"})
ACCENT_CATALOG = Shape("AccentCatalog", {"accents": [ACCENT.full]})
VOICE_PAGE = page("VoicePage", VOICE)
PRONUNCIATION_DICT_PAGE = page("PronunciationDictPage", PRONUNCIATION_DICT)
DATASET_PAGE = page("DatasetPage", DATASET)
DATASET_FILE_PAGE = page("DatasetFilePage", DATASET_FILE)
FINE_TUNE_PAGE = page("FineTunePage", FINE_TUNE)
AGENT_LIST = Shape("AgentList", {"summaries": [AGENT.full, AGENT.required]})
AGENT_TEMPLATE_LIST = Shape(
    "AgentTemplateList", {"templates": [AGENT_TEMPLATE.full, AGENT_TEMPLATE.required]}
)
AGENT_CALL_PAGE = page("AgentCallPage", AGENT_CALL, has_more=False)
METRIC_PAGE = page("MetricPage", METRIC)
METRIC_RESULT_PAGE = page("MetricResultPage", METRIC_RESULT)
LOCALE_CATALOG = Shape("LocaleCatalog", {"locales": [LOCALE.full, LOCALE.required]})
STORED_FILE_PAGE = page("StoredFilePage", STORED_FILE)

# Frames that no operation of the document answers with.
AUDIO = {"data": "AAAA", "done": False, "status_code": 206, "step_time": 1.5}
FAILURE = {
    "status_code": 429,
    "error_code": "concurrency_limited",
    "title": "Too many",
    "message": "Too many",
    "request_id": "r1",
    "doc_url": "https://x",
}
REQUEST = {"request_id": "r1"}
FRAMES = [
    Shape("VoiceChangerChunkEvent", {**AUDIO, "sample_rate": 24000}),
    Shape("VoiceChangerDoneEvent", {"done": True, "status_code": 200}),
    Shape(
        "VoiceChangerErrorEvent",
        {"type": "error"},
        {**FAILURE, "done": True},
        "error_code doc_url",
        "error_code",
    ),
    Shape(
        "SttTranscriptFrame",
        {"type": "transcript", **REQUEST, "text": "Hi ", "is_final": True},
        {"duration": 0.5, "language": "en", "words": [{"word": "Hi", "start": 0, "end": 0.5}]},
        "duration language words",
        "language",
    ),
    Shape("SttFlushDoneFrame", {"type": "flush_done", **REQUEST}),
    Shape("SttDoneFrame", {"type": "done", **REQUEST}),
    Shape("SttConnectedFrame", {"type": "connected", **REQUEST}),
    Shape("SttTurnStartFrame", {"type": "turn.start", **REQUEST}),
    Shape("SttTurnUpdateFrame", {"type": "turn.update", **REQUEST, "transcript": "Hi"}),
    Shape("SttTurnEagerEndFrame", {"type": "turn.eager_end", **REQUEST, "transcript": "Hi"}),
    Shape("SttTurnResumeFrame", {"type": "turn.resume", **REQUEST}),
    Shape("SttTurnEndFrame", {"type": "turn.end", **REQUEST, "transcript": "Hi"}),
    Shape("SttErrorFrame", {"type": "error"}, FAILURE, "error_code doc_url", "error_code"),
    Shape("SttCloseFrame", {"type": "close"}),
    Shape(
        "SttConfigFrame",
        {"type": "config", "turn": {"start_threshold": 0.8, "end_timeout_ms": 640}},
    ),
]

SHAPES = [value for value in list(globals().values()) if isinstance(value, Shape)] + FRAMES
