"""One client in a process of its own: reads orders as lines of JSON, answers with the figures.

    python -m bench.worker ours async-ws

Run by the interpreter that has the client. The runner speaks with it; see `bench.run`.
"""

from __future__ import annotations

import argparse
import cProfile
import dataclasses
import importlib
import json
import pstats
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from bench.drive import AsyncDrive, SyncDrive
from bench.listen import AsyncListenDrive, ListenDrive
from bench.machine import pin
from bench.plan import Load

if TYPE_CHECKING:
    from types import ModuleType

SIDES: Final = ("ours", "official", "bare", "limit", "floor")
PROFILE_LINES: Final = 25


def drive_of(module: ModuleType, name: str, loop: str = "asyncio") -> AsyncDrive | SyncDrive:
    """The drive for an adapter, on an event loop if it is one for that."""
    if name in module.ASYNC:
        return AsyncDrive(module.ASYNC[name], importlib.import_module(loop).run)
    return SyncDrive(module.SYNC[name])


def listen_drive_of(
    module: ModuleType, name: str, loop: str = "asyncio"
) -> AsyncListenDrive | ListenDrive:
    """The drive for a client that listens."""
    if name in module.ASYNC_EARS:
        return AsyncListenDrive(module.ASYNC_EARS[name], importlib.import_module(loop).run)
    return ListenDrive(module.EARS[name])


def voices(module: ModuleType, url: str, times: int) -> float:
    """Seconds of processor time for a page of voices."""
    page, client = module.voices(url)
    with client:
        page()
        began = time.process_time()
        for _ in range(times):
            page()
        return (time.process_time() - began) / times


def obey(module: ModuleType, name: str, loop: str, order: dict[str, Any]) -> object:
    """Carry an order out."""
    load, url = Load(**order["load"]), order["url"]
    if order["do"] == "voices":
        return voices(module, url, order["times"])
    if order["do"] in ("hear", "idle"):
        ears = listen_drive_of(module, name, loop)
        if order["do"] == "hear":
            return dataclasses.asdict(ears.hear(load, url))
        assert isinstance(ears, AsyncListenDrive)
        return ears.idle(load, url)
    if order["do"] in ("latency", "errors"):
        emulated = importlib.import_module("bench.emulated")
        if order["do"] == "latency":
            return emulated.latencies(url, load.contexts)
        return emulated.word_errors(url)
    drive = drive_of(module, name, loop)
    match order["do"]:
        case "stream":
            return dataclasses.asdict(drive.stream(load, url))
        case "first-audio":
            return drive.first_audio(load, url, order["times"])
        case "cold":
            return drive.cold(load, url, order["times"])
        case "growth":
            return drive.growth(load, url)
        case "hold" if isinstance(drive, AsyncDrive):
            return drive.hold(load, url)
    raise ValueError(order["do"])


def profiled(module: ModuleType, name: str, loop: str, order: dict[str, Any]) -> object:
    """`obey`, and print which functions took the time; other threads are not seen."""
    profile = cProfile.Profile()
    try:
        return profile.runcall(obey, module, name, loop, order)
    finally:
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(PROFILE_LINES)


def main() -> int:
    """Obey until the standard input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("adapter", help="such as async-ws")
    parser.add_argument("--loop", default="asyncio", help="or uvloop, for what is asynchronous")
    parser.add_argument("--core", type=int, default=None, help="the only core to run on")
    parser.add_argument("--profile", action="store_true", help="tell on stderr where time goes")
    options = parser.parse_args()
    pin(options.core)
    module = importlib.import_module(f"bench.adapters.{options.side}")
    carry_out = profiled if options.profile else obey
    for line in sys.stdin:
        found = carry_out(module, options.adapter, options.loop, json.loads(line))
        print(json.dumps(found), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
