"""Who imports whom in a package, read from its source without importing it.

    graph = import_graph(ROOT / "cartesia_emulator")
    assert cycles(graph) == []
    assert cycles(between_rooms(graph)) == []

Imports inside functions count, and by default those for type checkers too: a reader follows both.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

Graph: TypeAlias = Mapping[str, set[str]]
"""Full names of modules, each with those of its own package that it imports."""


def import_graph(package: Path, *, typing_only: bool = True) -> dict[str, set[str]]:
    """The imports among the modules of one package.

    Args:
        package: Its folder.
        typing_only: Whether imports under ``if TYPE_CHECKING`` count.
    """
    files = {_name(path, package.parent): path for path in sorted(package.rglob("*.py"))}
    return {
        name: {
            found
            for wanted in imported(path, package.parent, typing_only=typing_only)
            if (found := _module(wanted, files)) and found != name
        }
        for name, path in files.items()
    }


def imported(path: Path, root: Path, *, typing_only: bool = True) -> Iterator[str]:
    """What one file imports: ``a.b`` for ``import a.b``, ``a.b.c`` for ``from a.b import c``.

    Args:
        path: The file.
        root: The folder from which its full name counts.
        typing_only: Whether imports under ``if TYPE_CHECKING`` count.
    """
    package = path.relative_to(root).parts[:-1]
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += [*node.orelse, *(node.body if typing_only else ())]
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*above, *filter(None, (node.module,))))
            yield from (f"{base}.{alias.name}" for alias in node.names)
        waiting += ast.iter_child_nodes(node)


def between_rooms(graph: Graph) -> dict[str, set[str]]:
    """The same imports between rooms: folders of a package, and the files beside them.

    ``package.room.module`` belongs to ``package.room``; ``package.module`` is a room by itself.
    """
    rooms: dict[str, set[str]] = {}
    for module, targets in graph.items():
        here = _room(module)
        rooms.setdefault(here, set()).update({_room(target) for target in targets} - {here})
    return rooms


def cycles(graph: Graph) -> list[list[str]]:
    """Every group whose members reach each other, sorted; a graph without circles has none."""
    reach = {node: _reachable(graph, node) for node in graph}
    groups = {
        tuple(sorted(other for other in reach[node] if node in reach[other]))
        for node in graph
        if node in reach[node]
    }
    return [list(group) for group in sorted(groups)]


def _reachable(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += graph.get(node, ())
    return seen


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _module(wanted: str, modules: Iterable[str]) -> str | None:
    """The module behind ``a.b.c``: itself, or ``a.b`` if ``c`` is a name in it."""
    return next((name for name in (wanted, wanted.rpartition(".")[0]) if name in modules), None)
