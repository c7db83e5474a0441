"""Tell what changed for users since a commit, and which version that demands.

    python -m tools.spec_diff [BASE] [--fail-on-unreleased-breaking]

Compares the documents and the generated clients at BASE, a commit or tag, with the files as they
are now. Without BASE the latest tag counts. Until there is a tag, the first commit of each document
counts as its release, and so does the last commit, for operations that came later. Then only the
documents are compared, and a breaking change needs an entry in CHANGELOG.md that names it. A
shallow clone without tags has neither, and the command says so.

Exit codes: 0 for any comparison, 1 for a breaking change that is not released as one (only with
the option above), 2 where there is nothing that could be compared.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import yaml

from tools.changes import Change, Level
from tools.client_changes import client_changes
from tools.document_changes import Uses, document_changes, uses_of
from tools.documents import parse
from tools.lint_spec import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
SPEC: Final = "spec/cartesia.yaml"
PACKAGE: Final = "generated/cartesia_api/"
VERSION: Final = "cartesia_stream/_version.py"
CHANGELOG: Final = "CHANGELOG.md"
SPEC_V0: Final = "spec/cartesia-v0.yaml"
PACKAGE_V0: Final = "generated/cartesia_api_v0/"
RUNTIME: Final = "cartesia_runtime/"
# Users meet names of these modules; the others serve generated code only.
RUNTIME_MODULES: Final = tuple(
    f"{RUNTIME}{name}.py"
    for name in ("downloads", "errors", "files", "models", "options", "paging", "sender")
)
READ: Final = (SPEC, PACKAGE, SPEC_V0, PACKAGE_V0, *RUNTIME_MODULES, VERSION, CHANGELOG)
# What the change log calls the changes that can break.
KINDS: Final = ("changed", "removed")
TITLES: Final = {Level.BREAKING: "Breaking", Level.ADDED: "Added", Level.CHANGED: "Changed"}


class CannotCompareError(Exception):
    """There is no base to compare with. The message says what to do."""


class Version(NamedTuple):
    """A version of the project, without what follows the three numbers."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def read(cls, source: str) -> Version:
        """Read the version out of a module."""
        found = re.search(r"""__version__\s*=\s*["'](\d+)\.(\d+)\.(\d+)""", source)
        if not found:
            raise CannotCompareError(f"{VERSION} has no version of the form 1.2.3")
        major, minor, patch = map(int, found.groups())
        return cls(major, minor, patch)

    def after(self, level: Level) -> Version:
        """Return the least version that may carry a change of this level.

        Semantic versioning promises nothing below 1.0. There the second number takes the part of
        the first: it grows with a breaking change, and the third with all others.
        """
        if self.major == 0:
            level = Level.ADDED if level is Level.BREAKING else Level.CHANGED
        match level:
            case Level.BREAKING:
                return Version(self.major + 1, 0, 0)
            case Level.ADDED:
                return Version(self.major, self.minor + 1, 0)
            case Level.CHANGED:
                return Version(self.major, self.minor, self.patch + 1)


