"""The resource classes: names, paging, imports and documentation."""

from __future__ import annotations

import builtins
import inspect
import json
import re
import subprocess
import sys
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cartesia_runtime.errors import PagingError
from cartesia_runtime.paging import Page
from cartesia_runtime.resources import resource
from cartesia_api import api, models

import cartesia_stream

from .shapes import (
    AGENT_CALL,
    DATASET,
    DATASET_FILE,
    FINE_TUNE,
    METRIC,
    METRIC_RESULT,
    PRONUNCIATION_DICT,
    STORED_FILE,
    VOICE,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_api.api import AsyncResources, Resources

    from .shapes import Shape

    Handler = Callable[[httpx.Request], httpx.Response]
    Serve = Callable[[Handler], Resources]
    AServe = Callable[[Handler], AsyncResources]

METHODS = {
    "status": {"get"},
    "access_token": {"create"},
    "voices": {
        "add_accents",
        "clone",
        "delete",
        "delete_accent",
        "get",
        "iter_all",
        "list",
        "localize",
        "update",
    },
    "accents": {"list"},
    "stt": {"transcribe"},
    "tts": {"generate", "generate_sse", "infill"},
    "voice_changer": {"generate", "generate_sse"},
    "pronunciation_dicts": {"create", "delete", "iter_all", "list", "retrieve", "update"},
    "datasets": {"create", "delete", "files", "iter_all", "list", "retrieve", "update"},
    "datasets_files": {"delete", "iter_all", "list", "upload"},
    "fine_tunes": {
        "create",
        "delete",
        "iter_all",
        "iter_voices",
        "list",
        "list_voices",
        "retrieve",
    },
    "agents": {
        "calls",
        "delete",
        "deployments",
        "list",
        "list_phone_numbers",
        "list_templates",
        "metrics",
        "retrieve",
        "update",
    },
    "agents_calls": {"download_audio", "iter_all", "list", "retrieve"},
    "agents_deployments": {"list", "retrieve"},
    "agents_metrics": {
        "add_to_agent",
        "create",
        "iter_all",
        "list",
        "remove_from_agent",
        "results",
        "retrieve",
    },
    "agents_metrics_results": {"export", "iter_all", "list"},
    "locales": {"list"},
    "files": {"get", "iter_all", "list", "upload"},
}


def resource_classes(tag: str) -> tuple[type, type]:
    module = __import__(f"{api.__name__}.{tag}", fromlist=["*"])
    name = "".join(word.capitalize() for word in tag.split("_"))
    return getattr(module, name), getattr(module, f"Async{name}")


def public(cls: type) -> dict[str, Any]:
    """Methods and inner resources, which are there to be looked up and are made on first use."""
    return {
        name: member.func if isinstance(member, resource) else member
        for name, member in vars(cls).items()
        if not name.startswith("_")
    }


@pytest.mark.parametrize("tag", METHODS)
def test_twins_have_the_same_methods(tag: str) -> None:
    """The asynchronous class differs only in what a method returns."""
    sync, twin = map(public, resource_classes(tag))
    assert sync.keys() == twin.keys() == METHODS[tag]
    for name, method in sync.items():
        assert inspect.signature(method).parameters == inspect.signature(twin[name]).parameters


@pytest.mark.parametrize("tag", METHODS)
def test_every_argument_is_documented(tag: str) -> None:
    for cls in resource_classes(tag):
        for name, method in public(cls).items():
            text = inspect.getdoc(method) or ""
            for argument in list(inspect.signature(method).parameters)[1:]:
                assert f"\n    {argument}: " in text, (name, argument)
            assert "object at 0x" not in text


@pytest.mark.parametrize("tag", METHODS)
def test_every_list_with_a_cursor_is_iterable(tag: str) -> None:
    """For each method `iter_...` there is one that returns a page, and asynchronously a list."""
    sync, twin = map(public, resource_classes(tag))
    lists = {
        "list" if name == "iter_all" else name.replace("iter_", "list_")
        for name in sync
        if name.startswith("iter_")
    }
    paged = {name for name in sync if "starting_after" in inspect.signature(sync[name]).parameters}
    assert lists == {name for name in paged if not name.startswith("iter_")}
    for name in lists:
        page = sync[name].__annotations__["return"]
        assert issubclass(getattr(models, page), Page)
        assert twin[name].__annotations__["return"].startswith(f"AsyncList[{page}, ")


@pytest.mark.parametrize("tag", METHODS)
def test_documented_exceptions_can_be_imported(tag: str) -> None:
    """The sections `Raises` name exceptions of `cartesia_stream`, and some of Python."""
    for cls in resource_classes(tag):
        for name, method in public(cls).items():
            if isinstance(vars(cls)[name], resource):
                continue
            raises = (inspect.getdoc(method) or "").partition("Raises:\n")[2]
            kinds = re.findall(r"^    (\w+): ", raises, re.MULTILINE)
            assert {"APIStatusError", "APIConnectionError", "RemoteProtocolError"} <= set(kinds)
            for kind in kinds:
                exception = getattr(cartesia_stream, kind, None) or getattr(builtins, kind)
                assert issubclass(exception, Exception)


def test_resources_are_made_once(serve: Serve) -> None:
    """A resource whose tag goes on from another's is inside that one and not beside it."""
    resources = serve(lambda request: httpx.Response(500))
    inner = {"datasets": ("files",), "agents": ("calls", "deployments", "metrics")}
    for tag in METHODS:
        if tag.startswith(("datasets_", "agents_")):
            assert not hasattr(resources, tag)
            continue
        resource = getattr(resources, tag)
        assert getattr(resources, tag) is resource
        for name in inner.get(tag, ()):
            assert getattr(resource, name) is getattr(resource, name)
    assert resources.agents.metrics.results is resources.agents.metrics.results


IMPORTS = """
import json, sys
def loaded():
    return {m for m in sys.modules if m.startswith(("cartesia_", "httpx"))}

from cartesia_api.api import Resources
before = loaded()
Resources(None).voices
after = loaded() - before
import cartesia_api.models
cartesia_api.models.Voice
voice = loaded() - after - before
print(json.dumps([*map(sorted, (before, after, voice))]))
"""


def test_imports_are_lazy() -> None:
    """Neither models, operations nor httpx are imported before they are used."""
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, check=True)
    before, after, voice = json.loads(done.stdout)
    resources = "cartesia_runtime.resources"
    assert before == ["cartesia_api", "cartesia_api.api", "cartesia_runtime", resources]
    runtime = [
        f"cartesia_runtime.{name}" for name in ("errors", "files", "models", "paging", "text")
    ]
    assert after == ["cartesia_api.api.voices", *runtime]
    assert "cartesia_api.models.voice" in voice
    assert "cartesia_api.models.tts_request" not in voice
    assert "httpx" not in voice


