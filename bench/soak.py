"""Thousands of contexts with random faults, cancels and slow readers, in both faces.

It ends with a count of what happened, and fails on a hang, a wrong byte, an error outside of our
tree, a leaked thread, task or file descriptor, or memory that keeps growing.

    make soak
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import concurrent.futures
import gc
import os
import random
import resource
import sys
import threading
import time
from typing import Any, Final

from cartesia_emulator import Emulator
from cartesia_stream import AsyncCartesia, AudioChunk, Cartesia, CartesiaError, Resumed, Timeouts

TEXTS: Final = (
    "One short sentence.",
    "A second one, with a clause, and a third: the last.",
    "Numbers like 3.14 and times like 7:30 stay whole. Then it goes on. And it ends.",
    "日本語の文です。もう一つあります。",
)
VOICE: Final = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
FADING_BYTES: Final = 4800  # 0.1 s
HANG_S: Final = 30.0
DEADLINES: Final = Timeouts(connect=5, first_audio=1.5, idle=1.0, input=5, close=1, queue=15)
# What may strike a context or its socket; each is armed for one request.
FAULTS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("drop", {"after": 2}),
    ("close", {"value": 1011, "after": 1}),
    ("close", {"value": 1000, "after": 3}),
    ("half-frame", {"after": 2}),
    ("bad-base64", {"after": 1}),
    ("bad-json", {"after": 1}),
    ("no-done", {}),
    ("error", {"value": 500, "after": 1}),
    ("error-without-context", {"value": 400, "after": 1}),
    ("stall", {"value": 3.0, "after": 1}),
    ("unknown-type", {}),
    ("split-sample", {}),
    ("late-frames-after-done", {}),
    ("fragment", {}),
)
ACTIONS: Final = ("read", "read", "tokens", "resume", "cancel", "slow")

Counts = collections.Counter[str]


class Soak:
    """The plan of one run: what each context does, and what may come of it."""

    def __init__(self, emulator: Emulator, seed: int) -> None:
        self.emulator = emulator
        self.random = random.Random(seed)
        self.counts: Counts = collections.Counter()
        self.lock = threading.Lock()
        self.expected: dict[str, bytes] = {}

    def learn(self) -> None:
        """Have each text spoken once, without faults."""
        with Cartesia(self.emulator.api_key, base_url=self.emulator.base_url) as client:
            for text in TEXTS:
                self.expected[text] = client.tts.generate(text, voice=VOICE).collect().data

    def plan(self) -> tuple[str, str]:
        """A text and an action; now and then a fault is armed for whoever comes next."""
        with self.lock:
            if self.random.random() < 0.15:
                name, options = self.random.choice(FAULTS)
                self.emulator.inject(name, path="/tts/websocket", **options)
            return self.random.choice(TEXTS), self.random.choice(ACTIONS)

    def judge(self, text: str, action: str, data: bytes, *, resumed: bool) -> None:
        """Audio that came as whole must be right, byte by byte.

        Pieces, and the rest of a text after a break, are cut into other sentences, so their bytes
        differ; that their words are right is proven in tests/scenarios. A line that breaks when all
        words have been heard, by their times, is not taken up again for what fades behind them.
        """
        expected = self.expected[text]
        heard_out = (
            action == "resume"
            and expected.startswith(data)
            and data.startswith(expected[:-FADING_BYTES])
        )
        if action != "tokens" and not resumed and data != expected and not heard_out:
            self.note("WRONG BYTES")
        self.note("resumed" if resumed else "whole")

    def note(self, what: str) -> None:
        """Count an outcome."""
        with self.lock:
            self.counts[what] += 1


def pieces(text: str) -> list[str]:
    """A text as a language model would give it."""
    return [text[at : at + 7] for at in range(0, len(text), 7)]


async def one_async(soak: Soak, client: AsyncCartesia) -> None:
    """One context of the asyncio face."""
    text, action = soak.plan()
    source = pieces(text) if action == "tokens" else text
    try:
        async with (
            asyncio.timeout(HANG_S),
            client.tts.speak(source, voice=VOICE, resume=action == "resume") as stream,
        ):
            data = bytearray()
            resumed = False
            async for event in stream:
                if isinstance(event, AudioChunk):
                    data += event.data
                resumed |= isinstance(event, Resumed)
                if action == "cancel":
                    soak.note("left")
                    return
                if action == "slow":
                    await asyncio.sleep(0.02)
            soak.judge(text, action, bytes(data), resumed=resumed)
    except TimeoutError as error:
        soak.note(type(error).__name__ if isinstance(error, CartesiaError) else "HANG")
    except CartesiaError as error:
        soak.note(type(error).__name__)


async def run_async(soak: Soak, contexts: int, at_once: int) -> None:
    """The asyncio face: many tasks on one client."""
    options = {"base_url": soak.emulator.base_url, "timeout": DEADLINES}
    async with AsyncCartesia(soak.emulator.api_key, **options) as client:  # type: ignore[arg-type]
        slots = asyncio.Semaphore(at_once)

        async def limited() -> None:
            async with slots:
                await one_async(soak, client)

        await asyncio.gather(*(limited() for _ in range(contexts)))
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    if left:
        soak.note("LEAKED TASK")


def one_sync(soak: Soak, client: Cartesia) -> None:
    """One context of the blocking face."""
    text, action = soak.plan()
    source = pieces(text) if action == "tokens" else text
    began = time.monotonic()
    try:
        with client.tts.speak(source, voice=VOICE, resume=action == "resume") as stream:
            data = bytearray()
            resumed = False
            for event in stream:
                if isinstance(event, AudioChunk):
                    data += event.data
                resumed |= isinstance(event, Resumed)
                if action == "cancel":
                    soak.note("left")
                    return
                if action == "slow":
                    time.sleep(0.02)
            soak.judge(text, action, bytes(data), resumed=resumed)
    except CartesiaError as error:
        soak.note(type(error).__name__)
    finally:
        if time.monotonic() - began > HANG_S:
            soak.note("HANG")


def run_sync(soak: Soak, contexts: int, at_once: int) -> None:
    """The blocking face: many threads on one client."""
    options = {"base_url": soak.emulator.base_url, "timeout": DEADLINES}
    with (
        Cartesia(soak.emulator.api_key, **options) as client,  # type: ignore[arg-type]
        concurrent.futures.ThreadPoolExecutor(at_once) as pool,
    ):
        for done in [pool.submit(one_sync, soak, client) for _ in range(contexts)]:
            done.result()


def resources() -> tuple[int, int, int]:
    """Open files, threads, and the peak of memory in KiB."""
    gc.collect()
    files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0  # noqa: PTH112, PTH208 (as cheap as can be)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return files, threading.active_count(), peak


def main() -> int:
    """Run both faces, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--contexts", type=int, default=2000, help="per face")
    parser.add_argument("--at-once", type=int, default=40)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    failed = False
    with Emulator(engine="tone", concurrency=200) as emulator:
        soak = Soak(emulator, options.seed)
        soak.learn()
        run_sync(soak, 100, options.at_once)  # what is made once is made now
        asyncio.run(run_async(soak, 100, options.at_once))
        before = resources()
        for face in ("asyncio", "blocking"):
            soak.counts.clear()
            began = time.monotonic()
            if face == "asyncio":
                asyncio.run(run_async(soak, options.contexts, options.at_once))
            else:
                run_sync(soak, options.contexts, options.at_once)
            emulator.clear_faults()
            outcome = ", ".join(f"{count} {what}" for what, count in soak.counts.most_common())
            print(f"{face}: {time.monotonic() - began:.0f} s: {outcome}")
            failed |= any(what.isupper() for what in soak.counts)
        deadline = time.monotonic() + 5
        while resources()[:2] > before[:2] and time.monotonic() < deadline:
            time.sleep(0.1)
        after = resources()
    print(
        f"files {before[0]} -> {after[0]}, threads {before[1]} -> {after[1]}, "
        f"peak memory {before[2] // 1024} -> {after[2] // 1024} MB, seed {options.seed}"
    )
    leaked = after[0] > before[0] + 2 or after[1] > before[1]
    grew = after[2] > before[2] + 64 * 1024
    if failed or leaked or grew:
        print("soak FAILED", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
