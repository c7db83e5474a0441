"""What the emulator takes and answers is what spec/cartesia-v0.yaml says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]  # the same

from cartesia_emulator.audio.pcm import wav_bytes
from cartesia_emulator.routes import ROUTES
from cartesia_emulator.v0.requests import FORMATS, SpeechRequest
from tools import documents

DOCUMENT: dict[str, Any] = documents.parse(
    Path(__file__).parents[3].joinpath("spec/cartesia-v0.yaml").read_text(encoding="utf-8")
)
SCHEMAS: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]
CLIP = {"clip": ("clip.wav", wav_bytes(np.zeros(16000, np.float32), 16000))}
SOCKETS = {("GET", "/v0/audio/websocket"), ("GET", "/v0/experimental/audio/websocket")}


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", **DOCUMENT})


def check(name: str, value: Any) -> None:
    """The value fits its schema, and all its members are in it."""
    validator(name).validate(value)
    assert value.keys() <= SCHEMAS[name]["properties"].keys()


def objects(text: str) -> list[Any]:
    lines = (line.removeprefix("data:") for line in text.splitlines())
    return [json.loads(line) for line in lines if line]


def test_every_operation_of_the_document_is_served_and_no_other() -> None:
    documented = {
        (method.upper(), ("" if "servers" in operations else "/v0") + path)
        for path, operations in DOCUMENT["paths"].items()
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}
    }
    served = {
        (route.method, route.path.replace("{voice_id}", "{id}"))
        for route in ROUTES
        if route.path.startswith("/v0/") or route.path in ("/", "/status")
    }
    assert served == documented | SOCKETS


def test_the_fields_of_a_request_are_those_of_the_document() -> None:
    """Two of them change nothing here, as no package sends them."""
    properties = set(SCHEMAS["SpeechRequest"]["properties"])
    assert set(SpeechRequest.__struct_fields__) == properties - {"lookahead", "description"}
    assert set(SCHEMAS["SpeechFormat"]["enum"]) == set(FORMATS)


@pytest.mark.parametrize("embeddings", ["numbers", "text"])
def test_voices_and_embeddings(make_v0: Any, embeddings: str) -> None:
    v0 = make_v0(v0_embeddings=embeddings)
    voices = v0.http.get("/voices").json()
    selected = v0.http.get("/voices", params={"select": "id,name"}).json()
    for voice in [*voices, *selected]:
        check("Voice", voice)
    link = {"link": "https://youtu.be/x"}
    for answer in (
        v0.http.get(f"/voices/{voices[0]['id']}/embedding"),
        v0.http.post("/voices/clone/url", params=link),
        v0.http.post("/voices/clone/clip", files=CLIP),
    ):
        check("VoiceEmbedding", answer.json())


def test_status_and_transcription(v0: Any) -> None:
    for path in ("/status", "/v0"):
        check("ServiceStatus", v0.bench.http.get(path).json())
    check("Transcription", v0.http.post("/audio/transcriptions", files=CLIP).json())


def test_refused_fields(v0: Any) -> None:
    check("ErrorInfo", v0.http.post("/audio/sse", json={}).json())


@pytest.mark.parametrize("style", ["malformed", "bare", "conforming"])
def test_objects_of_the_streams(make_v0: Any, style: str) -> None:
    v0 = make_v0(v0_events=style)
    for path in ("/audio/sse", "/audio/stream"):
        fault = {"X-Emulator-Fault": "error=500; after=1"}
        whole = objects(v0.http.post(path, json=v0.body()).text)
        failed = objects(v0.http.post(path, json=v0.body(), headers=fault).text)
        *chunks, last = whole
        for chunk in chunks:
            check("SpeechChunk", chunk)
        ends = path == "/audio/sse" and style == "conforming"
        check("SpeechEnd" if ends else "SpeechChunk", last)
        check("SpeechFault", failed[-1])


def test_frames_of_the_sockets(v0: Any) -> None:
    talk = v0.talk(interrupts=True)
    talk.say("one")
    *chunks, end = talk.rest(acknowledging=True)
    for chunk in chunks:
        check("ChunkFrame", chunk)
    check("DoneFrame", end)
    talk.say("two", "")
    check("ErrorFrame", talk.receive())
    talk.cancel("two")
    talk.say("three")
    talk.receive()
    sent = [json.loads(frame) for frame in v0.bench.emulator.requests[-1].frames]
    check("GenerationFrame", sent[0])
    check("AcknowledgementFrame", sent[1])
    check("CancelFrame", sent[-2])


def test_the_schemas_can_reject() -> None:
    with pytest.raises(ValidationError):
        check("Voice", {"id": 5, "name": "x"})
    with pytest.raises(AssertionError):
        check("DoneFrame", {"done": True, "data": ""})
