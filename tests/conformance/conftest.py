from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cartesia_emulator import Emulator

ROOT = Path(__file__).parents[2]
SDK_PYTHON = ROOT / ".venv-conformance" / "bin" / "python"

Run = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="session")
def sdk_python() -> Path:
    """An interpreter with the official SDK; its environment is made on first use."""
    subprocess.run(["make", "--silent", "conformance-venv"], cwd=ROOT, check=True)
    return SDK_PYTHON


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(engine="tone") as running:
        yield running


class Judge:
    """A script of this folder in a process of its own, since its client takes long to load."""

    def __init__(self, python: Path, script: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [str(python), str(Path(__file__).with_name(script))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )

    def run(self, *words: str) -> dict[str, Any]:
        """What a scenario saw; fails with the scenario, which says why on standard error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, words
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """End the process."""
        with self._process:
            self._process.kill()


class OfficialSDK(Judge):
    """The official SDK of today."""

    def saw(self, name: str, emulator: Emulator) -> dict[str, Any]:
        """What a scenario of official_sdk.py saw; fails if an answer did not fit its models."""
        found = self.run(name, emulator.base_url, emulator.api_key)
        assert found.pop("complaints") == []
        return found


@pytest.fixture(scope="session")
def judge(sdk_python: Path) -> Iterator[OfficialSDK]:
    judge = OfficialSDK(sdk_python, "official_sdk.py")
    yield judge
    judge.close()


@pytest.fixture
def run(emulator: Emulator, judge: OfficialSDK) -> Run:
    """Run one scenario of official_sdk.py."""
    return lambda name: judge.saw(name, emulator)
