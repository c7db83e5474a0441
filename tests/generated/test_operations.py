"""Every operation of the document, called through its resource, with and without an event loop."""

from __future__ import annotations

import datetime as dt
import json
import re
from contextlib import AbstractAsyncContextManager
from functools import partial
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
from cartesia_api.models import (
    AccessTokenGrants,
    InfillRequest,
    Mp3Output,
    PronunciationItem,
    RawOutput,
)
from cartesia_runtime.downloads import AsyncDownload, Download

from tools import documents, generate

from .forms import Part, parse_form
from .shapes import (
    ACCENT_CATALOG,
    AGENT,
    AGENT_CALL,
    AGENT_CALL_PAGE,
    AGENT_LIST,
    AGENT_TEMPLATE_LIST,
    DATASET,
    DATASET_FILE_PAGE,
    DATASET_PAGE,
    DEPLOYMENT,
    FINE_TUNE,
    FINE_TUNE_PAGE,
    ISSUED_TOKEN,
    LOCALE_CATALOG,
    METRIC,
    METRIC_PAGE,
    METRIC_RESULT_PAGE,
    PHONE_NUMBER,
    PRONUNCIATION_DICT,
    PRONUNCIATION_DICT_PAGE,
    SERVICE_STATUS,
    STORED_FILE,
    STORED_FILE_PAGE,
    TRANSCRIPTION,
    VOICE,
    VOICE_METADATA,
    VOICE_PAGE,
    Shape,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cartesia_api.api import AsyncResources, Resources

    Handler = Callable[[httpx.Request], httpx.Response]

DOCUMENT = documents.parse(generate.CURRENT.spec.read_text())
RAW = RawOutput(encoding="pcm_s16le", sample_rate=24000)
MP3 = Mp3Output(bit_rate=128000, sample_rate=44100)
SPEECH: dict[str, Any] = {"model_id": "sonic-3", "transcript": "Hi", "voice": "v1"}
RAW_JSON = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}
MP3_JSON = {"container": "mp3", "bit_rate": 128000, "sample_rate": 44100}
ITEM = {"text": "SQL", "alias": "sequel"}
PAGING: dict[str, Any] = {"limit": 5, "starting_after": "x y", "ending_before": "z"}
PAGED = "limit=5&starting_after=x+y&ending_before=z"
FINE_TUNING = {
    "name": "Ada",
    "description": "Calm.",
    "language": "en",
    "model_id": "sonic-3-2026-01-12",
    "dataset": "d1",
}
FILTERS: dict[str, Any] = {
    "agent_id": "a1",
    "call_id": "c1",
    "deployment_id": "p1",
    "metric_id": "m1",
    "start_date": dt.datetime(2026, 8, 1, tzinfo=dt.UTC),
    "end_date": dt.datetime(2026, 8, 2, 3, 4, 5, tzinfo=dt.UTC),
}
FILTERED = (
    "agent_id=a1&call_id=c1&deployment_id=p1&metric_id=m1"
    "&start_date=2026-08-01T00%3A00%3A00%2B00%3A00&end_date=2026-08-02T03%3A04%3A05%2B00%3A00"
)
CHANGE: dict[str, Any] = {
    "clip": b"RIFF",
    "voice_id": "v1",
    "output_format_container": "wav",
    "output_format_sample_rate": 24000,
    "output_format_encoding": "pcm_s16le",
}
CHANGE_FORM = [
    Part("clip", "upload", b"RIFF"),
    Part("voice[id]", None, b"v1"),
    Part("output_format[container]", None, b"wav"),
    Part("output_format[sample_rate]", None, b"24000"),
    Part("output_format[encoding]", None, b"pcm_s16le"),
]
INNER_RESOURCES = {
    "datasets_files": "datasets.files",
    "agents_calls": "agents.calls",
    "agents_deployments": "agents.deployments",
    "agents_metrics": "agents.metrics",
    "agents_metrics_results": "agents.metrics.results",
}


class Call(NamedTuple):
    """A call, the request that it must send and what the server answers.

    Attributes:
        operation: Its `operationId`.
        request: Method, path and query that it must send.
        answer: A shape, a list of one, text, the bytes of a stream, or None for no body.
        arguments: Positional arguments.
        keywords: Keyword arguments.
        body: JSON or parts that it must send, None for no body.
        accept: Media type that it must ask for.
        status: Status of the answer.
    """

    operation: str
    request: str
    answer: Shape | list[Shape] | str | bytes | None
    arguments: tuple[str, ...] = ()
    keywords: Mapping[str, Any] = MappingProxyType({})
    body: dict[str, Any] | list[Part] | None = None
    accept: str = "application/json"
    status: int = 200


