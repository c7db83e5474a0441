"""Pronunciation dictionaries; `speech.respell` applies them to text."""

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
        """The items in the form that respells text."""
        return Lexicon(self.items)

    def public(self) -> dict[str, object]:
        """Return it as the API shows it."""
        return msgspec.structs.asdict(self)
