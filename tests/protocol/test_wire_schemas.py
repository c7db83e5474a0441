"""The codec and the schemas of the frames in spec/cartesia.yaml cannot drift apart."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cartesia_api.models.tts_request import TtsRequest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]  # the same

from cartesia_stream import (
    PCM_16K,
    APIStatusError,
    AudioFormat,
    ContextOptions,
    GenerationConfig,
    SpeechOptions,
    UnknownEvent,
)
from cartesia_stream._http.operations import bytes_request, sse_request
from cartesia_stream._protocol import frames
from cartesia_stream._protocol.fields import speech_fields
from cartesia_stream._protocol.frames import RequestEncoder, decode
from tools import documents

Schema = dict[str, Any]

DOCUMENT: Schema = documents.parse(
    Path(__file__).parents[2].joinpath("spec/cartesia.yaml").read_text(encoding="utf-8")
)
SCHEMAS: dict[str, Schema] = DOCUMENT["components"]["schemas"]
SERVER_FRAMES = sorted(
    name
    for name, schema in SCHEMAS.items()
    if schema.get("x-wire") in ("tts-websocket-server", "tts-sse")
)


@cache
def validator(name: str) -> Draft202012Validator:
    """Checks documents against one schema of the spec."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", **DOCUMENT})


def instances(schema: Schema) -> st.SearchStrategy[Any]:
    """Documents that a schema of the spec allows; knows the keywords that the frames use."""
    if "$ref" in schema:
        return instances(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            return st.one_of([instances(option) for option in schema[choice]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([typed(kind, schema) for kind in kinds])


def typed(kind: str, schema: Schema) -> st.SearchStrategy[Any]:
    """Documents of one JSON type."""
    low, high = schema.get("minimum"), schema.get("maximum")
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(low, high)
        case "number":
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case "string" if schema.get("contentEncoding") == "base64":
            return st.binary(max_size=8).map(lambda data: b64encode(data).decode())
        case "string":
            return st.text(max_size=6)
        case "array":
            return st.lists(instances(schema["items"]), min_size=2, max_size=2)
        case "object":
            return objects(schema)
    raise AssertionError(f"teach this test the type {kind}")


def objects(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with all required members and some of the others."""
    members = {name: instances(member) for name, member in schema["properties"].items()}
    required = {name: members.pop(name) for name in schema.get("required", [])}
    return st.fixed_dictionaries(required, optional=members)


def test_every_server_frame_has_a_reader() -> None:
    """The frame types of the spec and those of the codec are the same set."""
    types = {SCHEMAS[name]["properties"]["type"]["const"] for name in SERVER_FRAMES}
    assert types == {*frames._READERS, "error"}


@pytest.mark.parametrize("name", SERVER_FRAMES)
def test_every_property_is_known(name: str) -> None:
    """A property that the spec names is read by the codec, never kept as an unknown one."""
    properties = set(SCHEMAS[name]["properties"])
    if SCHEMAS[name]["properties"]["type"]["const"] == "error":
        assert properties <= {"type", "done", *vars(APIStatusError("message"))}
    else:
        assert properties <= frames._KNOWN


@pytest.mark.parametrize("name", SERVER_FRAMES)
@given(data=st.data())
def test_documents_of_the_spec_are_accepted(name: str, data: st.DataObject) -> None:
    """Whatever the schema of a server frame allows is decoded, to the type that it names."""
    document = data.draw(instances(SCHEMAS[name]))
    validator(name).validate(document)
    event = decode(json.dumps(document).encode())
    if isinstance(event, APIStatusError):
        assert document["type"] == "error"
    else:
        assert not isinstance(event, UnknownEvent)
        assert event.type == document["type"]
        assert event.context_id == document.get("context_id")


# --- what goes out

CONFIG: GenerationConfig = {"speed": 1.2, "volume": 0.5, "emotion": "calm"}
SPEECH: SpeechOptions = {
    "model_id": "sonic-3",
    "output_format": PCM_16K,
    "language": "en",
    "normalization": "off",
    "generation_config": CONFIG,
    "pronunciation_dict_id": "p",
    "add_timestamps": True,
    "add_phoneme_timestamps": False,
    "use_normalized_timestamps": True,
}
CONTEXT: ContextOptions = {**SPEECH, "max_buffer_delay_ms": 0}


def generation_frame(options: ContextOptions, *, flush: bool = False) -> Schema:
    fields, _ = speech_fields({"id": "v"}, options, "context")
    frame = RequestEncoder("c", fields).generate("Hello", more=True, flush=flush)
    document: Schema = json.loads(frame)
    return document


@pytest.mark.parametrize("options", [{}, CONTEXT])
@pytest.mark.parametrize("flush", [True, False])
def test_generation_frames_obey_the_spec(options: ContextOptions, flush: bool) -> None:
    """A generation request satisfies its schema and uses only properties that it names."""
    document = generation_frame(options, flush=flush)
    validator("TtsGenerationFrame").validate(document)
    assert set(document) <= set(SCHEMAS["TtsGenerationFrame"]["properties"])


def test_every_option_is_in_the_spec() -> None:
    """The options of a context are the schema's properties, but for those that the client sets."""
    ours = {"context_id", "transcript", "voice", "continue", "flush"}
    deprecated = {"speed"}
    properties = set(SCHEMAS["TtsGenerationFrame"]["properties"])
    assert set(ContextOptions.__annotations__) == properties - ours - deprecated | {"extra"}
    assert set(GenerationConfig.__annotations__) == set(SCHEMAS["GenerationConfig"]["properties"])


def test_the_schema_can_reject() -> None:
    """The check has teeth: a wrong frame does not satisfy the schema."""
    with pytest.raises(ValidationError):
        validator("TtsGenerationFrame").validate(generation_frame({}) | {"transcript": 5})


def test_cancel_frames_obey_the_spec() -> None:
    """A cancel has exactly the properties of its schema."""
    document = json.loads(RequestEncoder("c", {}).cancel())
    validator("TtsCancelFrame").validate(document)
    assert set(document) == set(SCHEMAS["TtsCancelFrame"]["properties"])


def test_http_requests_obey_the_spec() -> None:
    """The bodies of both HTTP operations satisfy their schemas."""
    body = sse_request("Hello", "v", SPEECH, "c", None).request.json
    validator("TtsSseRequest").validate(body)
    assert body is not None
    assert set(body) == {*SPEECH, "transcript", "voice", "context_id"}
    mp3 = AudioFormat("mp3", None, 44100, 128000)
    body = bytes_request("Hello", {"id": "v"}, {"output_format": mp3}, None).request.json
    validator("TtsRequest").validate(body)
    assert body is not None
    assert TtsRequest.from_dict(body).to_dict() == body
