"""The rooms of the client: who may import whom, and what stays free of input and output."""

from __future__ import annotations

from pathlib import Path

import pytest

from .imports import Graph, between_rooms, cycles, import_graph, imported

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "cartesia_stream"
# From the ground up: a room imports only rooms that stand before it.
ROOMS = (
    *("_forks", "_version", "errors", "_checks", "events", "audio", "options", "transcripts"),
    *("_protocol", "observe", "_text", "_http"),
    *("_aio", "_sync", "v0", "models", "otel", "play"),
)
USERS = ("cli", "integrations", "__main__")  # which import the package as users do
PURE = ("_protocol", "_text")
# What neither waits nor knows a network, a file, a clock or a process.
HARMLESS = frozenset(
    {
        *(
            "__future__",
            "abc",
            "typing",
            "types",
            "collections",
            "enum",
            "copy",
            "functools",
            "itertools",
        ),
        *(
            "contextlib",
            "bisect",
            "zlib",
            "difflib",
            "math",
            "re",
            "struct",
            "array",
            "unicodedata",
            "msgspec",
            "pybase64",
        ),
        "secrets",  # ids and masks that nobody can guess
        "random.random",
        "logging",  # writes only where a program asks for it
        *("datetime.datetime", "datetime.UTC"),  # to read dates, not the clock
        # the protocol of `websockets`, which is Sans-I/O as ours
        *("websockets.client", "websockets.datastructures", "websockets.frames"),
        *("websockets.http11", "websockets.protocol", "websockets.uri"),
        *("websockets.speedups", "websockets.utils"),  # masking
    }
)
# What the values may use besides: they name files, and an `Audio` can save itself.
OF_VALUES = HARMLESS | {"io", "os", "pathlib"}


def is_among(name: str, allowed: frozenset[str]) -> bool:
    return any(f"{name}.".startswith(f"{known}.") for known in allowed)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return import_graph(CLIENT)


@pytest.mark.parametrize("package", ["cartesia_stream", "cartesia_runtime", "bench", "tools"])
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    """Those for type checkers count."""
    assert cycles(import_graph(ROOT / package)) == []


def test_no_rooms_import_each_other_in_a_circle(graph: Graph) -> None:
    assert cycles(between_rooms(graph)) == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_listed_before_it(graph: Graph, room: str) -> None:
    targets = between_rooms(graph)[f"cartesia_stream.{room}"]
    below = {f"cartesia_stream.{name}" for name in ROOMS[: ROOMS.index(room)]}
    assert targets <= below


def test_every_room_is_listed() -> None:
    files = {path.stem for path in CLIENT.glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in CLIENT.glob("*/__init__.py")}
    assert files | folders == {*ROOMS, *USERS}


@pytest.mark.parametrize(("face", "other"), [("_aio", "_sync"), ("_sync", "_aio")])
def test_a_face_does_not_know_the_other(face: str, other: str) -> None:
    for path in [*CLIENT.glob(f"{face}/*.py"), *CLIENT.glob(f"v0/{face}/*.py")]:
        assert not any(other in name.split(".") for name in imported(path, ROOT)), path


@pytest.mark.parametrize(
    "path",
    [path for room in PURE for path in sorted((CLIENT / room).glob("*.py"))],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_a_pure_module_imports_nothing_that_can_wait_or_call(path: Path) -> None:
    """Neither for type checkers, nor when a function runs."""
    for name in imported(path, ROOT):
        assert is_among(name, HARMLESS | {"cartesia_stream"}), name


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_reaches_nothing_that_can_wait_or_call(room: str) -> None:
    """Nor do the modules of ours that it loads."""
    needs = import_graph(CLIENT, typing_only=False)
    waiting = [name for name in needs if name.startswith(f"cartesia_stream.{room}.")]
    reached = set(waiting)
    while waiting:
        new = needs[waiting.pop()] - reached
        reached |= new
        waiting += new
    for module in reached:
        path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
        file = path if path.exists() else path.with_suffix("") / "__init__.py"
        for name in imported(file, ROOT, typing_only=False):
            assert is_among(name, OF_VALUES | {"cartesia_stream", "cartesia_runtime"}), module