class State:
    """The files of the project at one time, by path."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def document(self, spec: str) -> object:
        """Return a parsed document."""
        try:
            return parse(self.files[spec])
        except yaml.YAMLError as error:
            raise CannotCompareError(f"{spec} is not YAML: {error}") from None

    def client(self, package: str) -> dict[str, str]:
        """Return the sources of a generated client or of its runtime, by path in the package."""
        return {
            path.removeprefix(package): text
            for path, text in self.files.items()
            if path.startswith(package) and path.endswith(".py")
        }

    @property
    def version(self) -> Version:
        """Version of the project."""
        return Version.read(self.files.get(VERSION, ""))

    def notes(self) -> set[str]:
        """Return the items about what changed or was removed, of unreleased or present version."""
        current = ("[unreleased]", "unreleased", f"[{self.version}]", f"{self.version}")
        notes, section, kind = set(), "", ""
        for line in self.files.get(CHANGELOG, "").splitlines():
            if line.startswith("## "):
                section, kind = line.removeprefix("## ").split(" - ")[0].split(" (")[0].strip(), ""
            elif line.startswith("### "):
                kind = line.removeprefix("### ").strip().lower()
            elif section.lower() in current and line.lstrip().startswith(("- ", "* ")):
                item = line.strip()[2:].lstrip("*_ ")
                if kind in KINDS or item.lower().startswith(KINDS):
                    notes.add(item)
        return notes


class Repository:
    """A clone of the project."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str, given: str = "") -> bytes:
        """Run git.

        Raises:
            CannotCompareError: If git is not there or fails.
        """
        try:
            done = subprocess.run(
                ["git", "-C", str(self.root), *arguments],
                input=given.encode(),
                capture_output=True,
                check=True,
            )
        except FileNotFoundError:
            raise CannotCompareError("git is not installed") from None
        except subprocess.CalledProcessError as error:
            raise CannotCompareError(error.stderr.decode(errors="replace").strip()) from None
        return done.stdout

    def is_shallow(self) -> bool:
        """Tell whether the clone lacks older commits."""
        try:
            return self.git("rev-parse", "--is-shallow-repository").strip() == b"true"
        except CannotCompareError:  # no clone at all, but an unpacked source distribution
            return False

    def latest_release(self) -> str | None:
        """Return the latest tag behind the present commit, or None."""
        try:
            return self.git("describe", "--tags", "--abbrev=0").decode().strip()
        except CannotCompareError:
            return None

    def document_bases(self) -> list[State]:
        """Return the documents as they were first committed, and as they are in the last commit.

        The list is empty in a shallow clone, whose oldest commit would look like the first of all.
        """
        first, last = State({}), State({})
        try:
            if self.is_shallow():
                return []
            for spec in (SPEC, SPEC_V0):
                log = self.git("log", "--reverse", "--format=%h", "--diff-filter=A", "--", spec)
                commits = log.decode().split()
                if commits:
                    first.files[spec] = self.at(commits[0]).files[spec]
                    last.files[spec] = self.at("HEAD").files.get(spec, first.files[spec])
        except CannotCompareError:
            return []
        return [first, last] if first.files else []

    def now(self) -> State:
        """Return the files as they are, committed or not."""
        paths = [self.root / path for path in READ if (self.root / path).is_file()]
        for package in (PACKAGE, PACKAGE_V0):
            paths += sorted((self.root / package).rglob("*.py"))
        return State(
            {path.relative_to(self.root).as_posix(): path.read_text("utf-8") for path in paths}
        )

    def at(self, base: str) -> State:
        """Return the files of a commit.

        Raises:
            CannotCompareError: If there is no such commit here.
        """
        try:
            commit = self.git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}"
            )
        except CannotCompareError:
            hint = "look for it with: git tag, git log"
            if self.is_shallow():
                hint = "this clone is shallow, so fetch the rest: git fetch --unshallow --tags"
            raise CannotCompareError(f"there is no commit {base!r} here; {hint}") from None
        name = commit.decode().strip()
        listing = self.git("ls-tree", "-r", "-z", "--name-only", name, "--", *READ)
        paths = listing.decode().split("\0")[:-1]
        blobs = self.git("cat-file", "--batch", given="".join(f"{name}:./{p}\n" for p in paths))
        files: dict[str, str] = {}
        for path in paths:
            head, _, blobs = blobs.partition(b"\n")
            size = int(head.split()[-1])
            files[path] = blobs[:size].decode()
            blobs = blobs[size + 1 :]
        return State(files)


def changes_between(old: State, new: State) -> list[Change]:
    """Return what changed for users, the worst first."""
    found = document_and_client_changes(old, new, SPEC, PACKAGE)
    if SPEC_V0 in old.files and SPEC_V0 in new.files:
        found += [
            change._replace(place=f"v0: {change.place}")
            for change in document_and_client_changes(old, new, SPEC_V0, PACKAGE_V0)
        ]
    elif SPEC_V0 in old.files:
        found.append(Change(Level.BREAKING, SPEC_V0, "is gone"))
    elif SPEC_V0 in new.files:
        found.append(Change(Level.ADDED, SPEC_V0, "is new"))
    found += package_changes(old, new, RUNTIME, Uses(set(), set(), set()))
    return sorted(found, key=lambda change: -change.level)


def document_and_client_changes(old: State, new: State, spec: str, package: str) -> list[Change]:
    """Return what changed in one document and in the client that is made from it."""
    before, after = old.document(spec), new.document(spec)
    uses = uses_of(Document(before), Document(after))
    return document_changes(before, after) + package_changes(old, new, package, uses)


