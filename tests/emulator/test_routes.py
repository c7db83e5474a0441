"""The table of operations, and the paths of the router."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from cartesia_emulator.routes import ROUTES, patterns


def matches(path: str, asked: str) -> bool:
    """Whether the router would take a path for this one, read as it reads it."""
    for pattern in patterns(path):
        parts = re.split(r"(\{[^{}]+(?:\{[^{}]*\}[^{}]*)*\})", pattern)
        expression = ""
        for part in parts:
            if part.startswith("{"):
                _, _, allowed = part[1:-1].partition(":")
                expression += f"(?:{allowed or '[^{}/]+'})"
            else:
                expression += re.escape(part)
        if re.fullmatch(expression, asked):
            return True
    return False


def test_no_operation_is_there_twice() -> None:
    pairs = Counter(
        (route.method, re.sub(r"\{\w+\}", "{}", route.path.rstrip("/"))) for route in ROUTES
    )
    assert [pair for pair, count in pairs.items() if count > 1] == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ("/",)),
        ("/voices", ("/voices", "/voices/")),
        ("/datasets/", ("/datasets", "/datasets/")),
        ("/files/{file_id}", ("/files/{file_id}", "/files/{file_id}/")),
    ],
)
def test_a_slash_at_the_end_is_up_to_the_client(path: str, expected: tuple[str, ...]) -> None:
    assert patterns(path) == expected


@pytest.mark.parametrize(
    ("path", "asked", "found"),
    [
        ("/agents/{agent_id}", "/agents/a", True),
        ("/agents/{agent_id}", "/agents/templates", False),
        ("/agents/{agent_id}", "/agents/templates/", False),
        ("/agents/{agent_id}", "/agents/templates2", True),
        ("/agents/{agent_id}", "/agents/a/b", False),
        ("/agents/calls/{call_id}", "/agents/calls/1", True),
        ("/agents/{agent_id}/phone-numbers", "/agents/calls/phone-numbers", False),
        ("/agents/metrics/{metric_id}", "/agents/metrics/results", False),
        ("/voices/{voice_id}", "/voices/clone", False),
        ("/voices/{voice_id}", "/voices/clones", True),
    ],
)
def test_a_word_of_another_path_is_no_id(path: str, asked: str, found: bool) -> None:
    assert matches(path, asked) is found


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_path_finds_its_operation_and_no_other(route: object) -> None:
    path: str = getattr(route, "path")  # noqa: B009 (of a parameter)
    asked = re.sub(r"\{\w+\}", "some-id", path)
    found = {other.path for other in ROUTES if matches(other.path, asked)}
    assert {re.sub(r"\{\w+\}", "{}", other) for other in found} == {re.sub(r"\{\w+\}", "{}", path)}
