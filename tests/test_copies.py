"""Copies, pickles, doubles and half-built objects."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock, create_autospec

import pytest
from cartesia_runtime.models import UNSET

import cartesia_stream
from cartesia_emulator import Emulator
from cartesia_stream import (
    AsyncCartesia,
    AudioChunk,
    AudioFormat,
    Cartesia,
    CartesiaError,
    LocalStateError,
    SpeechStream,
    Timeouts,
    TTSContext,
)
from cartesia_stream.models import Voice, VoicePage
from cartesia_stream.v0 import AsyncCartesiaTTS, CartesiaTTS
from cartesia_stream.v0._sync.client import Generation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.filterwarnings("ignore:.*the v0 API:DeprecationWarning")

KEY = "sk_test_secret"
CLIENTS = (Cartesia, AsyncCartesia, CartesiaTTS, AsyncCartesiaTTS)
COPIES: tuple[Callable[[Any], object], ...] = (
    copy.copy,
    copy.deepcopy,
    lambda value: pickle.loads(pickle.dumps(value)),
)
every_copy = pytest.mark.parametrize("copied", COPIES, ids=["copy", "deepcopy", "pickle"])


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(engine="tone") as emulator:
        yield emulator


# --- what has connections


@every_copy
@pytest.mark.parametrize("kind", CLIENTS)
def test_a_client_is_not_copied(kind: type, copied: Callable[[Any], object]) -> None:
    """The error is ours, and the `TypeError` that `copy` and `pickle` raise for such objects."""
    with pytest.raises(
        LocalStateError, match=r"cannot be copied or pickled.*create a client"
    ) as info:
        copied(kind(api_key=KEY))
    assert isinstance(info.value, TypeError)


@every_copy
def test_connections_and_streams_are_not_copied(
    emulator: Emulator, copied: Callable[[Any], object]
) -> None:
    with Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
        voice = client.voices.list(limit=1).data[0].id
        with (
            client.tts.websocket_connect() as connection,
            connection.context(voice=voice) as context,
            client.tts.generate_sse("One.", voice=voice) as stream,
        ):
            blocks = stream.audio()
            for held in (connection, context, stream, blocks):
                with pytest.raises(LocalStateError, match="cannot be copied or pickled"):
                    copied(held)
            assert stream.collect().duration


@pytest.mark.parametrize("copied", COPIES[1:], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("name", ["tts", "voices", "voice_changer"])
def test_a_resource_takes_its_client_along_into_no_copy(
    name: str, copied: Callable[[Any], object]
) -> None:
    """A pickle of it would have the key."""
    with pytest.raises(LocalStateError, match="cannot be copied or pickled"):
        copied(getattr(Cartesia(KEY), name))


# --- values


def errors() -> list[CartesiaError]:
    """One of each class, with all its arguments."""
    found = []
    for name in cartesia_stream.__all__:
        kind = getattr(cartesia_stream, name)
        if isinstance(kind, type) and issubclass(kind, CartesiaError):
            named = [
                parameter
                for parameter in inspect.signature(kind.__init__).parameters.values()
                if parameter.kind is parameter.KEYWORD_ONLY
            ]
            values: dict[str, Any] = {"phase": "idle", "by": "service", "headers": None}
            arguments = {each.name: values.get(each.name, 4) for each in named}
            found.append(kind("it failed", **arguments))
    return found


@every_copy
@pytest.mark.parametrize("error", errors(), ids=lambda error: type(error).__name__)
def test_errors_are_copied(error: CartesiaError, copied: Callable[[Any], object]) -> None:
    """As process pools do that hand an error over to another process."""
    vars(error)["delivered"] = "One."
    twin = copied(error)
    assert type(twin) is type(error)
    assert isinstance(twin, CartesiaError)
    assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))
    assert twin.retryable == error.retryable


@every_copy
def test_values_are_copied(emulator: Emulator, copied: Callable[[Any], object]) -> None:
    """Models, events, audio and settings."""
    with Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
        page = client.voices.list(limit=1)
        stream = client.tts.generate_sse("One.", voice=page.data[0].id, add_timestamps=True)
        events = list(stream)
        audio = client.tts.generate("One.", voice=page.data[0].id).collect()
    page.data[0]["new"] = {"a": 1}
    for value in (
        page,
        page.data[0],
        *events,
        audio,
        Timeouts(idle=1),
        AudioFormat(),
        stream.stats,
    ):
        twin = copied(value)
        assert type(twin) is type(value)
        assert twin == value or repr(twin) == repr(value)
    assert copied(UNSET) is UNSET
    assert isinstance(events[0], AudioChunk)
    assert isinstance(copied(page.data[0]), Voice)
    assert isinstance(copied(page), VoicePage)


# --- doubles

METHODS = (
    "tts.speak",
    "tts.generate",
    "tts.generate_sse",
    "tts.infill",
    "tts.websocket_connect",
    "voices.list",
    "voices.iter_all",
    "voices.clone",
    "stt.transcribe",
    "voice_changer.generate",
    "datasets.files.list",
    "agents.metrics.results.list",
    "with_options",
    "with_response",
)


@pytest.mark.parametrize("kind", [Cartesia, AsyncCartesia])
@pytest.mark.parametrize("instance", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_doubles_have_the_methods(kind: type, instance: bool, method: str) -> None:
    """Also of resources in resources; and their signatures."""
    double = create_autospec(kind, instance=instance)
    if not instance:
        double = double(KEY)
    *resources, name = method.split(".")
    for resource in resources:
        double = getattr(double, resource)
    getattr(double, name).assert_not_called()
    with pytest.raises(AttributeError):
        _ = double.no_such_method
    with pytest.raises(TypeError, match="no_such_argument"):
        create_autospec(kind, instance=True).voices.list(no_such_argument=1)
    assert MagicMock(spec=kind).voices.list(limit=1)


def test_doubles_of_lists_are_awaited() -> None:
    """As those of all other calls of the async client."""
    double = create_autospec(AsyncCartesia, instance=True)
    double.voices.list.return_value = "page"
    double.datasets.files.list.return_value = "files"

    async def main() -> tuple[object, object]:
        return await double.voices.list(limit=1), await double.datasets.files.list("id")

    awaiting = main()
    with pytest.raises(StopIteration) as info:
        awaiting.send(None)
    assert info.value.value == ("page", "files")


@pytest.mark.parametrize("kind", [CartesiaTTS, AsyncCartesiaTTS])
def test_doubles_of_v0(kind: type) -> None:
    double = create_autospec(kind, instance=True)
    for name in ("generate", "get_voices", "get_voice_embedding", "transcribe", "close"):
        assert callable(getattr(double, name))


@pytest.mark.parametrize("call", ["tts.speak", "voices.list", "datasets.files.list"])
def test_a_call_on_the_class_says_that_there_is_no_client(call: str) -> None:
    resource: Any = Cartesia
    *path, name = call.split(".")
    for step in path:
        resource = getattr(resource, step)
    arguments = {"text": "One.", "voice": "v"} if call == "tts.speak" else {}
    with pytest.raises(TypeError, match="read it from a client"):
        getattr(resource, name)(*["id"] * (len(path) == 2), **arguments)


# --- half-built


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_client_that_was_not_built_has_a_repr(kind: type) -> None:
    """A debugger shows it after the constructor has raised an error."""
    assert repr(object.__new__(kind)) == f"{kind.__name__}(...)"


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", [*CLIENTS, SpeechStream, TTSContext, Generation])
def test_what_was_not_built_can_be_dropped(kind: type) -> None:
    half: object = object.__new__(kind)
    assert repr(half)
    del half
    gc.collect()


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_client_does_not_show_its_key(kind: type) -> None:
    client = kind(api_key=KEY)
    for shown in (repr(client), str(client), repr(vars(client)), repr(dir(client))):
        assert KEY not in shown
