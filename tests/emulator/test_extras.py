"""What each extra brings, what is missing, and the command that helps."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING

import pytest

from cartesia_emulator import extras
from cartesia_emulator.extras import ExtraName, PackageMissingError, describe, install, missing

if TYPE_CHECKING:
    from collections.abc import Callable

    Lacks = Callable[..., None]

NAMES: tuple[ExtraName, ...] = ("speech", "hearing", "codecs", "formats", "tls")


@pytest.fixture
def lacks(monkeypatch: pytest.MonkeyPatch) -> Lacks:
    """Make some packages, and no others, look as if they were not installed."""

    def uninstall(*modules: str) -> None:
        monkeypatch.setattr(extras, "find_spec", lambda name: None if name in modules else name)
        monkeypatch.setattr(extras, "import_module", lambda name: None)
        monkeypatch.setattr(extras, "version", lambda name: "0.1.0")

    return uninstall


@pytest.mark.parametrize(
    ("module", "extra", "package"),
    [
        ("hibari", "speech", "hibari-tts"),
        ("onnxruntime", "speech", "onnxruntime"),
        ("moonshine_voice", "hearing", "moonshine-voice"),
        ("soundfile", "codecs", "soundfile"),
        ("av", "formats", "av"),
        ("trustme", "tls", "trustme"),
    ],
)
def test_a_missing_package_is_named_with_the_command(
    lacks: Lacks, module: str, extra: ExtraName, package: str
) -> None:
    lacks(module)
    assert missing(*NAMES).startswith(
        f'{package} not installed; pip install "cartesia-stream[{extra}]" (some systems'
    )
    assert sys.platform in missing(extra)
    assert [found.name for found in describe() if not found.available] == [extra]
    (reason,) = (found.reason for found in describe() if not found.available)
    assert reason == missing(extra)


def test_nothing_is_missing_where_everything_is_installed(lacks: Lacks) -> None:
    lacks()
    assert missing(*NAMES) == ""
    assert all(found.available and found.adds and not found.reason for found in describe())
    assert tuple(found.name for found in describe()) == NAMES


def test_one_command_installs_several(lacks: Lacks) -> None:
    lacks("av", "hibari", "onnxruntime")
    expected = (
        "hibari-tts not installed, onnxruntime not installed, av not installed; "
        'pip install "cartesia-stream[speech,formats]"'
    )
    assert missing(*NAMES).startswith(expected)
    assert install("tls") == 'pip install "cartesia-stream[tls]"'


def test_a_package_without_its_library_is_no_help(
    lacks: Lacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> None:
        raise OSError("cannot load library")

    lacks()
    monkeypatch.setattr(extras, "import_module", fail)
    assert missing("codecs").startswith("soundfile finds no libsndfile; ")


def test_a_recogniser_without_its_model_is_no_help(
    lacks: Lacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks()
    monkeypatch.setattr(extras, "version", lambda name: "0.2.0")
    assert missing("hearing").startswith("moonshine-voice 0.2.0 ships without a model; ")

    def unknown(name: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(extras, "version", unknown)  # such as one that was copied
    assert missing("hearing") == ""


def test_a_request_for_what_is_missing_is_501() -> None:
    error = PackageMissingError("writing MP3", "codecs")
    assert (error.status, error.code) == (501, "not_implemented")
    assert error.message == 'writing MP3 needs a package: pip install "cartesia-stream[codecs]"'
