"""Count the calls of one operation, module by module: what a reader walks through, and Python too.

    python bench/walk.py                print the walks of this tree as tables
    python bench/walk.py --src FOLDER   the walks of another tree, such as an older one

A call is a Python function that starts, or a generator or coroutine that goes on; those of C are
not counted. A move is a call from one module into another. The emulator runs on this machine, in
threads that are not counted. The first call of a client, which connects and imports, is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import sysconfig
import threading
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from types import FrameType

    from cartesia_stream import AsyncCartesia, Cartesia

VOICE: Final = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
TEXT: Final = "The quick brown fox jumps over the lazy dog, and then it walks home again. " * 2
CHUNKS: Final = 20  # that are averaged
LIBRARY: Final = sysconfig.get_paths()["stdlib"]


class Walk:
    """Counts calls in every thread that starts within it, and in this one; a context manager."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._modules: dict[str, str] = {}
        self.calls: Counter[str] = Counter()
        self.moves: int = 0
        self.on = False

    def __enter__(self) -> Self:
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and self.on:
            here = self._module(frame)
            if here == __name__:
                return
            self.calls[here] += 1
            self.moves += frame.f_back is not None and self._module(frame.f_back) != here

    def _module(self, frame: FrameType) -> str:
        name = frame.f_code.co_filename
        if name not in self._modules:
            self._modules[name] = self._named(name)
        return self._modules[name]

    def _named(self, file: str) -> str:
        """A module of ours by its path, another package by its name."""
        path = Path(file)
        if path == Path(__file__):
            return __name__
        if path.is_relative_to(self._root) and ".venv" not in path.parts:
            return path.relative_to(self._root).as_posix()
        if "site-packages" in path.parts:
            return path.parts[path.parts.index("site-packages") + 1]
        return "standard library" if file.startswith((LIBRARY, "<")) else path.name


def list_voices(client: Cartesia, walk: Walk) -> int:
    """Walk through one `voices.list`."""
    client.voices.list(limit=1)
    walk.on = True
    client.voices.list(limit=1)
    walk.on = False
    return 1


async def list_voices_async(client: AsyncCartesia, walk: Walk) -> int:
    """Walk through one `voices.list` of the async client."""
    await client.voices.list(limit=1)
    walk.on = True
    await client.voices.list(limit=1)
    walk.on = False
    return 1


def speak(client: Cartesia, walk: Walk) -> int:
    """Walk from the first chunk of `speak` to a later one."""
    with client.tts.speak(TEXT, voice=VOICE) as stream:
        for number, _ in enumerate(stream):
            walk.on = number < CHUNKS
            if not walk.on:
                break
    return CHUNKS


async def speak_async(client: AsyncCartesia, walk: Walk) -> int:
    """Walk from the first chunk of `speak` to a later one, with the async client."""
    number = 0
    async with client.tts.speak(TEXT, voice=VOICE) as stream:
        async for _ in stream:
            walk.on = number < CHUNKS
            if not walk.on:
                break
            number += 1
    return CHUNKS


def walks(root: Path) -> Iterator[tuple[str, Walk, int]]:
    """Each operation of each client, what was counted, and how often it was done."""
    from cartesia_stream import AsyncCartesia, Cartesia

    old = (root / "cartesia_stream" / "emulator").is_dir()  # where an older tree has it
    package = import_module("cartesia_stream.emulator" if old else "cartesia_emulator")

    async def in_loop(
        operation: Callable[[AsyncCartesia, Walk], Awaitable[int]], walk: Walk
    ) -> int:
        async with AsyncCartesia(key, base_url=url) as client:
            with walk:
                return await operation(client, walk)

    with package.Emulator(engine="tone", realtime=1.0) as emulator:  # so chunks come one by one
        key, url = emulator.api_key, emulator.base_url
        for name, blocking, aio in (
            ("`voices.list`", list_voices, list_voices_async),
            ("a chunk of `speak`", speak, speak_async),
        ):
            walk = Walk(root)
            with Cartesia(key, base_url=url) as client, walk:
                yield f"{name}, sync", walk, blocking(client, walk)
            walk = Walk(root)
            yield f"{name}, async", walk, asyncio.run(in_loop(aio, walk))


def main(arguments: list[str] | None = None) -> None:
    """Print the walks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--src", type=Path, default=Path(__file__).resolve().parents[1])
    root: Path = parser.parse_args(arguments).src.resolve()
    sys.path[:0] = [str(root), str(root / "generated")]
    print("| walk | calls | of ours | our modules | moves |\n| --- | --- | --- | --- | --- |")
    details: list[str] = []
    for name, walk, times in walks(root):
        ours = {where: count for where, count in walk.calls.items() if "/" in where}
        counts = (walk.calls.total(), sum(ours.values()), len(ours) * times, walk.moves)
        print(f"| {name} |", " | ".join(f"{count / times:.0f}" for count in counts), "|")
        details.append(f"\n{name}:")
        details += [f"  {count / times:6.1f}  {where}" for where, count in walk.calls.most_common()]
    print(*details, sep="\n")


if __name__ == "__main__":
    main()
