"""The extras of this project: what each one adds to the emulator, and which are installed."""

from __future__ import annotations

import platform
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from .errors import ApiError

__all__ = ["Extra", "ExtraName", "PackageMissingError", "describe", "install", "missing"]

ExtraName: TypeAlias = Literal["speech", "hearing", "codecs", "formats", "tls"]


class _Contents(NamedTuple):
    """What an extra holds.

    Attributes:
        adds: What the emulator can do with it.
        packages: Names of modules and of their packages.
    """

    adds: str
    packages: tuple[tuple[str, str], ...]


_EXTRAS: Final[dict[ExtraName, _Contents]] = {
    "speech": _Contents(
        "speaking English with a voice", (("hibari", "hibari-tts"), ("onnxruntime", "onnxruntime"))
    ),
    "hearing": _Contents("recognising English speech", (("moonshine_voice", "moonshine-voice"),)),
    "codecs": _Contents("writing MP3 and reading MP3, FLAC and Ogg", (("soundfile", "soundfile"),)),
    "formats": _Contents("reading M4A, MP4 and WebM", (("av", "av"),)),
    "tls": _Contents("serving https and wss", (("trustme", "trustme"),)),
}
# The weights of the recogniser left its wheel after this release.
_MOONSHINE: Final = "0.1.0"


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """An extra of this project.

    Attributes:
        name: Its name, as in ``cartesia-stream[codecs]``.
        adds: What the emulator can do with it.
        available: Whether its packages are installed.
        reason: What is missing, and the command that installs it; empty if available.
    """

    name: str
    adds: str
    available: bool
    reason: str = ""


class PackageMissingError(ApiError):
    """A request needs a package that is not installed; the message says how to install it.

    Args:
        what: What needs the package.
        extra: The extra that brings it.
    """

    def __init__(self, what: str, extra: ExtraName) -> None:
        super().__init__(501, f"{what} needs a package: {install(extra)}", code="not_implemented")


def install(*extras: ExtraName) -> str:
    """Return the command that installs extras."""
    return f'pip install "cartesia-stream[{",".join(extras)}]"'


def missing(*extras: ExtraName) -> str:
    """Return what extras lack and how to install it, or an empty text; imports no model."""
    lacking: list[ExtraName] = []
    problems: list[str] = []
    for extra in extras:
        found = [problem for package in _EXTRAS[extra].packages if (problem := _problem(*package))]
        if found:
            lacking.append(extra)
            problems += found
    if not lacking:
        return ""
    system = f"{sys.platform} {platform.machine()}"
    return (
        f"{', '.join(problems)}; {install(*lacking)} (some systems have no wheel; this is {system})"
    )


def describe() -> tuple[Extra, ...]:
    """List the extras, and whether each is installed."""
    return tuple(
        Extra(name=name, adds=contents.adds, available=not (reason := missing(name)), reason=reason)
        for name, contents in _EXTRAS.items()
    )


def _problem(module: str, package: str) -> str:
    if find_spec(module) is None:
        return f"{package} not installed"
    if module == "soundfile":
        try:
            import_module(module)
        except OSError:  # where its wheel has no library inside, the system must have one
            return "soundfile finds no libsndfile"
    if module == "moonshine_voice":
        return _problem_of_moonshine()
    return ""


def _problem_of_moonshine() -> str:
    try:
        release = version("moonshine-voice")
    except PackageNotFoundError:
        return ""
    return "" if release == _MOONSHINE else f"moonshine-voice {release} ships without a model"
