from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cartesia_stream.emulator import Emulator

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


@pytest.fixture
def run(emulator: Emulator, sdk_python: Path) -> Run:
    """Run one scenario of official_sdk.py; fails if a response did not fit the SDK's models."""

    def run_scenario(name: str) -> dict[str, Any]:
        script = Path(__file__).with_name("official_sdk.py")
        command = [str(sdk_python), str(script), name, emulator.base_url, emulator.api_key]
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        assert found.pop("complaints") == []
        return found

    return run_scenario