def deletion(operation: str, path: str, *arguments: str, **keywords: Any) -> Call:
    """A call without a body in either direction."""
    return Call(operation, f"DELETE {path}", None, arguments, keywords, accept="*/*", status=204)


CALLS = [
    Call("status_get", "GET /", SERVICE_STATUS),
    Call(
        "access_token_create",
        "POST /access-token",
        ISSUED_TOKEN,
        keywords={"expires_in": 60, "grants": AccessTokenGrants(tts=True)},
        body={"expires_in": 60, "grants": {"tts": True}},
    ),
    # Voices and accents
    Call(
        "voices_list",
        f"GET /voices?{PAGED}&q=a+b&is_owner=true&gender=feminine&language=en"
        "&expand%5B%5D=preview_file_url",
        VOICE_PAGE,
        keywords={
            **PAGING,
            "q": "a b",
            "is_owner": True,
            "gender": "feminine",
            "language": "en",
            "expand": ["preview_file_url"],
        },
    ),
    Call(
        "voices_get",
        "GET /voices/v1?expand%5B%5D=preview_file_url",
        VOICE,
        ("v1",),
        {"expand": ["preview_file_url"]},
    ),
    Call(
        "voices_update",
        "PATCH /voices/v1",
        VOICE,
        ("v1",),
        {"name": "Eve", "accent": None},
        {"name": "Eve", "accent": None},
    ),
    deletion("voices_delete", "/voices/v1", "v1"),
    Call(
        "voices_clone",
        "POST /voices/clone",
        VOICE_METADATA,
        keywords={"clip": b"RIFF", "name": "Eve", "language": "fr", "accent": "parisian"},
        body=[
            Part("clip", "upload", b"RIFF"),
            Part("name", None, b"Eve"),
            Part("language", None, b"fr"),
            Part("accent", None, b"parisian"),
        ],
    ),
    Call(
        "voices_localize",
        "POST /voices/localize",
        VOICE_METADATA,
        keywords={"voice_id": "v1", "name": "Eve", "accent": "parisian", "language": "fr"},
        body={"voice_id": "v1", "name": "Eve", "accent": "parisian", "language": "fr"},
    ),
    Call(
        "voices_add_accents",
        "PATCH /voices/v1/accents",
        VOICE,
        ("v1",),
        {"accents": ["british"]},
        {"accents": ["british"]},
    ),
    Call(
        "voices_delete_accent",
        "DELETE /voices/v1/accents/british",
        VOICE,
        ("british",),
        {"id": "v1"},
    ),
    Call("accents_list", "GET /accents", ACCENT_CATALOG),
    Call("locales_list", "GET /locales", LOCALE_CATALOG),
    # Speech
    Call(
        "stt_transcribe",
        "POST /stt?encoding=pcm_s16le&sample_rate=16000",
        TRANSCRIPTION,
        keywords={
            "file": b"RIFF",
            "model": "ink-whisper",
            "timestamp_granularities": ["word"],
            "encoding": "pcm_s16le",
            "sample_rate": 16000,
        },
        body=[
            Part("file", "upload", b"RIFF"),
            Part("model", None, b"ink-whisper"),
            Part("timestamp_granularities[]", None, b"word"),
        ],
    ),
    Call(
        "tts_generate",
        "POST /tts/bytes",
        b"audio",
        keywords={**SPEECH, "output_format": MP3, "save": True},
        body={**SPEECH, "output_format": MP3_JSON, "save": True},
        accept="audio/*",
    ),
    Call(
        "tts_generate_sse",
        "POST /tts/sse",
        b"data: {}\n\n",
        keywords={**SPEECH, "output_format": RAW, "add_timestamps": True},
        body={**SPEECH, "output_format": RAW_JSON, "add_timestamps": True},
        accept="text/event-stream",
    ),
    Call(
        "tts_infill",
        "POST /infill/bytes",
        b"audio",
        keywords={
            "left_audio": b"left",
            "right_audio": b"right",
            "model_id": "sonic-3",
            "transcript": "Hi",
            "voice_id": "v1",
            "language": "en",
            "output_format_container": "mp3",
            "output_format_sample_rate": 44100,
            "output_format_bit_rate": 128000,
        },
        body=[
            Part("model_id", None, b"sonic-3"),
            Part("transcript", None, b"Hi"),
            Part("voice_id", None, b"v1"),
            Part("language", None, b"en"),
            Part("output_format[container]", None, b"mp3"),
            Part("output_format[sample_rate]", None, b"44100"),
            Part("left_audio", "upload", b"left"),
            Part("right_audio", "upload", b"right"),
            Part("output_format[bit_rate]", None, b"128000"),
        ],
        accept="audio/*",
    ),
    Call(
        "voice_changer_generate",
        "POST /voice-changer/bytes",
        b"audio",
        keywords=CHANGE,
        body=CHANGE_FORM,
        accept="audio/*",
    ),
    Call(
        "voice_changer_generate_sse",
        "POST /voice-changer/sse",
        b"data: {}\n\n",
        keywords=CHANGE,
        body=CHANGE_FORM,
        accept="text/event-stream",
    ),
    # Pronunciation dictionaries
    Call(
        "pronunciation_dicts_list",
        f"GET /pronunciation-dicts/?{PAGED}",
        PRONUNCIATION_DICT_PAGE,
        keywords=PAGING,
    ),
    Call(
        "pronunciation_dicts_create",
        "POST /pronunciation-dicts/",
        PRONUNCIATION_DICT,
        keywords={"name": "Words", "items": [PronunciationItem(text="SQL", alias="sequel")]},
        body={"name": "Words", "items": [ITEM]},
    ),
    Call(
        "pronunciation_dicts_retrieve",
        "GET /pronunciation-dicts/pdict_1",
        PRONUNCIATION_DICT,
        ("pdict_1",),
    ),
    Call(
        "pronunciation_dicts_update",
        "PATCH /pronunciation-dicts/pdict_1",
        PRONUNCIATION_DICT,
        ("pdict_1",),
        {"name": None, "items": [PronunciationItem(text="a", alias="b", case_sensitive=False)]},
        {"name": None, "items": [{"text": "a", "alias": "b", "case_sensitive": False}]},
    ),
    deletion("pronunciation_dicts_delete", "/pronunciation-dicts/pdict_1", "pdict_1"),
    # Datasets and fine-tunes
    Call("datasets_list", f"GET /datasets/?{PAGED}", DATASET_PAGE, keywords=PAGING),
    Call(
        "datasets_create",
        "POST /datasets/",
        DATASET,
        keywords={"name": "Ada", "description": ""},
        body={"name": "Ada", "description": ""},
    ),
    Call("datasets_retrieve", "GET /datasets/d1", DATASET, ("d1",)),
    Call(
        "datasets_update",
        "PATCH /datasets/d1",
        None,
        ("d1",),
        {"name": "Eve", "description": "x"},
        {"name": "Eve", "description": "x"},
        "*/*",
        204,
    ),
    deletion("datasets_delete", "/datasets/d1", "d1"),
    Call(
        "datasets_files_list",
        f"GET /datasets/d1/files?{PAGED}",
        DATASET_FILE_PAGE,
        ("d1",),
        PAGING,
    ),
    Call(
        "datasets_files_upload",
        "POST /datasets/d1/files",
        None,
        ("d1",),
        {"file": b"RIFF", "purpose": "fine_tune"},
        [Part("file", "upload", b"RIFF"), Part("purpose", None, b"fine_tune")],
        "*/*",
        204,
    ),
    deletion("datasets_files_delete", "/datasets/d1/files/file_1", "file_1", id="d1"),
    Call("fine_tunes_list", f"GET /fine-tunes/?{PAGED}", FINE_TUNE_PAGE, keywords=PAGING),
    Call(
        "fine_tunes_create",
        "POST /fine-tunes/",
        FINE_TUNE,
        keywords={**FINE_TUNING, "accent": "british"},
        body={**FINE_TUNING, "accent": "british"},
    ),
    Call("fine_tunes_retrieve", "GET /fine-tunes/f1", FINE_TUNE, ("f1",)),
    deletion("fine_tunes_delete", "/fine-tunes/f1", "f1"),
    Call(
        "fine_tunes_list_voices", f"GET /fine-tunes/f1/voices?{PAGED}", VOICE_PAGE, ("f1",), PAGING
    ),
    # Agents
    Call("agents_list", "GET /agents", AGENT_LIST),
    Call("agents_retrieve", "GET /agents/a1", AGENT, ("a1",)),
    Call(
        "agents_update",
        "PATCH /agents/a1",
        AGENT,
        ("a1",),
        {"name": "desk", "description": None, "tts_voice": "v1", "tts_language": "en"},
        {"name": "desk", "description": None, "tts_voice": "v1", "tts_language": "en"},
    ),
    deletion("agents_delete", "/agents/a1", "a1"),
    Call("agents_list_phone_numbers", "GET /agents/a1/phone-numbers", [PHONE_NUMBER], ("a1",)),
    Call("agents_list_templates", "GET /agents/templates", AGENT_TEMPLATE_LIST),
    Call(
        "agents_calls_list",
        f"GET /agents/calls?agent_id=a1&expand=transcript&{PAGED}",
        AGENT_CALL_PAGE,
        keywords={**PAGING, "agent_id": "a1", "expand": "transcript"},
    ),
    Call("agents_calls_retrieve", "GET /agents/calls/c1", AGENT_CALL, ("c1",)),
    Call(
        "agents_calls_download_audio",
        "GET /agents/calls/c1/audio",
        b"RIFF",
        ("c1",),
        accept="audio/wav",
    ),
    Call(
        "agents_metrics_list",
        "GET /agents/metrics?limit=5&starting_after=m0",
        METRIC_PAGE,
        keywords={"limit": 5, "starting_after": "m0"},
    ),
    Call(
        "agents_metrics_create",
        "POST /agents/metrics",
        METRIC,
        keywords={"name": "polite", "prompt": "Was it polite?", "display_name": None},
        body={"name": "polite", "prompt": "Was it polite?", "display_name": None},
    ),
    Call("agents_metrics_retrieve", "GET /agents/metrics/m1", METRIC, ("m1",)),
    Call(
        "agents_metrics_add_to_agent",
        "POST /agents/a1/metrics/m1",
        None,
        ("m1",),
        {"agent_id": "a1"},
        accept="*/*",
        status=204,
    ),
    deletion("agents_metrics_remove_from_agent", "/agents/a1/metrics/m1", "m1", agent_id="a1"),
    Call(
        "agents_metrics_results_list",
        f"GET /agents/metrics/results?{FILTERED}&{PAGED}",
        METRIC_RESULT_PAGE,
        keywords={**FILTERS, **PAGING},
    ),
    Call(
        "agents_metrics_results_export",
        f"GET /agents/metrics/results/export?{FILTERED}",
        'id,summary\r\nr1,"Größe, x"\r\n',
        keywords=FILTERS,
        accept="text/csv",
    ),
    Call("agents_deployments_list", "GET /agents/a1/deployments", [DEPLOYMENT], ("a1",)),
    Call("agents_deployments_retrieve", "GET /agents/deployments/p1", DEPLOYMENT, ("p1",)),
    # Files
    Call(
        "files_list",
        f"GET /files?purpose=voice-clone&q=a&{PAGED}",
        STORED_FILE_PAGE,
        keywords={**PAGING, "purpose": "voice-clone", "q": "a"},
    ),
    Call(
        "files_upload",
        "POST /files",
        STORED_FILE,
        keywords={"file": b"RIFF", "purpose": "fine_tune"},
        body=[Part("file", "upload", b"RIFF"), Part("purpose", None, b"fine_tune")],
        status=201,
    ),
    Call("files_get", "GET /files/file_1", STORED_FILE, ("file_1",)),
]


