"""A plugin for pytest: fixtures for tests of code that speaks, without an account or a key.

pytest loads it wherever the package is installed. It imports the client and the emulator on first
use only, so that it costs nothing in other test runs. ``docs/testing.md`` shows each fixture.
"""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Final, NoReturn, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
    from pathlib import Path

    from cartesia_stream import AsyncCartesia, Cartesia

    from .cassettes.relay import Cassette
    from .emulator import Emulator

VOICE: Final = "f786b574-daa5-4673-aa0c-cbe3e8534c02"
"""Katie, which both the emulator and the service have."""

_LONGEST_NAME: Final = 120
"""Bytes of a file's name; encrypted file systems take 143, with the rest that we add."""

_FAILED: Final = pytest.StashKey[bool]()
_SHARED: Final = pytest.StashKey["Emulator"]()
_SERVED: Final = {"cartesia_emulator", "cartesia_emulator_session", "cartesia_env"}
"""Fixtures of every test that has an emulator; the clients take ``cartesia_env``."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the setting."""
    group = parser.getgroup("cartesia", "Cartesia voice API")
    group.addoption(
        "--cartesia-engine",
        choices=("auto", "speech", "tone"),
        help="engine of the fixture cartesia_emulator; by default the setting cartesia_engine",
    )
    group.addoption(
        "--cartesia-record",
        choices=("none", "once", "all"),
        default="none",
        help="cassettes: replay all (none, the default), record those that are missing (once), "
        "or record all anew (all); recording needs CARTESIA_API_KEY and costs credits",
    )
    parser.addini(
        "cartesia_engine",
        "engine of the fixture cartesia_emulator: tone (the default), speech, or auto",
        default="tone",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "cartesia(latency=, realtime=, concurrency=, engine=, ...): "
        "settings of this test's emulator; the arguments of cartesia_emulator.Emulator",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Check the marker, also of a test that forgot to ask for the emulator."""
    fixtures = set[str](getattr(item, "fixturenames", ()))
    served = {"cartesia_emulator"} if "cartesia_cassette" in fixtures else _SERVED
    if _settings(item) and not fixtures & served:
        _refuse(f"this test has no emulator to set up; take one of {', '.join(sorted(served))}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note whether the test failed, since a failed test records no cassette."""
    report = yield
    before = call.when != "setup" and item.stash.get(_FAILED, False)  # a test may run again
    item.stash[_FAILED] = before or report.failed
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Have the async client opened and closed by the plugin that runs the test, in its loop."""
    if getattr(fixturedef.func, "__module__", None) == __name__ and (
        fixturedef.argname == "async_cartesia_client"
    ):
        marker = request.node.get_closest_marker("asyncio")
        scope = marker.kwargs.get("loop_scope") if marker else None
        if scope is None and request.config.pluginmanager.has_plugin("asyncio"):
            scope = request.config.getini("asyncio_default_test_loop_scope")
        # What ``pytest_asyncio.fixture`` sets. anyio takes a fixture of a test with a backend.
        mine = "anyio_backend" not in request.fixturenames
        vars(fixturedef.func).update(_force_asyncio_fixture=mine, _loop_scope=scope)
    return (yield)


@pytest.fixture
def cartesia_emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """A running emulator of this test's own, set up by the marker ``cartesia``."""
    with _emulator(request.config, _settings(request.node)) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def cartesia_emulator_session(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """One running emulator for all tests of this process; call its ``reset`` between tests."""
    with _emulator(request.config, {}) as emulator:
        request.config.stash[_SHARED] = emulator
        yield emulator


@pytest.fixture
def cartesia_env(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """Environment with which ``Cartesia()`` reaches the emulator, or the cassette of this test."""
    wanted = "cartesia_cassette" if "cartesia_cassette" in request.fixturenames else None
    service: Emulator | Cassette = request.getfixturevalue(wanted or "cartesia_emulator")
    if service is request.config.stash.get(_SHARED, None) and _settings(request.node):
        _refuse("cartesia_emulator_session serves all tests, so its settings cannot be one test's")
    return _point_at(service, monkeypatch)


@pytest.fixture
def cartesia_client(cartesia_env: Mapping[str, str]) -> Iterator[Cartesia]:
    """An open ``Cartesia`` for the emulator, or for the cassette of this test."""
    from cartesia_stream import Cartesia

    with Cartesia() as client:
        yield client


@pytest.fixture
async def async_cartesia_client(cartesia_env: Mapping[str, str]) -> AsyncIterator[AsyncCartesia]:
    """An open ``AsyncCartesia`` for the emulator, or for the cassette of this test."""
    from cartesia_stream import AsyncCartesia

    async with AsyncCartesia() as client:
        yield client


@pytest.fixture
def cartesia_cassette(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cassette]:
    """A recording of the service, replayed to ``Cartesia()``; ``--cartesia-record`` makes it.

    It is in ``cassettes/<module>/<test>.yaml`` beside the test.
    """
    try:
        from .cassettes.relay import REPLAY_KEY, SERVICE, Cassette
        from .cassettes.tape import owner_of
    except ModuleNotFoundError as error:
        _fail(f'cassettes need {error.name}: pip install "cartesia-stream[testing]"')

    mode = request.config.getoption("cartesia_record")
    name = _test_name(request.node)
    path = _cassette_path(request.path, name, owner_of)
    record = mode == "all" or (mode == "once" and not path.exists())
    api_key = os.environ.get("CARTESIA_API_KEY") if record else REPLAY_KEY
    if not record and not path.exists():
        _fail(f"there is no cassette {path}; record it with --cartesia-record=once")
    if not api_key:
        _fail("recording asks the real service: set CARTESIA_API_KEY")
    service = os.environ.get("CARTESIA_BASE_URL") or SERVICE
    try:
        cassette = Cassette(path, record=record, service=service, api_key=api_key)
    except (OSError, ValueError) as error:
        _fail(f"{error}; record it again with --cartesia-record=all")
    with cassette:
        _point_at(cassette, monkeypatch)
        yield cassette
    if request.node.stash.get(_FAILED, False):
        return  # what it did is not worth keeping, and it has failed with our message already
    if cassette.problems:
        _fail("\n".join(cassette.problems))
    if record:
        # Another process may have taken the name by now.
        cassette.save(_cassette_path(request.path, name, owner_of), test=name)


def _test_name(item: pytest.Item) -> str:
    """Return the name of a test in its module, with the classes that it is in."""
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    return ".".join((*classes, item.name))


def _cassette_path(module: Path, name: str, owner_of: Callable[[Path], str]) -> Path:
    """Return the cassette of a test.

    Names that differ only in characters that files cannot have would share one. So the second of
    them gets its digest at the end.
    """
    folder = module.parent / "cassettes" / module.stem
    safe = re.sub(r"[^\w.\-\[\]]+", "-", name)
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    short = safe.encode()[:_LONGEST_NAME].decode(errors="ignore")
    distinct = folder / f"{short}-{digest}.yaml"
    if distinct.exists() or short != safe:
        return distinct
    path = folder / f"{safe}.yaml"
    return path if owner_of(path) in ("", name) else distinct


@pytest.fixture
def cartesia_voice() -> str:
    """The id of a voice that the emulator and the service have."""
    return VOICE


def _emulator(config: pytest.Config, settings: dict[str, object]) -> Emulator:
    from . import Emulator

    engine = config.getoption("cartesia_engine", None) or config.getini("cartesia_engine")
    return cast("Callable[..., Emulator]", Emulator)(**({"engine": engine} | settings))


def _settings(item: pytest.Item) -> dict[str, object]:
    """Return what the markers of a test set; the closest one wins, setting by setting."""
    markers = list(item.iter_markers("cartesia"))
    if not markers:
        return {}
    import difflib
    import inspect

    from . import Emulator

    known = [name for name in inspect.signature(Emulator).parameters if name != "self"]
    settings: dict[str, object] = {}
    for marker in reversed(markers):
        if marker.args:
            _refuse(f"settings need names, as in cartesia(latency=0.2); got {marker.args[0]!r}")
        for name in marker.kwargs:
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {close[0]!r}? " if close else ""
                _refuse(f"unknown setting {name!r}; {hint}Settings: {', '.join(known)}")
        settings |= marker.kwargs
    return settings


def _refuse(reason: str) -> NoReturn:
    _fail(f"@pytest.mark.cartesia: {reason}")


def _fail(reason: str) -> NoReturn:
    pytest.fail(reason, pytrace=False)


def _point_at(service: Emulator | Cassette, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    direct = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    variables = {
        "CARTESIA_API_KEY": service.api_key,
        "CARTESIA_BASE_URL": service.base_url,
        # A proxy of the company does not know this machine's loopback.
        "NO_PROXY": f"{direct},127.0.0.1" if direct else "127.0.0.1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables
