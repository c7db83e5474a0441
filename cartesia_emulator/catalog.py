"""The fixed lists of the service: versions, models, languages, formats and accents.

Source: the public API reference of 2026-08-14; the official SDK 4.2.0 for names and counts.
"""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = [
    "ACCENTS",
    "ATTACHABLE",
    "LANGUAGES",
    "LANGUAGE_ACCENTS",
    "VERSIONS",
    "Accent",
    "accent_for",
]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


VERSIONS: Final = (
    "2024-06-10",
    "2024-11-13",
    "2025-04-16",
    "2025-11-04",
    "2026-03-01",
    "2026-08-14",
)

TTS_MODELS: Final = frozenset(
    {
        "sonic-latest",
        "sonic-3.6",
        "sonic-3.5",
        "sonic-3.5-2026-05-04",
        "sonic-3",
        "sonic-3-latest",
        "sonic-3-2026-01-12",
        "sonic-3-2025-10-27",
        "sonic-2",
        "sonic-2-2025-04-16",
        "sonic-2-2025-05-08",
        "sonic-2-2025-06-11",
        "sonic-turbo",
        "sonic-turbo-2025-06-04",
    }
)
SUNSETTED_MODELS: Final = frozenset(
    {
        "sonic",
        "sonic-2024-10-19",
        "sonic-2024-12-12",
        "sonic-english",
        "sonic-multilingual",
        "sonic-2-2025-03-07",
        "sonic-turbo-2025-03-07",
    }
)
# Models that speak fewer languages than the others, by the start of their ids.
MODEL_LANGUAGES: Final = {
    "sonic-2": _set("en de es fr ja ko pt zh"),
    "sonic-turbo": _set("en de es fr ja ko pt zh hi"),
}
FINE_TUNE_MODELS: Final = ("sonic-3-2026-01-12", "sonic-3-2025-10-27")
STT_MODELS: Final = frozenset({"ink-whisper", "ink-whisper-2025-06-04"})
INK_2_MODELS: Final = frozenset({"ink-2", "ink-preview"})  # the second is used, and not documented
MAX_KEYTERMS: Final = (100, 1200)  # terms, and characters of all together

RAW_ENCODINGS: Final = ("pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw")
STT_ENCODINGS: Final = (
    "pcm_s16le",
    "pcm_s32le",
    "pcm_f16le",
    "pcm_f32le",
    "pcm_mulaw",
    "pcm_alaw",
)
SAMPLE_RATES: Final = (8000, 16000, 22050, 24000, 44100, 48000)
BIT_RATES: Final = (32000, 64000, 96000, 128000, 192000)
MODEL_SPEEDS: Final = {"slow": 0.8, "normal": 1.0, "fast": 1.25}
GENDERS: Final = ("masculine", "feminine", "gender_neutral")
SPEAKER_GENDERS: Final = {"male": "masculine", "female": "feminine"}

LANGUAGES: Final = _set(
    "en fr de es pt zh ja hi it ko nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu"
    " no vi bn th he ka id te gu kn ml mr pa or ur"
)
LOCALIZE_LANGUAGES: Final = _set("en de es fr ja pt zh hi it ko nl pl ru sv tr ar he ta te th")
STT_LANGUAGES: Final = _set(
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta"
    " no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk"
    " sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb"
    " my bo tl mg as tt haw ln ha ba jw su yue"
)

# Requests from before accents had ids name a dialect, or only a language.
DIALECT_ACCENTS: Final = {
    "au": "australian",
    "uk": "british",
    "us": "general-american",
    "in": "indian-english",
    "so": "southern-us",
    "mx": "mexican",
    "pe": "castilian",
    "ca": "canadian-french",
    "br": "brazilian-portuguese",
    "eu": "parisian",
}
LANGUAGE_ACCENTS: Final = {
    "en": "general-american",
    "es": "castilian",
    "fr": "parisian",
    "de": "high-german",
    "ja": "japanese",
    "pt": "european-portuguese",
    "zh": "mandarin",
    "hi": "hindi",
    "it": "italian",
    "ko": "korean",
    "nl": "randstad",
    "pl": "polish",
    "ru": "russian",
    "sv": "stockholm",
    "tr": "istanbul",
}

ATTACHABLE: Final = _set(
    "australian brazilian-portuguese british canadian-french castilian central-tamil"
    " central-thai general-american high-german hindi israeli istanbul italian japanese"
    " korean mandarin mexican modern-standard-arabic parisian polish randstad russian"
    " southern-us stockholm telangana"
)


class Accent(msgspec.Struct, frozen=True, kw_only=True):
    """One accent of the catalogue, as ``GET /accents`` shows it."""

    id: str
    name: str
    language: str
    locale: str
    is_locale_default: bool
    is_localizable: bool


