"""A scratch project in a git repository, whose client is made from a small document."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tools import documents, generate, spec_diff

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = Path(__file__).with_name("small.yaml")


class Project:
    """A clone with the files that spec_diff reads."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> None:
        """Run git in the project."""
        identity = (
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "commit.gpgsign=false",
        )
        subprocess.run(
            ["git", *identity, *arguments], cwd=self.root, check=True, capture_output=True
        )

    def write(self, path: str, text: str) -> None:
        """Write a file."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def commit(self, tag: str | None = None) -> None:
        """Commit everything."""
        self.git("add", "-A")
        self.git("commit", "--allow-empty", "-m", "A commit")
        if tag:
            self.git("tag", tag)

    def edit_document(self, edit: Callable[[Any], object]) -> None:
        """Change the document."""
        path = self.root / spec_diff.SPEC
        document = documents.parse(path.read_text())
        edit(document)
        path.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))

    def edit_client(self, path: str, old: str, new: str) -> None:
        """Replace text in a file of the client or, by its full path, of the runtime."""
        package = "" if path.startswith(spec_diff.RUNTIME) else spec_diff.PACKAGE
        file = self.root / package / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def changes(self, base: str = "v0.1.0") -> set[tuple[str, str, str]]:
        """What changed since a commit: level, place and text."""
        repository = spec_diff.Repository(self.root)
        found = spec_diff.changes_between(repository.at(base), repository.now())
        assert len(found) == len(set(found))
        return {(change.level.name.lower(), change.place, change.text) for change in found}


@pytest.fixture(scope="session")
def small_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client of the small document."""
    target = tmp_path_factory.mktemp("small") / "cartesia_api"
    generate.generate(target, spec=SMALL)
    return target


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory, small_client: Path) -> Project:
    """A project that was released as 0.1.0."""
    project = Project(tmp_path_factory.mktemp("project"))
    shutil.copytree(small_client, project.root / spec_diff.PACKAGE)
    shutil.copytree(
        spec_diff.ROOT / spec_diff.RUNTIME,
        project.root / spec_diff.RUNTIME,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    project.write(
        spec_diff.SPEC,
        yaml.dump(documents.parse(SMALL.read_text()), Dumper=yaml.CSafeDumper, sort_keys=False),
    )
    project.write(spec_diff.VERSION, '__version__ = "0.1.0"\n')
    project.write(spec_diff.CHANGELOG, "# Changes\n\n## 0.1.0\n\n### Changed\n\n- Everything.\n")
    project.git("init", "-q", "-b", "main")
    project.commit("v0.1.0")
    return project


@pytest.fixture
def project(released: Project) -> Project:
    """The released project, without what other tests did to it."""
    released.git("checkout", "-q", "-f", "-B", "main", "v0.1.0")
    released.git("clean", "-fdq")
    return released
