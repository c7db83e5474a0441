"""The import rules that docs/architecture.md states; those of the client are in test_rooms.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ..imports import imported

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cartesia_stream"
BLOCKING = {"asyncio", "selectors", "socket", "subprocess", "threading", "time", "queue"}


def files(*parts: str) -> list[Path]:
    return sorted(PACKAGE.joinpath(*parts).rglob("*.py"))


@pytest.mark.parametrize("room", [(), ("v0",)], ids=["today", "v0"])
def test_the_faces_have_the_same_files(room: tuple[str, ...]) -> None:
    blocking, aio = ([path.name for path in files(*room, face)] for face in ("_sync", "_aio"))
    assert blocking == aio


def test_the_emulator_shares_no_protocol_with_the_client() -> None:
    """It shares samples, which tests compare with the standards; its plugin hands out clients."""
    plugin = ROOT / "cartesia_emulator" / "pytest_plugin.py"
    for path in sorted({*(ROOT / "cartesia_emulator").rglob("*.py")} - {plugin}):
        shared = {name for name in imported(path, ROOT) if name.startswith("cartesia_stream")}
        assert {name.split(".")[1] for name in shared} <= {"_sound"}, path


def test_only_the_command_emulate_imports_the_emulator() -> None:
    users = {
        path.relative_to(PACKAGE).parts
        for path in files()
        if any(name.startswith("cartesia_emulator") for name in imported(path, ROOT))
    }
    assert users == {("cli", "emulate.py")}


@pytest.mark.parametrize(
    ("folder", "libraries"),
    [
        ("generated", {"attrs", "cartesia_runtime", "generated"}),
        ("cartesia_runtime", {"attrs", "cartesia_runtime", "msgspec"}),
    ],
)
def test_the_generated_client_and_its_runtime_do_no_http(folder: str, libraries: set[str]) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        names = {name.partition(".")[0] for name in imported(path, ROOT, typing_only=False)}
        assert names - libraries <= set(sys.stdlib_module_names), path
        assert not names & BLOCKING, path