def test_unknown_model_is_an_attribute_error() -> None:
    import cartesia_api.models

    assert set(cartesia_api.models.__all__) <= set(dir(cartesia_api.models))
    with pytest.raises(AttributeError, match="Voyce"):
        cartesia_api.models.Voyce  # type: ignore[attr-defined]  # the point  # noqa: B018


def pages(voice: dict[str, object], *names: str, last: bool = False) -> Handler:
    """Serve voices one by one. `last` says has_more of the last one."""

    def handler(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("starting_after")
        index = names.index(cursor) + 1 if cursor in names else 0
        assert request.url.params["limit"] == "1"
        data = [{**voice, "id": name} for name in names[index : index + 1]]
        more = last if index >= len(names) - 1 else True
        return httpx.Response(200, json={"data": data, "has_more": more})

    return handler


def test_iteration_follows_the_pages(serve: Serve, voice: dict[str, object]) -> None:
    voices = serve(pages(voice, "a", "b", "c")).voices
    assert [item.id for item in voices.iter_all(limit=1)] == ["a", "b", "c"]
    assert [item.id for item in voices.iter_all(limit=1, starting_after="a")] == ["b", "c"]
    page = voices.list(limit=1)
    assert [item.id for item in page] == ["a", "b", "c"]
    assert len(page) == len(page.data) == 1


def test_iteration_is_lazy(serve: Serve, voice: dict[str, object]) -> None:
    """Nothing is asked for before the first item, nor beyond the page at hand."""
    asked = 0
    serve_page = pages(voice, "a", "b", "c")

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return serve_page(request)

    items = serve(handler).voices.iter_all(limit=1)
    assert asked == 0
    next(items)
    assert asked == 1


def test_iteration_ends_at_an_empty_page(serve: Serve, voice: dict[str, object]) -> None:
    """Even if that page claims that more follows: there is no cursor to go on with."""
    items = serve(pages(voice, "a", last=True)).voices.iter_all(limit=1)
    assert [item.id for item in items] == ["a"]


def test_iteration_stops_at_a_repeated_cursor(serve: Serve, voice: dict[str, object]) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": [voice], "has_more": True})

    with pytest.raises(PagingError, match="voices_list"):
        list(serve(handler).voices.iter_all())
    with pytest.raises(PagingError):
        list(serve(handler).voices.iter_all(starting_after="v1"))


NO_HAS_MORE = [
    ([{"next_page": "a"}, {"next_page": None}], ["a", "b"], 2),
    ([{}, {}], ["a", "b"], 3),
    ([{"next_page": "a"}, {"next_page": "b"}], ["a", "b"], 3),
    ([{"next_page": None}], ["a"], 1),
]


@pytest.mark.parametrize(("pages", "ids", "requests"), NO_HAS_MORE)
def test_iteration_without_has_more(
    serve: Serve, pages: list[dict[str, object]], ids: list[str], requests: int
) -> None:
    """A null `next_page` ends the list; without one, only an empty page is sure to."""
    cursors: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        index = len(cursors)
        cursors.append(request.url.params.get("starting_after"))
        if index >= len(pages):
            return httpx.Response(200, json={"data": []})
        call = {"id": "ab"[index], "agent_id": "a1", "status": "active"}
        return httpx.Response(200, json={"data": [call], **pages[index]})

    assert [call.id for call in serve(handler).agents.calls.iter_all(agent_id="a1")] == ids
    assert cursors == [None, "a", "b"][:requests]


LISTS: list[tuple[str, tuple[str, ...], dict[str, Any], Shape]] = [
    ("pronunciation_dicts.iter_all", (), {}, PRONUNCIATION_DICT),
    ("datasets.iter_all", (), {}, DATASET),
    ("datasets.files.iter_all", ("d1",), {}, DATASET_FILE),
    ("fine_tunes.iter_all", (), {}, FINE_TUNE),
    ("fine_tunes.iter_voices", ("f1",), {}, VOICE),
    ("agents.calls.iter_all", (), {"agent_id": "a1"}, AGENT_CALL),
    ("agents.metrics.iter_all", (), {}, METRIC),
    ("agents.metrics.results.iter_all", (), {"agent_id": "a1"}, METRIC_RESULT),
    ("files.iter_all", (), {"purpose": "fine_tune"}, STORED_FILE),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("method", "arguments", "keywords", "shape"), LISTS)
async def test_every_list_has_an_iteration(
    serve: Serve,
    aserve: AServe,
    method: str,
    arguments: tuple[str, ...],
    keywords: dict[str, Any],
    shape: Shape,
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        first = "starting_after" not in request.url.params
        for name, value in keywords.items():
            assert request.url.params[name] == value
        item = {**shape.full, "id": "a" if first else "b"}
        return httpx.Response(
            200, json={"data": [item], "has_more": first, "next_page": "a" if first else None}
        )

    items = attrgetter(method)(serve(handler))(*arguments, **keywords)
    assert [item.id for item in items] == ["a", "b"]
    aitems = attrgetter(method)(aserve(handler))(*arguments, **keywords)
    assert [item.id async for item in aitems] == ["a", "b"]


@pytest.mark.anyio
async def test_iteration_over_the_call(aserve: AServe, voice: dict[str, object]) -> None:
    voices = aserve(pages(voice, "a", "b", "c")).voices
    assert [item.id async for item in voices.list(limit=1)] == ["a", "b", "c"]
    page = await voices.list(limit=1)
    assert [item.id async for item in page] == ["a", "b", "c"]
    assert [item.id for item in page.data] == ["a"]


@pytest.mark.anyio
async def test_iteration_async(aserve: AServe, voice: dict[str, object]) -> None:
    voices = aserve(pages(voice, "a", "b", "c")).voices
    assert [item.id async for item in voices.iter_all(limit=1)] == ["a", "b", "c"]

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": [voice], "has_more": True})

    with pytest.raises(PagingError):
        [item async for item in aserve(handler).voices.iter_all()]


def test_left_out_arguments_are_not_sent(serve: Serve, voice: dict[str, object]) -> None:
    """UNSET leaves the choice to the server, None is null."""

    def handler(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content) == {"gender": None}
        assert request.method == "PATCH"
        return httpx.Response(200, json=voice)

    serve(handler).voices.update("v1", gender=None)


def test_all_arguments_optional_sends_an_empty_object(serve: Serve) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content) == {}
        return httpx.Response(200, json={"token": "jwt"})

    issued = serve(handler).access_token.create()
    assert issued.token == "jwt"
    assert "jwt" not in repr(issued)


@pytest.mark.parametrize("id", ["", ".", ".."])
def test_ids_cannot_name_another_operation(serve: Serve, id: str) -> None:
    """`delete("..")` must not become a request for the parent path."""
    resources = serve(lambda request: pytest.fail("nothing may be sent"))
    with pytest.raises(ValueError, match="id: must not be"):
        resources.voices.delete(id)
    with pytest.raises(ValueError, match="accent_id: must not be"):
        resources.voices.delete_accent(id, id="v1")
