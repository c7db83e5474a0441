"""Each rule of the linter catches a document that breaks it, and the real one breaks none."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tools import documents, generate, lint_spec

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = documents.parse(generate.CURRENT.spec.read_text())
STRING = {"type": "string", "description": "Text."}
REFERENCE = {"$ref": "#/components/schemas/Language"}

Change = dict[str, Any]


def operation(document: Change) -> Any:
    return document["paths"]["/voices"]["get"]


def schemas(document: Change) -> Any:
    return document["components"]["schemas"]


def put(where: Callable[[Change], Any], key: str, value: object) -> Callable[[Change], None]:
    def change(document: Change) -> None:
        where(document)[key] = value

    return change


def drop(where: Callable[[Change], Any], key: str) -> Callable[[Change], None]:
    def change(document: Change) -> None:
        del where(document)[key]

    return change


def field(schema: str, name: str, value: object) -> Callable[[Change], None]:
    return put(lambda document: schemas(document)[schema]["properties"], name, value)


def parameter(name: str, schema: object) -> Callable[[Change], None]:
    def change(document: Change) -> None:
        operation(document)["parameters"].append(
            {"name": name, "in": "query", "required": False, "schema": schema}
        )

    return change


BREAKS: list[tuple[str, Callable[[Change], None]]] = [
    ("operation_id", put(operation, "operationId", "voicesList")),
    ("operation_id", put(operation, "operationId", "list_voices")),
    ("operation_id", put(operation, "operationId", "voices_get")),
    ("operation_id", put(operation, "operationId", "voices_import")),
    ("operation_id", drop(operation, "operationId")),
    ("one_tag", put(operation, "tags", ["voices", "tts"])),
    ("one_tag", put(operation, "tags", [])),
    ("one_tag", put(operation, "tags", ["voice"])),
    (
        "inner_resource",
        put(lambda d: d["paths"]["/agents/templates"]["get"], "operationId", "agents_deployments"),
    ),
    ("security", drop(operation, "security")),
    ("shared_error", drop(lambda d: operation(d)["responses"], "default")),
    ("one_success", put(lambda d: operation(d)["responses"], "201", {"description": "Made."})),
    ("one_success", put(lambda d: operation(d)["responses"]["200"]["content"], "text/csv", {})),
    ("version_header", put(lambda d: d["paths"]["/voices"], "parameters", [])),
    (
        "request_body",
        put(lambda d: d["paths"]["/voices/{id}"]["patch"]["requestBody"], "required", False),
    ),
    (
        "request_body",
        put(
            lambda d: d["paths"]["/access-token"]["post"]["requestBody"]["content"],
            "application/json",
            {"schema": {"type": "object"}},
        ),
    ),
    ("request_body", field("UpdateVoiceRequest", "id", STRING)),
    ("multipart_null", field("CloneVoiceRequest", "mood", {**STRING, "type": ["string", "null"]})),
    (
        "multipart_null",
        field("TranscribeRequest", "mood", {"anyOf": [REFERENCE, {"type": "null"}]}),
    ),
    ("described", drop(operation, "summary")),
    ("described", drop(lambda d: schemas(d)["Voice"], "description")),
    ("described", field("Voice", "mood", {"type": "string"})),
    ("parameter_text", parameter("mood", {"type": "string"})),
    ("schema_name", put(schemas, "TTSThing", {**STRING, "x-wire": "tts"})),
    ("schema_name", put(schemas, "snake_case", {**STRING, "x-wire": "tts"})),
    ("schema_name", put(schemas, "AccessToken", {**STRING, "x-wire": "tts"})),
    ("reserved_name", field("Voice", "to_dict", STRING)),
    ("reserved_name", parameter("options", STRING)),
    ("one_file", field("Voice", "mood", {"$ref": "other.yaml#/Mood", "description": "Mood."})),
    ("no_inline", field("Voice", "mood", {**STRING, "enum": ["low"]})),
    (
        "no_inline",
        field("Voice", "mood", {"type": "array", "items": {"properties": {"a": STRING}}}),
    ),
    ("no_inline", parameter("mood", {**STRING, "enum": ["low"]})),
    ("no_circle", field("VoiceLocale", "voice", {"$ref": "#/components/schemas/Voice"})),
    ("no_default", field("TtsRequest", "mood", {**STRING, "default": "low"})),
    ("no_default", parameter("mood", {**STRING, "default": "low"})),
    ("constant_tag", field("RawOutput", "container", {**STRING, "const": "raw"})),
    ("constant_tag", field("Voice", "kind", {**STRING, "const": "a", "default": "a"})),
    ("constant_tag", drop(lambda d: schemas(d)["OutputFormat"], "discriminator")),
    ("open_answers", field("Voice", "mood", {**REFERENCE, "description": "Mood."})),
    ("open_answers", field("Voice", "mood", {"anyOf": [REFERENCE, {"type": "null"}]})),
    ("open_answers", field("TtsChunkFrame", "mood", REFERENCE)),
    ("open_answers", field("ErrorInfo", "mood", REFERENCE)),
    ("nullable_enum", put(lambda d: schemas(d)["Language"], "enum", ["en", None])),
    ("numbers_bounded", field("Voice", "age", {"type": ["integer", "null"]})),
    ("numbers_bounded", parameter("age", {"type": "number"})),
    (
        "numbers_bounded",
        field("Voice", "age", {"type": "number", "minimum": 0, "exclusiveMaximum": 1}),
    ),
    ("plain_ids", field("Voice", "owner", {**STRING, "format": "uuid"})),
    ("event_stream", lambda document: document["paths"]["/tts/sse"]["post"].pop("x-events")),
    ("event_stream", lambda document: document["paths"]["/tts/sse"]["post"].update({"x-events": "no.py"})),
    (
        "binary_text",
        put(
            lambda d: operation(d)["responses"]["200"],
            "content",
            {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
        ),
    ),
    ("all_used", put(schemas, "Forgotten", STRING)),
]


def rules_broken(document: Change) -> set[str]:
    return {name for name, _ in lint_spec.lint(document)}


@pytest.mark.parametrize("client", generate.CLIENTS, ids=lambda client: client.package.name)
def test_document_follows_every_rule(client: generate.Client) -> None:
    assert list(lint_spec.lint(documents.parse(client.spec.read_text()))) == []


@pytest.mark.parametrize(("rule", "change"), BREAKS)
def test_rule_catches(rule: str, change: Callable[[Change], None]) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    assert rule in rules_broken(document)


def test_every_rule_is_proven_and_explained() -> None:
    assert {rule.__name__ for rule in lint_spec.RULES} == {rule for rule, _ in BREAKS}
    assert all(rule.__doc__ for rule in lint_spec.RULES)


def test_command_line(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints one line per problem and fails if there is one; it reads all documents."""
    assert lint_spec.main([]) == 0
    assert {client.spec for client in generate.CLIENTS} == set(lint_spec.DOCUMENTS)
    document = copy.deepcopy(DOCUMENT)
    del operation(document)["security"]
    path = tmp_path / "spec.yaml"
    path.write_text(yaml.safe_dump(document))
    assert lint_spec.main([str(path)]) == 1
    assert capsys.readouterr().out == (
        f"{path}: GET /voices: does not state its security [security]\n"
    )


def test_a_key_that_comes_twice(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """YAML would keep the last. The linter names the file and the line, and goes on with others."""
    path, broken = tmp_path / "spec.yaml", tmp_path / "broken.yaml"
    text = generate.CURRENT.spec.read_text()
    before, mark, after = text.partition("  /voices:\n")
    path.write_text(f"{before}  /status:\n    get: {{}}\n  /status:\n    get: {{}}\n{mark}{after}")
    broken.write_text("a: [")
    line = before.count("\n") + 3
    assert lint_spec.main([str(path), str(broken)]) == 1
    output = capsys.readouterr().out.splitlines()
    assert output[0] == f"{path}:{line}: the key '/status' comes twice, first in line {line - 2} [yaml]"
    assert output[1].startswith(f"{broken}:")
