"""The official SDK listens: on the socket that waits for `finalize`, and on that which finds turns.

The tone engine is exact, so every text is compared to the letter.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_emulator import Emulator

if TYPE_CHECKING:
    from .conftest import OfficialSDK

Run = Callable[[str], dict[str, Any]]
Events = list[dict[str, Any]]

pytestmark = pytest.mark.timeout(300)  # the first test makes the environment of the SDK

SENTENCE = "The quick brown fox jumps over the lazy dog."


def finals(events: Events) -> list[str]:
    return [event["text"] for event in events if event.get("is_final")]


def ends(events: Events) -> list[str]:
    return [event["transcript"] for event in events if event["type"] == "turn.end"]


def never_revised(texts: list[str]) -> bool:
    return all(longer.startswith(text) for text, longer in itertools.pairwise(texts))


def test_dictation_is_exact(run: Run) -> None:
    first, second, nothing, rest = run("dictation")["found"]
    assert finals(first) == ["First a sentence."]
    assert finals(second) == [" Then another."]
    assert [event["type"] for event in nothing] == ["flush_done"]
    assert finals(rest) == [" The rest."]
    assert rest[-1]["type"] == "done"
    for events in (first, second):
        assert never_revised([event["text"] for event in events if "text" in event])
    every = [*first, *second, *nothing, *rest]
    assert len({event["request_id"] for event in every}) == 1


def test_words_of_dictation_have_times(run: Run) -> None:
    (final,) = (event for event in run("dictated_words")["events"] if event.get("is_final"))
    assert [word["word"] for word in final["words"]] == SENTENCE.split()
    assert all(word["start"] < word["end"] for word in final["words"])
    assert final["language"] == "en"


def test_words_of_dictation_as_the_sdk_types_them(run: Run) -> None:
    (final,) = (event for event in run("dictated_columns")["events"] if event.get("is_final"))
    (columns,) = final["words"]
    assert columns["words"] == SENTENCE.split()


def test_turns_are_exact_and_can_be_configured(run: Run) -> None:
    """With an end threshold of 0.05, the pause of 0.9 s is within a turn."""
    events = run("turn_taking")["events"]
    assert events[0]["type"] == "connected"
    assert ends(events) == ["First a sentence.", " One.Turn."]
    for text in ends(events):
        updates = [
            event["transcript"]
            for event in events
            if event["type"] in ("turn.update", "turn.eager_end")
            and text.startswith(event["transcript"])
        ]
        assert never_revised(updates)
        assert updates[-1] == text
    kinds = [event["type"] for event in events]
    assert kinds.count("turn.start") == kinds.count("turn.end") == 2
    assert kinds.count("turn.resume") == 1
    assert kinds.count("turn.eager_end") == 2  # close ends the last turn at once


def test_errors_fit_their_model_and_leave_the_socket_open(run: Run) -> None:
    found = run("listening_errors")
    for name in ("manual", "turns", "config", "settings"):
        assert found[name]["status_code"] == 400, name
        assert found[name]["title"]
        assert found[name]["message"]
    assert finals(found["manual after"]) == ["Alive."]
    assert ends(found["turns after"]) == ["Alive."]
    assert found["code"] != 1000


def test_refusals_are_statuses_of_the_handshake(judge: OfficialSDK) -> None:
    with Emulator(engine="tone", stt_concurrency=1) as emulator:
        assert judge.saw("listening_refused", emulator)["statuses"] == {
            "stranger manual": 401,
            "stranger turns": 401,
            "model": 400,
            "second manual": 429,
            "second turns": 429,
        }


def test_asynchronous_sockets_at_once(run: Run) -> None:
    found = run("asynchronous_ears")
    for events in found["dictated"]:
        assert finals(events) == ["All at once."]
        assert [event["type"] for event in events][-2:] == ["flush_done", "done"]
    for events in found["listened"]:
        assert ends(events) == ["All at once."]
