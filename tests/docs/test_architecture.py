"""The import rules that docs/architecture.md states."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cartesia_stream"
BLOCKING = {"asyncio", "selectors", "socket", "subprocess", "threading", "time", "queue"}
VALUES = {"errors", "events", "audio"}
CORE = {"_http", "_protocol", "_text", "_version", "observe", "options"}


def imports(path: Path) -> Iterator[str]:
    """Full names of the modules that a file imports when it runs, not only for type checkers."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            yield module
            if not node.module or module == "cartesia_stream":
                yield from (f"{module}.{alias.name}" for alias in node.names)
        waiting += ast.iter_child_nodes(node)


def files(*parts: str) -> list[Path]:
    return sorted(PACKAGE.joinpath(*parts).rglob("*.py"))


def layer(module: str) -> str:
    return (
        module.partition(".")[2].partition(".")[0] if module.startswith("cartesia_stream") else ""
    )


@pytest.mark.parametrize(
    "path", files("_protocol") + files("_text") + files("_http"), ids=lambda path: path.name
)
def test_the_core_cannot_block_and_knows_only_values(path: Path) -> None:
    found = set(imports(path))
    assert not {module.partition(".")[0] for module in found} & BLOCKING
    ours = {layer(module) for module in found} - {""}
    assert ours <= VALUES | CORE


@pytest.mark.parametrize("name", sorted(VALUES))
def test_values_know_only_values(name: str) -> None:
    assert {layer(module) for module in imports(PACKAGE / f"{name}.py")} - {""} <= VALUES


@pytest.mark.parametrize("face", ["_sync", "_aio"])
def test_a_face_does_not_know_the_other(face: str) -> None:
    for path in files(face):
        assert {layer(m) for m in imports(path)} - {""} <= VALUES | CORE | {face}


def test_the_faces_have_the_same_files() -> None:
    assert [path.name for path in files("_sync")] == [path.name for path in files("_aio")]


def test_the_emulator_shares_nothing_with_the_client() -> None:
    for path in sorted((ROOT / "cartesia_emulator").rglob("*.py")):
        assert {module for module in imports(path) if module.startswith("cartesia_stream")} == set()


def test_only_the_command_emulate_imports_the_emulator() -> None:
    users = {
        path.relative_to(PACKAGE).parts
        for path in files()
        if any(module.startswith("cartesia_emulator") for module in imports(path))
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
        names = {module.partition(".")[0] for module in imports(path)}
        assert names - libraries <= set(sys.stdlib_module_names), path
        assert not names & BLOCKING, path
