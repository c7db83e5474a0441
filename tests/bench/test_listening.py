"""What is measured of listening: every adapter has all its audio heard, and nothing is timed."""

from __future__ import annotations

import array
import importlib
from typing import TYPE_CHECKING

import pytest

from bench import emulated
from bench.listen import AsyncListenDrive, audio, check
from bench.plan import Load, WrongAudioError, checksum
from bench.processes import Server
from bench.rows import SECTIONS, Client, Order, Row
from bench.run import Bench
from bench.worker import listen_drive_of
from cartesia_emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = importlib.import_module("bench.adapters.ours")
FEW = Load(3, 120, 3200)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.mark.parametrize("name", [*OURS.ASYNC_EARS, *OURS.EARS])
def test_the_server_hears_all_audio(name: str, server: Server) -> None:
    """The drive raises for a checksum that differs; 120 messages are more than two turns."""
    assert listen_drive_of(OURS, name).hear(FEW, server.url(FEW)).cpu_s > 0


@pytest.mark.parametrize("name", OURS.ASYNC_EARS)
def test_audio_at_its_own_pace(name: str, server: Server) -> None:
    load = Load(2, 4, 3200, "real")
    found = listen_drive_of(OURS, name).hear(load, server.url(load))
    assert found.wall_s > 0.25


@pytest.mark.parametrize("name", OURS.ASYNC_EARS)
def test_listeners_can_be_idle(name: str, server: Server) -> None:
    load = Load(4, 1, 3200, "hold")
    drive = listen_drive_of(OURS, name)
    assert isinstance(drive, AsyncListenDrive)
    drive.idle(load, server.url(load))


def test_a_missing_block_is_found() -> None:
    load = Load(2, 10, 3200)
    assert sum(map(len, audio(load, 0))) == 32000
    check(load, 1, f"word word {checksum(load, 1):08x}")
    for text in ("", "word", f"{checksum(load, 0):08x}"):
        with pytest.raises(WrongAudioError):
            check(load, 1, text)


def test_a_row_is_measured_the_whole_way(server: Server) -> None:
    order = Order("hear", Load(1, 20, 3200))
    client = Client("ours", "async-dictate")
    row = Row("x", "", "cpu_us", client, order, Client("ours", "sync-dictate"), at_most=1e9)
    assert Bench(server).measure(row, 1, references=False).verdict == "met"


def test_every_socket_and_face_has_a_bar() -> None:
    bars = {row.name: row.at_most for row in SECTIONS["listening"]}
    for face in ("async", "sync"):
        for name in ("listen", "dictate"):
            assert bars[f"hear-{face}-{name}"] == 0.30
    for way in ("batch", "manual", "turns"):
        assert bars[f"hear-errors-{way}"] == 3.0


# --- on the emulator


def test_the_distance_counts_words() -> None:
    wanted = ["a", "b", "c", "d"]
    assert emulated.distance(wanted, wanted) == 0
    assert emulated.distance(wanted, ["a", "x", "c", "d"]) == 1
    assert emulated.distance(wanted, ["a", "c", "d"]) == 1
    assert emulated.distance(wanted, ["a", "b", "z", "c", "d"]) == 1
    assert emulated.distance(wanted, []) == 4
    assert emulated.percent_wrong(list(emulated.SENTENCES)) == 0
    assert emulated.percent_wrong([text.upper() for text in emulated.SENTENCES]) == 0
    assert emulated.percent_wrong([""] * len(emulated.SENTENCES)) == 100


def test_speech_ends_with_its_last_loud_sample() -> None:
    clip = array.array("h", [0, 9000, 0] * 800 + [100] * 1600)
    assert emulated.end_of_speech(clip.tobytes()) == pytest.approx(2398 / 16000)
    assert emulated.end_of_speech(bytes(320)) == 0


@pytest.fixture
def tones(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The tone engine, and two sentences: exact, and soon over."""
    monkeypatch.setattr(emulated, "SENTENCES", ("Hello there.", "I am fine."))
    with Emulator(engine="tone", api_key=emulated.KEY) as emulator:
        yield emulator.base_url


def test_words_are_compared_over_all_three_ways(tones: str) -> None:
    assert emulated.word_errors(tones) == {
        "batch_percent": 0,
        "manual_percent": 0,
        "turns_percent": 0,
    }


def test_latencies_are_taken_for_each_sentence_and_listener(tones: str) -> None:
    found = emulated.latencies(tones, 2)
    assert [len(found[name]) for name in ("final", "turn")] == [4, 4]
    assert all(0 < seconds < 1 for seconds in found["final"])
    assert all(0.3 < seconds < 3 for seconds in found["turn"])
