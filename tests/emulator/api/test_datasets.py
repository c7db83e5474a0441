"""Datasets, stored files, and the fine-tunes made from them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cartesia_emulator.audio.pcm import wav_bytes

if TYPE_CHECKING:
    import httpx


def clip(hertz: float = 200) -> bytes:
    seconds = np.arange(24000) / 24000
    return wav_bytes((0.3 * np.sin(2 * np.pi * hertz * seconds)).astype(np.float32), 24000)


def dataset(bench: Any, *clips: bytes) -> str:
    made = bench.http.post("/datasets/", json={"name": "Mine", "description": "d"})
    ident: str = made.json()["id"]
    for number, data in enumerate(clips):
        upload(bench, ident, f"{number}.wav", data)
    return ident


def upload(bench: Any, ident: str, name: str, data: bytes) -> httpx.Response:
    response: httpx.Response = bench.http.post(
        f"/datasets/{ident}/files", files={"file": (name, data)}, data={"purpose": "fine_tune"}
    )
    return response


def fine_tune(bench: Any, ident: str, **changes: object) -> httpx.Response:
    body = {"name": "Tuned", "description": "d", "language": "en", "dataset": ident}
    response: httpx.Response = bench.http.post(
        "/fine-tunes/", json=body | {"model_id": "sonic-3-2026-01-12"} | changes
    )
    return response


def test_dataset_lives_changes_and_goes(bench: Any) -> None:
    ident = dataset(bench)
    path = f"/datasets/{ident}"
    found = bench.http.get(path).json()
    assert found.keys() == {"id", "name", "description", "created_at"}
    changed = bench.http.patch(path, json={"name": "New", "description": ""})
    assert (changed.status_code, changed.content) == (204, b"")
    assert bench.http.get(path).json() == found | {"name": "New", "description": ""}
    assert bench.http.patch(path, json={"name": "Alone"}).status_code == 400
    assert (bench.http.delete(path).status_code, bench.http.get(path).status_code) == (204, 404)
    assert bench.http.delete(path).status_code == 404


def test_dataset_holds_files(bench: Any) -> None:
    ident = dataset(bench)
    answer = upload(bench, ident, "ä b.wav", b"1234")
    assert (answer.status_code, answer.content) == (204, b"")
    upload(bench, ident, "two", b"1")
    path = f"/datasets/{ident}/files"
    page = bench.http.get(path, params={"limit": 1}).json()
    assert [(item["filename"], item["size"]) for item in page["data"]] == [("two", 1)]
    assert page["has_more"]
    (first,) = bench.http.get(path, params={"starting_after": page["next_page"]}).json()["data"]
    assert (first["filename"], first["size"]) == ("ä b.wav", 4)
    assert bench.http.delete(f"{path}/{first['id']}").status_code == 204
    assert bench.http.delete(f"{path}/{first['id']}").status_code == 404
    assert len(bench.http.get(path).json()["data"]) == 1
    assert bench.http.post(path, files={"x": b"1"}).status_code == 400
    assert upload(bench, "nowhere", "a", b"1").status_code == 404


def test_files_are_stored_and_found(bench: Any) -> None:
    def store(name: str, purpose: str) -> httpx.Response:
        response: httpx.Response = bench.http.post(
            "/files", files={"file": (name, b"123")}, data={"purpose": purpose}
        )
        return response

    answer = store("Birds.wav", "agent_background_sound")
    assert answer.status_code == 201
    stored = answer.json()
    assert stored["id"].startswith("file_")
    assert (stored["size"], stored["status"]) == (3, "ready")
    assert bench.http.get(f"/files/{stored['id']}").json() == stored
    store("rain.wav", "fine_tune")

    def names(**query: str) -> list[str]:
        return [item["filename"] for item in bench.http.get("/files", params=query).json()["data"]]

    assert names() == ["rain.wav", "Birds.wav"]
    assert names(purpose="fine_tune") == ["rain.wav"]
    assert names(q="bird") == ["Birds.wav"]
    assert names(q="bird", purpose="fine_tune") == []
    assert bench.http.post("/files", files={"file": b"1"}).status_code == 400


def test_saved_speech_is_a_file(bench: Any) -> None:
    answer = bench.http.post("/tts/bytes", json=bench.speech(save=True))
    found = bench.http.get(f"/files/{answer.headers['cartesia-file-id']}").json()
    assert (found["size"], found["purpose"]) == (len(answer.content), "tts_generation")


def test_training_is_seen_step_by_step(bench: Any) -> None:
    created = fine_tune(bench, dataset(bench, b"no sound", clip(110))).json()
    assert created["status"] == "created"
    path = f"/fine-tunes/{created['id']}"
    assert bench.http.get(f"{path}/voices").json()["data"] == []
    seen = [bench.http.get(path).json()["status"] for _ in range(3)]
    assert seen == ["training", "completed", "completed"]
    (listed,) = bench.http.get("/fine-tunes/").json()["data"]
    assert listed == created | {"status": "completed"}
    (voice,) = bench.http.get(f"{path}/voices").json()["data"]
    assert (voice["name"], voice["is_owner"], voice["accent"]) == ("Tuned", True, created["accent"])
    request = bench.speech(voice=voice["id"], model_id="sonic-3-2026-01-12")
    assert bench.heard(bench.http.post("/tts/bytes", json=request).content) == "Hello there."
    # The voice sounds like the recording.
    assert bench.emulator.voices.get(voice["id"]).shape.pitch < 1
    undated = bench.http.post("/tts/bytes", json=bench.speech(voice=voice["id"]))
    assert undated.status_code == 400
    assert undated.json()["error_code"] == "voice_model_mismatch"
    assert bench.http.delete(path).status_code == 204
    assert bench.http.get(path).status_code == 404
    assert bench.http.get(f"/voices/{voice['id']}").status_code == 404


def test_training_goes_on_unseen(bench: Any) -> None:
    path = f"/fine-tunes/{fine_tune(bench, dataset(bench, clip())).json()['id']}"
    deadline = time.monotonic() + 5
    while not bench.http.get(f"{path}/voices").json()["data"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert bench.http.get(path).json()["status"] == "completed"


@pytest.mark.parametrize("clips", [(), (b"no sound",)])
def test_training_on_nothing_fails(bench: Any, clips: tuple[bytes, ...]) -> None:
    path = f"/fine-tunes/{fine_tune(bench, dataset(bench, *clips)).json()['id']}"
    assert [bench.http.get(path).json()["status"] for _ in range(2)] == ["training", "failed"]
    assert bench.http.get(f"{path}/voices").json()["data"] == []


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"dataset": "x"}, 404, "dataset"),
        ({"language": "xx"}, 400, "language"),
        ({"model_id": "sonic-3.5"}, 400, "model_id"),
        ({"accent": "castilian"}, 400, "accent"),
        ({"description": None}, 400, "description"),
    ],
)
def test_bad_fine_tunes_are_refused(
    bench: Any, changes: dict[str, object], status: int, word: str
) -> None:
    response = fine_tune(bench, dataset(bench), **changes)
    assert response.status_code == status
    assert word in response.json()["message"]
