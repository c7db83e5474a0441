"""Runs programs in forks of one process that has loaded the client: loading takes longest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PREPARED: Final = """
import gc, json, os, runpy, sys
import asyncio, cartesia_emulator, cartesia_stream

for module in (cartesia_emulator, cartesia_stream):
    for name in module.__all__:
        getattr(module, name)
gc.freeze()  # otherwise each fork takes half a second to collect all this when it ends

for line in sys.stdin.buffer:
    order = json.loads(line)
    if not (child := os.fork()):
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()

os.chdir(order["folder"])
os.environ.clear()
os.environ.update(order["environment"])
for number, path in enumerate((os.devnull, "stdout", "stderr")):
    file = os.open(path, (os.O_WRONLY | os.O_CREAT) if number else os.O_RDONLY)
    os.dup2(file, number)
    os.close(file)
sys.stdin = open(0, closefd=False)
sys.argv = [order["script"]]
runpy.run_path(order["script"], run_name="__main__")
"""


class Programs:
    """Runs programs, one after the other; a context manager."""

    def __init__(self) -> None:
        self._prepared = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", _PREPARED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # a process with threads cannot fork
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with self._prepared:
            self._prepared.kill()

    def run(self, script: str, folder: Path, environment: Mapping[str, str]) -> str:
        """Run a script of a folder with all warnings as errors, and return what it prints."""
        assert self._prepared.stdin is not None
        assert self._prepared.stdout is not None
        order = {"script": script, "folder": str(folder), "environment": dict(environment)}
        self._prepared.stdin.write(json.dumps(order) + "\n")
        self._prepared.stdin.flush()
        status = self._prepared.stdout.readline()
        assert status == "0\n", (folder / "stderr").read_text(encoding="utf-8")
        return (folder / "stdout").read_text(encoding="utf-8")
