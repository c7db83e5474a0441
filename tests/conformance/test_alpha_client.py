"""V0's own packages are the judge: cartesia 0.0.6, and 0.0.5rc1 for interrupts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cartesia_emulator import Emulator
from tests.conformance.conftest import Judge

ROOT = Path(__file__).parents[2]
VENV = ROOT / ".venv-alpha"
SENTENCE = "The quick brown fox jumps over the lazy dog."

# Making the environment takes longer than a test may; it happens in the first one.
pytestmark = pytest.mark.timeout(300)

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def alpha_python() -> Path:
    """An interpreter with v0's client; its environment is made on first use."""
    subprocess.run(["make", "--silent", "alpha-venv"], cwd=ROOT, check=True)
    return VENV / "bin" / "python"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(engine="tone") as running:
        yield running


@pytest.fixture(scope="session")
def judges(alpha_python: Path) -> Iterator[list[Judge]]:
    """Client 0.0.6, and the candidate."""
    judges = [
        Judge(
            alpha_python,
            "alpha_client.py",
            NO_PROXY="localhost",
            no_proxy="localhost",
            PYTHONPATH=path,
        )
        for path in ("", str(VENV / "0.0.5rc1"))
    ]
    yield judges
    for judge in judges:
        judge.close()


@pytest.fixture
def run(emulator: Emulator, judges: list[Judge]) -> Run:
    """Run one scenario of alpha_client.py, by default with 0.0.6."""

    def runs(name: str, *, candidate: bool = False, emulator: Emulator = emulator) -> Any:
        return judges[candidate].run(name, emulator.base_url, emulator.api_key)

    return runs


def test_voices_and_their_embeddings(run: Run) -> None:
    found = run("voices")
    assert {"Graham", "Samantha", "Milo", "Jane"} <= set(found["names"])
    assert found["fields"] == ["description", "id", "name"]
    assert found["sizes"] == [192]
    assert all(found["by_id"])


def test_embeddings_in_texts(run: Run) -> None:
    with Emulator(engine="tone", v0_embeddings="text") as emulator:
        found = run("voices", emulator=emulator)
    assert found["sizes"] == [192]
    assert all(found["by_id"])


def test_voices_of_a_clip_and_of_a_link_speak(run: Run) -> None:
    found = run("clones")
    names = ("Graham", "Jane", "link")
    assert found["sizes"] == dict.fromkeys(names, 192)
    assert found["texts"] == dict.fromkeys(names, SENTENCE)
    assert found["different"] == 3
    assert found["same_link"]


@pytest.mark.parametrize("style", ["malformed", "bare"])
def test_speech_over_both_transports(run: Run, style: Any) -> None:
    """Whole and streamed, with the chunk time and the duration obeyed."""
    with Emulator(engine="tone", v0_events=style) as emulator:
        found = run("generate", emulator=emulator)
    assert found["True"] == found["False"]
    assert found["True"] == {
        "keys": ["audio", "sampling_rate"],
        "rate": 16000,
        "text": SENTENCE,
        "streamed": True,
        "sizes": [6400],
        "cut": 32000,
    }


def test_every_output_format(run: Run) -> None:
    found = run("formats")
    assert {name: rate for name, (rate, _) in found.items()} == {
        "fp32": 44100,
        "pcm": 44100,
        "fp32_16000": 16000,
        "fp32_22050": 22050,
        "fp32_44100": 44100,
        "pcm_16000": 16000,
        "pcm_22050": 22050,
        "pcm_44100": 44100,
        "mulaw_8000": 8000,
    }
    width = {"fp32": 4, "pcm": 2, "mulaw": 1}
    lasts = {length / width[name.split("_")[0]] for name, (_, length) in found.items()}
    assert max(lasts) - min(lasts) < 0.01


def test_the_asynchronous_client(run: Run) -> None:
    found = run("asynchronous")
    assert found.keys() == {"True", "False"}
    for seen in found.values():
        assert seen == {"text": SENTENCE, "streamed": True}


def test_refusals_in_the_words_of_the_client(run: Run) -> None:
    found = run("failures")
    key = "Invalid API key: send it as X-API-Key, or as api_key in the URL."
    count = "must be 192 numbers, not 1"
    problem = {"loc": ["body", "voice"], "msg": count, "type": "value_error"}
    assert found["voices"] == ["ValueError", f"Failed to get voices. Error: {key}", ""]
    assert found["http_key"] == ["ValueError", f"Failed to generate audio. {key}", ""]
    assert found["socket_key"][0] == "InvalidStatus"
    assert found["voice"][1] == (
        "Failed to clone voice. Status Code: 404\nError: There is no voice 'nobody'."
    )
    assert found["link"][1].startswith("Failed to clone voice. Status Code: 400\nError: link: ")
    assert found["http"][0] == "ValueError"
    told = found["http"][1].removeprefix("Failed to generate audio. ")
    assert json.loads(told) == {"detail": [problem]}
    assert found["socket"][0] == "RuntimeError"
    assert found["socket"][2] == f"Error generating audio:\nbody.voice: {count}"
    assert found["empty"] == ["ValueError", "`transcript` must be non empty", ""]


@pytest.mark.parametrize("candidate", [False, True], ids=["0.0.6", "0.0.5rc1"])
def test_interrupted_generations(run: Run, candidate: bool) -> None:
    """Every chunk belongs to its own generation, whatever was cancelled before it."""
    found = run("interrupts", candidate=candidate)["found"]
    keys = ["audio", "context_id", "sampling_rate"]
    for place, outputs in enumerate(found):
        assert outputs["contexts"] == [f"{place:032x}"]
        assert outputs["keys"] == keys
    whole = found[0]["count"]
    assert [outputs["count"] for outputs in found] == [whole, 5, whole, 1, 1, whole]
    assert {outputs["text"] for outputs in (found[0], found[2], found[5])} == {SENTENCE}


def test_the_next_request_interrupts_on_one_connection(run: Run, emulator: Emulator) -> None:
    """The scenario that 0.0.6 had to give up: abandoned streams, nothing cancelled by a message."""
    answer = run("interrupts_without_cancel", candidate=True)
    assert answer["one_connection"]
    for name, contexts, _ in answer["found"]:
        assert contexts == [name]
    counts = [count for _, _, count in answer["found"]]
    assert (counts[0], counts[2], counts[3]) == (5, 1, 3)
    assert counts[1] == counts[4] > 5
    (socket,) = [r for r in emulator.requests if r.path == "/v0/experimental/audio/websocket"]
    requests = [place for place, frame in enumerate(socket.frames) if '"data"' in frame]
    assert len(requests) == 5
    assert not any("cancel" in frame for frame in socket.frames[: requests[-1]])
