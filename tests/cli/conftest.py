import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cartesia_emulator import Emulator
from cartesia_stream.cli import main


class Result(NamedTuple):
    """What a command did."""

    status: int
    stdout: bytes
    stderr: str

    @property
    def lines(self) -> list[str]:
        return self.stdout.decode().splitlines()

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    @property
    def error(self) -> str:
        """The message of a failure, which is one line and nothing else."""
        assert not self.stdout
        assert self.stderr.startswith("cartesia-stream: error: ")
        assert self.stderr.count("\n") == 1
        return self.stderr.removeprefix("cartesia-stream: error: ").rstrip("\n")


Run = Callable[..., Result]


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator, and the environment that leads to it."""
    with Emulator(engine="tone", api_key="sk_car_planted") as running:
        monkeypatch.setenv("CARTESIA_BASE_URL", running.base_url)
        monkeypatch.setenv("CARTESIA_API_KEY", running.api_key)
        yield running


@pytest.fixture
def run(
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Run:
    """Run a command in a folder of its own; `stdin` is its standard input."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments: str, stdin: bytes | int = b"") -> Result:
        if isinstance(stdin, bytes):
            source = tmp_path / ".stdin"
            source.write_bytes(stdin)
            stdin = os.open(source, os.O_RDONLY)
        with os.fdopen(stdin, "r", encoding="utf-8") as file:
            monkeypatch.setattr(sys, "stdin", file)
            try:
                status = main(arguments)
            except SystemExit as leaving:
                status = int(str(leaving.code))
        out, err = capsysbinary.readouterr()
        assert b"sk_car_planted" not in out + err
        return Result(status, out, err.decode())

    return run_command
