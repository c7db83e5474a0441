"""Every sentence of docs/guarantees.md links to a test, and that test exists."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "guarantees.md"
TEXT = PAGE.read_text(encoding="utf-8")
DEFINED = re.findall(r"^\[(\w+)\]: (\S+\.py)#(\w+)$", TEXT, re.MULTILINE)
SECTIONS = TEXT[TEXT.index("\n## ") : TEXT.index(f"\n[{DEFINED[0][0]}]: ")]
LINK = re.compile(r"\[[^\]]+\]\[(\w+)\]")


def promises() -> list[str]:
    """Return the rows of the tables, and the sentences of all else but headings.

    A paragraph that ends with a colon leads into a table, whose rows have the links.
    """
    found: list[str] = []
    for paragraph in re.split(r"\n{2,}", SECTIONS.strip()):
        if paragraph.startswith("|"):
            found += paragraph.splitlines()[2:]
        elif not paragraph.startswith("#") and not paragraph.endswith(":"):
            found += re.split(r"(?<=[.!?])\s+", paragraph)
    return found


def test_every_sentence_has_a_test() -> None:
    sentences = promises()
    assert len(sentences) > 70
    assert [text for text in sentences if not LINK.search(text)] == []


def test_every_link_is_defined_once_and_used() -> None:
    labels = [label for label, _, _ in DEFINED]
    assert sorted(labels) == sorted(set(LINK.findall(SECTIONS)))


@functools.cache
def functions(path: str) -> set[str]:
    """Return the names of the functions of a module."""
    tree = ast.parse((PAGE.parent / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


@pytest.mark.parametrize(("label", "path", "name"), DEFINED)
def test_the_test_of_a_link_exists(label: str, path: str, name: str) -> None:
    assert label == name
    assert name in functions(path)
