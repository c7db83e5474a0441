"""Pronunciation dictionaries; `speech.respell` puts them to work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ..speech.respell import Lexicon, LexiconItem

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Dictionary"]


class Dictionary(msgspec.Struct, frozen=True, kw_only=True):
    """One dictionary as the service shows it."""

    id: str
    name: str
    owner_id: str
    pinned: bool
    items: tuple[LexiconItem, ...]
    created_at: datetime

    @property
    def lexicon(self) -> Lexicon:
        """Its items, ready to respell a text."""
        return Lexicon(self.items)

    def public(self) -> dict[str, object]:
        """What the service tells about it: everything."""
        return msgspec.structs.asdict(self)
