"""Write the blocking face from the asyncio face: ``_sync/<file>`` from ``_aio/<file>``.

The files listed here hold policy and surface, which are the same in both faces; what differs
between threads and tasks is handwritten in `websocket.py`, `network.py` and `flow.py` of each face.
The rules are plain token replacements, so that the result reads as if written by hand.

    python tools/unasync.py            write the files
    python tools/unasync.py --check    fail if a file is not what its source gives
"""

from __future__ import annotations

import argparse
import difflib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parent.parent / "cartesia_stream"
FILES: Final = (
    "_aio/client.py",
    "_aio/connections.py",
    "_aio/credentials.py",
    "_aio/gate.py",
    "_aio/http.py",
    "_aio/listening.py",
    "_aio/pool.py",
    "_aio/speech.py",
    "_aio/stream.py",
    "_aio/stt.py",
    "_aio/transport.py",
    "_aio/tts.py",
    "_aio/voice_changer.py",
    "v0/_aio/client.py",
    "v0/_aio/retry.py",
)
HEADER: Final = "# Written by tools/unasync.py from {name}: edit that file, then `make generate`.\n"

# In this order; each is a whole word, so that `awaiting` or `_async` stay. None edits English:
# docstrings are true of both faces, and may name ``async with`` as code.
WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"(?<!`)async (?=def |with |for )", ""),
    (r"(?<=from \.\.\.)_aio\b", "_sync"),
    (r"await ", ""),
    (r" \| AsyncIterable\[(?:str \| Piece \| None|AudioBlock)\]", ""),
    (r"\b(?:Awaitable|Opening)\[(\w+)\]", r"\1"),
    (r"\bAsyncByteStream\b", "SyncByteStream"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\bhandle_async_request\b", "handle_request"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\baclosing\b", "closing"),
    (r"\bisasyncgenfunction\b", "isgeneratorfunction"),
    (r"\benter_async_context\b", "enter_context"),
    (r"\b__a(enter|exit|iter|next)__", r"__\1__"),
    (r"\banext\(", "next("),
    (r"\baiter\(", "iter("),
    (r"\ba(iter_bytes|iter_stream|close|read|send|throw)\b", r"\1"),
    (r"\bStopAsyncIteration\b", "StopIteration"),
)


def unasync(source: str, used: Counter[str]) -> str:
    """The blocking form of a module.

    A line that ends in ``# aio`` is left out, and one in ``# sync: code`` becomes that code.

    Args:
        source: The asyncio form.
        used: Counts what each rule replaces.
    """
    lines: list[str] = []
    for line in source.splitlines():
        if line.endswith("# aio"):
            continue
        indent = line[: len(line) - len(line.lstrip())]
        _, mark, replacement = line.partition("# sync: ")
        lines.append(indent + replacement if mark else line)
    text = "\n".join(lines) + "\n"
    for pattern, replacement in WORDS:
        text, count = re.subn(pattern, replacement, text)
        used[pattern] += count
    return text


def tidy(text: str, name: str) -> str:
    """The text as ruff writes it: a shorter line may fit where a longer one did not."""
    for command in (["check", "--fix", "--quiet", "--select", "I,F401"], ["format", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", name, "-"]
        text = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout
    return text


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="fail on a difference, write nothing")
    options = parser.parse_args(arguments)
    stale = written = 0
    used: Counter[str] = Counter()
    for name in FILES:
        target = PACKAGE / name.replace("_aio/", "_sync/")
        source = (PACKAGE / name).read_text(encoding="utf-8")
        wanted = tidy(HEADER.format(name=name) + unasync(source, used), str(target))
        current = target.read_text(encoding="utf-8") if target.exists() else ""
        if wanted == current:
            continue
        if options.check:
            stale += 1
            label = str(target.relative_to(PACKAGE))
            sys.stdout.writelines(
                difflib.unified_diff(
                    current.splitlines(True), wanted.splitlines(True), label, label
                )
            )
        else:
            target.write_text(wanted, encoding="utf-8")
            print(f"wrote cartesia_stream/{target.relative_to(PACKAGE).as_posix()}")
            written += 1
    if not options.check and not written:
        print("cartesia_stream/_sync: nothing changed.")
    if stale:
        print(f"{stale} blocking files are stale: run `make generate`", file=sys.stderr)
    idle = [pattern for pattern, _ in WORDS if not used[pattern]]
    if idle:
        print("rules that replace nothing:", *idle, sep="\n  ", file=sys.stderr)
    return 1 if stale or idle else 0


if __name__ == "__main__":
    raise SystemExit(main())
