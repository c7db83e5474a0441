"""The rules that write the blocking face."""

from __future__ import annotations

from collections import Counter

import pytest

from tools import unasync


@pytest.mark.parametrize(
    ("source", "blocking"),
    [
        ("async with AsyncThing() as one:\n", "with Thing() as one:\n"),
        ("self.close()  # aio\n", "\n"),
        ("    return Opening(make)  # sync: return make()\n", "    return make()\n"),
        ('"""Use it as ``async with``."""\n', '"""Use it as ``async with``."""\n'),
        ('"""One task awaits it."""\n', '"""One task awaits it."""\n'),
    ],
)
def test_code_changes_and_prose_stays(source: str, blocking: str) -> None:
    assert unasync.unasync(source, Counter()) == blocking


def test_a_rule_that_replaces_nothing_fails_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert unasync.main(["--check"]) == 0
    monkeypatch.setattr(unasync, "WORDS", (*unasync.WORDS, ("neverused", "")))
    assert unasync.main(["--check"]) == 1
    assert "neverused" in capsys.readouterr().err
