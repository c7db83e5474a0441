"""``/v0/voices``: voices by name, as embeddings, and cloned."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from cartesia_emulator.audio.pcm import wav_bytes

LINK = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
FIELDS = {"id", "user_id", "is_public", "name", "description", "created_at", "embedding"}
NAMES = {"Graham", "Samantha", "Milo", "Jane"}


def hum(hertz: float) -> bytes:
    """A recording of a voice of one pitch."""
    time = np.arange(32000) / 16000
    waves = sum(np.sin(2 * np.pi * hertz * n * time) / n for n in range(1, 8))
    return wav_bytes((0.2 * np.asarray(waves)).astype(np.float32), 16000)


def spoken(v0: Any, embedding: list[float] | None) -> bytes:
    """A sentence in a voice, as the objects of the oldest stream."""
    response = v0.http.post("/audio/stream", json=v0.body(voice=embedding))
    assert response.status_code == 200, response.text
    data = [json.loads(line)["data"] for line in response.text.splitlines()]
    return "".join(data).encode()


def test_voices_are_one_array_with_those_of_the_documentation(v0: Any) -> None:
    voices = v0.http.get("/voices").json()
    assert {voice["name"] for voice in voices} > NAMES
    assert all(voice.keys() == FIELDS for voice in voices)
    assert {len(voice["embedding"]) for voice in voices} == {192}
    assert len({tuple(voice["embedding"]) for voice in voices}) == len(voices)
    assert {(voice["is_public"], voice["user_id"]) for voice in voices} == {(True, None)}


def test_a_voice_of_the_alpha_is_there_today_but_not_listed(v0: Any) -> None:
    today = v0.bench.http
    ids = {voice["id"] for voice in today.get("/voices", params={"limit": 100}).json()["data"]}
    for voice in v0.http.get("/voices").json()[:4]:
        assert voice["id"] not in ids
        assert today.get(f"/voices/{voice['id']}").json()["name"] == voice["name"]
        assert today.delete(f"/voices/{voice['id']}").status_code == 403


def test_select_leaves_the_other_fields_out(v0: Any) -> None:
    response = v0.http.get("/voices", params={"select": "id, name, description"})
    assert all(voice.keys() == {"id", "name", "description"} for voice in response.json())
    refused = v0.http.get("/voices", params={"select": "id,colour"})
    assert (refused.status_code, refused.text) == (400, "select: voices have no field 'colour'.")


def test_voices_made_today_are_listed_even_under_a_name_that_is_taken(v0: Any) -> None:
    clone = v0.bench.http.post(
        "/voices/clone",
        files={"clip": ("clip.wav", hum(150))},
        data={"name": "Milo", "language": "en"},
    ).json()
    found = [voice for voice in v0.http.get("/voices").json() if voice["name"] == "Milo"]
    assert len(found) == 2
    (own,) = [voice for voice in found if voice["user_id"]]
    assert (own["id"], own["is_public"]) == (clone["id"], False)


@pytest.mark.parametrize("route", ["/voices/embedding/{}", "/voices/{}/embedding"])
def test_an_embedding_is_that_of_the_listing_by_either_route(v0: Any, route: str) -> None:
    for voice in v0.http.get("/voices").json():
        answer = v0.http.get(route.format(voice["id"]))
        assert answer.json() == {"embedding": voice["embedding"]}


def test_the_first_documentation_had_the_embedding_as_a_post(v0: Any) -> None:
    voice = v0.http.get("/voices").json()[0]
    answer = v0.http.post(f"/voices/{voice['id']}/embedding")
    assert answer.json() == {"embedding": voice["embedding"]}


def test_an_unknown_voice_is_refused_in_text(v0: Any) -> None:
    for route in ("/voices/embedding/nobody", "/voices/nobody/embedding"):
        response = v0.http.get(route)
        assert (response.status_code, response.text) == (404, "There is no voice 'nobody'.")
        assert response.headers["content-type"].startswith("text/plain")


def test_an_embedding_speaks_with_the_voice_it_came_from(v0: Any) -> None:
    """Word for word and sample for sample what today's API says with the id of that voice."""
    fmt = {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 44100}
    for voice in v0.http.get("/voices").json():
        today = v0.bench.speech(voice=voice["id"], output_format=fmt)
        expected = v0.bench.http.post("/tts/bytes", json=today).content
        body = {"transcript": "Hello there.", "voice": voice["embedding"]}
        said = v0.http.post("/audio/stream", json=body)
        pieces = [json.loads(line)["data"] for line in said.text.splitlines()]
        assert b"".join(map(base64.b64decode, pieces)) == expected


