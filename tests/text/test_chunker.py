# ruff: noqa: RUF001 - punctuation of many scripts
"""The chunker: where text is cut, where not, and that nothing of it is lost."""

from __future__ import annotations

import time
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream._text.chunker import CHUNKED_BUFFER_DELAY_MS, Chunker
from cartesia_stream._text.markup import MAX_SPELL, Kind, is_composed, is_spaceless, markup_at


def chunks_of(text: str, *, split: int = 1, **options: int) -> list[str]:
    """The chunks of a text that comes in pieces of ``split`` characters."""
    chunker = Chunker(**options)
    pieces = (text[at : at + split] for at in range(0, len(text), split))
    return [chunk for piece in pieces for chunk in chunker.feed(piece)] + chunker.finish()


def sentences(text: str) -> list[str]:
    """The chunks of a text, were every sentence long enough."""
    return chunks_of(text, min_chars=1, first_chars=1000, max_chars=1000)


CUT = [
    ["Hello. ", "How are you?"],
    ["Really?! ", "Yes."],
    ['He said "Stop." ', "Then he left."],
    ["(Done.) ", "Next."],
    ["**Bold.** ", "Plain."],
    ["<emphasis>Go.</emphasis> ", "Now."],
    ["So. ", '<break time="1s"/> Next.'],
    ["So.", '<break time="1s"/>Next.'],
    ["Ha. ", "[laughter] Right."],
    ["Great! ", "🎉 Let us go."],
    ["See https://example.com/a.b?c=d.e! ", "Then mail a.b@example.com. ", "Bye."],
    ["At 7:30. ", "Then at 9."],
    ["It was 2020. ", "Then came 2021."],
    ["Pi is 3.14. ", "Really."],
    ["wow! ", "that is nice"],
    ["Done.\n", "and more"],
    ["A heading\n\n", "Some text"],
    ["No. ", "Never."],
    ["你好。", "我叫小明！", "真的吗？", "「是的。」", "好。"],
    ["真的吗?", "我不信!", "好吧"],
    ["こんにちは。", "元気ですか？", "はい。"],
    ["네. ", "알겠습니다."],
    ["नमस्ते। ", "आप कैसे हैं? ", "मैं ठीक हूँ।"],
    ["كيف حالك؟ ", "أنا بخير."],
    ["გამარჯობა. ", "როგორ ხარ?"],
    ["Vraiment ? ", "Oui !"],
    ["¿Qué? ", "¡Nada! ", "Bueno."],
]


@pytest.mark.parametrize("chunks", CUT, ids=lambda chunks: chunks[0].strip())
def test_sentences(chunks: list[str]) -> None:
    """A sentence ends where the next word proves it; the space stays with it."""
    assert sentences("".join(chunks)) == chunks


WHOLE = [
    "It costs 3.14 or 3,14 or 1,234.56 dollars",
    "Dr. Smith met Mrs. Jones vs. Acme Inc. Tuesday",
    "Fruit, e.g. Apples, i.e. Food",
    "The U.S. Army at 9 a.m. Monday",
    "J. R. R. Tolkien",
    "See No. 5 and fig. 3 on p. 7",
    "Version v1.2.3 of example.com/a.html?x=1.",
    "Am 3. Mai um 7:30 Uhr, z.B. Montag",
    "1. Eggs 2. Milk 3. Bread",
    "Well... maybe … so",
    '"Stop!" he said',
    "approx. five or so",
    "डॉ. शर्मा",
    '<break time="1.5s"/> word <spell>A. B! C? D</spell> word',
    "3．14",
    "p.\u00a05 of No.\u202f7",
]


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_no_sentence_end(text: str) -> None:
    """Stops in numbers, names, abbreviations, addresses and tags end no sentence."""
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "...", '<break time="1s"/>', "🎉", "?! — ", "<", "<spell>", "["]
)
def test_nothing_to_say(text: str) -> None:
    """Text without a word is one chunk at most, and only at the end."""
    chunker = Chunker()
    assert chunker.feed(text) == []
    assert chunker.finish() == ([text] if text else [])


def test_waits_for_proof() -> None:
    """A sentence is released by the first letter of the next word, not before."""
    chunker = Chunker()
    assert chunker.feed("Hello.") == []
    assert chunker.feed(' \n ... <break time="1s"/> "') == []
    assert chunker.feed("W") == ["Hello. \n "]
    assert chunker.finish() == ['... <break time="1s"/> "W']


