"""The voices and accents operations, and the store behind them."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
import pytest

from cartesia_emulator.audio.pcm import wav_bytes

VOICE = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"


def clip(hertz: float, seconds: float = 1.0) -> bytes:
    """A buzz with a fundamental; enough for a voice."""
    time = np.arange(int(24000 * seconds)) / 24000
    buzz = np.sum([np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12)], axis=0)
    return wav_bytes((0.2 * buzz).astype(np.float32), 24000)


def clone(bench: Any, hertz: float = 220.0, **fields: str) -> Any:
    data = {"name": "Mine", "language": "en"} | fields
    response = bench.http.post("/voices/clone", files={"clip": ("c.wav", clip(hertz))}, data=data)
    assert response.status_code == 200, response.text
    return response.json()


def listed(bench: Any, **query: Any) -> Any:
    response = bench.http.get("/voices", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def ids(page: Any) -> list[str]:
    return [voice["id"] for voice in page["data"]]


def test_catalogue_is_stable_and_complete(bench: Any, make_bench: Any) -> None:
    page = listed(bench, limit=100)
    assert ids(page) == ids(listed(make_bench(), limit=100))
    assert len(page["data"]) == 24
    assert not page["has_more"]
    assert page["next_page"] is None
    assert VOICE in ids(page)
    for voice in page["data"]:
        assert str(uuid.UUID(voice["id"])) == voice["id"]
        assert len(voice["tagline"]) <= 32
        assert voice["locales"][0]["is_native"]
        assert (voice["access"], voice["visibility"], voice["is_owner"]) == ("public", "all", False)
        assert "preview_file_url" not in voice


def test_pages_follow_each_other_both_ways(bench: Any) -> None:
    everything = ids(listed(bench, limit=100))
    assert len(ids(listed(bench))) == 10
    first = listed(bench, limit=5)
    assert (ids(first), first["has_more"]) == (everything[:5], True)
    second = listed(bench, limit=5, starting_after=first["next_page"])
    assert (ids(second), second["has_more"]) == (everything[5:10], True)
    last = listed(bench, limit=5, starting_after=everything[-3])
    assert (ids(last), last["has_more"]) == (everything[-2:], False)
    assert ids(listed(bench, starting_after=everything[-1])) == []
    back = listed(bench, limit=3, ending_before=everything[5])
    assert (ids(back), back["has_more"]) == (everything[2:5], True)
    assert back["next_page"] == everything[2]
    assert not listed(bench, limit=3, ending_before=everything[3])["has_more"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "RENEE"}, {"Renée"}),
        ({"q": "storyteller"}, {"Renée"}),
        ({"q": VOICE[:10]}, {"Clara"}),
        ({"gender": "gender_neutral"}, {"Robin", "Pip"}),
        ({"language": "de"}, {"Greta"}),
        ({"language": "es_mx"}, {"Mateo"}),
        ({"language": "fr-CA"}, {"Renée"}),
        ({"is_owner": "true"}, set()),
    ],
)
def test_filters(bench: Any, query: dict[str, str], names: set[str]) -> None:
    assert {voice["name"] for voice in listed(bench, **query)["data"]} == names


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "ten"},
        {"gender": "other"},
        {"is_owner": "perhaps"},
        {"expand[]": "everything"},
        {"starting_after": "nobody"},
        {"starting_after": VOICE, "ending_before": VOICE},
    ],
)
def test_bad_queries_are_refused(bench: Any, query: dict[str, str]) -> None:
    response = bench.http.get("/voices", params=query)
    assert response.status_code == 400
    assert any(name.rstrip("[]") in response.json()["message"] for name in query)


@pytest.mark.parametrize("parameter", ["expand[]", "expand"])
def test_previews_are_served_to_the_key(bench: Any, parameter: str) -> None:
    voice = bench.http.get(f"/voices/{VOICE}", params={parameter: "preview_file_url"}).json()
    preview = bench.http.get(voice["preview_file_url"])
    assert preview.headers["content-type"] == "audio/wav"
    assert preview.content.startswith(b"RIFF")
    assert (
        bench.http.get(voice["preview_file_url"], headers={"Authorization": ""}).status_code == 401
    )


@pytest.mark.parametrize("ident", ["not-a-uuid", "00000000-0000-4000-8000-000000000000"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_unknown_voices_are_not_found(bench: Any, ident: str, method: str) -> None:
    response = bench.http.request(method, f"/voices/{ident}", json={})
    assert response.status_code == 404
    assert response.json()["error_code"] == "voice_not_found"


def test_catalogue_voices_cannot_be_changed(bench: Any) -> None:
    assert bench.http.delete(f"/voices/{VOICE}").status_code == 403
    assert bench.http.patch(f"/voices/{VOICE}", json={"name": "x"}).status_code == 403
    added = bench.http.patch(f"/voices/{VOICE}/accents", json={"accents": ["hindi"]})
    assert added.status_code == 403


def test_clone_is_listed_first_changed_and_deleted(bench: Any) -> None:
    made = clone(bench, description="d")
    assert made.keys() == {
        "id", "user_id", "name", "tagline", "description", "language", "access", "visibility",
        "created_at",
    }  # fmt: skip
    assert (made["access"], made["visibility"]) == ("private", "owner")
    assert ids(listed(bench))[0] == made["id"]
    assert ids(listed(bench, is_owner="true")) == [made["id"]]
    path = f"/voices/{made['id']}"
    changed = bench.http.patch(path, json={"name": "New", "gender": "feminine"}).json()
    assert (changed["name"], changed["gender"], changed["description"]) == ("New", "feminine", "d")
    assert bench.http.patch(path, json={"gender": None}).json()["gender"] is None
    assert (
        bench.http.patch(path, json={"accent": "irish"}).json()["locales"][0]["locale"] == "en-IE"
    )
    assert bench.http.patch(path, json={"accent": None}).json()["accent"] == "general-american"
    deleted = bench.http.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert bench.http.get(path).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": None}, {"gender": "male"}, {"accent": "castilian"}, {"name": 3}],
)
def test_bad_changes_are_refused(bench: Any, changes: dict[str, object]) -> None:
    response = bench.http.patch(f"/voices/{clone(bench)['id']}", json=changes)
    assert response.status_code == 400
    assert next(iter(changes)) in response.json()["message"]


def test_clones_sound_like_their_clips(bench: Any) -> None:
    low, high = clone(bench, 110), clone(bench, 260)
    shapes = [bench.emulator.voices.get(made["id"]).shape for made in (low, high)]
    assert shapes[0].pitch < shapes[1].pitch
    audio = [
        bench.http.post("/tts/bytes", json=bench.speech(voice={"mode": "id", "id": made["id"]}))
        for made in (low, high)
    ]
    assert audio[0].content != audio[1].content
    assert bench.heard(audio[0].content) == "Hello there."


def test_voices_survive_a_restart(bench: Any) -> None:
    made = clone(bench)
    bench.emulator.stop()
    bench.emulator.start()
    assert bench.emulator.voices.get(made["id"]).name == "Mine"


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"name": ""}, 400, "name"),
        ({"language": ""}, 400, "language"),
        ({"language": "xx"}, 400, "language"),
        ({"accent": "Southern US"}, 400, "accent"),
        ({"accent": "castilian"}, 400, "accent"),
        ({"base_voice_id": "nobody"}, 404, "nobody"),
    ],
)
def test_bad_clones_are_refused(bench: Any, fields: dict[str, str], status: int, word: str) -> None:
    data = {"name": "Mine", "language": "en"} | fields
    response = bench.http.post("/voices/clone", files={"clip": ("c.wav", clip(200))}, data=data)
    assert response.status_code == status
    assert word in response.json()["message"]


def test_clips_must_be_audio(bench: Any) -> None:
    data = {"name": "Mine", "language": "en"}
    files = {"clip": ("c.wav", b"this is no audio at all, is it")}
    response = bench.http.post("/voices/clone", files=files, data=data)
    assert response.status_code == 415
    assert response.json()["error_code"] == "unsupported_audio_format"
    assert bench.http.post("/voices/clone", data=data).status_code == 415
    assert bench.http.post("/voices/clone", files={"x": b"1"}, data=data).status_code == 400


@pytest.mark.parametrize(
    ("request_", "language", "accent"),
    [
        ({"accent": "castilian"}, "es", "castilian"),
        ({"language": "de"}, "de", "high-german"),
        ({"language": "en", "dialect": "au"}, "en", "australian"),
        ({"language": "pt", "dialect": "eu"}, "pt", "european-portuguese"),
        ({"language": "fr", "dialect": "eu"}, "fr", "parisian"),
        ({"accent": "hindi", "original_speaker_gender": "male"}, "hi", "hindi"),
    ],
)
def test_localizing(bench: Any, request_: Any, language: str, accent: str) -> None:
    made = bench.http.post(
        "/voices/localize", json={"voice_id": VOICE, "name": "There", **request_}
    ).json()
    assert made["language"] == language
    voice = bench.http.get(f"/voices/{made['id']}").json()
    assert voice["accent"] == accent
    expected = "masculine" if "original_speaker_gender" in request_ else "feminine"
    assert voice["gender"] == expected
    # Accents attach to clones, and this is none.
    path = f"/voices/{made['id']}/accents"
    assert bench.http.patch(path, json={"accents": ["hindi"]}).status_code == 403


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({}, 400),
        ({"accent": "konkani"}, 400),
        ({"accent": "Castilian"}, 400),
        ({"accent": "castilian", "language": "fr"}, 400),
        ({"language": "xx"}, 400),
        ({"accent": "hindi", "name": " "}, 400),
        ({"accent": "hindi", "original_speaker_gender": "x"}, 400),
        ({"accent": "hindi", "voice_id": "nobody"}, 404),
    ],
)
def test_bad_localizing_is_refused(bench: Any, request_: Any, status: int) -> None:
    body = {"voice_id": VOICE, "name": "There"} | request_
    assert bench.http.post("/voices/localize", json=body).status_code == status


def test_accent_catalogue(bench: Any) -> None:
    accents = bench.http.get("/accents").json()["accents"]
    names = [accent["id"] for accent in accents]
    assert len(names) == 79
    assert names == sorted(names)
    locales = {accent["locale"] for accent in accents}
    defaults = [accent["locale"] for accent in accents if accent["is_locale_default"]]
    assert sorted(defaults) == sorted(locales)
    assert {accent["language"] for accent in accents} == {locale[:2] for locale in locales}


def test_accents_attach_and_detach(bench: Any) -> None:
    path = f"/voices/{clone(bench)['id']}/accents"
    ten = ["general-american", "hindi", "italian", "polish", "korean", "mexican", "castilian"]
    ten += ["parisian", "russian", "istanbul"]
    voice = bench.http.patch(path, json={"accents": ten}).json()
    assert len(voice["locales"]) == 10
    assert bench.http.patch(path, json={"accents": ten}).status_code == 200
    eleventh = bench.http.patch(path, json={"accents": ["israeli"]})
    assert eleventh.status_code == 400
    assert "10" in eleventh.json()["message"]
    detached = bench.http.delete(f"{path}/hindi")
    assert detached.status_code == 200
    assert len(detached.json()["locales"]) == 9
    assert bench.http.delete(f"{path}/hindi").status_code == 404
    assert bench.http.delete(f"{path}/general-american").status_code == 400
    assert bench.http.patch(path, json={"accents": ["irish"]}).status_code == 400
    assert bench.http.patch(path, json={"accents": "hindi"}).status_code == 400


@pytest.mark.parametrize(
    "voice",
    [
        "e07c00bc-4134-4eae-9ea4-1a55fb45746b",  # the official SDK's README
        "6ccbfb76-1fc6-48f7-b71d-91ac6298247b",  # what it sends without a voice
        "f786b574-daa5-4673-aa0c-cbe3e8534c02",  # the service's guide, and LiveKit's plugin
        "a0e99841-438c-4a64-b679-ae501e7d6091",
        "694f9389-aac1-45b6-b726-9d9369183238",
        "71a7ad14-091c-4e8e-a314-022ece01c121",  # the examples of Pipecat
        "9626c31c-bec5-4cca-baa8-f8ba9e84c8bc",
        "f9836c6e-a0bd-460e-9d3c-f7299fa60f94",  # Vision Agents
    ],
)
def test_voices_that_guides_name_are_there(bench: Any, voice: str) -> None:
    found = bench.http.get(f"/voices/{voice}").json()
    assert found["id"] == voice
    assert not found["is_owner"]
    assert bench.http.post("/tts/bytes", json=bench.speech(voice=voice)).status_code == 200