def operations() -> Iterator[tuple[str, str, Any]]:
    """Yield path template, method and operation of the document."""
    for path, item in DOCUMENT["paths"].items():
        for method in item.keys() & {"get", "post", "patch", "delete"}:
            yield path, method.upper(), item[method]


def handler_of(call: Call, body: object) -> Handler:
    """Check the request, then answer."""

    def handler(request: httpx.Request) -> httpx.Response:
        assert f"{request.method} {request.url.raw_path.decode()}" == call.request
        assert request.headers["accept"] == call.accept
        kind = request.headers.get("content-type", "")
        if isinstance(call.body, list):
            assert kind.startswith("multipart/form-data; boundary=")
            assert parse_form(kind, request.content) == call.body
        elif call.body is None:
            assert request.content == b""
        else:
            assert kind == "application/json"
            assert json.loads(request.content) == call.body
        if isinstance(body, bytes):
            return httpx.Response(call.status, stream=httpx.ByteStream(body))
        if isinstance(body, str):
            return httpx.Response(call.status, text=body)
        return httpx.Response(call.status, json=body) if body else httpx.Response(call.status)

    return handler


def answers_of(call: Call) -> list[Any]:
    """Bodies that the server may send: with all fields and with the required ones only."""
    match call.answer:
        case Shape():
            return [call.answer.full, call.answer.required]
        case [shape]:
            return [[shape.full, shape.required]]
    return [call.answer]