def test_first_chunk_comes_sooner() -> None:
    """The first chunk is a short sentence or a clause; later ones have the least length."""
    text = "Sure, I can help you with that, my dear friend. Yes. No. Of course I can, at once."
    assert chunks_of(text, min_chars=20, first_chars=10) == [
        "Sure, I can help you with that, ",
        "my dear friend. Yes. ",
        "No. Of course I can, at once.",
    ]
    assert chunks_of("Hi! " + text)[0] == "Hi! "


def test_long_text_is_cut_at_clauses_then_spaces() -> None:
    """Past the greatest length the last clause ends the chunk, or else the last space."""
    options = {"min_chars": 8, "max_chars": 24, "first_chars": 1000}
    assert chunks_of("alpha beta gamma, delta epsilon zeta eta", **options) == [
        "alpha beta gamma, ",
        "delta epsilon zeta eta",
    ]
    assert chunks_of("alpha beta gamma delta epsilon zeta", **options) == [
        "alpha beta gamma delta ",
        "epsilon zeta",
    ]
    for pause in ("; ", " — ", "—", " - ", "\n", "，", "، "):
        first = f"alpha beta gamma{pause}"
        assert chunks_of(f"{first}delta epsilon", **options) == [first, "delta epsilon"]
    assert chunks_of("x" * 50 + " y", **options) == ["x" * 50 + " ", "y"]


def test_no_cut_in_a_tag() -> None:
    """However long the text is: what is inside a tag is no text."""
    for tag in ('<break time="1, 5 s"/>', "[clears throat]", "<emotion value='a. B'>"):
        assert chunks_of(f"word{tag}word", min_chars=1, max_chars=6) == [f"word{tag}word"]
        assert chunks_of(f"word {tag} word", min_chars=1, max_chars=6) == ["word ", f"{tag} word"]


def test_scripts_without_spaces() -> None:
    """They are cut between characters, but not a vowel from its consonant nor a composed one."""
    assert chunks_of("今天天气很好我们去公园", min_chars=1, max_chars=4) == [
        "今天天气",
        "很好我们",
        "去公园",
    ]
    assert chunks_of("ラーメンデー", min_chars=1, max_chars=1) == ["ラー", "メ", "ン", "デー"]
    assert chunks_of("か\u3099き\u3099", min_chars=1, max_chars=2) == ["か\u3099", "き\u3099"]
    assert chunks_of("ไทยแลนด์", min_chars=1, max_chars=1) == ["ไท", "ย", "แล", "น", "ด์"]
    assert chunks_of("我有2024年", min_chars=1, max_chars=1) == ["我", "有2024年"]
    assert chunks_of("10，000元", min_chars=1, max_chars=1, first_chars=1) == ["10，000元"]


def test_a_pause_of_the_model() -> None:
    """After `finish` the chunker starts over, with an early first chunk."""
    chunker = Chunker(min_chars=30)
    assert chunker.feed("Let me look that up.") == []
    assert chunker.finish() == ["Let me look that up."]
    assert chunker.feed(" Here. Now") == [" Here. "]
    assert chunker.finish() == ["Now"]


def test_a_pause_in_the_middle() -> None:
    """A pause ends the last word; markup that has only begun waits, and so does what is no word."""
    chunker = Chunker()
    assert chunker.feed("Let me check") == []
    assert chunker.pause() == ["Let me check"]
    assert chunker.pause() == []
    assert chunker.feed(". ") == []
    assert chunker.pause() == []
    assert chunker.feed("Wait <bre") == []
    assert chunker.pause() == [". Wait "]
    assert chunker.feed('ak time="1s"/> here') == []
    assert chunker.finish() == ['<break time="1s"/> here']


@given(
    st.lists(st.sampled_from(["One", " two", ". ", "3", ".14", "<bre", "ak/>", "字", "", " "])),
    st.data(),
)
def test_pauses_lose_nothing(pieces: list[str], data: st.DataObject) -> None:
    """Joined again, the chunks are the text, wherever it paused."""
    chunker, chunks = Chunker(), list[str]()
    for piece in pieces:
        chunks += chunker.feed(piece)
        if data.draw(st.booleans()):
            chunks += chunker.pause()
    chunks += chunker.finish()
    assert "".join(chunks) == "".join(pieces)


