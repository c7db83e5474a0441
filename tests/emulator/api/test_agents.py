"""The sample agents: numbers, deployments, calls, and what metrics say of them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from cartesia_emulator.api import agent_metrics
from cartesia_emulator.errors import ApiError
from cartesia_emulator.state import sample_agents
from cartesia_emulator.state.agents import measure

AGENT = "agent_reservations"
PATH = f"/agents/{AGENT}"


def results(bench: Any, **query: object) -> list[Any]:
    data: list[Any] = bench.http.get("/agents/metrics/results", params=query).json()["data"]
    return data


def metric(bench: Any, name: str = "tables", prompt: str = "table") -> Any:
    made = bench.http.post("/agents/metrics", json={"name": name, "prompt": prompt})
    assert made.status_code == 200
    return made.json()


def test_agents_are_listed_with_what_belongs_to_them(bench: Any) -> None:
    summaries = bench.http.get("/agents").json()["summaries"]
    assert [item["id"] for item in summaries] == [AGENT, "agent_parcels"]
    assert [item["deployment_count"] for item in summaries] == [2, 0]
    assert summaries[0]["phone_numbers"] == [{"id": "pn_reservations", "number": "+12025550143"}]
    assert summaries[0]["git_repository"]["provider"] == "github"
    (number,) = bench.http.get(f"{PATH}/phone-numbers").json()
    assert (number["agent_id"], number["is_cartesia_managed"]) == (AGENT, True)
    assert "id" not in number
    assert bench.http.get("/agents/agent_parcels/phone-numbers").json() == []
    assert len(bench.http.get("/agents/templates").json()["templates"]) == 2


def test_deployments(bench: Any) -> None:
    deployments = bench.http.get(f"{PATH}/deployments").json()
    assert [item["status"] for item in deployments] == ["deployed", "build_error"]
    assert [item["is_live"] for item in deployments] == [True, False]
    one = bench.http.get(f"/agents/deployments/{deployments[1]['id']}").json()
    assert one == deployments[1]
    assert "menu" in one["build_error"]


def test_agent_changes_and_goes(bench: Any) -> None:
    before = bench.http.get(PATH).json()
    body = {"name": "New", "description": None, "tts_language": "es", "tts_voice": None}
    after = bench.http.patch(PATH, json=body).json()
    assert (after["name"], after["description"], after["tts_language"]) == ("New", None, "es")
    assert after["tts_voice"] == before["tts_voice"]
    assert after["updated_at"] > before["updated_at"]
    assert bench.http.patch(PATH, json={"tts_voice": "nobody"}).status_code == 404
    assert bench.http.patch(PATH, json={"tts_language": "xx"}).status_code == 400
    assert bench.http.delete(PATH).status_code == 204
    assert bench.http.get(PATH).status_code == 404
    assert bench.http.get("/agents/deployments/ad_reservations_2").status_code == 404
    # The calls it had are still told.
    calls = bench.http.get("/agents/calls", params={"agent_id": AGENT})
    assert len(calls.json()["data"]) == 5
    assert bench.http.get("/agents/calls/call_3/audio").status_code == 200


def test_calls_are_paged_newest_first_without_has_more(bench: Any) -> None:
    page = bench.http.get("/agents/calls", params={"agent_id": AGENT, "limit": 2}).json()
    assert page.keys() == {"data", "next_page"}
    assert [item["id"] for item in page["data"]] == ["call_5", "call_4"]
    rest = bench.http.get(
        "/agents/calls", params={"agent_id": AGENT, "starting_after": page["next_page"]}
    ).json()
    assert [item["id"] for item in rest["data"]] == ["call_3", "call_2", "call_1"]
    assert rest["next_page"] is None
    assert all("transcript" not in item for item in page["data"] + rest["data"])
    assert bench.http.get("/agents/calls", params={"agent_id": "agent_parcels"}).json() == {
        "data": [],
        "next_page": None,
    }


def test_transcripts_come_when_asked_for(bench: Any) -> None:
    query = {"agent_id": AGENT, "expand": "transcript"}
    calls = bench.http.get("/agents/calls", params=query).json()["data"]
    turns = {call["id"]: call["transcript"] for call in calls}["call_2"]
    assert [turn["role"] for turn in turns[:3]] == ["assistant", "user", "system"]
    assert turns[3]["tool_calls"][0]["arguments"] == {"guests": "2"}
    one = bench.http.get("/agents/calls/call_2").json()
    assert one["transcript"] == turns
    assert one["telephony_params"] == {"from": "+12025550143", "to": "+12025550178"}
    for wrong in ({"expand": "audio"}, {"agent_id": ""}):
        assert bench.http.get("/agents/calls", params=query | wrong).status_code == 400


def test_audio_of_a_call_says_its_transcript(bench: Any) -> None:
    audio = bench.http.get("/agents/calls/call_3/audio")
    assert (audio.status_code, audio.headers["content-type"]) == (200, "audio/wav")
    answer = bench.http.post(
        "/stt", files={"file": ("call.wav", audio.content)}, data={"model": "ink-whisper"}
    ).json()
    turns = bench.http.get("/agents/calls/call_3").json()["transcript"]
    assert answer["text"] == "".join(turn["text"] for turn in turns)
    # An agent that got another voice sounds different.
    bench.http.patch(PATH, json={"tts_voice": "f0b2d3a4-7c1e-4e7b-8a55-2d9c4b6e7f22"})
    assert bench.http.get("/agents/calls/call_3/audio").content != audio.content
    assert bench.http.get("/agents/calls/call_1/audio").status_code == 404


def test_metrics_are_made_and_paged_forwards(bench: Any) -> None:
    made = metric(bench)
    assert made.keys() == {"id", "name", "display_name", "prompt", "created_at"}
    assert bench.http.get(f"/agents/metrics/{made['id']}").json() == made
    names = [item["name"] for item in bench.http.get("/agents/metrics").json()["data"]]
    assert names == ["tables", "politeness"]
    again = bench.http.post("/agents/metrics", json={"name": "tables", "prompt": "x"})
    assert again.status_code == 409
    for name in ("", "With Capitals", "ü"):
        refused = bench.http.post("/agents/metrics", json={"name": name, "prompt": "x"})
        assert refused.status_code == 400


def test_metric_measures_the_calls_of_an_agent(bench: Any) -> None:
    made = metric(bench)
    attachment = f"{PATH}/metrics/{made['id']}"
    assert bench.http.delete(attachment).status_code == 404
    for _ in range(2):
        assert bench.http.post(attachment).status_code == 204
    found = {item["callId"]: item for item in results(bench, metric_id=made["id"])}
    assert {call: item["value"] for call, item in found.items()} == {"call_2": 1.0, "call_3": 0.0}
    assert found["call_2"]["jsonResult"] == {"value": 1.0}
    assert (found["call_2"]["agentId"], found["call_2"]["metricName"]) == (AGENT, "tables")
    assert bench.http.delete(attachment).status_code == 204
    assert bench.http.delete(attachment).status_code == 404
    assert len(results(bench, metric_id=made["id"])) == 2
    assert bench.http.post(f"{PATH}/metrics/x").status_code == 404
    assert bench.http.post(f"/agents/x/metrics/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ({}, ["call_3", "call_2"]),
        ({"call_id": "call_2"}, ["call_2"]),
        ({"agent_id": AGENT, "deployment_id": "ad_reservations_2"}, ["call_3", "call_2"]),
        ({"agent_id": "agent_parcels"}, []),
        ({"metric_id": "x"}, []),
        ({"start_date": "2026-02-02T10:00:16Z"}, ["call_3", "call_2"]),
        ({"start_date": "2026-02-02T10:00:17Z"}, ["call_3"]),
        ({"end_date": "2026-02-02T11:00:16+01:00"}, ["call_2"]),
        ({"end_date": "2026-02-02T10:00:16"}, ["call_2"]),
        ({"end_date": "2026-02-02"}, []),
        ({"limit": 1}, ["call_3"]),
    ],
)
def test_results_are_filtered(bench: Any, query: dict[str, object], calls: list[str]) -> None:
    assert [item["callId"] for item in results(bench, **query)] == calls


def test_bad_dates_are_refused(bench: Any) -> None:
    for path in ("/agents/metrics/results", "/agents/metrics/results/export"):
        response = bench.http.get(path, params={"start_date": "yesterday"})
        assert response.status_code == 400
        assert "start_date" in response.json()["message"]


def test_results_are_exported(bench: Any) -> None:
    path = "/agents/metrics/results/export"
    answer = bench.http.get(path, params={"call_id": "call_2"})
    assert answer.headers["content-type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    (result,) = results(bench, call_id="call_2")
    assert row.keys() == result.keys()
    assert (row["id"], row["value"], row["createdAt"]) == (result["id"], "1.0", result["createdAt"])
    none = bench.http.get(path, params={"call_id": "x"})
    assert none.status_code == 404
    assert none.json()["message"]


def test_exports_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = measure(sample_agents.METRICS[0], sample_agents.CALLS[1], datetime.now(UTC))
    monkeypatch.setattr(agent_metrics, "MAX_ROWS", 2)
    assert agent_metrics.as_csv([sample] * 2).count("\n") == 3
    with pytest.raises(ApiError) as caught:
        agent_metrics.as_csv([sample] * 3)
    assert caught.value.status == 400
