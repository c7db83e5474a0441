"""What all collections have in common: pages, cursors, slashes, unknown ids, content types."""

from __future__ import annotations

from typing import Any

import pytest

MAKING: dict[str, dict[str, Any]] = {
    "/pronunciation-dicts/": {"json": {"name": "d"}},
    "/datasets/": {"json": {"name": "d", "description": "x"}},
    "/files": {"files": {"file": ("a.txt", b"1")}, "data": {"purpose": "fine_tune"}},
}
ITEMS = ["/pronunciation-dicts/x", "/datasets/x", "/files/x", "/fine-tunes/x", "/voices/x"]
ITEMS += ["/agents/x", "/agents/calls/x", "/agents/metrics/x", "/agents/deployments/x"]
ITEMS += ["/datasets/x/files", "/fine-tunes/x/voices", "/agents/x/phone-numbers"]
ITEMS += ["/agents/x/deployments", "/agents/calls/x/audio", "/agents/calls?agent_id=x"]
LISTS = ["/voices", "/pronunciation-dicts/", "/datasets/", "/files", "/fine-tunes/"]
LISTS += ["/agents/metrics", "/agents/metrics/results", "/agents/calls?agent_id=agent_reservations"]


def made(bench: Any, path: str, count: int) -> list[str]:
    """Ids of new items, newest first."""
    for _ in range(count):
        assert bench.http.post(path, **MAKING[path]).is_success
    page = bench.http.get(path, params={"limit": 100}).json()
    return [item["id"] for item in page["data"]]


@pytest.mark.parametrize("path", MAKING)
def test_pages_in_both_directions(bench: Any, path: str) -> None:
    ids = made(bench, path, 5)

    def page(**query: object) -> tuple[list[str], bool, str | None]:
        found = bench.http.get(path, params=query).json()
        return [item["id"] for item in found["data"]], found["has_more"], found["next_page"]

    assert len(ids) == len(set(ids)) == 5
    assert page(limit=2) == (ids[:2], True, ids[1])
    assert page(limit=2, starting_after=ids[1]) == (ids[2:4], True, ids[3])
    assert page(limit=2, starting_after=ids[3]) == (ids[4:], False, None)
    assert page(limit=2, ending_before=ids[4]) == (ids[2:4], True, ids[2])
    assert page(limit=2, ending_before=ids[2]) == (ids[:2], False, None)
    assert page(starting_after=ids[4]) == ([], False, None)


@pytest.mark.parametrize("path", MAKING)
def test_ten_items_make_a_page_unless_more_are_asked_for(bench: Any, path: str) -> None:
    assert len(made(bench, path, 11)) == 11
    assert len(bench.http.get(path).json()["data"]) == 10


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 101}, {"limit": "many"}, {"starting_after": "nothing"}],
)
def test_bad_pages_are_refused(bench: Any, path: str, query: dict[str, object]) -> None:
    url, _, fixed = path.partition("?")
    known = dict(part.split("=") for part in fixed.split("&") if part)
    response = bench.http.get(url, params={**known, **query})
    assert response.status_code == 400
    assert next(iter(query)) in response.json()["message"]


@pytest.mark.parametrize("path", MAKING)
def test_cursors_exclude_each_other(bench: Any, path: str) -> None:
    (ident,) = made(bench, path, 1)
    query = {"starting_after": ident, "ending_before": ident}
    assert bench.http.get(path, params=query).status_code == 400
    assert bench.http.get(path, params={"ending_before": "nothing"}).status_code == 400


@pytest.mark.parametrize("path", [*MAKING, "/voices", "/agents", "/agents/metrics", "/locales"])
def test_a_slash_at_the_end_makes_no_difference(bench: Any, path: str) -> None:
    bare = path.rstrip("/")
    answers = [bench.http.get(url) for url in (bare, bare + "/")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("path", ITEMS)
def test_unknown_ids_are_refused(bench: Any, path: str) -> None:
    response = bench.http.get(path)
    assert response.status_code == 404
    assert response.json().keys() >= {"error_code", "title", "message", "request_id"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/agents/templates", "GET"),
        ("DELETE", "/agents/calls", "GET"),
        ("DELETE", "/agents/metrics", "GET, POST"),
        ("POST", "/agents/metrics/results", "GET"),
        ("GET", "/voices/clone", "POST"),
        ("DELETE", "/voices/localize", "POST"),
        ("PUT", "/datasets/", "GET, POST"),
        ("GET", "/datasets/x/files/y", "DELETE"),
        ("DELETE", "/files/x", "GET"),
    ],
)
def test_words_of_the_path_are_no_ids(bench: Any, method: str, path: str, allowed: str) -> None:
    response = bench.http.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/pronunciation-dicts/"),
        ("POST", "/datasets/"),
        ("POST", "/fine-tunes/"),
        ("POST", "/agents/metrics"),
        ("PATCH", "/agents/agent_reservations"),
        ("POST", "/tts/bytes"),
        ("POST", "/access-token"),
    ],
)
def test_json_is_wanted_where_json_belongs(bench: Any, method: str, path: str) -> None:
    response = bench.http.request(method, path, data={"name": "x", "description": "y"})
    assert response.status_code == 415
    broken = bench.http.request(
        method, path, content=b"{", headers={"Content-Type": "application/json; charset=utf-8"}
    )
    assert broken.status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/files", "/infill/bytes", "/voice-changer/bytes", "/voice-changer/sse", "/voices/clone"],
)
def test_forms_are_wanted_where_forms_belong(bench: Any, path: str) -> None:
    assert bench.http.post(path, json={}).status_code == 415


@pytest.mark.parametrize("path", [*LISTS, "/agents", "/locales", "/accents"])
def test_tokens_open_speech_only(bench: Any, path: str) -> None:
    token = bench.http.post("/access-token", json={"grants": {"tts": True, "stt": True}}).json()
    headers = {"Authorization": f"Bearer {token['token']}"}
    assert bench.http.get(path, headers=headers).status_code == 403
    assert bench.http.get(path, headers={"Authorization": "Bearer x"}).status_code == 401


def test_templates_need_no_key(bench: Any) -> None:
    del bench.http.headers["Authorization"]
    assert bench.http.get("/agents/templates").status_code == 200
    assert bench.http.get("/agents").status_code == 401


def test_locales_carry_their_accents(bench: Any) -> None:
    locales = bench.http.get("/locales").json()["locales"]
    accents = bench.http.get("/accents").json()["accents"]
    assert [item["locale"] for item in locales] == sorted({item["locale"] for item in accents})
    assert sum(len(item["accents"]) for item in locales) == len(accents)
    british = next(item for item in locales if item["locale"] == "en-GB")
    assert (british["language"], british["display_name"]) == ("en", "British English")
    assert [item["id"] for item in british["accents"]] == ["british"]


def test_everything_survives_a_restart(bench: Any) -> None:
    ids = {path: made(bench, path, 1) for path in MAKING}
    bench.emulator.stop()
    bench.emulator.start()
    bench.http.base_url = bench.emulator.base_url
    for path, expected in ids.items():
        assert [item["id"] for item in bench.http.get(path).json()["data"]] == expected