def test_what_looks_like_a_tag() -> None:
    """A bracket holds text back only while a tag can come of it."""
    assert sentences("If a < 10b. Then c.") == ["If a < 10b. ", "Then c."]
    assert sentences("If a <b\nThen. Now") == ["If a <b\nThen. ", "Now"]
    assert sentences("[1] One. Two") == ["[1] One. ", "Two"]
    assert sentences("<spell>" + "A. B " * 150)[0] == "<spell>" + "A. B " * 150
    long = "<spell>" + "word " * (MAX_SPELL // 5) + "End. Next"
    assert sentences(long)[1:] == ["Next"]


def test_buffering_is_off() -> None:
    """Sentences are whole already, so the service is not to wait for more."""
    assert CHUNKED_BUFFER_DELAY_MS == 0


SCRAPS = (
    *(
        "Hello",
        "Dr",
        "e.g",
        "3",
        "14",
        "U.S",
        "ok",
        "x" * 9,
        "你",
        "好",
        "こ",
        "ー",
        "ไ",
        "ก",
        "한국",
    ),
    *(".", "...", "!", "?", "。", "？", "।", "؟", ",", "、", "; ", " - ", "—", ":", "'", '"', "”"),
    *(
        " ",
        "  ",
        "\n",
        "\n\n",
        "\u00a0",
        "(",
        ")",
        "*",
        "<",
        ">",
        "[",
        "]",
        "🎉",
        "👩\u200d👧",
        "é",
    ),
    *("e\u0301", "か\u3099", "\ud83d", "\ude00", "नि", '<break time="1s"/>', "[laughter]"),
    *("<spell>", "</spell>", "<br", "</em>", "https://a.b/c?d"),
)
texts = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=4), max_size=40).map("".join)
options = st.fixed_dictionaries(
    {
        "min_chars": st.integers(1, 12),
        "max_chars": st.integers(12, 40),
        "first_chars": st.integers(1, 20),
    }
)


@given(texts, options, st.integers(1, 9))
def test_any_splitting_gives_the_same_chunks(text: str, limits: dict[str, int], split: int) -> None:
    """Chunks joined are the text, and depend on the text alone."""
    chunks = chunks_of(text, split=split, **limits)
    assert "".join(chunks) == text
    assert chunks == chunks_of(text, split=len(text) or 1, **limits)


def spoken(text: str) -> set[int]:
    """Where something begins that can be heard; a tag is only one in its place."""
    places, at = set[int](), 0
    while at < len(text):
        markup = markup_at(text, at)
        if (markup is None and text[at].isalnum()) or (markup and markup.kind is Kind.SPELL):
            places.add(at)
        at = markup.end if markup else at + 1
    return places


@given(texts, options)
def test_no_word_is_cut_and_no_scrap_stands_alone(text: str, limits: dict[str, int]) -> None:
    """Cuts are between words and composed characters, outside tags; each side has a word."""
    chunks = chunks_of(text, **limits)
    at = 0
    for chunk, following in pairwise(chunks):
        at += len(chunk)
        assert not is_composed(text, at)
        if chunk[-1].isalnum() and following[0].isalnum():
            assert is_spaceless(chunk[-1]) or is_spaceless(following[0])
        assert not following[0].isspace() or following[0] in "\u00a0\u202f"
    tags, at = set[int](), 0
    while at < len(text):
        markup = markup_at(text, at)
        end = markup.end if markup else at + 1
        tags.update(range(at + 1, end))
        at = end
    assert not tags.intersection(sum(map(len, chunks[:n])) for n in range(1, len(chunks)))
    ends = list(accumulate(map(len, chunks)))
    for start, end in pairwise([0, *ends[:-1]]):
        assert spoken(text).intersection(range(start, end))


@given(st.lists(st.text("abc", min_size=1, max_size=8), min_size=1), options)
def test_ordinary_text_keeps_to_the_greatest_length(
    words: list[str], limits: dict[str, int]
) -> None:
    """Where every word is short, no chunk is longer than asked."""
    assert all(len(c) <= limits["max_chars"] for c in chunks_of(" ".join(words), **limits))


def test_time_is_linear() -> None:
    """Ten times the text takes about ten times as long, not a hundred."""

    def seconds(count: int) -> float:
        began = time.perf_counter()
        chunks_of("word, 3.14 <b> 你好 and so on. " * count, split=4)
        return time.perf_counter() - began

    seconds(20)
    assert seconds(1000) < 40 * max(seconds(100), 0.001)
