"""Pronunciation dictionaries, as the API shows them and as text is respelt by them."""

from __future__ import annotations

from datetime import UTC, datetime

from cartesia_emulator.speech.respell import LexiconItem
from cartesia_emulator.state.pronunciation_dicts import Dictionary

ITEMS = (LexiconItem("Xi", "shee"), LexiconItem("GIF", "jif"))
NOW = datetime(2026, 8, 14, tzinfo=UTC)


def test_its_items_respell_text() -> None:
    words = Dictionary(id="1", name="n", owner_id="u", pinned=False, items=ITEMS, created_at=NOW)
    assert words.lexicon.respell("Xi sent a GIF.").text == "shee sent a jif."
    assert words.public() == {
        "id": "1",
        "name": "n",
        "owner_id": "u",
        "pinned": False,
        "items": ITEMS,
        "created_at": NOW,
    }
