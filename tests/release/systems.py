"""Which requirements have wheels on which systems, by the tags of the files in the package index.

The index is the one that pip is configured with. Only the names and tags of files are read.
"""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, requires
from typing import TYPE_CHECKING, Final, NamedTuple, Self
from urllib.parse import urljoin, urlsplit

import httpx
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import compatible_tags, cpython_tags, mac_platforms
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.tags import Tag
    from packaging.version import Version

PYTHONS: Final = ((3, 11), (3, 12), (3, 13), (3, 14))
# Its wheel for any system brings no library, and needs that of the system.
WITHOUT_LIBRARY: Final = {"soundfile": "-none-any.whl"}
_LINKS: Final = re.compile(r'<a\s[^>]*?href="([^"#]*)[^>]*>')


class System(NamedTuple):
    """An operating system on a processor.

    Attributes:
        name: What docs/install.md calls it.
        platforms: Tags of the wheels that run there, best first.
        marks: How environment markers name it: ``sys_platform`` and ``platform_machine``.
    """

    name: str
    platforms: tuple[str, ...]
    marks: tuple[str, str]

    @cache  # noqa: B019 - the systems live as long as the module
    def tags(self, python: tuple[int, int]) -> frozenset[Tag]:
        """Return the tags of all wheels that run there."""
        interpreter = f"cp{python[0]}{python[1]}"
        return frozenset(
            (
                *cpython_tags(python, platforms=self.platforms),
                *compatible_tags(python, interpreter, self.platforms),
            )
        )

    def environment(self, python: tuple[int, int]) -> dict[str, str]:
        """Return the values of environment markers."""
        names = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix")}
        system, os_name = names.get(self.marks[0], ("Windows", "nt"))
        version = f"{python[0]}.{python[1]}"
        return {name: str(value) for name, value in default_environment().items()} | {
            "sys_platform": self.marks[0],
            "platform_machine": self.marks[1],
            "platform_system": system,
            "os_name": os_name,
            "python_version": version,
            "python_full_version": f"{version}.0",
        }


def _glibc(minor: int, machine: str) -> tuple[str, ...]:
    old = {17: "2014", 12: "2010", 5: "1"}
    steps = range(minor, 4 if machine == "x86_64" else 16, -1)
    named = ((f"manylinux_2_{step}", f"manylinux{old.get(step, '')}") for step in steps)
    return tuple(f"{name}_{machine}" for pair in named for name in pair if name != "manylinux")


SYSTEMS: Final = (
    *(
        System(f"Linux {machine}, glibc 2.{minor}", _glibc(minor, machine), ("linux", machine))
        for machine in ("x86_64", "aarch64")
        for minor in (28, 31, 35)
    ),
    *(
        System(
            f"Linux {machine}, musl 1.2",
            tuple(f"musllinux_1_{minor}_{machine}" for minor in (2, 1, 0)),
            ("linux", machine),
        )
        for machine in ("x86_64", "aarch64")
    ),
    *(
        System(
            f"macOS {release} {machine}",
            (*mac_platforms((release, 0), machine),),
            ("darwin", machine),
        )
        for machine in ("arm64", "x86_64")
        for release in (12, 13, 14, 15)
    ),
    System("Windows amd64", ("win_amd64",), ("win32", "AMD64")),
    System("Windows arm64", ("win_arm64",), ("win32", "ARM64")),
)


class File(NamedTuple):
    """A wheel in the index."""

    name: str
    requires_python: str


class Wheel(NamedTuple):
    """A wheel in the index, its name read."""

    file: str
    version: Version
    tags: frozenset[Tag]
    pythons: SpecifierSet


