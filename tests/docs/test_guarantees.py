"""Every promise names a test, and that test exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)


def test_every_promise_names_its_proof() -> None:
    promises = re.split(r"^- ", TEXT.replace("\n  ", " "), flags=re.MULTILINE)[1:]
    rows = re.findall(r"^\| `.*$", TEXT, re.MULTILINE)
    unproven = [line for line in [*promises, *rows] if ".py::test_" not in line]
    assert len(promises) > 20
    assert unproven == []


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)))
def test_the_proof_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert name in {node.name for node in tree.body if isinstance(node, kinds)}
