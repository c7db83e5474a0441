"""The official SDK and our client, side by side over every operation."""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager
from email.parser import BytesParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from cartesia_api.models.access_token_grants import AccessTokenGrants
from cartesia_api.models.pronunciation_item import PronunciationItem
from cartesia_runtime.files import File

from cartesia_emulator import Emulator
from cartesia_emulator.audio.pcm import wav_bytes
from cartesia_stream import Cartesia
from tests.conformance import operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cartesia_emulator.wire.recording import RecordedRequest
    from tests.conformance.conftest import OfficialSDK
    from tests.conformance.operations import Clip

pytestmark = pytest.mark.timeout(300)

DIFFERENCES = Path(__file__).parents[2] / "docs" / "wire-differences.md"
CLIP = wav_bytes((0.3 * np.sin(np.arange(16000) / 20)).astype(np.float32), 16000)
# Headers that mean something to the service; the rest says who is asking, and how patiently.
HEADERS = ("authorization", "cartesia-version", "accept", "content-type")

Wire = dict[str, object]
"""What one request says, by aspect; ids that differ from run to run stand as ``$name``."""


def aspects(request: RecordedRequest, ids: Mapping[str, str], key: str) -> Wire:
    """What matters of a request, each aspect under the name that the table has for it."""
    found: Wire = {"method": request.method, "path": operations.emptied(request.path, ids)}
    for name in {name for name, _ in request.query}:
        values = [value for other, value in request.query if other == name]
        found[f"query {name}"] = [operations.emptied(value, ids) for value in values]
    for name in HEADERS:
        if name in request.headers:
            value = request.headers[name].partition(";")[0].replace(key, "<key>")
            found[f"header {name}"] = value
    found |= _body(request, ids)
    return found


def _body(request: RecordedRequest, ids: Mapping[str, str]) -> Wire:
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        parts = list(_parts(kind, request.body))
        return {
            f"part {name}": [text for other, text in parts if other == name] for name, _ in parts
        }
    if not request.body:
        return {}
    fields = json.loads(operations.emptied(request.body.decode(), ids))
    return {f"body {name}": value for name, value in fields.items()}


def _parts(kind: str, body: bytes) -> Iterator[tuple[str, str]]:
    message = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    for part in message.get_payload():
        assert not isinstance(part, str)
        name = part.get_param("name", header="content-disposition")
        if part.get_filename() is None:
            yield str(name), str(part.get_payload())
        else:
            yield str(name), f"file {part.get_filename()}"


def ours(client: Cartesia, clip: bytes) -> dict[str, str]:
    """Walk the steps with our client; returns the ids it met."""
    ids: dict[str, str] = {}

    def upload(named: Clip) -> File:
        return File(clip, named.name)

    for step in operations.STEPS:
        arguments = step.arguments if step.our_arguments is None else step.our_arguments
        given = _typed(operations.filled(arguments, ids, upload))
        result = operations.method(client, step.ours or step.sdk)(**given)
        if isinstance(result, AbstractContextManager):
            with result as answer:
                for _ in answer.iter_bytes() if hasattr(answer, "iter_bytes") else answer:
                    pass
        if step.keep:
            ids[step.keep] = operations.first_id(result)
    return ids


def _typed(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with our models in the place of plain objects."""
    if "items" in arguments:
        arguments["items"] = [PronunciationItem(**item) for item in arguments["items"]]
    if "grants" in arguments:
        arguments["grants"] = AccessTokenGrants(**arguments["grants"])
    return arguments


@pytest.fixture(scope="module")
def official(judge: OfficialSDK) -> tuple[dict[str, Any], list[Wire]]:
    """What the official SDK saw and what it sent."""
    with Emulator(engine="tone") as emulator:
        found = judge.saw("every_operation", emulator)
        requests = emulator.requests
    begin = next(n for n, request in enumerate(requests) if ("begin", "") in request.query)
    sent = requests[begin + 1 :]
    return found, [aspects(request, found["ids"], emulator.api_key) for request in sent]


@pytest.fixture(scope="module")
def own() -> list[Wire]:
    """What our client sent."""
    with Emulator(engine="tone") as emulator:
        client = Cartesia(api_key=emulator.api_key, base_url=emulator.base_url, max_retries=0)
        with client:
            ids = ours(client, CLIP)
            return [aspects(request, ids, emulator.api_key) for request in emulator.requests]


def differences(official: list[Wire], own: list[Wire]) -> set[tuple[str, str, str, str]]:
    """Method, aspect, what the SDK sends and what we send, wherever that is not the same."""
    found: set[tuple[str, str, str, str]] = set()
    for step, theirs, mine in zip(operations.STEPS, official, own, strict=True):
        for aspect in theirs.keys() | mine.keys():
            sent, ours_sent = _shown(theirs, aspect), _shown(mine, aspect)
            if sent != ours_sent:
                found.add((step.sdk, aspect, sent, ours_sent))
    return found


def _shown(wire: Wire, aspect: str) -> str:
    if aspect not in wire:
        return "nothing"
    value = wire[aspect]
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def explained() -> list[tuple[re.Pattern[str], str, str, str]]:
    """The rows of the table, one for each method: method, aspect, the SDK's value and ours."""
    text = DIFFERENCES.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| `(.+?)` \| `(.+?)` \| .+ \|$", text, re.MULTILINE)
    return [
        (re.compile(re.escape(method).replace(r"\*", ".*")), aspect, theirs, mine)
        for methods, aspect, theirs, mine in rows
        for method in methods.split(", ")
    ]


def test_the_walk_has_every_operation() -> None:
    assert sorted(step.number for step in operations.STEPS) == list(range(1, 54))


def test_official_sdk_reads_every_answer(official: tuple[dict[str, Any], list[Wire]]) -> None:
    seen = official[0]["seen"]
    assert len(seen) == 53
    nothing = {name for name, result in seen.items() if result is None}
    # Deletions, attachments, uploads, and the recording that it does not read.
    assert nothing == {
        "voices.delete", "pronunciation_dicts.delete", "datasets.update", "datasets.delete",
        "datasets.files.upload", "datasets.files.delete", "fine_tunes.delete", "agents.delete",
        "agents.calls.download_audio", "agents.metrics.add_to_agent",
        "agents.metrics.remove_from_agent",
    }  # fmt: skip
    for name in ("tts.generate", "tts.infill", "voice_changer.generate"):
        assert seen[name] > 10_000
    for name in ("tts.generate_sse", "voice_changer.generate_sse"):
        assert seen[name][-1] is True
        assert not any(seen[name][:-1])
    assert seen["agents.deployments.list"] == ["Deployment"] * 2
    assert "tables" in seen["agents.metrics.results.export"]


def test_both_clients_send_the_same_but_for_the_table(
    official: tuple[dict[str, Any], list[Wire]], own: list[Wire]
) -> None:
    found, rows = differences(official[1], own), explained()

    def fits(row: tuple[re.Pattern[str], str, str, str], item: tuple[str, str, str, str]) -> bool:
        return bool(row[0].fullmatch(item[0])) and row[1:] == item[1:]

    unexplained = sorted(item for item in found if not any(fits(row, item) for row in rows))
    stale = [row for row in rows if not any(fits(row, item) for item in found)]
    assert not unexplained, "\n".join(str(item) for item in unexplained)
    assert not stale, stale
