"""The 53 operations of the official SDK as one walk, for it and for our client.

Needs nothing but the standard library: the interpreter of the official SDK reads it, too. A
``$name`` stands for an id that an earlier step answered, `Clip` for an upload.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
AGENT = "agent_reservations"
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 16000}
SPEECH = {"model_id": "sonic-3.5", "transcript": "Hello there.", "voice": VOICE}


class Clip(NamedTuple):
    """A recording to upload; the same on both sides."""

    name: str = "clip.wav"


class Step(NamedTuple):
    """One call.

    Attributes:
        number: Its row in the table of the official SDK's operations.
        sdk: Method of the official client.
        arguments: What it is given.
        ours: Method of our client, if it is called otherwise.
        our_arguments: What ours is given, if it takes it otherwise.
        keep: Name under which the id that it answers is kept.
    """

    number: int
    sdk: str
    arguments: Mapping[str, Any] = {}
    ours: str | None = None
    our_arguments: Mapping[str, Any] | None = None
    keep: str | None = None


FLAT_RAW = {f"output_format_{name}": value for name, value in RAW.items()}
CHANGE = {"clip": Clip(), "voice_id": VOICE, **FLAT_RAW}
OUR_CHANGE = {"clip": Clip(), "voice": VOICE, "output_format": RAW}
INFILL = {
    "left_audio": Clip("left.wav"),
    "right_audio": Clip("right.wav"),
    "transcript": "Between.",
    "language": "en",
    "model_id": "sonic-3",
    "output_format": RAW,
}
TUNE = {"name": "Tuned", "description": "d", "language": "en", "dataset": "$dataset"}
WORDS = {"file": Clip(), "model": "ink-whisper", "timestamp_granularities": ["word"]}
FILTER = {"agent_id": AGENT, "start_date": "2026-01-01T00:00:00Z"}

STEPS = (
    Step(1, "get_status", ours="status.get"),
    Step(2, "voices.list", {"limit": 2, "gender": "feminine", "expand": ["preview_file_url"]}),
    Step(3, "voices.get", {"id": VOICE, "expand": ["preview_file_url"]}),
    Step(6, "voices.clone", {"clip": Clip(), "name": "Mine", "language": "en"}, keep="voice"),
    Step(4, "voices.update", {"id": "$voice", "name": "New", "gender": "masculine"}),
    Step(7, "voices.localize", {"voice_id": VOICE, "name": "There", "accent": "castilian"}),
    Step(8, "voices.list_accents", ours="accents.list"),
    Step(9, "voices.add_accents", {"id": "$voice", "accents": ["hindi", "italian"]}),
    Step(10, "voices.delete_accent", {"id": "$voice", "accent_id": "hindi"}),
    Step(5, "voices.delete", {"id": "$voice"}),
    Step(11, "stt.transcribe", WORDS),
    Step(12, "tts.generate", {**SPEECH, "output_format": RAW}),
    Step(13, "tts.generate_sse", {**SPEECH, "output_format": RAW, "add_timestamps": True}),
    Step(14, "tts.infill", INFILL | {"voice_id": VOICE}, our_arguments=INFILL | {"voice": VOICE}),
    Step(15, "voice_changer.generate", CHANGE, our_arguments=OUR_CHANGE),
    Step(16, "voice_changer.generate_sse", CHANGE, our_arguments=OUR_CHANGE),
    Step(17, "access_token.create", {"grants": {"tts": True}, "expires_in": 60}),
    Step(
        19,
        "pronunciation_dicts.create",
        {"name": "d", "items": [{"text": "GIF", "alias": "jif", "case_sensitive": True}]},
        keep="dict",
    ),
    Step(18, "pronunciation_dicts.list", {"limit": 5}),
    Step(20, "pronunciation_dicts.retrieve", {"id": "$dict"}),
    Step(21, "pronunciation_dicts.update", {"id": "$dict", "name": "New"}),
    Step(22, "pronunciation_dicts.delete", {"id": "$dict"}),
    Step(24, "datasets.create", {"name": "d", "description": "x"}, keep="dataset"),
    Step(23, "datasets.list", {"limit": 5}),
    Step(25, "datasets.retrieve", {"id": "$dataset"}),
    Step(26, "datasets.update", {"id": "$dataset", "name": "e", "description": "y"}),
    Step(29, "datasets.files.upload", {"id": "$dataset", "file": Clip(), "purpose": "fine_tune"}),
    Step(28, "datasets.files.list", {"id": "$dataset"}, keep="file"),
    Step(32, "fine_tunes.create", {**TUNE, "model_id": "sonic-3-2026-01-12"}, keep="tune"),
    Step(31, "fine_tunes.list", {"limit": 5}),
    Step(33, "fine_tunes.retrieve", {"id": "$tune"}),
    Step(35, "fine_tunes.list_voices", {"id": "$tune"}),
    Step(34, "fine_tunes.delete", {"id": "$tune"}),
    Step(30, "datasets.files.delete", {"id": "$dataset", "file_id": "$file"}),
    Step(27, "datasets.delete", {"id": "$dataset"}),
    Step(36, "agents.list"),
    Step(37, "agents.retrieve", {"agent_id": AGENT}),
    Step(38, "agents.update", {"agent_id": AGENT, "name": "New", "description": None}),
    Step(40, "agents.list_phone_numbers", {"agent_id": AGENT}),
    Step(41, "agents.list_templates"),
    Step(42, "agents.calls.list", {"agent_id": AGENT, "expand": "transcript", "limit": 5}),
    Step(43, "agents.calls.retrieve", {"call_id": "call_2"}),
    Step(44, "agents.calls.download_audio", {"call_id": "call_3"}),
    Step(46, "agents.metrics.create", {"name": "tables", "prompt": "a table"}, keep="metric"),
    Step(45, "agents.metrics.list", {"limit": 5}),
    Step(47, "agents.metrics.retrieve", {"metric_id": "$metric"}),
    Step(48, "agents.metrics.add_to_agent", {"agent_id": AGENT, "metric_id": "$metric"}),
    Step(50, "agents.metrics.results.list", {**FILTER, "limit": 5}),
    Step(51, "agents.metrics.results.export", FILTER),
    Step(49, "agents.metrics.remove_from_agent", {"agent_id": AGENT, "metric_id": "$metric"}),
    Step(52, "agents.deployments.list", {"agent_id": AGENT}),
    Step(53, "agents.deployments.retrieve", {"deployment_id": "ad_reservations_2"}),
    Step(39, "agents.delete", {"agent_id": AGENT}),
)


def method(client: Any, path: str) -> Any:
    """The method of a client that a dotted path names."""
    for name in path.split("."):
        client = getattr(client, name)
    return client


def filled(value: Any, ids: Mapping[str, str], upload: Callable[[Clip], Any]) -> Any:
    """Arguments with ids and uploads in place of what stands for them."""
    if isinstance(value, Clip):
        return upload(value)
    if isinstance(value, Mapping):
        return {name: filled(item, ids, upload) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids, upload) for item in value]
    if isinstance(value, str) and value.startswith("$"):
        return ids[value[1:]]
    return value


def emptied(text: str, ids: Mapping[str, str]) -> str:
    """A text with ``$name`` in place of the ids, which differ from run to run."""
    for name, ident in ids.items():
        text = re.sub(re.escape(ident), f"${name}", text)
    return text


def first_id(result: Any) -> str:
    """The id that a step answered, alone or on a page."""
    item = result.data[0] if hasattr(result, "data") else result
    return str(item.id)