def method_of(resources: Resources | AsyncResources, operation: str) -> Callable[..., Any]:
    """The method of an operation: `datasets_files_list` is `datasets.files.list`."""
    tag = max(
        (tag["name"] for tag in DOCUMENT["tags"] if operation.startswith(f"{tag['name']}_")),
        key=len,
    )
    resource = INNER_RESOURCES.get(tag, tag)
    method: Callable[..., Any] = attrgetter(f"{resource}.{operation.removeprefix(f'{tag}_')}")(
        resources
    )
    return method


def check(call: Call, answer: Any, result: Any) -> None:
    """What is returned writes back what was answered."""
    if isinstance(call.answer, Shape):
        assert type(result).__name__ == call.answer.model
        result = result.to_dict()
    elif isinstance(call.answer, list):
        assert {type(item).__name__ for item in result} == {call.answer[0].model}
        result = [item.to_dict() for item in result]
    assert json.loads(json.dumps(result).replace("+00:00", "Z")) == answer


def test_every_operation_is_called() -> None:
    assert sorted(call.operation for call in CALLS) == sorted(
        operation["operationId"] for _, _, operation in operations()
    )


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_document_promises_the_call(call: Call) -> None:
    """The document has the status, the media type and the path of the call."""
    path, method, operation = next(
        found for found in operations() if found[2]["operationId"] == call.operation
    )
    pattern = re.sub(r"\{\w+\}", "[^/]+", path)
    assert re.fullmatch(f"{method} {pattern}", call.request.partition("?")[0])
    assert operation["responses"].keys() == {str(call.status), "default"}
    content = operation["responses"][str(call.status)].get("content", {})
    assert list(content) == ([] if call.answer is None else [call.accept])


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_call(call: Call, serve: Callable[[Handler], Resources]) -> None:
    """It sends exactly what the table says, and returns what was answered."""
    for answer in answers_of(call):
        result = method_of(serve(handler_of(call, answer)), call.operation)(
            *call.arguments, **call.keywords
        )
        if isinstance(call.answer, bytes):
            with result as download:
                assert isinstance(download, Download)
                assert download.read() == call.answer
        else:
            check(call, answer, result)


