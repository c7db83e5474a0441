"""The rooms of the client: who may import whom, and what stays free of input and output.

And the rooms of the tests, which mirror those of the packages.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .imports import Graph, between_rooms, cycles, import_graph, imported

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "cartesia_stream"
# From the ground up: a room imports only rooms that stand before it.
ROOMS = (
    *("_forks", "_version", "errors", "_checks", "_sound", "events", "formats", "subtitles"),
    *("transcripts", "play", "audio", "options"),
    *("_protocol", "observe", "_text", "_http"),
    *("_aio", "_sync", "v0", "models", "otel"),
)
USERS = ("cli", "integrations", "__main__")  # which import the package as users do
PURE = ("_protocol", "_sound", "_text")
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
        "numpy",  # samples, where a conversion was asked for
    }
)
# What the values may use besides: they name files, an `Audio` can save itself, texts become
# subtitles, and conversions import the packages of an extra.
OF_VALUES = HARMLESS | {"html", "io", "os", "pathlib", "importlib.import_module"}


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


# --- the rooms of the tests

TESTS = Path(__file__).parent
MIRRORS = {"cartesia_stream": "", "cartesia_runtime": "runtime", "cartesia_emulator": "emulator"}
# Modules without a test file of their own, and the tests that hold them.
ELSEWHERE = {
    # Drivers of sockets: one script of scenarios for both faces, against a real peer. What the
    # blocking face does not write by hand is generated from the async one.
    "cartesia_stream/_aio": {
        "scenarios": "client connections ears gate http link pool speech stream transport tts "
        "voice_changer websocket",
        "network": "network",
        "conformance": "stt",
    },
    "cartesia_stream/_sync": {
        "scenarios": "client connections ears gate http link pool speech stream transport tts "
        "voice_changer websocket",
        "network": "network",
        "conformance": "stt",
        "rest": "credentials",
    },
    "cartesia_stream/v0/_aio": {"v0": "client retry"},
    "cartesia_stream/v0/_sync": {"v0": "client retry"},
    # What observes streams needs streams.
    "cartesia_stream": {
        "scenarios": "observe otel",
        "cli": "__main__",
        "test_public_api.py": "models",
        "release": "_version",
    },
    # Each framework is in an environment of its own, and all four adapters use this.
    "cartesia_stream/integrations": {"integrations": "_speech"},
    # Operations are called as clients call them: by resource, and every one by the official SDK.
    "cartesia_emulator/api": {
        "conformance/test_every_operation.py": "accents access_token agent_calls agent_metrics "
        "files infill status",
        "emulator/api/test_clips.py": "fine_tunes",
        "emulator/api/test_websocket.py": "contexts",
        "emulator/api/test_listening.py": "sessions",
        "emulator/test_faults.py": "control",
    },
    # A class of error, protocols of engines, and what the server is put together from.
    "cartesia_emulator": {"emulator/test_emulator.py": "backend certificates server"},
    "cartesia_emulator/audio": {"emulator/audio/test_files.py": "errors"},
    "cartesia_emulator/hearing": {"typing": "engine"},
    "cartesia_emulator/cassettes": {"emulator/cassettes": "tape"},
    "cartesia_emulator/v0": {"emulator/v0/test_speech.py": "audio"},
    # The engine that speaks has a wheel of its own, and takes seconds.
    "cartesia_emulator/speech": {"emulator/studio/test_real_engines.py": "engine hibari"},
    "cartesia_emulator/studio": {"emulator/studio/test_real_engines.py": "studio"},
    # They only carry out on sockets what `mangle` decides.
    "cartesia_emulator/wire": {"emulator/test_faults.py": "streaming transport"},
}
MODULES = [
    path.relative_to(ROOT)
    for package in MIRRORS
    for path in sorted((ROOT / package).rglob("*.py"))
    if path.name != "__init__.py"
]


def own_tests(module: Path) -> Path:
    """Return the file with the tests of a module: the same rooms, without leading underscores."""
    package, *rooms = module.parts[:-1]
    folders = [MIRRORS[package], *(room.lstrip("_") for room in rooms)]
    return TESTS.joinpath(*folders, f"test_{module.stem.lstrip('_')}.py")


def held_elsewhere(module: Path) -> bool:
    names = ELSEWHERE.get(module.parent.as_posix(), {}).values()
    return module.stem in " ".join(names).split()


@pytest.mark.parametrize("module", MODULES, ids=Path.as_posix)
def test_a_module_has_a_test_file_of_its_own(module: Path) -> None:
    """Or its tests are elsewhere, which has a reason; no module has both."""
    assert own_tests(module).exists() is not held_elsewhere(module)


def test_what_holds_a_module_exists() -> None:
    for folder, tests in ELSEWHERE.items():
        for place, names in tests.items():
            assert (TESTS / place).exists(), place
            for name in names.split():
                assert Path(folder, f"{name}.py") in MODULES


def test_every_pure_module_has_tests_of_its_own() -> None:
    pure = [f"cartesia_stream/{room}" for room in (*PURE, "_http")]
    assert not ELSEWHERE.keys() & {*pure, "cartesia_runtime", "cartesia_emulator/state"}
