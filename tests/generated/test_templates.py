"""What the templates can do that the present document does not need yet.

The package is made from extra.yaml, checked with mypy and used against a handler.
"""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from mypy import api as mypy

from tools import generate

from .senders import HandlerSender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .senders import Handler

NUMBER = {"id": "a", "agentId": "x"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extra")
    generate.generate(folder / "extra_api", spec=Path(__file__).with_name("extra.yaml"))
    return folder


@pytest.fixture(scope="module")
def extra(folder: Path) -> Iterator[Any]:
    sys.path.insert(0, str(folder))
    yield importlib.import_module("extra_api")
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.split(".")[0] == "extra_api"]:
        del sys.modules[name]


@pytest.fixture
def serve(extra: Any) -> Callable[[Handler], Any]:
    def resources(handler: Handler) -> Any:
        return importlib.import_module("extra_api.api").Resources(HandlerSender(handler))

    return resources


def test_types_hold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    output, _, status = mypy.run(["--strict", "--config-file=", "-p", "extra_api"])
    assert status == 0, output


def test_bare_array(serve: Callable[..., Any]) -> None:
    names = serve(lambda request: httpx.Response(200, json=[NUMBER])).calls.names()
    assert names[0].agent_id == "x"


def test_text(serve: Callable[..., Any]) -> None:
    assert serve(lambda request: httpx.Response(200, text="a,b")).calls.export() == "a,b"


def test_fields_of_every_kind(serve: Callable[..., Any]) -> None:
    words = {"words": ["one"]}
    for value in (words, [words], None):
        data = {**NUMBER, "from": "+1", "day": "2026-08-14", "value": [1, {}], "words": value}
        number = serve(lambda request, data=data: httpx.Response(200, json=[data])).calls.names()[0]
        assert number.from_ == "+1"
        assert number.day == dt.date(2026, 8, 14)
        assert number.value == [1, {}]
        assert number.to_dict() == data


def test_pages_without_has_more_end_when_empty(serve: Callable[..., Any]) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/calls/c1/numbers"
        return httpx.Response(
            200, json={"data": [] if "starting_after" in request.url.params else [NUMBER]}
        )

    assert [number.id for number in serve(handler).calls.iter_numbers("c1")] == ["a"]


def test_files_stay_open_while_the_answer_streams(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    """A retry, or a transport that reads late, still finds them open."""
    path = tmp_path / "clip.wav"
    path.write_bytes(b"one")

    def handler(request: httpx.Request) -> httpx.Response:
        body = request.read()
        for part in (
            b'name="clip"; filename="clip.wav"',
            b'name="more"; filename="clip.wav"',
            b'name="more"; filename="upload"',
            b'name="voice[id]"\r\n\r\nv1\r\n',
            b'name="loud"\r\n\r\nfalse\r\n',
        ):
            assert part in body
        return httpx.Response(200, content=b"RIFF")

    changer = serve(handler).changer
    with changer.change(clip=path, more=[path, b"two"], voice_id="v1", loud=False) as response:
        assert response.read() == b"RIFF"
    with pytest.raises(FileNotFoundError), changer.change(clip=tmp_path / "none", voice_id="v1"):
        pytest.fail("the body must not run")
