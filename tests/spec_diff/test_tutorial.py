"""docs/adding-an-endpoint.md, followed to the letter on a copy of the project."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import spec_diff
from tools.changes import Level

PAGE = (spec_diff.ROOT / "docs" / "adding-an-endpoint.md").read_text(encoding="utf-8")
EDIT = re.compile(
    r'^<!-- edit (\S+) (before|after|instead of) ("[^\n]*") -->\n\n~~~\w+\n(.*?)^~~~$',
    re.MULTILINE | re.DOTALL,
)
# Absolute, since commands run elsewhere; not resolved, since a link leads out of the environment.
PYTHON = str(Path(sys.executable).absolute())
COPIED = ("spec", "generated", "cartesia_runtime", "cartesia_stream", "tools", "tests/generated")
FILES = ("pyproject.toml", "CHANGELOG.md")


def block(language: str, holding: str) -> str:
    """Return the block of a language that holds a text."""
    found = re.findall(rf"^~~~{language}\n(.*?)^~~~$", PAGE, re.MULTILINE | re.DOTALL)
    (text,) = (text for text in found if holding in text)
    return str(text)


def apply(root: Path, edit: re.Match[str]) -> None:
    """Apply an edit of the page. Its place must be there once."""
    path, where, quoted, text = edit.groups()
    anchor = ast.literal_eval(quoted)
    file = root / path
    lines = file.read_text(encoding="utf-8")
    assert lines.count(f"\n{anchor}") == 1, (path, anchor)
    replacement = {"before": text + anchor, "after": anchor + text, "instead of": text.rstrip("\n")}
    file.write_text(lines.replace(f"\n{anchor}", f"\n{replacement[where]}"), encoding="utf-8")


class Copy:
    """A copy of the project in which commands run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in (*COPIED, *FILES):
            source, target = spec_diff.ROOT / name, root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)

    def run(self, *command: str, status: int = 0) -> str:
        """Run a command and return its output. What is imported is the copy."""
        path = os.pathsep.join([str(self.root / "generated"), str(self.root)])
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def python(self, *arguments: str, status: int = 0) -> str:
        """Run Python."""
        return self.run(PYTHON, *arguments, status=status)

    def commit(self) -> None:
        """Commit everything."""
        identity = (
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "commit.gpgsign=false",
        )
        self.run("git", "add", "-A")
        self.run("git", *identity, "commit", "-q", "-m", "A commit")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    copy = Copy(tmp_path / "project")
    copy.run("git", "init", "-q", "-b", "main")
    copy.commit()
    return copy


@pytest.mark.slow  # generates the client twice and runs three of its test files on it
@pytest.mark.timeout(600)
def test_the_walk(copy: Copy) -> None:
    """Every edit fits, every command says what the page shows, and the client works."""
    edits = list(EDIT.finditer(PAGE))
    assert len(edits) == PAGE.count("<!-- edit ") == 10
    for edit in edits:
        if edit[1] == "spec/cartesia.yaml":
            apply(copy.root, edit)
    copy.python("tools/lint_spec.py")
    copy.python("tools/generate.py", "--check", status=1)
    copy.python("tools/generate.py")

    shown = copy.python("-m", "tools.spec_diff", "HEAD", "--fail-on-unreleased-breaking")
    now = spec_diff.Repository(copy.root).now().version
    promised = block("text", "Since HEAD").replace("0.1.1", str(now.after(Level.ADDED)))
    assert shown == promised.replace("0.1.0", str(now))
    output = copy.python("-c", block("python", "import httpx"))
    assert output == "s1 4.5\n"

    tests = [f"tests/generated/test_{name}.py" for name in ("answers", "operations", "resources")]
    quiet = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "voices_list_samples" in copy.python(*quiet, *tests, status=1)
    for edit in edits:
        if edit[1] != "spec/cartesia.yaml":
            apply(copy.root, edit)
    copy.python(*quiet, *tests)
    copy.python("-m", "ruff", "check", "--no-cache", "tests")
    copy.python("-m", "ruff", "format", "--no-cache", "--check", "tests")

    copy.commit()
    breaks(copy)


def breaks(copy: Copy) -> None:
    """What the page says about a change that breaks, with the endpoint just added."""
    gate = ("-m", "tools.spec_diff", "HEAD", "--fail-on-unreleased-breaking")
    document = copy.root / "spec/cartesia.yaml"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("voices_list_samples", "voices_list_recordings"))
    copy.python("tools/generate.py")
    output = copy.python(*gate, status=1)
    assert "the operation `voices_list_samples` is gone" in output
    assert "Voices.iter_samples, Voices.list_samples" in output
    version = copy.root / spec_diff.VERSION
    least = spec_diff.Version.read(version.read_text()).after(Level.BREAKING)
    version.write_text(f'__version__ = "{least}"\n')
    copy.python(*gate, status=1)
    notes = copy.root / spec_diff.CHANGELOG
    notes.write_text(
        notes.read_text().replace(
            "## [Unreleased]\n", "## [Unreleased]\n\n### Changed\n\n- `list_recordings`.\n", 1
        )
    )
    copy.python(*gate)
