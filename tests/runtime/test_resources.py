"""Resources of a client: made once, kept, and specifications for doubles."""

from __future__ import annotations

import asyncio
import inspect
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any
from unittest.mock import create_autospec

import pytest
from cartesia_runtime.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_runtime.paging import AsyncList


class Samples:
    def __init__(self, sender: object) -> None:
        self._sender = sender

    def get(self) -> str:
        return str(self._sender.name)  # type: ignore[attr-defined]


class Voices:
    """Voices of a client."""

    def __init__(self, sender: object) -> None:
        self._sender = sender

    @resource
    def samples(self) -> Samples:
        return Samples(self._sender)

    def list(self) -> AsyncList[Any, Any]:
        raise NotImplementedError

    async def get(self, ident: str) -> str:
        return f"{ident} of {self._sender.name}"  # type: ignore[attr-defined]


class Client:
    made = 0

    def __init__(self, name: str) -> None:
        self.name = name
        self._sender = self

    @resource
    def voices(self) -> Voices:
        """The voices."""
        Client.made += 1
        return Voices(self._sender)


def test_a_resource_is_made_once_for_each_client() -> None:
    Client.made = 0
    one, other = Client("one"), Client("other")
    assert Client.made == 0
    assert one.voices is one.voices
    assert other.voices is not one.voices
    assert Client.made == 2
    assert asyncio.run(one.voices.get("a")) == "a of one"
    assert one.voices.samples.get() == "one"


def test_it_has_the_docstring_of_its_function() -> None:
    assert inspect.getdoc(vars(Client)["voices"]) == "The voices."


def test_threads_that_come_together_get_the_same_one() -> None:
    """Each may make one; the first that is kept is that of all."""
    together, found = Barrier(4), []

    class Slow(Client):
        @resource
        def voices(self) -> Voices:
            together.wait(5)
            return Voices(self)

    client = Slow("one")
    threads = [Thread(target=lambda: found.append(client.voices)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert found == [client.voices] * 4


def test_that_of_a_class_has_no_client() -> None:
    voices = Client.voices
    assert isinstance(voices, Voices)
    uses: list[Callable[[], object]] = [
        lambda: asyncio.run(voices.get("a")),
        lambda: voices.samples.get(),
    ]
    for use in uses:
        with pytest.raises(TypeError, match="has no client: read it from a client"):
            use()


def test_a_double_has_the_methods_of_the_resources() -> None:
    double = create_autospec(Client)
    double.voices.get.return_value = "a voice"
    assert asyncio.run(double.voices.get("a")) == "a voice"
    with pytest.raises(TypeError):
        double.voices.get()
    with pytest.raises(AttributeError):
        _ = double.voices.fetch


def test_a_double_of_a_list_can_be_awaited() -> None:
    """A list of an async client is no coroutine function, but its users await it."""
    double = create_autospec(Client)
    double.voices.list.return_value = ["a"]

    async def listed() -> object:
        return await double.voices.list()

    assert asyncio.run(listed()) == ["a"]
    assert not inspect.iscoroutinefunction(Samples.get)
