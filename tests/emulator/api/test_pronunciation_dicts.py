"""Pronunciation dictionaries change what is spoken and leave the words of the times alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

ITEMS = [
    {"text": "GIF", "alias": "jif"},
    {"text": "US", "alias": "you ess", "case_sensitive": True},
    {"text": "New York", "alias": "Gotham"},
]
TEXT = "Show us a gif of new york, US! Gifs no."
SPOKEN = "Show us a jif of Gotham, you ess! Gifs no."


def made(bench: Any, items: object = ITEMS, name: str = "Mine") -> Any:
    response = bench.http.post("/pronunciation-dicts/", json={"name": name, "items": items})
    assert response.status_code == 200, response.text
    return response.json()


def test_dictionary_lives_changes_and_goes(bench: Any) -> None:
    found = made(bench)
    assert found.keys() == {"id", "name", "owner_id", "pinned", "items", "created_at"}
    assert found["items"][0] == {"text": "GIF", "alias": "jif", "case_sensitive": False}
    path = f"/pronunciation-dicts/{found['id']}"
    assert bench.http.get(path).json() == found
    renamed = bench.http.patch(path, json={"name": "Other", "items": None}).json()
    assert renamed == found | {"name": "Other"}
    replaced = bench.http.patch(path, json={"items": [], "name": None}).json()
    assert (replaced["name"], replaced["items"]) == ("Other", [])
    assert (bench.http.delete(path).status_code, bench.http.get(path).status_code) == (204, 404)


def test_items_may_be_null(bench: Any) -> None:
    assert made(bench, None)["items"] == []


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "name"),
        ({"name": "x", "items": [{"text": "a"}]}, "alias"),
        ({"name": "x", "items": [{"text": "a", "alias": "b", "case_sensitive": 1}]}, "items[0]"),
        ({"name": "x", "items": "a"}, "items"),
    ],
)
def test_bad_dictionaries_are_refused(bench: Any, body: object, word: str) -> None:
    response = bench.http.post("/pronunciation-dicts/", json=body)
    assert response.status_code == 400
    assert word in response.json()["message"]


def test_bytes_speak_the_aliases(bench: Any) -> None:
    request = bench.speech(TEXT, pronunciation_dict_id=made(bench)["id"])
    assert bench.heard(bench.http.post("/tts/bytes", json=request).content) == SPOKEN


def test_events_time_the_words_as_written(bench: Any) -> None:
    request = bench.speech(TEXT, pronunciation_dict_id=made(bench)["id"], add_timestamps=True)
    lines = bench.http.post("/tts/sse", json=request).text.splitlines()
    events = [json.loads(line[5:]) for line in lines if line.startswith("data:")]
    times = [event["word_timestamps"] for event in events if event["type"] == "timestamps"]
    words = [word for item in times for word in item["words"]]
    starts = [start for item in times for start in item["start"]]
    ends = [end for item in times for end in item["end"]]
    assert words == TEXT.split()
    assert starts == sorted(starts)
    assert all(start < end for start, end in zip(starts, ends, strict=True))


def test_a_context_keeps_its_dictionary(bench: Any) -> None:
    ident = made(bench)["id"]
    talk = bench.talk()
    settings = {"pronunciation_dict_id": ident, "add_timestamps": True, "continue_": True}
    talk.send("one", "A gif. ", **settings)
    talk.send_bare({"context_id": "one", "transcript": "US.", "add_timestamps": True})
    frames = talk.until("done")
    words = [w for f in frames if f["type"] == "timestamps" for w in f["word_timestamps"]["words"]]
    assert words == ["A", "gif.", "US."]
    other = made(bench, [], "Other")["id"]
    talk.send("two", "A gif. ", **settings)
    talk.send("two", "More.", pronunciation_dict_id=other)
    assert "pronunciation_dict_id" in talk.until("error")[-1]["message"]


def test_unknown_dictionaries_are_refused_on_every_transport(bench: Any) -> None:
    request = bench.speech(pronunciation_dict_id="pdict_x")
    for path in ("/tts/bytes", "/tts/sse"):
        response = bench.http.post(path, json=request)
        assert response.status_code == 404
        assert "pronunciation_dict_id" in response.json()["message"]
    talk = bench.talk()
    talk.send("one", "Hello.", pronunciation_dict_id="pdict_x")
    assert talk.until("error")[-1]["status_code"] == 404
    assert bench.http.get("/emulator").json()["active_contexts"] == 0


def test_older_models_have_no_dictionaries(bench: Any) -> None:
    request = bench.speech(model_id="sonic-2", pronunciation_dict_id=made(bench)["id"])
    assert bench.http.post("/tts/bytes", json=request).status_code == 400