def test_voices_that_sound_different_have_different_embeddings(v0: Any) -> None:
    said = {name: spoken(v0, v0.embedding(name)) for name in NAMES}
    assert len(set(said.values())) == len(NAMES)


def test_a_clip_is_listened_to(v0: Any) -> None:
    """The same clip gives the same voice, another pitch another one."""

    def cloned(hertz: float) -> Any:
        files = {"clip": ("clip.wav", hum(hertz))}
        return v0.http.post("/voices/clone/clip", files=files).json()["embedding"]

    low, high = cloned(110), cloned(220)
    assert cloned(110) == low
    assert len(low) == 192
    assert low[0] < high[0]
    assert spoken(v0, low) != spoken(v0, high)


def test_a_clone_speaks_with_its_own_voice_after_a_restart(v0: Any, make_v0: Any) -> None:
    files = {"clip": ("clip.wav", hum(110))}
    clone = v0.http.post("/voices/clone/clip", files=files).json()["embedding"]
    said = spoken(v0, clone)
    assert spoken(make_v0(), clone) == said


def test_a_link_gives_its_own_voice_without_a_network(v0: Any, make_v0: Any) -> None:
    def cloned(client: Any, link: str) -> Any:
        response = client.http.post("/voices/clone/url", params={"link": link})
        return response.json()["embedding"]

    first = cloned(v0, LINK)
    assert cloned(make_v0(), LINK) == first
    other = cloned(v0, "https://youtu.be/abc")
    assert spoken(v0, first) != spoken(v0, other)


@pytest.mark.parametrize(
    "link", ["https://example.com/x", "notyoutube.com", "http://[", "youtu.be"]
)
def test_links_that_lead_elsewhere_are_refused(v0: Any, link: str) -> None:
    response = v0.http.post("/voices/clone/url", params={"link": link})
    assert (response.status_code, response.text[:5]) == (400, "link:")


def test_what_is_missing_is_named(v0: Any) -> None:
    link = v0.http.post("/voices/clone/url")
    clip = v0.http.post("/voices/clone/clip", json={})
    other = v0.http.post("/voices/clone/clip", files={"file": b"x"})
    found = [response.json()["detail"][0] for response in (link, clip, other)]
    assert [item["loc"] for item in found] == [["query", "link"], *[["body", "clip"]] * 2]
    assert {item["type"] for item in found} == {"value_error.missing"}
    assert {response.status_code for response in (link, clip, other)} == {422}


def test_a_clip_that_is_no_audio_is_refused_in_text(v0: Any) -> None:
    response = v0.http.post("/voices/clone/clip", files={"clip": b"not audio"})
    assert response.status_code == 400
    assert response.text.startswith("clip:")


def test_embeddings_can_be_texts(make_v0: Any) -> None:
    numbers, texts = make_v0(), make_v0(v0_embeddings="text")
    listed = zip(numbers.http.get("/voices").json(), texts.http.get("/voices").json(), strict=True)
    for plain, text in listed:
        assert json.loads(text["embedding"]) == plain["embedding"]
        answer = texts.http.get(f"/voices/embedding/{plain['id']}").json()
        assert answer == {"embedding": text["embedding"]}


def test_a_model_names_its_voices(v0: Any) -> None:
    names = v0.http.get("/models/upbeat-moon/voices").json()
    assert names == [voice["name"] for voice in v0.http.get("/voices").json()]
    assert v0.http.get("/models/none/voices").status_code == 404
