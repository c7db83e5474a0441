"""Audio in a notebook: a player that holds the sound, and the text beside it."""

from __future__ import annotations

import io
import wave
from base64 import b64decode
from html.parser import HTMLParser
from typing import Any

import pytest

from cartesia_stream import PCM_24K, Audio, AudioFormat, Timing
from cartesia_stream.audio import EMBEDDED_BYTES

MP3 = AudioFormat("mp3", None, 44100, 128000)
SAMPLES = bytes(range(256)) * 750  # 4 s


class Page(HTMLParser):
    """What a browser makes of the HTML."""

    def __init__(self, audio: Audio) -> None:
        super().__init__()
        self.open: list[str] = []
        self.players: list[dict[str, str | None]] = []
        self.text: list[str] = []
        self.tags: set[str] = set()
        self.feed(audio._repr_html_())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        if tag == "audio":
            self.players.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def sound(self, kind: str) -> bytes:
        """The file that the only player plays."""
        (player,) = self.players
        assert set(player) == {"controls", "src"}
        head, _, data = str(player["src"]).partition(",")
        assert head == f"data:{kind};base64"
        return b64decode(data, validate=True)


@pytest.mark.parametrize(
    "audio",
    [
        Audio(data=SAMPLES, format=PCM_24K),
        Audio(
            data=Audio(data=SAMPLES, format=PCM_24K).wav(),
            format=AudioFormat("wav", "pcm_s16le", 24000),
        ),
    ],
    ids=["raw", "wav"],
)
def test_samples_are_played_as_a_wav_file(audio: Audio) -> None:
    page = Page(audio)
    with wave.open(io.BytesIO(page.sound("audio/wav"))) as file:
        assert file.getparams()[:4] == (1, 2, 24000, len(SAMPLES) // 2)
        assert file.readframes(file.getnframes()) == SAMPLES
    assert page.text == ["4.00 s, pcm_s16le, 24000 Hz"]


def test_mp3_is_played_as_it_is() -> None:
    page = Page(Audio(data=b"\xff\xfb\0", format=MP3))
    assert page.sound("audio/mpeg") == b"\xff\xfb\0"
    assert page.text == ["0.00 s, mp3, 44100 Hz"]


WORDS = tuple(Timing(word, 0, 1) for word in ("<script>", '"a"', "&amp;"))


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"words": WORDS}, '<script> "a" &amp;'),
        ({"words": WORDS, "text": "<b>Hi & bye</b>"}, "<b>Hi & bye</b>"),
        ({"text": "a" * 2000}, "a" * 1000 + "…"),
    ],
)
def test_the_text_is_text(more: Any, shown: str) -> None:
    """Whatever it is, the page has no other elements."""
    page = Page(Audio(data=SAMPLES, format=PCM_24K, **more))
    assert page.text == ["4.00 s, pcm_s16le, 24000 Hz", shown]
    assert page.tags == {"audio", "div"}


def test_what_cannot_be_shown_has_no_player() -> None:
    """Audio in a file, and more than a notebook should keep."""
    page = Page(Audio(data=b"", format=PCM_24K, nbytes=48000))
    assert (page.players, page.text) == ([], ["1.00 s, pcm_s16le, 24000 Hz, written to a file"])
    whole = Audio(data=bytes(EMBEDDED_BYTES), format=PCM_24K)
    assert Page(whole).players
    page = Page(Audio(data=bytes(EMBEDDED_BYTES + 2), format=PCM_24K))
    assert page.players == []
    assert "".join(page.text) == "208.33 s, pcm_s16le, 24000 Hz, too long to show here; save it"
    assert Page(Audio(data=b"", format=PCM_24K)).text == ["0.00 s, pcm_s16le, 24000 Hz"]
