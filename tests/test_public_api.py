"""The public surface: what is exported, and that both faces offer the same."""

from __future__ import annotations

import inspect
import re

import cartesia_api.models
import pytest

import cartesia_stream
from cartesia_stream import (
    _version,
    audio,
    errors,
    events,
    models,
    observe,
    options,
    transcripts,
)

TWINS = [
    (cartesia_stream.Cartesia, cartesia_stream.AsyncCartesia),
    (cartesia_stream.TTS, cartesia_stream.AsyncTTS),
    (cartesia_stream.TTSConnection, cartesia_stream.AsyncTTSConnection),
    (cartesia_stream.TTSContext, cartesia_stream.AsyncTTSContext),
    (cartesia_stream.SpeechStream, cartesia_stream.AsyncSpeechStream),
    (cartesia_stream.VoiceChanger, cartesia_stream.AsyncVoiceChanger),
    (cartesia_stream.STT, cartesia_stream.AsyncSTT),
    (cartesia_stream.Listening, cartesia_stream.AsyncListening),
    (cartesia_stream.Dictation, cartesia_stream.AsyncDictation),
    (cartesia_stream.Download, cartesia_stream.AsyncDownload),
]
RESOURCES = ("voices", "accents", "stt", "access_token", "status", "agents", "datasets", "files")


def test_all_is_sorted_and_complete() -> None:
    """Each public name stands in ``__all__`` once: constants, then classes, then the version."""
    names = cartesia_stream.__all__
    for name in names:  # those that are imported on first use among them
        getattr(cartesia_stream, name)
    public = {name for name in vars(cartesia_stream) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(cartesia_stream, name))}
    assert set(names) == (public - modules - {"TYPE_CHECKING"}) | {"__version__"}
    constants = [name for name in names if name.isupper()]
    others = [name for name in names if not name.isupper()]
    assert names == sorted(constants) + sorted(others)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("module", [audio, errors, events, observe, options, transcripts])
def test_modules_export_what_the_package_does(module: object) -> None:
    """What a module calls public, the package exports."""
    exported: list[str] = getattr(module, "__all__", [])
    assert exported
    assert set(exported) <= set(cartesia_stream.__all__)


def test_version() -> None:
    """The version is one string, the one that the package is built with."""
    assert cartesia_stream.__version__ is _version.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+([a-z]+\d+)?", cartesia_stream.__version__)


def test_everything_public_is_documented() -> None:
    """Every exported class and each of its own public methods says what it does."""
    for name in cartesia_stream.__all__:
        value = getattr(cartesia_stream, name)
        if not inspect.isclass(value) or not value.__module__.startswith("cartesia_stream"):
            continue
        assert inspect.getdoc(value), name
        for member, thing in vars(value).items():
            if not member.startswith("_") and (inspect.isfunction(thing) or hasattr(thing, "fget")):
                assert inspect.getdoc(thing), f"{name}.{member}"


# --- twins


def surface(owner: type) -> dict[str, object]:
    """Public members by their blocking names."""
    return {
        name.replace("aclose", "close"): inspect.getattr_static(owner, name)
        for name in dir(owner)
        if not name.startswith("_")
    }


def parameters(function: object) -> list[tuple[str, object, object, str]]:
    """Names, kinds, defaults and annotations; the latter modulo the names of asyncio."""
    if not inspect.isfunction(function):
        return []
    return [
        (
            parameter.name,
            parameter.kind,
            parameter.default,
            str(parameter.annotation)
            .replace("httpx.AsyncClient", "httpx.Client")
            .replace("AsyncSharedGate", "SharedGate")
            .replace("Awaitable[str]", "str")
            .replace("Awaitable[T]", "T")
            .replace(" | AsyncIterable[str | Piece | None]", "")
            .replace(" | AsyncIterable[AudioBlock]", ""),
        )
        for parameter in inspect.signature(function).parameters.values()
    ]


@pytest.mark.parametrize(("blocking", "asynchronous"), TWINS, ids=lambda owner: owner.__name__)
def test_twins_have_equal_surfaces(blocking: type, asynchronous: type) -> None:
    """Both faces have the same members with the same parameters, modulo the names of asyncio."""
    ours, theirs = surface(blocking), surface(asynchronous)
    assert set(ours) == set(theirs)
    for name, member in ours.items():
        assert parameters(member) == parameters(theirs[name]), name
        assert isinstance(member, property) is isinstance(theirs[name], property), name


@pytest.mark.parametrize(("blocking", "asynchronous"), TWINS, ids=lambda owner: owner.__name__)
def test_twins_are_context_managers_alike(blocking: type, asynchronous: type) -> None:
    """What is used with ``with`` in one face is used with ``async with`` in the other."""
    for name in ("enter", "exit"):
        assert hasattr(blocking, f"__{name}__") is hasattr(asynchronous, f"__a{name}__")


@pytest.mark.parametrize("name", RESOURCES)
def test_generated_twins_have_equal_surfaces(name: str) -> None:
    """The generated resources are twins as well."""
    with cartesia_stream.Cartesia("k") as client:
        ours = type(getattr(client, name))
    theirs = type(getattr(cartesia_stream.AsyncCartesia("k"), name))
    assert set(surface(ours)) == set(surface(theirs))
    for member, function in surface(ours).items():
        assert parameters(function) == parameters(surface(theirs)[member]), member


def test_clients_take_the_same_arguments() -> None:
    """Both clients are made alike."""
    clients = cartesia_stream.Cartesia, cartesia_stream.AsyncCartesia
    ours, theirs = (parameters(client.__init__) for client in clients)
    assert ours == theirs
    assert len(ours) > 1


def test_every_model_has_a_public_home() -> None:
    """It is the generated one, imported when it is first used."""
    names = set(cartesia_api.models.__all__)
    assert {"Voice", "VoicePage", "Transcription", "Language"} <= names
    assert set(vars(models)["__all__"]) == names
    assert names <= set(dir(models))
    for name in names:
        assert getattr(models, name) is getattr(cartesia_api.models, name)


@pytest.mark.parametrize(("module", "name"), [(models, "Voic"), (options, "Sender")])
def test_a_name_that_is_not_there(module: object, name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(module, name)


def test_options_of_a_call_are_where_the_others_are() -> None:
    assert options.RequestOptions is cartesia_stream.RequestOptions
