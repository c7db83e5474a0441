# ruff: noqa: RUF001 - phonetic letters look like Latin ones
"""Phonemes of words, and words in other scripts."""

from cartesia_emulator.speech.phonemes import is_foreign, to_ipa


def test_phonemes_become_ipa_with_their_place() -> None:
    assert to_ipa("həlˈO, ʧˈiːz") == [
        ("h", 0, 1),
        ("ə", 1, 2),
        ("l", 2, 3),
        ("ˈoʊ", 3, 5),
        ("tʃ", 7, 8),
        ("ˈiː", 8, 11),
        ("z", 11, 12),
    ]


def test_foreign_is_what_has_letters_but_no_latin_ones() -> None:
    assert [is_foreign(w) for w in ("你好", "Привет,", "café", "7:30", "!", "C语言")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
