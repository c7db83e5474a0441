"""The page on migrating names what there is: anchors, warnings, and methods on both sides."""

import re
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest

from cartesia_stream import AsyncCartesia, Cartesia, v0

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "migrating.md").read_text(encoding="utf-8")
ALPHA, SDK = PAGE[PAGE.index("## From v0") :].split("## From the official SDK")
ANCHORS = {
    re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
    for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
}
CLIENTS = ("CartesiaTTS", "AsyncCartesiaTTS")
DEPRECATED = ("get_voices", "get_voice_embedding", "generate", "transcribe")
CALL = re.compile(r"(?<![\w.])client\.([a-z_.]*[a-z_])")


def rows(part: str) -> Iterator[list[str]]:
    for line in part.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def calls(part: str, column: int) -> set[str]:
    """The attributes of a client in a column of the tables."""
    return {call for row in rows(part) for call in CALL.findall(row[column])}


@pytest.mark.parametrize(
    "anchor",
    [
        "client",
        "get-voices",
        "get-voice-embedding",
        "generate",
        "stream",
        "interrupts",
        "transcribe",
        "async-lookups",
    ],
)
def test_a_link_from_a_warning_leads_somewhere(anchor: str) -> None:
    assert anchor in ANCHORS


def test_links_within_the_page_lead_somewhere() -> None:
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= ANCHORS


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("method", DEPRECATED)
def test_what_is_deprecated_has_a_line(client: str, method: str) -> None:
    assert hasattr(getattr(v0, client), method)
    assert f"| `{client}.{method}`" in ALPHA


def test_the_new_side_exists() -> None:
    found = calls(ALPHA, -1) | calls(SDK, -1)
    assert len(found) > 12
    sync = Cartesia("key", base_url="http://127.0.0.1:9")
    aio = AsyncCartesia("key", base_url="http://127.0.0.1:9")
    missing = {call for call in found if not (_has(sync, call) or _has(aio, call))}
    sync.close()
    assert missing == set()


def test_the_old_side_of_the_alpha_exists() -> None:
    found = calls(ALPHA, 0)
    assert len(found) >= 4
    assert {call for call in found if not hasattr(v0.CartesiaTTS, call)} == set()


def _has(client: object, path: str) -> bool:
    try:
        attrgetter(path)(client)
    except AttributeError:
        return False
    return True