class Index:
    """The package index that pip is configured with; a context manager.

    Raises:
        OSError: On each call, if it cannot be reached; the message says so.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[Wheel, ...]] = {}

    @cached_property
    def _settings(self) -> dict[str, str]:
        listed = _pip("config", "list")
        pairs = (line.split("=", 1) for line in listed.splitlines() if "=" in line)
        settings = {name: value.strip("'\"") for name, value in pairs}
        return {
            name.removeprefix(place): value
            for place in ("global.", "user.", "site.", ":env:.")  # the last one wins
            for name, value in settings.items()
            if name.startswith(place)
        }

    @cached_property
    def url(self) -> str:
        """The address of the index; without a setting, the default that pip's help names."""
        if set_one := self._settings.get("index-url"):
            return set_one.rstrip("/") + "/"
        text = " ".join(_pip("download", "--help").split())
        found = re.search(r"--index-url <url> .*?\(default (\S+?)\)", text)
        assert found is not None, "pip's help names no index"
        return found[1].rstrip("/") + "/"

    @cached_property
    def _client(self) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=self._settings.get("cert"))
        return httpx.Client(verify=trusted, timeout=30, follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._client.close()

    def wheels(self, package: str) -> tuple[Wheel, ...]:
        """Return the wheels of a package."""
        if package not in self._known:
            self._known[package] = tuple(self._read(package))
        return self._known[package]

    def _read(self, package: str) -> Iterator[Wheel]:
        kinds = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
        url = urljoin(self.url, f"{package}/")
        try:
            answer = self._client.get(url, headers={"Accept": kinds}).raise_for_status()
        except httpx.HTTPError as error:
            raise OSError(
                f"the package index cannot be asked about {package}: {error}; "
                "this test needs the index that pip is configured with"
            ) from error
        for file in _files(answer):
            try:
                _, version, _, tags = parse_wheel_filename(file.name)
                pythons = SpecifierSet(file.requires_python)
            except (InvalidWheelFilename, InvalidSpecifier):
                continue
            ending = WITHOUT_LIBRARY.get(package)
            if not version.is_prerelease and not (ending and file.name.endswith(ending)):
                yield Wheel(file.name, version, tags, pythons)


def _files(answer: httpx.Response) -> Iterator[File]:
    if answer.headers.get("Content-Type", "").endswith("json"):
        for entry in answer.json()["files"]:
            if not entry.get("yanked") and entry["filename"].endswith(".whl"):
                yield File(entry["filename"], entry.get("requires-python") or "")
        return
    for found in _LINKS.finditer(answer.text):
        name = urlsplit(found[1]).path.rpartition("/")[2]
        if name.endswith(".whl") and "data-yanked" not in found[0]:
            wanted = re.search(r'data-requires-python="([^"]*)"', found[0])
            text = wanted[1] if wanted else ""
            yield File(name, text.replace("&gt;", ">").replace("&lt;", "<"))


def _pip(*arguments: str) -> str:
    command = [sys.executable, "-m", "pip", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def lacking(
    index: Index, needs: Iterable[str], extra: str, system: System, python: tuple[int, int]
) -> set[str]:
    """Return the packages of an extra that have no wheel for a system.

    Args:
        index: The index to ask.
        needs: Requirements of this project, as its metadata has them.
        extra: The extra to install; an empty text installs none.
        system: The system.
        python: Version of Python.
    """
    wanted = _closure(needs, extra, system.environment(python))
    return {
        package
        for package, versions in wanted.items()
        if not _fits(index, package, str(versions), system, python)
    }


@cache
def _fits(
    index: Index, package: str, versions: str, system: System, python: tuple[int, int]
) -> bool:
    tags, wanted, release = (
        system.tags(python),
        SpecifierSet(versions),
        f"{python[0]}.{python[1]}.0",
    )
    return any(
        not tags.isdisjoint(wheel.tags) and wheel.version in wanted and release in wheel.pythons
        for wheel in index.wheels(package)
    )


def _closure(
    needs: Iterable[str], extra: str, environment: dict[str, str]
) -> dict[str, SpecifierSet]:
    """Collect what is needed, and what that needs, as far as it is installed here."""
    found: dict[str, SpecifierSet] = {}
    waiting = [(need, extra) for need in needs]
    seen = set[tuple[str, str]]()
    while waiting:
        text, of_extra = waiting.pop()
        need = _requirement(text)
        if need.marker and not need.marker.evaluate({**environment, "extra": of_extra}):
            continue
        name = canonicalize_name(need.name)
        found[name] = found.get(name, SpecifierSet()) & need.specifier
        for wanted in ("", *need.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting += [(further, wanted) for further in _needs_of(name)]
    return found


@cache
def _requirement(text: str) -> Requirement:
    return Requirement(text)


@cache
def _needs_of(name: str) -> tuple[str, ...]:
    try:
        return tuple(requires(name) or ())
    except PackageNotFoundError:  # needed on other systems only
        return ()
