"""Resources of a client, such as `client.voices`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)


class resource(Generic[R_co]):  # noqa: N801 (a decorator, as `property`)
    """A resource that is made on first access, and kept.

    Read from the class, it is a resource without a client, which `unittest.mock.create_autospec`
    takes as the specification of the double. It takes no lock, as `functools.cached_property` did
    before Python 3.12: a fork while it is held would leave it locked in the child for ever.

    Args:
        make: Makes the resource of a client.

    Attributes:
        func: The same function.
    """

    def __init__(self, make: Callable[[Any], R_co]) -> None:
        self.func: Callable[[Any], R_co] = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object | None, owner: type) -> R_co:
        if instance is None:
            return _as_spec(self.func(_NO_CLIENT))
        value = self.func(instance)
        if vars(instance).get("_sender") is _NO_CLIENT:  # a resource of such a resource
            _as_spec(value)
        return cast("R_co", vars(instance).setdefault(self._name, value))


def _as_spec(value: T) -> T:
    """Mark the lists of a resource as coroutine functions, so that their doubles can be awaited."""
    import inspect

    coroutines = sys.modules.get("asyncio.coroutines")  # `unittest.mock` has imported it
    for method in vars(type(value)).values():
        if not inspect.isfunction(method):
            continue
        if method.__annotations__.get("return", "").startswith("AsyncList["):
            if sys.version_info >= (3, 12):
                inspect.markcoroutinefunction(method)
            elif coroutines is not None:
                vars(method)["_is_coroutine"] = vars(coroutines)["_is_coroutine"]
    return value


class _NoClient:
    """Stands for the client, and for its sender, of a resource that was read from a class."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.startswith("_"):
            return self
        raise TypeError("this resource has no client: read it from a client, not from its class")


_NO_CLIENT = _NoClient()
