"""Checks of what the caller gives, before any byte is sent."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, SupportsIndex, TypeGuard, cast

from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import ModuleType, TracebackType


def check_names(
    given: Mapping[str, object],
    known: Collection[str],
    what: str,
    *,
    elsewhere: Mapping[str, str] | None = None,
    otherwise: str = "",
) -> None:
    """Reject names that are misspelt or unknown, and suggest the right one.

    Args:
        given: The options by name.
        known: The names that exist.
        what: What has these options, for the message.
        elsewhere: Names that exist in another place, and how to write them there.
        otherwise: What to do with a name that is not misspelt.

    Raises:
        ConfigurationError: If a name is not known; ``option`` is the name.
    """
    for name in given:
        if name not in known:
            break
    else:
        return
    from difflib import get_close_matches

    found = str(name)
    places = {**{right: repr(right) for right in known}, **(elsewhere or {})}
    close = get_close_matches(found.lower(), places, n=1)
    if close:
        advice = f"did you mean {places[close[0]]}?"
    else:
        advice = f"it has {', '.join(sorted(known))}"
    if otherwise:
        advice += f" {otherwise}" if close else f"; {otherwise}"
    raise ConfigurationError(f"{what} has no option {found!r}; {advice}", option=found)


def mapping_of(value: object, option: str) -> Mapping[str, object]:
    """Return a value if it is a mapping.

    Raises:
        ConfigurationError: If it is something else.
    """
    from collections.abc import Mapping

    if not isinstance(value, Mapping):
        raise ConfigurationError(
            f"{option} must be a mapping, not {type(value).__name__}", option=option
        )
    return cast("Mapping[str, object]", value)


def text_of(value: object, option: str) -> str:
    """Return a text that can be sent: a string, in which the halves of characters are joined.

    Raises:
        ConfigurationError: If it is not a string, or has half a character.
    """
    if not isinstance(value, str):
        raise ConfigurationError(
            f"{option} must be a string, not {type(value).__name__}", option=option
        )
    if type(value) is str and value.isascii():
        return value
    from cartesia_runtime.errors import EncodeError
    from cartesia_runtime.text import whole_text

    try:
        return whole_text(value)
    except EncodeError as error:
        raise ConfigurationError(f"{option} {error}", option=option) from None


def id_of(value: object, option: str) -> str:
    """Return an id: a text that is not blank.

    Raises:
        ConfigurationError: If it is something else.
    """
    text = text_of(value, option)
    if not text.strip():
        raise ConfigurationError(f"{option} must not be empty", option=option)
    return text


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number that fits into a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # of an int
        return False


def as_int(value: object) -> object:
    """Return a whole number of another package, such as numpy's, as an int.

    Other values are returned as they are, among them floats without a fraction.
    """
    if isinstance(value, int) or not isinstance(value, SupportsIndex):
        return value
    try:
        return value.__index__()
    except TypeError:  # of an array, which may be one number
        return value


def whole_number(value: object, option: str, *, least: int) -> int:
    """Return a whole number.

    Raises:
        ConfigurationError: If it is something else, or less than ``least``.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ConfigurationError(
            f"{option} is {value!r}; give a whole number, {least} or more", option=option
        )
    return value


def json_of(value: object, option: str) -> dict[str, object]:
    """Return the JSON object of a mapping.

    Raises:
        ConfigurationError: If it is not a mapping, or has a value that JSON cannot express.
    """
    from cartesia_runtime.encoding import encode_object
    from cartesia_runtime.errors import EncodeError

    try:
        return encode_object({}, mapping_of(value, option))
    except EncodeError as error:
        error = error.inside(option)
        raise ConfigurationError(str(error), option=error.place) from None


def merged(base: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """Merge two JSON objects, and the objects inside them; the members of ``extra`` win."""
    result = dict(base)
    for name, value in extra.items():
        before = result.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            value = merged(cast("dict[str, object]", before), cast("dict[str, object]", value))
        result[name] = value
    return result


def package_of(extra: str, name: str, what: str, *, option: str | None = None) -> ModuleType:
    """Import a package that an extra of ours installs.

    Args:
        extra: Name of the extra.
        name: Name of the package to import.
        what: What needs it, for the message.
        option: The option that asks for it, if there is one.

    Raises:
        ConfigurationError: If it is not installed, or lacks a library of the system.
    """
    try:
        return import_module(name)
    except (ImportError, OSError) as error:
        raise ConfigurationError(
            f'{what} needs {name}: pip install "cartesia-stream[{extra}]"', option=option
        ) from error


class Needs:
    """Names the extra to install, if the imports in its block find a package missing.

    Args:
        package: The package that they import.
        extra: The extra that brings it.

    Raises:
        ModuleNotFoundError: If the package is missing.
    """

    def __init__(self, package: str, extra: str) -> None:
        self._package = package
        self._extra = extra

    def __enter__(self) -> None:
        return

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        missing = exc.name or "" if isinstance(exc, ModuleNotFoundError) else ""
        if missing.partition(".")[0] == self._package:
            raise ModuleNotFoundError(
                f'this needs {self._package}: pip install "cartesia-stream[{self._extra}]"',
                name=missing,
            ) from exc


class TextJoiner:
    """Checks the pieces of a text, and joins a character whose halves come in two pieces.

    Args:
        option: The argument that the pieces come from, for errors.

    Attributes:
        half: The half of a character that waits for the other one; usually empty.
    """

    __slots__ = ("_option", "half")

    def __init__(self, option: str) -> None:
        self._option = option
        self.half: str = ""

    def take(self, piece: object) -> str:
        """Return a piece that can be sent; None, which language models may send, is no text.

        Raises:
            ConfigurationError: If it is neither a string nor None, or half a character is alone.
                The half is dropped.
        """
        if piece is None or piece == "":
            return ""
        if not isinstance(piece, str):
            raise ConfigurationError(
                f"the pieces of a text must be strings, not {type(piece).__name__}",
                option=self._option,
            )
        if self.half:
            piece, self.half = self.half + piece, ""
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self.half = piece[:-1], piece[-1]
        try:
            return text_of(piece, self._option)
        except ConfigurationError:
            self.half = ""
            raise

    def finish(self) -> None:
        """End the text.

        Raises:
            ConfigurationError: If it ends with half a character.
        """
        half, self.half = self.half, ""
        text_of(half, self._option)
