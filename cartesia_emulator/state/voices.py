"""Voices: the public ones, made from the engine's presets, and those that clients add."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from ..catalog import ACCENTS, accent_for
from ..errors import ApiError
from ..speech.engine import VoiceShape
from ..wire.requests import choose
from .collection import USER_ID, Collection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "VoiceFilter",
    "VoiceRecord",
    "VoiceStore",
    "chosen_accent",
    "native_accent",
    "new_voice",
]

MAX_ACCENTS: Final = 10
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)

# id, name, tagline, gender, native accent, other accents, preset, what it sounds like
_SEED: Final = (
    ("6ccbfb76-1fc6-48f7-b71d-91ac6298247b", "Clara", "Everyday Guide", "feminine",
     "general-american", (), "base", "A clear, friendly voice for everyday conversation."),
    ("a3c1f7de-52b0-4a57-9d0e-6f1d0a7b8c11", "Daniel", "Steady Narrator", "masculine",
     "general-american", (), "male", "An even voice for stories and longer reading."),
    ("f0b2d3a4-7c1e-4e7b-8a55-2d9c4b6e7f22", "Walter", "Late Night Host", "masculine",
     "southern-us", (), "deep", "A low, unhurried voice for quiet hours."),
    ("0d5e8c9b-3f42-4b6d-9e18-7a1c2b3d4e33", "Margaret", "Trusted Advisor", "feminine",
     "british", (), "alto", "A composed voice for explanations and advice."),
    ("5b7a9c1d-8e2f-4c3b-a6d4-1e0f9b8c7d44", "Zoe", "Quick Host", "feminine",
     "california", (), "bright", "A lively voice for greetings and short messages."),
    ("c9d8e7f6-a5b4-4c3d-9281-70f6e5d4c355", "Robin", "Calm Companion", "gender_neutral",
     "canadian-english", (), "calm", "A level, restful voice for slow instructions."),
    ("2e4f6a8c-0b1d-4e3f-8572-9c8b7a6d5e66", "Isla", "Soft Confidant", "feminine",
     "irish", (), "breathy", "A close, airy voice for intimate reading."),
    ("81f2e3d4-c5b6-4a79-8801-2f3e4d5c6b77", "Pip", "Young Explorer", "gender_neutral",
     "australian", (), "child", "A small, high voice for children's stories."),
    ("97b8a9c0-d1e2-4f33-9445-5a6b7c8d9e88", "Arjun", "Helpful Agent", "masculine",
     "indian-english", ("hindi",), "male", "A patient voice for support calls."),
    ("3a4b5c6d-7e8f-4091-a2b3-c4d5e6f70899", "Renée", "Conteuse", "feminine",
     "parisian", ("canadian-french",), "alto", "A warm French storyteller."),
    ("b1c2d3e4-f5a6-4b78-89ca-dbecfd0e1faa", "Mateo", "Guía Cercano", "masculine",
     "mexican", ("castilian", "general-american"), "male", "A near, easy Spanish voice."),
    ("d4e5f6a7-b8c9-4dae-9bfc-0d1e2f3a4bbb", "Greta", "Klare Stimme", "feminine",
     "high-german", (), "calm", "A precise German voice for announcements."),
    # Voices of the service that READMEs, guides and plugins name.
    ("e07c00bc-4134-4eae-9ea4-1a55fb45746b", "Brooke", "Big Sister", "feminine",
     "general-american", (), "bright", "A warm, confident voice; the official SDK names it."),
    ("f786b574-daa5-4673-aa0c-cbe3e8534c02", "Katie", "Friendly Fixer", "feminine",
     "general-american", (), "base", "A steady voice for agents; the default of LiveKit's plugin."),
    ("a5136bf9-224c-4d76-b823-52bd5efcffcc", "Jameson", "Easygoing Support", "masculine",
     "general-american", (), "male", "A steady voice for agents."),
    ("a0e99841-438c-4a64-b679-ae501e7d6091", "Barbershop Man", "", "masculine",
     "general-american", (), "male", "A lively voice; guides of 2024 and 2025 name it."),
    ("694f9389-aac1-45b6-b726-9d9369183238", "Sarah", "", "feminine",
     "general-american", (), "alto", "A calm voice; the official SDKs 1 and 2 name it."),
    ("f9836c6e-a0bd-460e-9d3c-f7299fa60f94", "Caroline", "Southern Guide", "feminine",
     "southern-us", (), "alto", "A friendly voice; the default of Vision Agents."),
    ("71a7ad14-091c-4e8e-a314-022ece01c121", "British Reading Lady", "", "feminine",
     "british", (), "calm", "An elegant voice for reading; the examples of Pipecat name it."),
    ("9626c31c-bec5-4cca-baa8-f8ba9e84c8bc", "Jacqueline", "Reassuring Agent", "feminine",
     "general-american", (), "alto", "A confident voice; the guide to LiveKit Inference names it."),
    ("794f9389-aac1-45b6-b726-9d9369183238", "Sarah Curious", "", "feminine",
     "general-american", (), "bright", "A clear voice; the guide of VideoSDK names it."),
    ("c2ac25f9-ecc4-4f56-9095-651354df60c0", "Commercial Lady", "", "feminine",
     "general-american", (), "breathy", "An inviting voice; once the default of LiveKit's plugin."),
    ("a167e0f3-df7e-4d52-a9c3-f949145efdab", "Blake", "Helpful Agent", "masculine",
     "general-american", (), "male", "An energetic voice for support calls."),
    ("5ee9feff-1265-424a-9d7f-8e4d431a12c7", "Ronald", "Thinker", "masculine",
     "general-american", (), "deep", "A deep voice for reading."),
)  # fmt: skip


class VoiceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One voice; immutable, so that a change does not affect speech in progress.

    ``is_clone`` marks an instant clone, ``is_tuned`` the voice of a fine-tune.
    """

    id: str
    name: str
    tagline: str
    description: str
    accents: tuple[str, ...]
    created_at: datetime
    shape: VoiceShape
    is_owner: bool = True
    is_clone: bool = False
    is_tuned: bool = False
    gender: str | None = None

    @property
    def language(self) -> str:
        """Language of the native accent."""
        return ACCENTS[self.accents[0]].language

    @property
    def locales(self) -> list[str]:
        """BCP-47 locales it speaks, native first, each once."""
        return list(dict.fromkeys(ACCENTS[accent].locale for accent in self.accents))

    def metadata(self) -> dict[str, object]:
        """Return the short form, which cloning and localizing send."""
        return {
            "id": self.id,
            "user_id": USER_ID,
            "name": self.name,
            "tagline": self.tagline,
            "description": self.description,
            "language": self.language,
            "access": "private" if self.is_owner else "public",
            "visibility": "owner" if self.is_owner else "all",
            "created_at": self.created_at,
        }

    def public(self) -> dict[str, object]:
        """Return the full form, without fields that a request must expand."""
        fields = self.metadata()
        del fields["user_id"]
        native, *others = self.locales
        return fields | {
            "is_owner": self.is_owner,
            "locales": [
                {"locale": native, "is_native": True},
                *({"locale": locale, "is_native": False} for locale in others),
            ],
            "accent": self.accents[0],
            "gender": self.gender,
            "country": native.partition("-")[2],
        }

    def matches(self, text: str) -> bool:
        """Whether a search finds this voice by name, description or id."""
        wanted = _fold(text)
        return any(wanted in _fold(field) for field in (self.name, self.description, self.id))


class VoiceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Filters of a listing of voices."""

    q: str | None = None
    is_owner: bool | None = None
    gender: str | None = None
    language: str | None = None

    def keeps(self, voice: VoiceRecord) -> bool:
        """Whether the voice belongs in the listing."""
        wanted = (self.language or "").replace("_", "-").casefold()
        spoken = {voice.language, *voice.locales}
        return (
            (self.q is None or voice.matches(self.q))
            and self.is_owner in (None, voice.is_owner)
            and (self.gender is None or voice.gender == self.gender)
            and (not wanted or wanted in {item.casefold() for item in spoken})
        )


class VoiceStore:
    """All voices, newest first.

    Args:
        presets: Shapes of the engine's voices.
        retired: Voices that are found by their ids but no longer listed.
    """

    def __init__(
        self, presets: Mapping[str, VoiceShape], retired: Iterable[VoiceRecord] = ()
    ) -> None:
        self._voices = Collection(
            "voice", reversed(list(_catalogue(presets))), code="voice_not_found"
        )
        self.retired: Mapping[str, VoiceRecord] = {voice.id: voice for voice in retired}

    def get(self, voice_id: str, *, field: str | None = None) -> VoiceRecord:
        """Return a voice by its id.

        Raises:
            ApiError: 404 ``voice_not_found``.
        """
        ident = voice_id.lower()
        return self.retired.get(ident) or self._voices.get(ident, field=field)

    def own(self, voice_id: str) -> VoiceRecord:
        """Return a voice that its user may change.

        Raises:
            ApiError: 404 if unknown, 403 if it belongs to the public catalogue.
        """
        voice = self.get(voice_id)
        if not voice.is_owner:
            raise ApiError(403, f"Voice {voice.name!r} is public; only its owner can change it.")
        return voice

    def all(self) -> list[VoiceRecord]:
        """Return all voices, newest first."""
        return self._voices.all()

    def add(self, voice: VoiceRecord) -> VoiceRecord:
        """Add a voice, or replace one in its place."""
        return self._voices.add(voice)

    def remove(self, voice_id: str) -> None:
        """Remove a voice of the user."""
        self._voices.remove(self.own(voice_id).id)

    def attach(self, voice_id: str, accents: Iterable[str]) -> VoiceRecord:
        """Add accents to a clone; ignore those that it has."""
        voice = self.own(voice_id)
        if not voice.is_clone:
            raise ApiError(403, "Accents attach only to your own instant clones.")
        merged = tuple(dict.fromkeys((*voice.accents, *accents)))
        if len(merged) > MAX_ACCENTS:
            raise ApiError(400, f"accents: a voice has at most {MAX_ACCENTS}, native included.")
        return self.add(msgspec.structs.replace(voice, accents=merged))

    def detach(self, voice_id: str, accent: str) -> VoiceRecord:
        """Remove an attached accent; the native one stays."""
        voice = self.own(voice_id)
        if accent not in voice.accents:
            raise ApiError(404, f"Voice {voice.name!r} has no accent {accent!r}.")
        if accent == voice.accents[0]:
            raise ApiError(400, f"{accent!r} is the native accent; it cannot be detached.")
        left = tuple(item for item in voice.accents if item != accent)
        return self.add(msgspec.structs.replace(voice, accents=left))


def new_voice(
    *,
    name: str,
    accent: str,
    shape: VoiceShape,
    description: str | None = None,
    tagline: str | None = None,
    gender: str | None = None,
    is_clone: bool = False,
    is_tuned: bool = False,
) -> VoiceRecord:
    """Make a new voice of the user."""
    return VoiceRecord(
        id=str(uuid.uuid4()),
        name=name,
        tagline=tagline or "",
        description=description or "",
        accents=(accent,),
        created_at=datetime.now(UTC),
        shape=shape,
        gender=gender,
        is_clone=is_clone,
        is_tuned=is_tuned,
    )


def native_accent(language: str) -> str:
    """Return the default accent of a language."""
    accent = accent_for(language)
    if accent is None:
        raise ApiError(400, f"language: {language!r} has no accent.", code="language_not_supported")
    return accent


def chosen_accent(accent: str | None, language: str) -> str:
    """Check that an accent belongs to a language; return its default accent for None."""
    if accent is None:
        return native_accent(language)
    choose("accent", accent, ACCENTS)
    if ACCENTS[accent].language != language:
        raise ApiError(400, f"accent: {accent!r} is not an accent of language {language!r}.")
    return accent


def _catalogue(presets: Mapping[str, VoiceShape]) -> Iterable[VoiceRecord]:
    for place, seed in enumerate(_SEED):
        ident, name, tagline, gender, accent, others, preset, description = seed
        yield VoiceRecord(
            id=ident,
            name=name,
            tagline=tagline,
            description=description,
            accents=(accent, *others),
            created_at=_EPOCH - timedelta(days=place),
            shape=presets.get(preset, VoiceShape()),
            is_owner=False,
            gender=gender,
        )


def _fold(text: str) -> str:
    """Remove case and diacritics: a search for "renee" finds "Renée"."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
