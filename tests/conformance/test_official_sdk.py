"""The official SDK is the judge: what it sends is understood, what it gets fits its models."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[[str], dict[str, Any]]

# Making the environment takes longer than a test may; it happens in the first one.
pytestmark = pytest.mark.timeout(300)

SENTENCE = "The quick brown fox jumps over the lazy dog."
WORDS = SENTENCE.split()


def of_type(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == kind]


def joined(events: list[dict[str, Any]], member: str, column: str) -> list[Any]:
    return [item for event in events if member in event for item in event[member][column]]


def test_status(run: Run) -> None:
    assert run("status")["status"] == {"ok": True, "version": "2026-08-14"}


def test_token_opens_what_it_grants_and_nothing_else(run: Run) -> None:
    found = run("token")
    assert found["bytes"] > 10_000
    assert found["refused"] == 403


def test_voices_are_listed_page_by_page(run: Run) -> None:
    found = run("voices")
    assert len(found["paged"]) == len(set(found["paged"])) == 24
    assert found["before"] == found["paged"][2:5]
    assert found["found"] == ["Renée"]
    assert set(found["feminine"]) == {"feminine"}
    assert found["preview"].endswith(".wav")


def test_cloned_voice_lives_speaks_and_goes(run: Run) -> None:
    found = run("own_voice")
    assert found["cloned"]["name"] == "Mine"
    assert (found["updated"]["name"], found["updated"]["gender"]) == ("Renamed", "masculine")
    assert found["spoken"] == SENTENCE
    assert [item["locale"] for item in found["attached"]] == ["en-US", "fr-FR", "hi-IN"]
    assert [item["is_native"] for item in found["attached"]] == [True, False, False]
    assert [item["locale"] for item in found["detached"]] == ["en-US", "fr-FR"]
    assert found["localized"]["language"] == "es"
    assert set(found["mine"]) == {found["cloned"]["id"], found["localized"]["id"]}
    assert found["gone"]["status"] == 404
    assert found["gone"]["body"]["error_code"] == "voice_not_found"


def test_accent_catalogue(run: Run) -> None:
    ids = run("accents")["ids"]
    assert len(ids) == 79
    assert ids == sorted(ids)


def test_bytes_in_every_container_say_the_text(run: Run) -> None:
    found = run("audio_bytes")
    assert found["texts"] == dict.fromkeys(("raw", "wav", "mp3"), SENTENCE)
    assert found["file_id"].startswith("file_")


def test_transcription_returns_the_exact_text_with_words(run: Run) -> None:
    answer = run("transcription")["answer"]
    assert answer["text"] == SENTENCE
    assert [word["word"] for word in answer["words"]] == WORDS
    assert 0 < answer["words"][0]["start"] < answer["words"][-1]["end"] <= answer["duration"]


def test_event_stream_with_times(run: Run) -> None:
    found = run("events")
    assert found["text"] == SENTENCE
    assert joined(found["events"], "word_timestamps", "words") == WORDS
    assert "".join(joined(found["events"], "phoneme_timestamps", "phonemes")) == "".join(WORDS)
    assert {event["context_id"] for event in found["events"]} == {"mine"}
    assert [event["done"] for event in found["events"]][-2:] == [False, True]


def test_refusals_carry_codes(run: Run) -> None:
    found = run("refusals")
    assert {name: item["status"] for name, item in found.items()} == {
        "stranger": 401,
        "voice": 404,
        "model": 400,
        "transcript": 400,
        "catalogue": 403,
    }
    assert found["voice"]["body"]["error_code"] == "voice_not_found"
    assert found["model"]["body"]["error_code"] == "model_not_found"
    assert all(item["body"]["request_id"] for item in found.values())


def test_contexts_share_a_socket(run: Run) -> None:
    """Two contexts with continuations; one flushes; times run on over the whole context."""
    found = run("websocket")
    for name, seen in found.items():
        text = f"First from {name}. Then more from {name}."
        starts = joined(seen["events"], "word_timestamps", "start")
        assert seen["text"] == text
        assert joined(seen["events"], "word_timestamps", "words") == text.split()
        assert joined(seen["events"], "phoneme_timestamps", "phonemes")
        assert starts == sorted(starts)
        assert [event["type"] for event in seen["events"]].count("done") == 1
        assert seen["events"][-1]["type"] == "done"
        assert {event["context_id"] for event in seen["events"]} == {name}
    flushed = found["left"]["events"]
    assert [event["flush_id"] for event in of_type(flushed, "flush_done")] == [1]
    assert [event["flush_id"] for event in of_type(flushed, "chunk")] == sorted(
        event["flush_id"] for event in of_type(flushed, "chunk")
    )
    assert {event["flush_id"] for event in of_type(flushed, "chunk")} == {1, 2}


def test_websocket_error_names_its_context(run: Run) -> None:
    (event,) = run("websocket_error")["events"]
    assert event["type"] == "error"
    assert event["context_id"] == "bad"
    assert event["error_code"] == "model_not_found"
    assert event["status_code"] == 400


def test_cancel_stops_the_audio(run: Run) -> None:
    found = run("cancel")
    assert 0 < found["cancelled"] < found["whole"] / 4
    assert found["last"]["context_id"] == "long"


def test_asynchronous_contexts(run: Run) -> None:
    found = run("asynchronous")
    assert found["texts"] == [f"One two context {n}." for n in range(5)]
    assert set(found["ends"]) == {"done"}


def test_the_old_side_of_the_page_on_migrating_exists(sdk_python: Path) -> None:
    """What docs/migrating.md calls a call of the SDK is one."""
    page = Path(__file__).parents[2].joinpath("docs", "migrating.md").read_text(encoding="utf-8")
    old = [
        line.split("|")[1]
        for line in page[page.index("## From the official SDK") :].splitlines()
        if line.startswith("| ")
    ]
    calls = sorted(
        {call for cell in old for call in re.findall(r"\bclient\.([a-z_.]*[a-z_])", cell)}
    )
    assert len(calls) > 12
    script = (
        "import sys, operator, cartesia; client = cartesia.Cartesia(api_key='k');"
        "[operator.attrgetter(path)(client) for path in sys.argv[1:]]"
    )
    done = subprocess.run(
        [str(sdk_python), "-c", script, *calls], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
