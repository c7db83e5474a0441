"""Every adapter of ours speaks with the load server, and all bytes are right; nothing is timed."""

from __future__ import annotations

import asyncio
import importlib
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from bench import walk
from bench.drive import AsyncDrive, SyncDrive
from bench.machine import CERTIFICATES
from bench.plan import Load
from bench.processes import Server, Worker
from bench.rows import Client, Order
from bench.run import Bench
from bench.worker import drive_of, voices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

SIDES = ("ours", "bare", "limit", "floor")
ADAPTERS = [
    (side, name)
    for side in SIDES
    for module in [importlib.import_module(f"bench.adapters.{side}")]
    for name in (*module.ASYNC, *module.SYNC)
]
OURS = [(side, name) for side, name in ADAPTERS if side == "ours"]
FEW = Load(3, 40, 640)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def drive(side: str, name: str) -> AsyncDrive | SyncDrive:
    return drive_of(importlib.import_module(f"bench.adapters.{side}"), name)


@pytest.mark.parametrize(("side", "name"), ADAPTERS)
def test_an_adapter_hands_out_what_was_sent(side: str, name: str, server: Server) -> None:
    """The drive raises for a wrong or missing byte, see test_arithmetic.py."""
    outcome = drive(side, name).stream(FEW, server.url(FEW))
    assert outcome.cpu_s > 0


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop has no wheel for it")
@pytest.mark.parametrize("name", ["async-ws", "async-sse"])
def test_our_client_is_measured_on_uvloop(name: str, server: Server) -> None:
    loops: list[str] = []

    class Probe(importlib.import_module("bench.adapters.ours").ASYNC[name]):  # type: ignore[misc]
        async def connect(self, url: str) -> None:
            loops.append(type(asyncio.get_running_loop()).__module__)
            await super().connect(url)

    module = SimpleNamespace(ASYNC={name: Probe})
    outcome = drive_of(cast("ModuleType", module), name, "uvloop").stream(FEW, server.url(FEW))
    assert outcome.cpu_s > 0
    assert loops == ["uvloop"]


def test_a_server_that_leaves_ends_the_references() -> None:
    """So that no worker is left when a run is broken off."""
    theirs = [adapter for adapter in ADAPTERS if adapter not in OURS]
    asked, wanted = Load(1, 40, 640), Load(2, 40, 640)  # the server waits for the second context
    with ThreadPoolExecutor(len(theirs)) as pool:
        with Server() as lone:
            reading = [
                pool.submit(drive(side, name).stream, asked, lone.url(wanted))
                for side, name in theirs
            ]
            assert not wait(reading, 0.5).done
        for adapter, future in zip(theirs, reading, strict=True):
            assert future.exception(10) is not None, adapter


@pytest.mark.parametrize("layout", ["blanks", "reversed"])
@pytest.mark.parametrize("name", ["async-ws", "sync-sse"])
def test_layouts_do_not_matter(name: str, layout: str, server: Server) -> None:
    load = Load.of_path(f"/1.flood.3.40.640.{layout}.plain")
    assert drive("ours", name).stream(load, server.url(load)).cpu_s > 0


def test_compression_may_be_accepted(server: Server) -> None:
    load = replace(FEW, deflate=True)
    assert drive("ours", "async-ws").stream(load, server.url(load)).cpu_s > 0


@pytest.mark.parametrize("name", ["async-ws", "async-sse", "sync-ws", "sync-sse"])
def test_tls(name: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from cartesia_stream._http import proxies

    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "certificate.pem"))
    proxies.tls_context.cache_clear()
    try:
        outcome = drive("ours", name).stream(FEW, server.url(FEW, tls=True))
    finally:
        proxies.tls_context.cache_clear()
    assert outcome.cpu_s > 0


@pytest.mark.parametrize(("side", "name"), ADAPTERS)
def test_paced_chunks_arrive_after_they_were_sent(side: str, name: str, server: Server) -> None:
    if name.endswith("bytes"):  # cut anew, so that chunks have no arrival
        return
    load = Load(3, 4, 640, "real")
    url = server.url(load)
    outcome = drive(side, name).stream(load, url)
    sent = server.sent(url)
    assert [len(times) for times in sent] == [len(times) for times in outcome.arrivals] == [4] * 3
    for left, arrived in zip(sent, outcome.arrivals, strict=True):
        assert all(before <= after for before, after in zip(left, arrived, strict=True))


@pytest.mark.parametrize("name", ["async-ws", "async-sse", "sync-ws", "sync-sse"])
def test_first_audio_cold_and_warm(name: str, server: Server) -> None:
    load = Load(1, 1)
    assert drive("ours", name).first_audio(load, server.url(load), 3) > 0
    assert drive("ours", name).cold(load, server.url(load), 1) > 0


def test_streams_can_be_held_open(server: Server) -> None:
    load = Load(5, 1, pace="hold")
    for name in ("async-ws", "async-sse"):
        held = drive("ours", name)
        assert isinstance(held, AsyncDrive)
        held.hold(load, server.url(load))


def test_memory_is_read_along_a_stream(server: Server) -> None:
    load = Load(1, 80, pace="brisk")
    for name in ("async-ws", "sync-ws"):
        assert len(drive("ours", name).growth(load, server.url(load))) == 40


def test_a_page_of_voices(server: Server) -> None:
    module = importlib.import_module("bench.adapters.ours")
    assert voices(module, server.url(Load()), 2) > 0


def test_a_worker_carries_orders_out(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    order = Order("stream", FEW)
    with Worker(Client("ours", "async-sse"), profile=True) as worker:
        found = worker.do(order, server.url(FEW))
    assert isinstance(found, dict)
    assert found["cpu_s"] > 0
    assert "tottime" in capfd.readouterr().err


def test_a_worker_that_fails_ends_the_run(
    server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    with Worker(Client("ours", "no-such")) as worker, pytest.raises(RuntimeError, match="no-such"):
        worker.do(Order("stream", FEW), server.url(FEW))
    assert "KeyError" in capfd.readouterr().err


def test_rows_are_measured_in_turn(server: Server) -> None:
    """A row of ours against a reference, the whole way: workers, repetitions, ratio."""
    from bench.rows import Row

    order = Order("stream", Load(2, 6, 640, "real"))
    ours, floor = Client("ours", "async-ws"), Client("floor", "async-ws")
    row = Row("x", "", "p50_us", ours, order, floor, at_most=1e9)
    result = Bench(server).measure(row, 2, references=False)
    assert result.theirs is not None
    assert len(result.ours) == len(result.theirs) == 2
    assert result.verdict == "met"


def test_a_walk_counts_the_calls_of_each_module(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a call and of a chunk, with threads and with tasks."""
    walk.main([])
    table, *details = capsys.readouterr().out.split("\n\n")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]]
    assert [row[0] for row in rows] == [
        *("`voices.list`, sync", "`voices.list`, async"),
        *("a chunk of `speak`, sync", "a chunk of `speak`, async"),
    ]
    for row, detail in zip(rows, details, strict=True):
        calls, ours, modules, moves = map(int, row[1:])
        assert calls >= ours >= modules > 5
        assert calls >= moves
        assert ("_sync/" in detail) == ("sync" in row[0].split()[-1:])
    assert "_http/requests.py" in details[0]
    assert "_protocol/websocket.py" in details[2]
