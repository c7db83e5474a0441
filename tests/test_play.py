"""The loudspeaker and the microphone, on miniaudio's silent device, which keeps their pace."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_emulator import Emulator
from cartesia_stream import (
    PCM_16K,
    TELEPHONY,
    AsyncCartesia,
    AudioFormat,
    Cartesia,
    CartesiaError,
    ConfigurationError,
    ListenFormat,
)
from cartesia_stream.play import (
    Microphone,
    MicrophoneError,
    PlaybackBuffer,
    PlaybackError,
    Player,
)

from .scenarios.faces import eventually, own_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

miniaudio: Any = import_module("miniaudio")  # which has no types
SILENT = "NULL"  # its device that takes audio at its pace and makes no sound, and records zeros


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


# --- microphones


@pytest.fixture(autouse=True)
def devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """How many devices are open; in the end none may be."""
    opened: list[Any] = []

    class Device(miniaudio.CaptureDevice):  # type: ignore[misc]  # without types
        def __init__(self, **options: object) -> None:
            super().__init__(**options)
            opened.append(self)

    monkeypatch.setattr(miniaudio, "CaptureDevice", Device)

    def count() -> int:
        return sum(device._device is not None for device in opened)

    yield count
    assert eventually(lambda: not count())


@pytest.mark.parametrize(
    ("fmt", "nbytes"),
    [
        (ListenFormat(), 640),
        (ListenFormat("pcm_s32le", 8000), 640),
        (ListenFormat("pcm_f32le", 48000), 3840),
    ],
)
def test_blocks_of_20_ms_come_at_their_pace(fmt: ListenFormat, nbytes: int) -> None:
    began = time.monotonic()
    with Microphone(fmt, backend=SILENT) as microphone:
        assert microphone.format == fmt
        blocks = iter(microphone)
        assert sum(len(next(blocks)) for _ in range(10)) == 10 * nbytes
    assert 0.1 < time.monotonic() - began < 5
    assert microphone.overruns == 0


def test_leaving_the_loop_closes_it(devices: Callable[[], int]) -> None:
    microphone = Microphone(backend=SILENT)
    assert devices() == 1
    for _ in microphone:
        break
    assert devices() == 0
    assert len(list(microphone)) < 10  # what it had recorded before


def test_dropping_it_closes_it(devices: Callable[[], int]) -> None:
    microphone = Microphone(backend=SILENT)
    next(iter(microphone))
    del microphone
    gc.collect()
    assert devices() == 0


def test_closing_it_ends_the_loop_of_another_thread_after_the_audio_so_far() -> None:
    microphone = Microphone(backend=SILENT)
    blocks: list[bytes] = []
    reader = threading.Thread(target=lambda: blocks.extend(microphone))
    reader.start()
    assert eventually(lambda: len(blocks) >= 2)
    microphone.close()
    microphone.close()
    reader.join(5)
    assert not reader.is_alive()


def test_with_asyncio(devices: Callable[[], int]) -> None:
    async def record() -> list[int]:
        sizes = []
        async for block in (blocks := aiter(Microphone(backend=SILENT))):
            sizes.append(len(block))
            if len(sizes) == 3:
                break
        await blocks.aclose()
        assert devices() == 0
        return sizes

    assert asyncio.run(record()) == [640] * 3


def test_what_nobody_reads_is_dropped_and_counted() -> None:
    """The oldest first: what is read then is what was just said."""
    with Microphone(buffer=0.04, backend=SILENT) as microphone:
        assert eventually(lambda: microphone.overruns >= 3)
        assert microphone._ring._blocks.qsize() <= 2


@pytest.mark.parametrize("with_asyncio", [False, True])
def test_a_microphone_that_stops_is_an_error(
    monkeypatch: pytest.MonkeyPatch, with_asyncio: bool
) -> None:
    monkeypatch.setattr("cartesia_stream.play.STALLED_S", 0.1)
    microphone = Microphone(backend=SILENT)
    monkeypatch.setattr(miniaudio.CaptureDevice, "start", lambda device, recorder: None)

    async def record() -> None:
        async for _ in microphone:
            pass

    with pytest.raises(MicrophoneError, match="disconnected"):
        if with_asyncio:
            asyncio.run(record())
        else:
            list(microphone)


def test_a_microphone_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(device: object, recorder: object) -> None:
        raise miniaudio.MiniaudioError("failed to start audio device", -1)

    monkeypatch.setattr(miniaudio.CaptureDevice, "start", fail)
    with pytest.raises(MicrophoneError, match="does not start"):
        next(iter(Microphone(backend=SILENT)))


@pytest.mark.parametrize("names", [[], ["Headset", "Webcam"]])
def test_a_missing_microphone_is_an_error_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    found = [{"name": name, "id": None} for name in names]
    monkeypatch.setattr(miniaudio.Devices, "get_captures", lambda devices: found)
    with pytest.raises(MicrophoneError) as caught:
        Microphone(device="Studio", backend=SILENT)
    assert isinstance(caught.value, CartesiaError)
    assert str(caught.value) == (
        "no microphone is named 'Studio'; there are: Headset, Webcam"
        if names
        else "no microphone was found; connect one, and allow this program to use it"
    )


def test_a_microphone_that_does_not_open_is_the_same_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**options: object) -> None:
        raise miniaudio.MiniaudioError("failed to init device", -401)

    monkeypatch.setattr(miniaudio, "CaptureDevice", fail)
    with pytest.raises(MicrophoneError, match="connect one"):
        Microphone(backend=SILENT)


def test_by_name() -> None:
    next(iter(Microphone(device="null capture", backend=SILENT)))


def test_without_the_package_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(ConfigurationError, match=r"cartesia-stream\[play\]"):
        Microphone()


@pytest.mark.parametrize("encoding", ["pcm_mulaw", "pcm_f16le"])
def test_a_format_that_no_microphone_gives_is_refused(encoding: Any) -> None:
    with pytest.raises(ConfigurationError, match="a microphone gives"):
        Microphone(ListenFormat(encoding, 8000))


def test_a_listener_reads_it_and_closes_it(devices: Callable[[], int]) -> None:
    with (
        Emulator(engine="tone") as emulator,
        Cartesia(emulator.api_key, base_url=emulator.base_url) as client,
    ):
        microphone = Microphone(backend=SILENT)
        with client.stt.listen(microphone) as listening:
            assert eventually(lambda: listening.stats.sent > 0.1, 5)
        assert eventually(lambda: devices() == 0)
        with client.stt.listen(microphone := Microphone(backend=SILENT)) as listening:
            assert eventually(lambda: listening.stats.sent > 0.1, 5)
            microphone.close()
            assert listening.collect().duration > 0.1
    assert eventually(lambda: not own_threads())


def test_an_async_listener_reads_it_and_closes_it(devices: Callable[[], int]) -> None:
    async def listen() -> None:
        async with AsyncCartesia(emulator.api_key, base_url=emulator.base_url) as client:
            async with asyncio.timeout(10), client.stt.listen(Microphone(backend=SILENT)) as heard:
                while heard.stats.sent < 0.1:
                    await asyncio.sleep(0.01)
            assert devices() == 0

    with Emulator(engine="tone") as emulator:
        asyncio.run(listen())
