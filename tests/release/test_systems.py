"""The extras on the systems of docs/install.md, by the wheels in the package index."""

from __future__ import annotations

import re
import zipfile
from email.parser import Parser
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from .systems import PYTHONS, SYSTEMS, Index, lacking

if TYPE_CHECKING:
    from email.message import Message

    from .conftest import Built

PAGE = Path(__file__).parents[2] / "docs" / "install.md"
# Rows of the page: the name of a system, and a cell for each extra.
HEAD, _, *ROWS = [
    [cell.strip(" `") for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").partition("\n| System")[2].splitlines()
]
EXTRAS = HEAD[1:]
PROMISED = {row[0]: dict(zip(EXTRAS, row[1:], strict=True)) for row in ROWS}


# Frameworks, whose systems are their own business, and pytest, which every system has.
ELSEWHERE: Final = ("livekit", "openai-agents", "pipecat", "testing", "wyoming")


def promised(cell: str) -> tuple[tuple[int, int], ...]:
    """Return the versions of Python for which a cell of the page promises wheels."""
    if cell in ("yes", "no"):
        return PYTHONS if cell == "yes" else ()
    last = re.fullmatch(r"to 3\.(\d+)", cell)
    assert last is not None, cell
    return tuple(python for python in PYTHONS if python[1] <= int(last[1]))


@pytest.fixture(scope="session")
def metadata(built: Built) -> Message:
    with zipfile.ZipFile(built.wheel) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(wheel.read(name).decode())


def test_the_page_names_every_system() -> None:
    assert list(PROMISED) == [system.name for system in SYSTEMS]
    assert len(SYSTEMS) == 18


def test_the_emulator_is_promised_everywhere() -> None:
    assert {cells["emulator"] for cells in PROMISED.values()} == {"yes"}


@pytest.mark.slow  # asks the package index about fifty packages
def test_each_extra_has_wheels_where_the_page_says_so(metadata: Message) -> None:
    """It fails, and says so, if the index cannot be reached."""
    needs: list[str] = metadata.get_all("Requires-Dist", [])
    assert set(metadata.get_all("Provides-Extra", [])) == {*EXTRAS, *ELSEWHERE}
    with Index() as index:
        broken = {
            f"{extra or 'the client'} on {system.name}, Python 3.{python[1]}": sorted(without)
            for system in SYSTEMS
            for extra, cell in {"": "yes", **PROMISED[system.name]}.items()
            for python in promised(cell)
            if (without := lacking(index, needs, extra, system, python))
        }
    assert broken == {}


@pytest.mark.slow
def test_a_package_without_a_wheel_is_found() -> None:
    """What the test above relies on: pinned releases whose wheels never change."""
    needs = ["moonshine-voice==0.1.0"]
    with Index() as index:
        missing = {
            system.name
            for system in SYSTEMS
            if "moonshine-voice" in lacking(index, needs, "", system, (3, 12))
        }
    assert {"Linux x86_64, glibc 2.31", "macOS 14 arm64", "Windows arm64"} <= missing
    assert not missing & {"Linux x86_64, glibc 2.35", "macOS 15 arm64", "Windows amd64"}


def test_an_index_that_cannot_be_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    unreachable = r"index cannot be asked about numpy: .*pip is configured"
    with Index() as index, pytest.raises(OSError, match=unreachable):
        index.wheels("numpy")
