"""The document as schemathesis is to read it, and the settings of its runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import numpy as np
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig

from cartesia_emulator.audio.pcm import wav_bytes
from cartesia_emulator.catalog import VERSIONS
from tools import documents

SPEC: Final = Path(__file__).parents[2] / "spec" / "cartesia.yaml"
EXAMPLES: Final = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "3"))
"""Random requests for each operation and for each way of being wrong."""

KEY: Final = "sk_car_for_schemathesis"
CLIP: Final = wav_bytes((0.3 * np.sin(np.arange(2400) / 20)).astype(np.float32), 24000)

_OPEN: Final = {"#/components/schemas/FilePurpose"}
"""Vocabularies that the emulator leaves open too."""


def load(*, wrong: bool = True) -> Any:
    """The document with its open vocabularies closed.

    It lets clients send words that are newer than it is; this server knows those of its day and
    refuses all others, so they are no valid requests here.

    Args:
        wrong: Whether requests that break the document are made as well.
    """
    document = documents.parse(SPEC.read_text(encoding="utf-8"))
    components = document["components"]
    components["parameters"]["CartesiaVersion"]["schema"]["enum"] = list(VERSIONS)
    for name, schema in components["schemas"].items():
        if name.endswith("Request"):
            _close(schema)
    _describe_events(document)
    # Parts with this format are recordings, or else nothing would get past the first look at them.
    schemathesis.openapi.format("binary", st.just(CLIP))
    return schemathesis.openapi.from_dict(document, config=_config(wrong=wrong))


def _close(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _close(item)
    if not isinstance(node, dict):
        return
    choices = node.get("anyOf", [])
    named = {choice["$ref"] for choice in choices if "$ref" in choice}
    if named and not named & _OPEN and {"type": "string"} in choices:
        node["anyOf"] = [choice for choice in choices if choice != {"type": "string"}]
    for item in node.values():
        _close(item)


def _describe_events(document: Any) -> None:
    """Tie event streams to the schemas of their events, which OpenAPI 3.1 cannot."""
    for path, wire in (("/tts/sse", "tts-sse"), ("/voice-changer/sse", "voice-changer-sse")):
        schemas = document["components"]["schemas"]
        events = [name for name, schema in schemas.items() if schema.get("x-wire") == wire]
        payload = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in events]}
        data = {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": payload,
        }
        answer = document["paths"][path]["post"]["responses"]["200"]
        answer["content"]["text/event-stream"]["schema"] = {
            "type": "object",
            "required": ["data"],
            "properties": {"data": data},
        }


def _config(*, wrong: bool) -> SchemathesisConfig:
    generation = {
        "max-examples": EXAMPLES,
        "deterministic": True,
        "database": "none",
        "no-shrink": True,
        "mode": "all" if wrong else "positive",
    }
    return SchemathesisConfig.from_dict(
        {
            "seed": 20260814,
            "generation": generation,
            "auth": {
                "openapi": {scheme: {"bearer": KEY} for scheme in ("api_key", "access_token")}
            },
        }
    )
