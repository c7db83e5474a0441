"""What a service quotes of a token that a function has given stands in no error."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import APIError

from .faces import VOICE
from .recordings import FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_stream import Cartesia

    from .conftest import MakePeer
    from .faces import Face
    from .peer import Conversation

TOKEN = "token-of-today-0123456789"


def token_of(face: Face) -> Any:
    if face.name == "sync":
        return lambda: TOKEN

    async def token() -> str:
        return TOKEN

    return token


def quoted_in_a_frame(conversation: Conversation) -> None:
    conversation.accept()
    context: object = None
    if b"/tts/" in conversation.request:
        context = conversation.message()["context_id"]
    sent = conversation.request.partition(b"Bearer ")[2].partition(b"\r")[0].decode()
    conversation.tell("error", context, status_code=400, title="Bad", message=f"no {sent}, no")
    conversation.part()


def quoted_at_the_end(conversation: Conversation) -> None:
    conversation.accept()
    sent = conversation.request.partition(b"Bearer ")[2].partition(b"\r")[0].decode()
    conversation.close_frame(1008, f"no {sent}, no")
    conversation.part()


def speak(client: Cartesia) -> object:
    return client.tts.speak("Hello", voice=VOICE).collect()


def listen(client: Cartesia) -> object:
    return client.stt.listen(bytes(3200), format=FORMAT, pace=None).collect()


def dictate(client: Cartesia) -> object:
    return client.stt.dictate(bytes(3200), format=FORMAT, pace=None).collect()


@pytest.mark.parametrize("script", [quoted_in_a_frame, quoted_at_the_end])
@pytest.mark.parametrize("use", [speak, listen, dictate])
def test_a_token_stands_in_no_error(
    face: Face,
    make_peer: MakePeer,
    use: Callable[[Cartesia], object],
    script: Callable[[Conversation], None],
) -> None:
    peer = make_peer(script)
    client = face.client(peer.base_url, api_key=None, token=token_of(face), max_retries=0)
    with pytest.raises(APIError) as caught:
        use(client)
    told = "".join(traceback.format_exception(caught.value))
    assert "no [key], no" in told
    assert TOKEN not in told
