"""Frames that cannot be read, and words that are no words, over real connections."""

from __future__ import annotations

from itertools import count, pairwise
from typing import TYPE_CHECKING, Any, Final

import pytest

from cartesia_emulator.wire.transport import websocket_frame
from cartesia_stream import Done, RemoteProtocolError, Resumed, WordTimestamps

from .faces import VOICE
from .hearing import audio_in
from .peer import TEXT

if TYPE_CHECKING:
    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia

    from .conftest import MakePeer
    from .faces import Face
    from .peer import Conversation

BAD: Final = {
    "NaN": b',"step_time":NaN}',
    "1e400": b',"new":1e400}',
    "a lone surrogate": b',"new":"\\ud800"}',
    "5000 digits": b',"new":' + b"9" * 5000 + b"}",
    "deep nesting": b',"new":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "no base64": b',"data":"@"}',
    "invalid UTF-8": b',"new":"\xff"}',
    "a wrong type": b',"data":7}',
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_unreadable_frame_ends_one_context(face: Face, make_peer: MakePeer, bad: bytes) -> None:
    """Its neighbour goes on; speech that resumes says the text again in another context."""
    spoiled: list[object] = []

    def script(peer: Conversation) -> None:
        peer.accept()
        while True:
            message = peer.message()
            if not message.get("transcript"):
                continue
            context_id = message["context_id"]
            if message["transcript"] == "Spoil this." and len(spoiled) < 2:
                spoiled.append(context_id)
                frame = b'{"type":"chunk","data":"AAEAAQ==","context_id":"%b"' + bad
                peer.send(websocket_frame(TEXT, frame.replace(b"%b", str(context_id).encode())))
            else:
                peer.tell(
                    "timestamps",
                    context_id,
                    word_timestamps={"words": ["Spoil", "this"], "start": [0, 1], "end": [1, 2]},
                )
                peer.chunk(context_id, bytes(96_000))
                peer.tell("done", context_id)

    with face.client(make_peer(script).base_url).tts.websocket_connect() as connection:
        neighbour = connection.context(voice="v")
        broken = connection.speak("Spoil this.", voice="v")
        with pytest.raises(RemoteProtocolError) as raised:
            broken.collect()
        assert raised.value.context_id == spoiled[0]
        assert (raised.value.delivered, raised.value.remaining) == ("", "Spoil this.")
        assert len(connection.speak("Spoil this.", voice="v", resume=True).collect().data) == 96_000
        neighbour.push("Hello.")
        neighbour.no_more_inputs()
        assert len(neighbour.receive().collect().data) == 96_000
    assert len(spoiled) == 2


def sounds(events: list[Any]) -> int:
    """How many stretches of sound the audio has, parted by silence."""
    data = audio_in(events)
    loud = [any(data[at : at + 240]) for at in range(0, len(data), 240)]
    return sum(after and not before for before, after in pairwise([False, *loud]))


@pytest.mark.parametrize(
    "text",
    [
        "There are 20 %",
        "Hi [laughter] you \U0001f389",
        "\u0663 and 5\u20ac",
        "no no no",
        "ha ha ha ha! Stop.",
    ],
)
def test_resuming_at_words_without_letters(client: Cartesia, emulator: Emulator, text: str) -> None:
    """Wherever the connection is lost, each is heard once, and no pause is doubled."""
    whole = list(client.tts.speak(text, voice=VOICE, add_timestamps=True))
    spoken = [w for e in whole if isinstance(e, WordTimestamps) for w in e.words]
    for after in count():
        emulator.clear_requests()
        emulator.inject("drop", after=after)
        events = list(client.tts.speak(text, voice=VOICE, resume=True))
        emulator.clear_faults()
        words = [w for e in events if isinstance(e, WordTimestamps) for w in e.words]
        assert [word.text for word in words] == [word.text for word in spoken]
        assert isinstance(events[-1], Done)
        assert sounds(events) == sounds(whole)
        lead = 0.12 * sum(isinstance(event, Resumed) for event in events)  # silence of a context
        assert len(audio_in(events)) / 48_000 <= len(audio_in(whole)) / 48_000 + lead + 0.005
        if after >= len(whole):
            break