def package_changes(old: State, new: State, package: str, uses: Uses) -> list[Change]:
    """Return what changed in one package."""
    return [
        change._replace(place=f"{Path(package).name}.{change.place}")
        for change in client_changes(old.client(package), new.client(package), uses)
    ]


def report(base: str, changes: Sequence[Change]) -> str:
    """Return the changes as text."""
    lines = [f"Since {base}, for users of the API and of the generated client:"]
    for level, title in TITLES.items():
        found = [change for change in changes if change.level is level]
        if found:
            lines += ["", f"{title} ({len(found)})"]
            lines += [f"  {change.place}: {change.text}" for change in found]
    return "\n".join(lines if changes else [f"Nothing changed for users since {base}."])


def demand(old: State, new: State, changes: Sequence[Change], base: str) -> str:
    """Return a sentence about the version that changes demand."""
    level = max(change.level for change in changes)
    return (
        f"\nThis demands version {old.version.after(level)} or later: "
        f"{base} is {old.version}, now it is {new.version}."
    )


def missing_for_release(old: State, new: State, changes: Sequence[Change]) -> list[str]:
    """Return what is missing to land the breaking changes, one sentence each."""
    if not any(change.level is Level.BREAKING for change in changes):
        return []
    missing = []
    least = old.version.after(Level.BREAKING)
    if new.version < least:
        missing.append(f"A breaking change needs version {least} or later in {VERSION}.")
    if not new.notes() - old.notes():
        missing.append(
            f"A breaking change needs an entry in {CHANGELOG}: a list item under `### Changed` or "
            f"`### Removed`, in the section `## [Unreleased]` or `## [{new.version}]`."
        )
    return missing


def compare_unreleased(repository: Repository, *, must_be_named: bool) -> int:
    """Compare the documents with their first and their last commit, where there is no tag."""
    bases, now = repository.document_bases(), repository.now()
    if not bases:
        print("There is no release to compare with.")
        if repository.is_shallow():
            print(
                "This clone is shallow, so nothing was compared: it may lack tags and the first "
                "commits. Fetch them with: git fetch --unshallow --tags"
            )
        return 0
    found: dict[Change, None] = {}
    for old in bases:
        for spec, text in old.files.items():
            prefix = "v0: " if spec == SPEC_V0 else ""
            if spec not in now.files:
                found[Change(Level.BREAKING, spec, "is gone")] = None
            elif text != now.files[spec]:
                for change in document_changes(old.document(spec), now.document(spec)):
                    found[change._replace(place=prefix + change.place)] = None
    changes = sorted(found, key=lambda change: -change.level)
    print(report("the first commit of each document", changes))
    missing = []
    if must_be_named:
        notes = now.notes()
        missing = [
            f"A breaking change needs an entry in {CHANGELOG} that names it, a list item under "
            f"`### Changed` or `### Removed`: {change.place}"
            for change in changes
            if change.level is Level.BREAKING
            and not any(change.place.removeprefix("v0: ") in note for note in notes)
        ]
    print(*missing, sep="\n", end="\n" if missing else "")
    return 1 if missing else 0


def compare(repository: Repository, base: str | None, *, must_be_released: bool) -> int:
    """Print what changed. See the module for the exit code."""
    base = base or repository.latest_release()
    if base is None:
        return compare_unreleased(repository, must_be_named=must_be_released)
    old, new = repository.at(base), repository.now()
    if SPEC not in new.files:
        raise CannotCompareError(f"there is no {SPEC} now")
    if SPEC not in old.files:
        print(f"{base} has no {SPEC}: everything is new, and a first release breaks nobody.")
        return 0
    changes = changes_between(old, new)
    print(report(base, changes))
    if changes:
        print(demand(old, new, changes, base))
    missing = missing_for_release(old, new, changes) if must_be_released else []
    print(*missing, sep="\n", end="\n" if missing else "")
    return 1 if missing else 0


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("base", nargs="?", help="commit or tag; the latest release if left out")
    parser.add_argument(
        "--fail-on-unreleased-breaking",
        action="store_true",
        help=f"exit 1 if something breaks without a bump in {VERSION} and an entry in {CHANGELOG}",
    )
    options = parser.parse_args(arguments)
    try:
        return compare(
            Repository(root), options.base, must_be_released=options.fail_on_unreleased_breaking
        )
    except CannotCompareError as error:
        print(f"spec-diff: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
