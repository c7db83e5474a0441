"""The rooms of the emulator: who may import whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..imports import Graph, between_rooms, cycles, import_graph, imported

ROOT = Path(__file__).parents[2]
EMULATOR = ROOT / "cartesia_emulator"
# From the ground up: a room imports only rooms that stand before it.
ROOMS = (
    *("catalog", "errors", "extras", "faults", "options", "access", "browsers", "limits", "loops"),
    *("certificates", "audio", "speech", "hearing", "spoken"),
    *("wire", "studio", "state", "backend"),
    *("api", "v0", "playground", "routes", "server", "emulator"),
    *("cassettes", "pytest_plugin"),
)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return import_graph(EMULATOR)


def test_no_modules_import_each_other_in_a_circle(graph: Graph) -> None:
    assert cycles(graph) == []


def test_no_rooms_import_each_other_in_a_circle(graph: Graph) -> None:
    assert cycles(between_rooms(graph)) == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_listed_before_it(graph: Graph, room: str) -> None:
    targets = between_rooms(graph)[f"cartesia_emulator.{room}"]
    below = {f"cartesia_emulator.{name}" for name in ROOMS[: ROOMS.index(room)]}
    # the package itself has `Emulator`; whoever is below that would close a circle
    assert targets <= below | {"cartesia_emulator"}


def test_every_room_is_listed() -> None:
    files = {path.stem for path in EMULATOR.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in EMULATOR.glob("*/__init__.py")}
    assert files | folders == set(ROOMS)


@pytest.mark.parametrize("room", ["audio", "speech", "hearing", "state", "studio"])
def test_only_the_rooms_of_the_network_know_aiohttp(room: str) -> None:
    for path in (EMULATOR / room).rglob("*.py"):
        assert not any(name.startswith("aiohttp") for name in imported(path, ROOT)), path


@pytest.mark.parametrize(
    ("graph", "circles"),
    [
        ({"a": {"b"}, "b": set()}, []),
        ({"a": {"b"}, "b": {"a"}}, [["a", "b"]]),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"d"}}, [["b", "c"], ["d"]]),
    ],
)
def test_circles_are_found(graph: Graph, circles: list[list[str]]) -> None:
    assert cycles(graph) == circles


def test_imports_are_read_however_they_are_written(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    (package / "room").mkdir(parents=True)
    for name in ("__init__", "one", "two", "three", "room/__init__", "room/four"):
        (package / f"{name}.py").touch()
    (package / "room" / "five.py").write_text(
        "from typing import TYPE_CHECKING\n"
        "import pack.one\n"
        "from .. import two\n"
        "from .four import something\n"
        "if TYPE_CHECKING:\n"
        "    from ..three import Type\n"
        "def late():\n"
        "    from pack import room\n"
    )
    needed = {"pack.one", "pack.two", "pack.room.four", "pack.room"}
    assert import_graph(package)["pack.room.five"] == needed | {"pack.three"}
    assert import_graph(package, typing_only=False)["pack.room.five"] == needed
    assert between_rooms(import_graph(package))["pack.room"] == {
        "pack.one",
        "pack.two",
        "pack.three",
    }