@pytest.mark.anyio
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
async def test_call_async(call: Call, aserve: Callable[[Handler], AsyncResources]) -> None:
    for answer in answers_of(call):
        result = method_of(aserve(handler_of(call, answer)), call.operation)(
            *call.arguments, **call.keywords
        )
        if isinstance(result, AbstractAsyncContextManager):
            async with result as download:
                assert isinstance(download, AsyncDownload)
                assert await download.read() == call.answer
        else:
            check(call, answer, await result)


def test_one_recording_is_enough_for_infill() -> None:
    body = InfillRequest(
        model_id="sonic-3",
        transcript="Hi",
        voice_id="v1",
        language="en",
        output_format_container="mp3",
        output_format_sample_rate=44100,
    )
    assert [name for name, _ in body.to_multipart()] == [
        "model_id",
        "transcript",
        "voice_id",
        "language",
        "output_format[container]",
        "output_format[sample_rate]",
    ]


def answered(response: httpx.Response, request: httpx.Request) -> httpx.Response:
    """A handler that answers every request alike."""
    return response


def test_other_successes_are_taken_too(serve: Callable[[Handler], Resources]) -> None:
    """The documented success codes are not fully reliable."""
    body = {"id": "f"}
    for answer in (httpx.Response(status, json=body) for status in (200, 201, 206)):
        files = serve(partial(answered, answer)).files
        assert files.upload(file=b"x", purpose="fine_tune").id == "f"
    calls = serve(lambda request: httpx.Response(204)).agents.calls
    with calls.download_audio("c1") as response:
        assert response.read() == b""
