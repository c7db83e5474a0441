import sys
import threading
import time

import pytest

from cartesia_emulator import Emulator
from cartesia_stream import PCM_16K, TELEPHONY, AudioFormat, ConfigurationError
from cartesia_stream.play import PlaybackBuffer, PlaybackError, Player

from .conftest import Run

SILENT = "NULL"  # miniaudio's device that takes audio at its pace and makes no sound


def test_playback_takes_as_long_as_the_audio() -> None:
    began = time.monotonic()
    with Player(PCM_16K, backend=SILENT) as player:
        for _ in range(3):
            player.write(bytes(PCM_16K.nbytes(0.1)))
        player.write(b"\0")  # half a sample, as a chunk may end
        player.write(b"\0")
    assert 0.25 < time.monotonic() - began < 5


def test_writing_waits_when_enough_is_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cartesia_stream.play.AHEAD_S", 0.1)
    with Player(AudioFormat("raw", "pcm_f32le", 8000), backend=SILENT) as player:
        began = time.monotonic()
        player.write(bytes(4 * 4000))
        player.write(bytes(4))
        assert time.monotonic() - began > 0.2


def test_an_exception_falls_silent_at_once() -> None:
    began = time.monotonic()

    def fail() -> None:
        with Player(PCM_16K, backend=SILENT) as player:
            player.write(bytes(PCM_16K.nbytes(4.0)))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert time.monotonic() - began < 3


def test_a_loudspeaker_that_stops_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cartesia_stream.play.STALLED_S", 0.1)
    player = Player(PCM_16K, backend=SILENT)
    player.close()
    player.write(b"\0\0")
    with pytest.raises(PlaybackError, match="does not accept more audio"):
        player.drain()
    player.close()


def test_what_waits_can_be_dropped_and_the_rest_was_played() -> None:
    """For an interruption: what was heard, and silence from then on."""
    with Player(PCM_16K, latency=0.04, backend=SILENT) as player:
        player.write(bytes(PCM_16K.nbytes(4.0)))
        while player.played < 0.2:
            time.sleep(0.01)
        player.clear()
        began = time.monotonic()
        player.drain()
        assert time.monotonic() - began < 1
        assert 0.2 <= player.played < 2.0


def test_a_writer_that_waits_goes_on_when_the_audio_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cartesia_stream.play.AHEAD_S", 0.1)
    buffer = PlaybackBuffer(PCM_16K)
    buffer.write(bytes(PCM_16K.nbytes(0.2)))
    writer = threading.Thread(target=buffer.write, args=(b"\1\0",))
    writer.start()
    buffer.clear()
    writer.join(5)
    assert not writer.is_alive()
    assert buffer.take(6) == b"\1\0\0\0\0\0"
    assert buffer.played == 1 / 16000


@pytest.mark.parametrize("fmt", [TELEPHONY, AudioFormat("mp3", None, 44100, 128000)])
def test_what_cannot_be_played_is_refused(fmt: AudioFormat) -> None:
    with pytest.raises(ConfigurationError, match="can be played"):
        Player(fmt)


def test_without_the_package_the_remedies_are_told(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    failed = run("say", "Hello.")
    assert failed.status == 2
    assert "pip install 'cartesia-stream[play]'" in failed.error
    assert "--output" in failed.error


def test_without_a_loudspeaker_a_file_is_suggested_and_nothing_spoken(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*args: object) -> None:
        raise PlaybackError("no loudspeaker was found")

    monkeypatch.setattr("cartesia_stream.play._open", none)
    failed = run("say", "Hello.")
    assert failed.status == 1
    assert failed.error == "no loudspeaker was found; write a file with --output FILE.wav"
    assert not emulator.requests


def test_say_plays_what_it_is_given(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "cartesia_stream.cli.sinks._player", lambda fmt: Player(fmt, backend=SILENT)
    )
    began = time.monotonic()
    assert run("say", "Hello.", "--progress").status == 0
    assert time.monotonic() - began > 0.3
