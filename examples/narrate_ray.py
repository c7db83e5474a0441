# /// script
# requires-python = ">=3.11"
# dependencies = ["cartesia-stream", "ray>=2.60"]
# ///
"""Narrate a book on a Ray cluster: any number of workers share the slots of one plan.

    python examples/narrate_ray.py book.txt book.wav --slots 3

Without the shared gate, each worker would fill the plan alone, and the service would reject most of
the speech with 429. The parts are those of `narrate.py`, so either program can go on with them. The
workers must see the same folder.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ray
from narrate import MODEL, join, paragraphs_of, part_of

from cartesia_stream import Cartesia

if TYPE_CHECKING:
    from collections.abc import Callable

LEASE_S = 300.0  # a slot that was not given back by then belonged to a worker that died


@ray.remote
class Slots:
    """The slots of the plan; urgent requests first, and among equals the oldest."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._leases: dict[int, float] = {}  # by number; when each ends
        self._numbers = itertools.count()
        self._waiting: set[tuple[int, int]] = set()
        self._changed = asyncio.Condition()
        self.most = 0

    async def acquire(self, priority: int, timeout: float | None) -> int | None:
        """Wait for a slot; return the number of its lease, or None if there was none in time."""
        me = (-priority, next(self._numbers))
        until = None if timeout is None else time.monotonic() + timeout
        self._waiting.add(me)
        try:
            async with self._changed:
                while not self._is_next(me):
                    left = LEASE_S if until is None else until - time.monotonic()
                    if left <= 0:
                        return None
                    try:
                        async with asyncio.timeout(min(left, self._next_end())):
                            await self._changed.wait()
                    except TimeoutError:
                        continue
                self._leases[me[1]] = time.monotonic() + LEASE_S
                self.most = max(self.most, len(self._leases))
                return me[1]
        finally:
            self._waiting.remove(me)
            async with self._changed:
                self._changed.notify_all()

    async def release(self, lease: int) -> None:
        """Take a slot back."""
        async with self._changed:
            self._leases.pop(lease, None)
            self._changed.notify_all()

    async def peak(self) -> int:
        """Return how many slots were in use at the same time."""
        return self.most

    def _is_next(self, me: tuple[int, int]) -> bool:
        now = time.monotonic()
        self._leases = {number: end for number, end in self._leases.items() if end > now}
        return len(self._leases) < self._count and min(self._waiting) == me

    def _next_end(self) -> float:
        return max(0.01, min(self._leases.values(), default=time.monotonic()) - time.monotonic())


class RayGate:
    """The `SharedGate` of a worker: asks the actor."""

    def __init__(self, slots: Any) -> None:
        self._slots = slots

    def acquire(self, *, priority: int, timeout: float | None) -> Callable[[], object]:
        """Wait for a slot; return the function that gives it back."""
        lease = ray.get(self._slots.acquire.remote(priority, timeout))
        if lease is None:
            raise TimeoutError
        return lambda: self._slots.release.remote(lease)


@ray.remote(num_cpus=0.25)  # it waits for the network most of the time
def speak(paragraph: str, file: str, voice: str, slots: Any, environment: dict[str, str]) -> None:
    """Speak one paragraph into its file, unless it is there."""
    if not Path(file).exists():
        with Cartesia(
            environment["CARTESIA_API_KEY"],
            base_url=environment.get("CARTESIA_BASE_URL"),
            gate=RayGate(slots),
        ) as client:
            client.tts.speak(paragraph, voice=voice, model_id=MODEL, resume=True).save(file)


def main() -> None:
    """Narrate the book that the arguments name."""
    parser = argparse.ArgumentParser(description="Narrate a book on a Ray cluster.")
    parser.add_argument("book", type=Path, help="a text file; empty lines separate paragraphs")
    parser.add_argument("output", type=Path, help="the .wav file to write")
    parser.add_argument("--voice", help="id of the voice; default: the first voice listed")
    parser.add_argument("--slots", type=int, default=3, help="contexts that the plan allows")
    arguments = parser.parse_args()
    paragraphs = paragraphs_of(arguments.book.read_text(encoding="utf-8"))
    folder = arguments.output.with_suffix(".parts").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with Cartesia() as client:
        voice = arguments.voice or client.voices.list(limit=1).data[0].id
    names = ("CARTESIA_API_KEY", "CARTESIA_BASE_URL")
    environment = {name: os.environ[name] for name in names if name in os.environ}
    ray.init(include_dashboard=False, log_to_driver=False)
    slots = Slots.remote(arguments.slots)
    files = [part_of(folder, paragraph, voice) for paragraph in paragraphs]
    works = zip(paragraphs, files, strict=True)
    ray.get([speak.remote(text, str(file), voice, slots, environment) for text, file in works])
    seconds = join(files, arguments.output)
    peak = ray.get(slots.peak.remote())
    print(f"{len(paragraphs)} paragraphs, {peak} at a time: {seconds:.1f} s in {arguments.output}")


if __name__ == "__main__":
    main()
