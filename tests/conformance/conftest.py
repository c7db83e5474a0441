from __future__ import annotations

import json
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


@pytest.fixture
def run(emulator: Emulator, sdk_python: Path) -> Run:
    """Run one scenario of official_sdk.py."""
    return lambda name: run_scenario(sdk_python, emulator, name)


def run_scenario(sdk_python: Path, emulator: Emulator, name: str) -> dict[str, Any]:
    """What a scenario of official_sdk.py saw; fails if a response did not fit the SDK's models."""
    script = Path(__file__).with_name("official_sdk.py")
    command = [str(sdk_python), str(script), name, emulator.base_url, emulator.api_key]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found.pop("complaints") == []
    return found