# One line an accent: id, locale, name; a star marks the default accent of its locale.
_CATALOGUE: Final = """
abruzzo-italian         it-IT   Abruzzo Italian
african-american        en-US   African American English
african-french          fr-CM   African French *
arabic                  ar-EG   Arabic *
arabic-english          en-AE   Arabic English *
australian              en-AU   Australian English *
bagheli                 hi-IN   Bagheli Hindi
belgian-french          fr-BE   Belgian French *
brazilian-portuguese    pt-BR   Brazilian Portuguese *
british                 en-GB   British English *
budapest                hu-HU   Budapest Hungarian *
bulgarian               bg-BG   Bulgarian *
california              en-US   California English
camba                   es-BO   Camba Spanish *
campania                it-IT   Campania Italian
canadian-english        en-CA   Canadian English *
canadian-french         fr-CA   Canadian French *
castilian               es-ES   Castilian Spanish *
central-tamil           ta-IN   Central Tamil *
central-thai            th-TH   Central Thai *
central-vietnamese      vi-VN   Central Vietnamese
chilean                 es-CL   Chilean Spanish *
colombian               es-CO   Colombian Spanish *
czech                   cs-CZ   Czech *
danish                  da-DK   Danish *
european-portuguese     pt-PT   European Portuguese *
finnish                 fi-FI   Finnish *
general-american        en-US   General American English *
high-german             de-DE   High German *
hindi                   hi-IN   Hindi *
indian-english          en-IN   Indian English *
indian-urdu             ur-IN   Indian Urdu *
irish                   en-IE   Irish English *
israeli                 he-IL   Israeli Hebrew *
istanbul                tr-TR   Istanbul Turkish *
italian                 it-IT   Italian *
jakarta                 id-ID   Jakarta Indonesian *
japanese                ja-JP   Japanese
jessore                 bn-BD   Jessore Bengali *
khaleeji                ar-AE   Khaleeji Arabic *
konkani                 mr-IN   Konkani Marathi *
korean                  ko-KR   Korean *
kyiv                    uk-UA   Kyiv Ukrainian *
malay                   ms-MY   Malay *
mandarin                zh-CN   Mandarin Chinese *
manila                  tl-PH   Manila Tagalog *
mexican                 es-MX   Mexican Spanish *
middle-eastern-arabic   ar-LB   Middle Eastern Arabic *
midwestern-american     en-US   Midwestern American English
modern-standard-arabic  ar-SA   Modern Standard Arabic *
moldovan                ro-MD   Moldovan Romanian *
new-york                en-US   New York English
new-zealand             en-NZ   New Zealand English *
north-kerala            ml-IN   North Kerala Malayalam *
odia                    or-IN   Odia *
oslo                    no-NO   Oslo Norwegian *
parisian                fr-FR   Parisian French *
parsi                   gu-IN   Parsi Gujarati *
peruvian                es-PE   Peruvian Spanish *
polish                  pl-PL   Polish *
powadhi                 pa-IN   Powadhi Punjabi *
randstad                nl-NL   Randstad Dutch *
romanian                ro-RO   Romanian *
russian                 ru-RU   Russian *
singaporean             en-SG   Singaporean English *
slovak                  sk-SK   Slovak *
south-african           en-ZA   South African English *
southern-us             en-US   Southern American English
southern-karnataka      kn-IN   Southern Karnataka Kannada *
southern-vietnamese     vi-VN   Southern Vietnamese *
standard-japanese       ja-JP   Standard Japanese *
stockholm               sv-SE   Stockholm Swedish *
swiss-standard          de-CH   Swiss Standard German *
taiwanese-mandarin      zh-TW   Taiwanese Mandarin *
tbilisi                 ka-GE   Tbilisi Georgian *
telangana               te-IN   Telangana Telugu *
urdu                    ur-PK   Urdu *
thessaloniki            el-GR   Thessaloniki Greek *
zagreb                  hr-HR   Zagreb Croatian *
"""


def _read(line: str) -> Accent:
    ident, locale, name = line.split(maxsplit=2)
    localizable = ATTACHABLE | set(LANGUAGE_ACCENTS.values()) | set(DIALECT_ACCENTS.values())
    return Accent(
        id=ident,
        name=name.removesuffix(" *"),
        language=locale.partition("-")[0],
        locale=locale,
        is_locale_default=name.endswith(" *"),
        is_localizable=ident in localizable,
    )


ACCENTS: Final = {
    accent.id: accent
    for accent in sorted(map(_read, _CATALOGUE.strip().splitlines()), key=lambda item: item.id)
}


def accent_for(language: str) -> str | None:
    """Return the default accent of a language."""
    if language in LANGUAGE_ACCENTS:
        return LANGUAGE_ACCENTS[language]
    return next(
        (a.id for a in ACCENTS.values() if a.language == language and a.is_locale_default), None
    )
